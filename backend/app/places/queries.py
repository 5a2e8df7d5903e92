"""Reads about regions: where they lie, what they are called, how to find them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select
from sqlalchemy import text as sql
from sqlalchemy.orm import aliased

from backend.app.core.db import db, like_escaped
from backend.app.core.read_cache import remembered
from backend.app.core.web.boxes import whole
from backend.app.places.county_settings import SETTINGS, USUAL, CountySettings
from backend.app.places.errors import RegionUnknown
from backend.app.places.models import CountySettingsRow, Department, Region
from backend.app.places.name_queries import village_names

SEARCH_LIMIT = 20
# Of more counties one has to be named.
MOST_COUNTIES = 3


@dataclass(frozen=True)
class Place:
    """A region as it is today."""

    id: int
    level: str
    code: str | None
    name: str
    parent_id: int | None
    township_id: int | None
    county_id: int | None
    closed_on: date | None
    merged_into_id: int | None
    # The path of the village that it became.
    became: tuple[int, ...] = ()

    @property
    def path(self) -> tuple[int, ...]:
        """Its own id and the ids above it, with those of what it became: what `may()` asks for."""
        above = (self.parent_id, self.township_id, self.county_id, *self.became)
        return tuple(dict.fromkeys([self.id, *(region for region in above if region)]))

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


@dataclass(frozen=True)
class PlaceItem:
    """A line in a picker."""

    id: int
    name: str
    level: str
    code: str | None
    has_children: bool


@dataclass(frozen=True)
class VillageLabel:
    """A village as people call it, with where it lies."""

    id: int
    name: str
    township: str
    county: str
    county_id: int
    level: str = "village"


@remembered
def get_place(region_id: int) -> Place:
    """Raises RegionUnknown; closed regions are found too."""
    row = db.session.execute(_places().where(Region.id == region_id)).one_or_none()
    if row is None:
        raise RegionUnknown
    place = Place(*row)
    if place.merged_into_id is None:
        return place
    return replace(place, became=get_place(place.merged_into_id).path)


def find_place(code: str) -> Place | None:
    """The open region with a 12-digit code, or a county's 6 or a township's 9 digits."""
    padded = code.ljust(12, "0")
    row = db.session.execute(
        _places().where(Region.code == padded, Region.closed_on.is_(None))
    ).one_or_none()
    return Place(*row) if row else None


def find_ended(code: str) -> Place | None:
    """The village of that code that was closed last, where nobody has said what it became."""
    ended = (Region.level == "village", Region.closed_on.is_not(None))
    query = _places().where(Region.code == code, *ended, Region.merged_into_id.is_(None))
    row = db.session.execute(query.order_by(Region.id.desc())).first()
    return Place(*row) if row else None


def region_path(region_id: int) -> tuple[int, ...]:
    """A region's own id and the ids of all regions above it."""
    return get_place(region_id).path


def list_children(parent_id: int | None) -> list[PlaceItem]:
    """The open regions below one, or the counties; by code, groups by name."""
    child = aliased(Region)
    has_children = exists().where(child.parent_id == Region.id, child.closed_on.is_(None))
    below = Region.parent_id.is_(None) if parent_id is None else Region.parent_id == parent_id
    rows = db.session.execute(
        select(Region.id, Region.name, Region.level, Region.code, has_children)
        .where(below, Region.closed_on.is_(None))
        .order_by(Region.code.nulls_last(), Region.name)
    )
    return [PlaceItem(*row) for row in rows]


def search_villages(text: str, within: Collection[int] | None = None) -> list[VillageLabel]:
    """Open villages whose name holds the text or whose code starts with it, best match first.

    Where there is none, those that are meant by it in any other way of writing.
    """
    words = text.strip()
    if not words:
        return []
    pattern = like_escaped(words)
    matches: ColumnElement[bool] = Region.name.like(f"%{pattern}%")
    if whole(words) is not None:
        matches = or_(matches, Region.code.like(f"{pattern}%"))
    found = (
        _labels()
        .where(matches, Region.closed_on.is_(None))
        .order_by(func.strpos(Region.name, words), func.length(Region.name), Region.code)
        .limit(SEARCH_LIMIT)
    )
    if within is not None:
        ids = list(within)
        found = found.where(
            or_(Region.id.in_(ids), Region.township_id.in_(ids), Region.county_id.in_(ids))
        )
    labels = [VillageLabel(*row) for row in db.session.execute(found)]
    return labels or _found_by_name(words, within)


def _found_by_name(words: str, within: Collection[int] | None) -> list[VillageLabel]:
    """Written as people write it: with township and county, in full, as it was once called."""
    if within is None:
        counties = county_ids()
    else:
        counties = list(db.session.scalars(counties_over(within).distinct()))
    if len(counties) > MOST_COUNTIES:
        called = region_names(counties)
        counties = [county for county in counties if called[county] in words]
    ids = [id_ for county in counties for id_ in village_names(county).find(words).ids]
    labels = village_labels(ids)
    inside = [labels[id_] for id_ in ids if within is None or _lies_in(id_, within)]
    return inside[:SEARCH_LIMIT]


def _lies_in(region_id: int, within: Collection[int]) -> bool:
    return not set(region_path(region_id)).isdisjoint(within)


def village_labels(village_ids: Iterable[int]) -> dict[int, VillageLabel]:
    """Labels of several villages at once, closed ones too."""
    rows = db.session.execute(_labels().where(Region.id.in_(list(village_ids))))
    return {row.id: VillageLabel(*row) for row in rows}


