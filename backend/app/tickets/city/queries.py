"""A county's classes of parts and events: listed, found by code, with who handles them how long."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Select, literal, select, union_all

from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.core.read_cache import remembered
from backend.app.places.queries import counties_over
from backend.app.tickets.city.class_list import ListedClass, listed_classes
from backend.app.tickets.city.kinds import CityKind
from backend.app.tickets.clocks.deadlines import DeadlineLimit, Unit
from backend.app.tickets.models import CityBaseline, CityClass, CityClassLimit, TicketCategory


@remembered
def list_classes(county_id: int) -> list[CityClass]:
    """All that were loaded, those out of use too, in the order of their codes."""
    query = select(CityClass).where(CityClass.county_id == county_id)
    return list(db.session.scalars(query.order_by(CityClass.code)))


class TicketTopic(NamedTuple):
    """What a ticket may be about: a category, or a class with its kind and group."""

    code: str
    name: str
    kind: str
    group_name: str
    position: int


class TicketTopics(NamedTuple):
    """Categories by code, and classes by the heading of a choice: 部件 · 公用设施."""

    categories: dict[str, str]
    classes: dict[str, list[TicketTopic]]


def topics_of(region_ids: Collection[int]) -> TicketTopics:
    """What a ticket of these places may be about, by one statement for the pages that ask both."""
    counties = counties_over(region_ids)
    categories = select(
        TicketCategory.code, TicketCategory.name, literal(""), literal(""), TicketCategory.position
    ).where(TicketCategory.county_id.in_(counties), TicketCategory.valid_to.is_(None))
    classes = select(
        CityClass.code, CityClass.name, CityClass.kind, CityClass.group_name, literal(0)
    ).where(CityClass.county_id.in_(counties), CityClass.is_used)
    found = [TicketTopic(*row) for row in db.session.execute(union_all(categories, classes))]
    named = {row.code: row for row in sorted(found, key=lambda row: row.code) if row.kind}
    return TicketTopics(
        {
            row.code: row.name
            for row in sorted(found, key=lambda row: (row.position, row.code))
            if not row.kind
        },
        {
            heading: list(rows)
            for heading, rows in groupby(
                named.values(), lambda row: f"{CityKind.of(row.kind).words} · {row.group_name}"
            )
        },
    )


def class_ids(wanted: str) -> Select[int]:
    """Of one code, or of all parts or all events, as a list of tickets is narrowed by them."""
    column = CityClass.kind if wanted in set(CityKind) else CityClass.code
    return select(CityClass.id).where(column == wanted)


def find_class(county_id: int, code: str | None) -> CityClass | None:
    """Raises InvalidInput for a code that the county does not use."""
    if not code:
        return None
    for row in list_classes(county_id):
        if row.code == code and row.is_used:
            return row
    raise InvalidInput(errors={"city_class": ["没有这个部件或事件，请从列表中选"]})


def class_of(class_id: int | None) -> CityClass | None:
    """The class that a ticket carries, in use or not."""
    return db.session.get(CityClass, class_id) if class_id is not None else None


def classes_by_id(ids: Collection[int]) -> dict[int, CityClass]:
    """Those that some tickets carry; none asked for costs no statement."""
    if not ids:
        return {}
    return {
        row.id: row for row in db.session.scalars(select(CityClass).where(CityClass.id.in_(ids)))
    }


def missing_classes(county_id: int) -> list[ListedClass]:
    """What loading the list would add."""
    known = {row.code for row in list_classes(county_id)}
    return [listed for listed in listed_classes() if listed.code not in known]


@remembered
def _limits(county_id: int) -> list[CityClassLimit]:
    query = select(CityClassLimit).where(CityClassLimit.county_id == county_id)
    return list(db.session.scalars(query.order_by(CityClassLimit.valid_from)))


@dataclass(frozen=True)
class HandlingTime:
    """How long one unit, or every other one, has for a class."""

    region_id: int | None
    department_id: int | None
    limit: DeadlineLimit


def handling_times(county_id: int, at: datetime) -> Mapping[int, list[HandlingTime]]:
    """By class, the general time first; the newest in force counts."""
    newest: dict[tuple[int, int | None, int | None], HandlingTime] = {}
    for row in _limits(county_id):
        if row.valid_from <= at:
            length = DeadlineLimit(row.amount, Unit(row.unit))
            newest[row.class_id, row.region_id, row.department_id] = HandlingTime(
                row.region_id, row.department_id, length
            )
    result: dict[int, list[HandlingTime]] = {}
    for key in sorted(newest, key=lambda key: tuple(part or 0 for part in key)):
        result.setdefault(key[0], []).append(newest[key])
    return result


def handling_time(
    county_id: int, class_id: int, region_id: int | None, department_id: int | None, at: datetime
) -> DeadlineLimit | None:
    """The unit's own time for a class, else that of every unit; None where nothing was set."""
    times = handling_times(county_id, at).get(class_id, [])
    whose = {(time.region_id, time.department_id): time.limit for time in times}
    return whose.get((region_id, department_id)) or whose.get((None, None))


def baseline_of(county_id: int) -> CityBaseline | None:
    return db.session.get(CityBaseline, county_id)
