"""The published list of parts and events that a county may load, beside this module."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from backend.app.tickets.city.kinds import CityKind
from backend.app.tickets.clocks.deadlines import DeadlineLimit, Unit

FILE = Path(__file__).with_name("classes.json")


@dataclass(frozen=True)
class ListedClass:
    """One class with the department and the time that the list proposes."""

    code: str
    kind: CityKind
    group_name: str
    name: str
    is_example: bool
    owner: str | None
    limit: DeadlineLimit


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads(FILE.read_bytes())
    return content


def first_office() -> str:
    """Whom the list sends a case to first."""
    return str(_content()["first_office"])


def sources() -> tuple[str, str]:
    """Where the list is from, and what in it is an example."""
    return "".join(_content()["source"]), _content()["examples"]


@cache
def listed_classes() -> tuple[ListedClass, ...]:
    """In the order of the list: parts, then events."""
    return tuple(
        ListedClass(
            code, CityKind.of(group["kind"]), group["name"], name, group["is_example"],
            group["owner"], DeadlineLimit(group["limit"][0], Unit(group["limit"][1])),
        )
        for group in _content()["groups"]
        for code, name in group["classes"].items()
    )  # fmt: skip
