"""What people type into the pages of rewards, shops and stock."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from backend.app.core import clock
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form
from backend.app.rewards.catalogue.operations import RewardForm
from backend.app.rewards.shops.operations import ShopForm
from backend.app.rewards.stock.counts import Counted

NOT_A_NUMBER = -1


class Count(boxes.Number):
    """None where nothing was filled in; what is no number is refused by the check."""

    def read(self, text: str) -> int:
        number = super().read(text)
        return NOT_A_NUMBER if number is None else number


class Degrees(boxes.Box):
    """A latitude or longitude."""

    words = "应为度数，如 34.75"

    def read(self, text: str) -> Decimal | None:
        try:
            degrees = Decimal(text)
        except InvalidOperation:
            return None
        # A power of ten in a few letters would be rounded to more digits than there is memory for.
        fits = degrees.is_finite() and len(text) <= 12 and abs(degrees) <= 180
        return round(degrees, 5) if fits else None


LINE = boxes.Text(squeezed=True)
REWARD = Form.of(
    name=LINE, description=LINE, price=boxes.Number(otherwise=0), monthly_limit=Count(),
    total_limit=Count(), starts_on=boxes.Day(), ends_on=boxes.Day(),
)  # fmt: skip
SHOP = Form.of(
    name=LINE, address=LINE, hours=LINE, contact=LINE, latitude=Degrees(), longitude=Degrees()
)
# The key is what the page wrote into the form, so that a second click is no second act.
SHOP_ACT = Form.of(
    pause_reason=boxes.Text(), keeper_name=boxes.Text(), quantity=boxes.Number(otherwise=0),
    note=boxes.Text(), form_key=boxes.Key(otherwise=None),
)  # fmt: skip


def read_reward() -> RewardForm:
    form = REWARD.read()
    return RewardForm(**{**form, "starts_on": form["starts_on"] or clock.today()})


def read_shop() -> ShopForm:
    return ShopForm(**SHOP.read())


def read_counts(reward_ids: Iterable[int]) -> list[Counted]:
    """The sheet of a stock-taking; a line left empty was not counted."""
    lines = [
        (reward_id, Form.of(**{f"counted{reward_id}": Count(), f"reason{reward_id}": boxes.Text()}))
        for reward_id in reward_ids
    ]
    return [
        Counted(reward_id, count, reason)
        for reward_id, line in lines
        for count, reason in [line.read().values()]
        if count is not None
    ]
