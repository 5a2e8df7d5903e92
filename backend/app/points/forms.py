"""What people type into the console's forms about points."""

from collections.abc import Collection
from typing import Any

from backend.app.access import Permission, regions_of
from backend.app.accounts.numbers import people_numbered
from backend.app.core.errors import InvalidInput, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.boxes import whole
from backend.app.core.web.forms import Form, Query, typed
from backend.app.core.web.guards import actor
from backend.app.places.queries import Place, get_place
from backend.app.points.point_sources import AUTOMATIC
from backend.app.points.rules.rulebook import RuleItem, Vote

COLUMNS = ("group", "code", "label", "amount", "daily_cap", "monthly_cap")
NUMBERS = frozenset(COLUMNS[3:])
LARGEST = 99_999
LAST_NUMBER = 10**15 - 1
# No person has this id.
NOBODY = -1


PLACE = Query.of(region=boxes.Id())
VOTE = Form.of(
    voted_on=boxes.Day(),
    votes_yes=boxes.Number(otherwise=None),
    votes_no=boxes.Number(otherwise=None),
    votes_abstain=boxes.Number(otherwise=None),
)
PEOPLE = Form.of(numbers=boxes.Text(), people=boxes.Each(boxes.Number(most=LAST_NUMBER)))


def county_of(permission: Permission = Permission.SEE_POINTS) -> int:
    """The reader's county, also for whoever works in one of its townships."""
    regions = regions_of(actor(), permission)
    if not regions:
        raise NotFound
    return get_place(min(regions)).county_id or min(regions)


def read_place() -> Place:
    """The region an address or a form names, or the reader's county."""
    return get_place(PLACE.read()["region"] or county_of())


def read_items() -> tuple[list[RuleItem], list[dict[str, str]]]:
    """The items of a draft, and the lines as they were typed; empty lines are no items.

    Codes of deeds say nothing: they are numbered by their lines.
    """
    columns = [typed.getlist(name) for name in COLUMNS]
    lines = [dict(zip(COLUMNS, line, strict=True)) for line in zip(*columns, strict=False)]
    filled = [line for line in lines if any(line[name].strip() for name in ("label", "amount"))]
    return [_item(number, line) for number, line in enumerate(filled, 1)], filled


def _item(number: int, line: dict[str, str]) -> RuleItem:
    # What is no number becomes 0, which the check then refuses with its reason.
    values: dict[str, Any] = {
        name: (whole(text, most=LARGEST) or 0) if name in NUMBERS else text.strip()
        for name, text in line.items()
    }
    if values["code"] not in AUTOMATIC:
        values["code"] = f"m{number:02d}"
    return RuleItem(**values)


def read_vote() -> Vote:
    form = VOTE.read()
    return Vote(form["voted_on"], form["votes_yes"], form["votes_no"], form["votes_abstain"])


def person_numbered(text: str) -> int | None:
    """Whose number was typed: None without one, NOBODY for an unknown one."""
    if not text:
        return None
    number = whole(text, most=LAST_NUMBER)
    return NOBODY if number is None else people_numbered([number]).get(number, NOBODY)


def people_of(numbers: Collection[int]) -> list[int]:
    """The people who have these numbers; raises InvalidInput naming those that nobody has."""
    people = people_numbered(numbers)
    wrong = "、".join(str(number) for number in sorted(set(numbers) - people.keys())[:5])
    if wrong:
        raise InvalidInput(errors={"people": [f"没有这些积分号：{wrong}"]})
    return list(people.values())


def read_people() -> list[int]:
    """Ticked people and typed numbers together."""
    form = PEOPLE.read()
    texts = form["numbers"].replace(",", " ").replace("、", " ").split()
    numbers = [whole(text, most=LAST_NUMBER) for text in texts]
    wrong = [text for text, number in zip(texts, numbers, strict=True) if number is None]
    if wrong:
        raise InvalidInput(errors={"people": [f"积分号只有数字，看不懂：{wrong[0][:12]}"]})
    return people_of([*form["people"], *(number for number in numbers if number is not None)])