def village_label(village_id: int) -> VillageLabel:
    """Raises RegionUnknown for anything that is not a village."""
    label = village_labels([village_id]).get(village_id)
    if label is None:
        raise RegionUnknown
    return label


def list_villages(region_id: int) -> list[VillageLabel]:
    """The open villages of a county or township, or the village itself, by code."""
    inside = or_(
        Region.id == region_id, Region.township_id == region_id, Region.county_id == region_id
    )
    found = _labels().where(inside, Region.closed_on.is_(None)).order_by(Region.code)
    return [VillageLabel(*row) for row in db.session.execute(found)]


def list_departments(county_id: int) -> list[Department]:
    """The departments of a county that exist today, by name."""
    return list(
        db.session.scalars(
            select(Department)
            .where(Department.county_id == county_id, Department.closed_on.is_(None))
            .order_by(Department.name)
        )
    )


def county_of_department(department_id: int) -> int:
    """Raises RegionUnknown for a department that does not exist today."""
    department = db.session.get(Department, department_id)
    if department is None or department.closed_on is not None:
        raise RegionUnknown("没有这个部门")
    return department.county_id


def list_townships(county_ids: Iterable[int]) -> list[PlaceItem]:
    """The open townships of counties, by code."""
    rows = db.session.execute(
        select(Region.id, Region.name, Region.level, Region.code, literal(True))
        .where(
            Region.level == "township",
            Region.county_id.in_(list(county_ids)),
            Region.closed_on.is_(None),
        )
        .order_by(Region.code)
    )
    return [PlaceItem(*row) for row in rows]


def county_ids(open_only: bool = True) -> list[int]:
    """The counties of this instance."""
    query = select(Region.id).where(Region.level == "county").order_by(Region.id)
    return list(db.session.scalars(query.where(Region.closed_on.is_(None)) if open_only else query))


def kinds_of_villages(county_id: int) -> list[str | None]:
    """The types that open villages of a county carry, by name; None where one carries none."""
    query = select(Region.kind).where(
        Region.county_id == county_id, Region.level == "village", Region.closed_on.is_(None)
    )
    return list(db.session.scalars(query.distinct().order_by(Region.kind)))


def townships_of(village_ids: Collection[int]) -> dict[int, int]:
    """The township of each village."""
    query = select(Region.id, Region.township_id).where(Region.id.in_(village_ids))
    return {village_id: township_id or 0 for village_id, township_id in db.session.execute(query)}


def lock_region(region_id: int) -> None:
    """Others who lock this region wait until the end of the transaction."""
    db.session.execute(
        select(Region.id).where(Region.id == region_id).with_for_update(key_share=True)
    )


def villages_under(region_ids: Collection[int]) -> Select[int]:
    """The ids of the villages of townships, closed ones too, as part of another statement."""
    return select(Region.id).where(Region.level == "village", Region.township_id.in_(region_ids))


def villages_of(region_ids: Collection[int]) -> list[int]:
    """The ids of the villages of townships, closed ones too."""
    return list(db.session.scalars(villages_under(region_ids))) if region_ids else []


def counties_over(region_ids: Collection[int]) -> Select[int]:
    """The ids of the counties in which regions lie, or which they are, for another statement."""
    return select(func.coalesce(Region.county_id, Region.id)).where(Region.id.in_(region_ids))


def region_names(region_ids: Iterable[int]) -> dict[int, str]:
    """What regions are called today, closed ones too."""
    rows = db.session.execute(select(Region.id, Region.name).where(Region.id.in_(list(region_ids))))
    return {row.id: row.name for row in rows}


def department_names(department_ids: Iterable[int]) -> dict[int, str]:
    """What departments are called, closed ones too."""
    rows = db.session.execute(
        select(Department.id, Department.name).where(Department.id.in_(list(department_ids)))
    )
    return {row.id: row.name for row in rows}


def open_villages(county_id: int) -> list[int]:
    query = select(Region.id).where(
        Region.county_id == county_id, Region.level == "village", Region.closed_on.is_(None)
    )
    return list(db.session.scalars(query))


BY_CODE = sql(
    """
    SELECT v.id, v.code, v.name, v.township_id, t.name AS township, c.name AS county
    FROM region v JOIN region t ON t.id = v.township_id JOIN region c ON c.id = v.county_id
    WHERE v.id = ANY(:ids) ORDER BY v.code
    """
)


class CodedVillage(NamedTuple):
    """A village with its code and where it lies."""

    id: int
    code: str
    name: str
    township_id: int
    township: str
    county: str


def villages_by_code(village_ids: Iterable[int]) -> list[CodedVillage]:
    """These villages, closed ones too, in the order of their codes."""
    rows = db.session.execute(BY_CODE, {"ids": sorted(village_ids)})
    return [CodedVillage(*row) for row in rows]


def _places() -> Select[*tuple[Any, ...]]:
    return select(
        Region.id,
        Region.level,
        Region.code,
        Region.name,
        Region.parent_id,
        Region.township_id,
        Region.county_id,
        Region.closed_on,
        Region.merged_into_id,
    )


def _labels() -> Select[*tuple[Any, ...]]:
    township, county = aliased(Region), aliased(Region)
    return (
        select(Region.id, Region.name, township.name, county.name, county.id)
        .join(township, township.id == Region.township_id)
        .join(county, county.id == Region.county_id)
        .where(Region.level == "village")
    )


def settings_of(county_id: int) -> CountySettings:
    """What a county decided by single values."""
    row = db.session.get(CountySettingsRow, county_id)
    return CountySettings(**{name: getattr(row, name) for name in SETTINGS}) if row else USUAL
