"""What people type into the console's forms about points."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from backend.app.access import Permission, regions_of
from backend.app.accounts.forms import read_day
from backend.app.accounts.numbers import people_numbered
from backend.app.core.errors import InvalidInput, NotFound
from backend.app.core.guards import actor
from backend.app.places.queries import Place, get_place
from backend.app.points.point_sources import AUTOMATIC
from backend.app.points.rules.rulebook import Item, Vote

COLUMNS = ("group", "code", "label", "amount", "daily_cap", "monthly_cap")
NUMBERS = frozenset(COLUMNS[3:])
NUMBER = re.compile("[0-9]{1,15}")
# No person has this id.
NOBODY = -1


def county_of(permission: Permission = Permission.SEE_POINTS) -> int:
    """The reader's county, also for whoever works in one of its townships."""
    regions = regions_of(actor(), permission)
    if not regions:
        raise NotFound
    return get_place(min(regions)).county_id or min(regions)


def read_place(source: Mapping[str, str], name: str = "region") -> Place:
    """The region an address names, or the reader's county."""
    text = source.get(name, "")
    return get_place(int(text) if text.isdecimal() and len(text) < 18 else county_of())


def read_number(source: Mapping[str, str], name: str) -> int | None:
    text = source.get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) < 10 else None


def read_items(form: MultiDict[str, str]) -> tuple[list[Item], list[dict[str, str]]]:
    """The items of a draft, and the lines as they were typed; empty lines are no items.

    Codes of deeds say nothing: they are numbered by their lines.
    """
    columns = [form.getlist(name) for name in COLUMNS]
    lines = [dict(zip(COLUMNS, line, strict=True)) for line in zip(*columns, strict=False)]
    filled = [line for line in lines if any(line[name].strip() for name in ("label", "amount"))]
    return [_item(number, line) for number, line in enumerate(filled, 1)], filled


def _item(number: int, line: dict[str, str]) -> Item:
    # What is no number becomes 0, which the check then refuses with its reason.
    values: dict[str, Any] = {
        name: (int(text) if text.isdecimal() and len(text) < 6 else 0)
        if name in NUMBERS
        else text.strip()
        for name, text in line.items()
    }
    if values["code"] not in AUTOMATIC:
        values["code"] = f"m{number:02d}"
    return Item(**values)


def read_vote(form: Mapping[str, str]) -> Vote:
    return Vote(
        read_day(form, "voted_on"),
        read_number(form, "votes_yes"),
        read_number(form, "votes_no"),
        read_number(form, "votes_abstain"),
    )


def read_person(source: Mapping[str, str], name: str = "person") -> int | None:
    """Whose number was typed or is in an address: None without one, NOBODY for an unknown one."""
    typed = source.get(name, "").strip()
    if not typed:
        return None
    if not NUMBER.fullmatch(typed):
        return NOBODY
    return people_numbered([int(typed)]).get(int(typed), NOBODY)


def people_of(numbers: Collection[int]) -> list[int]:
    """The people who have these numbers; raises InvalidInput naming those that nobody has."""
    found = people_numbered(numbers)
    wrong = "、".join(str(one) for one in sorted(set(numbers) - found.keys())[:5])
    if wrong:
        raise InvalidInput(errors={"people": [f"没有这些积分号：{wrong}"]})
    return list(found.values())


def read_people(form: MultiDict[str, str]) -> list[int]:
    """Ticked people and typed numbers together."""
    typed = form.get("numbers", "").replace(",", " ").replace("、", " ").split()
    wrong = [one for one in typed if not one.isdecimal() or len(one) > 15]
    if wrong:
        raise InvalidInput(errors={"people": [f"积分号只有数字,看不懂:{wrong[0][:12]}"]})
    ticked = [one for one in form.getlist("people") if NUMBER.fullmatch(one)]
    return people_of([int(one) for one in (*ticked, *typed)])
