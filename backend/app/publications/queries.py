"""What is published, as everybody reads it: drawn from the frozen copies alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from backend.app.core.db import db, fetch_named
from backend.app.core.errors import NotFound
from backend.app.places.queries import Place, get_place
from backend.app.places.succession import village_now
from backend.app.publications.models import Publication, VillagePublication
from backend.app.scorecards.figures import NOTHING, score_text
from backend.app.scorecards.locks import corrections
from backend.app.scorecards.locks.corrections import REASONS, Correction
from backend.app.scoring.schemes import NO_DATA, TOO_FEW


class MonthNotPublished(NotFound):
    code = "not_published"
    message = "这个月还没有公示"


class NobodyPublished(NotFound):
    code = "place_not_published"
    message = "没有找到这个地方的公示，请核对网址里的代码"


@dataclass(frozen=True)
class CorrectionLine:
    """A correction as everybody reads it; totals as they are written."""

    number: int
    village: str
    code: str
    kind: str
    reason: str
    before: str
    after: str
    light_before: dict[str, str]
    light_after: dict[str, str]
    made_at: datetime


def find(county_id: int, month: date) -> Publication | None:
    return db.session.get(Publication, (county_id, month))


def get(county_id: int, month: date) -> Publication:
    """Raises NotPublished."""
    found = find(county_id, month)
    if found is None:
        raise MonthNotPublished
    return found


def of_county(code: str, month: date) -> Publication:
    """By a county's six digits. Raises NotPublished."""
    query = select(Publication).where(Publication.code == code, Publication.month == month)
    found = db.session.scalar(query)
    if found is None:
        raise MonthNotPublished
    return found


def of_village(code: str, month: date) -> VillagePublication:
    """By a village's twelve digits, as it had them then. Raises NotPublished."""
    query = select(VillagePublication).where(
        VillagePublication.code == code, VillagePublication.month == month
    )
    found = db.session.scalar(query)
    if found is None:
        raise MonthNotPublished
    return found


def page_of_village(village_id: int, month: date) -> VillagePublication:
    """Raises MonthNotPublished."""
    page = db.session.get(VillagePublication, (village_id, month))
    if page is None:
        raise MonthNotPublished
    return page


def later_page(code: str, month: date | None = None) -> VillagePublication | None:
    """Of what the village of this code became, or is called by another code: that month's, or the
    newest; None where the code is still the village's."""
    newest = VillagePublication.month.desc()
    own = select(VillagePublication.village_id).where(VillagePublication.code == code)
    village_id = db.session.scalar(own.order_by(newest).limit(1))
    if village_id is None:
        return None
    pages = select(VillagePublication).where(
        VillagePublication.village_id == village_now(village_id), VillagePublication.code != code
    )
    if month is not None:
        pages = pages.where(VillagePublication.month == month)
    return db.session.scalar(pages.order_by(newest).limit(1))


def path_of(village_id: int, month: date) -> str | None:
    """Where everybody reads the village's month; None before it is published."""
    page = db.session.get(VillagePublication, (village_id, month))
    return f"/p/{page.code}/{month:%Y-%m}" if page else None


def villages_of(region_id: int, month: date) -> list[VillagePublication]:
    """The published pages of a village, township or county, by code."""
    mine = (
        VillagePublication.village_id == region_id,
        VillagePublication.township_id == region_id,
        VillagePublication.county_id == region_id,
    )
    query = select(VillagePublication).where(
        VillagePublication.month == month, mine[0] | mine[1] | mine[2]
    )
    return list(db.session.scalars(query.order_by(VillagePublication.code)))


def page_of(county_id: int, month: date, after: str, most: int) -> list[VillagePublication]:
    """The villages of a published month with codes above `after`, one more than asked for."""
    query = select(VillagePublication).where(
        VillagePublication.county_id == county_id, VillagePublication.month == month,
        VillagePublication.code > after,
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(VillagePublication.code).limit(most + 1)))


def name_of(county_id: int) -> Place:
    return get_place(county_id)


class PublishedMonth(NamedTuple):
    """A county's month in the list of its publications."""

    month: date
    published_at: datetime
    name: str


class PublishedVillageMonth(NamedTuple):
    """A village's month in the list of its pages; `score` as it was published."""

    month: date
    name: str
    township: str
    score: dict[str, Any] | None


class PublishedCounty(NamedTuple):
    """A county that has published, with its newest month."""

    code: str
    month: date
    name: str


def list_of_county(code: str) -> list[PublishedMonth]:
    """Months with their digests, the newest first. Raises NobodyPublished."""
    query = select(
        Publication.month,
        Publication.published_at,
        Publication.content["county"].astext.label("name"),
    ).where(Publication.code == code)  # fmt: skip
    rows = fetch_named(PublishedMonth, query.order_by(Publication.month.desc()))
    if not rows:
        raise NobodyPublished
    return rows


def list_of_village(code: str) -> list[PublishedVillageMonth]:
    """Months with the village's total and light, the newest first. Raises NobodyPublished."""
    content = VillagePublication.content
    query = select(
        VillagePublication.month, content["village"].astext.label("name"),
        content["township"].astext.label("township"), content["score"].label("score"),
    ).where(VillagePublication.code == code)  # fmt: skip
    rows = fetch_named(PublishedVillageMonth, query.order_by(VillagePublication.month.desc()))
    if not rows:
        raise NobodyPublished
    return rows


def counties_published() -> list[PublishedCounty]:
    """Code, name and newest month of every county that has published."""
    newest = (
        select(
            Publication.code, Publication.month, Publication.content["county"].astext.label("name")
        )
        .ext(distinct_on(Publication.code))
        .order_by(Publication.code, Publication.month.desc())
    )
    return fetch_named(PublishedCounty, newest)


def published_months(county_ids: Sequence[int]) -> list[Publication]:
    """For the console, the newest first; without their contents."""
    query = select(
        Publication.county_id, Publication.month, Publication.code, Publication.digest,
        Publication.published_at, Publication.published_by_id,
    ).where(Publication.county_id.in_(county_ids))  # fmt: skip
    return list(db.session.execute(query.order_by(Publication.month.desc())))  # type: ignore[arg-type]


def corrections_of(
    county_id: int, month: date, scheme: dict[str, Any], village_id: int | None = None
) -> list[CorrectionLine]:
    """All numbered corrections of a month, of one village where it is named."""
    rows = corrections.corrections_of(county_id, month)
    chosen = [row for row in rows if village_id in (None, row.village_id)]
    if not chosen:
        return []
    names = {
        row.village_id: (row.content["village"], row.code)
        for row in db.session.scalars(
            select(VillagePublication).where(
                VillagePublication.month == month,
                VillagePublication.village_id.in_({row.village_id for row in chosen}),
            )
        )
    }
    lights = {one["code"]: one for one in scheme["lights"]}
    lights[TOO_FEW.code] = {"code": TOO_FEW.code, "word": TOO_FEW.word, "icon": TOO_FEW.icon}
    return [_line(row, names, lights) for row in chosen]


def _line(
    row: Correction, names: dict[int, tuple[str, str]], lights: dict[str, dict[str, str]]
) -> CorrectionLine:
    name, code = names.get(row.village_id, (NOTHING, ""))
    none = {"code": NO_DATA.code, "word": NO_DATA.word, "icon": NO_DATA.icon}
    return CorrectionLine(
        row.number, name, code, REASONS[row.reason_kind], row.reason,
        score_text(row.before["total"]), score_text(row.after["total"]),
        lights.get(row.before["light"], none), lights.get(row.after["light"], none), row.made_at,
    )  # fmt: skip
