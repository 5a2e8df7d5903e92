"""What people type into the pages of rewards, shops and stock."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from uuid import UUID

from backend.app.accounts.forms import read_day
from backend.app.core import clock
from backend.app.core.errors import InvalidInput
from backend.app.points.forms import read_number
from backend.app.rewards.catalogue.operations import RewardForm
from backend.app.rewards.shops.operations import ShopForm
from backend.app.rewards.stock.counts import Counted

Form = Mapping[str, str]
NOT_A_NUMBER = -1


def read_reward(form: Form) -> RewardForm:
    return RewardForm(
        name=" ".join(form.get("name", "").split()),
        description=" ".join(form.get("description", "").split()),
        price=read_number(form, "price") or 0,
        monthly_limit=_limit(form, "monthly_limit"),
        total_limit=_limit(form, "total_limit"),
        starts_on=read_day(form, "starts_on") or clock.today(),
        ends_on=read_day(form, "ends_on"),
    )


def _limit(form: Form, name: str) -> int | None:
    """None where nothing was filled in; what is no number is refused by the check."""
    if not form.get(name, "").strip():
        return None
    number = read_number(form, name)
    return NOT_A_NUMBER if number is None else number


def read_shop(form: Form) -> ShopForm:
    return ShopForm(
        name=" ".join(form.get("name", "").split()),
        address=" ".join(form.get("address", "").split()),
        hours=" ".join(form.get("hours", "").split()),
        contact=" ".join(form.get("contact", "").split()),
        latitude=_degrees(form, "latitude"),
        longitude=_degrees(form, "longitude"),
    )


def _degrees(form: Form, name: str) -> Decimal | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        degrees = Decimal(text)
    except InvalidOperation:
        degrees = Decimal("NaN")
    # A power of ten in a few letters would be rounded to more digits than there is memory for.
    if not degrees.is_finite() or len(text) > 12 or abs(degrees) > 180:
        raise InvalidInput(errors={name: ["应为度数,如 34.75"]})
    return round(degrees, 5)


def read_counts(form: Form, reward_ids: Iterable[int]) -> list[Counted]:
    """The sheet of a stock-taking; a line left empty was not counted."""
    return [
        Counted(reward_id, number, form.get(f"reason{reward_id}", ""))
        for reward_id in reward_ids
        if form.get(f"counted{reward_id}", "").strip()
        for number in [read_number(form, f"counted{reward_id}")]
        for number in [NOT_A_NUMBER if number is None else number]
    ]


def read_quantity(form: Form) -> int:
    return read_number(form, "quantity") or 0


def read_form_key(form: Form) -> UUID | None:
    """What the page wrote into the form, so that a second click is no second act."""
    try:
        return UUID(form.get("form_key", ""))
    except ValueError:
        return None
