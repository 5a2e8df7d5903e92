"""Reads of scorecards for pages, API and files."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Row, func, or_, select, text

from backend.app.core import clock
from backend.app.core.db import db, fetch_named, like_escaped
from backend.app.core.errors import InvalidInput
from backend.app.core.web.boxes import whole
from backend.app.places.queries import villages_under
from backend.app.places.sql import counties_of, join_region, lies_within
from backend.app.scorecards.figures import Area, area
from backend.app.scorecards.models import Scorecard
from backend.app.scoring.levels import column_sums
from backend.app.scoring.satisfaction import Status

PAGE = 50
# Objections or adjustments: whatever has a county, a village, a state and a month.
DeskModel = TypeVar("DeskModel", bound=Any)
AREA = (
    f"{column_sums('c')}, COALESCE(sum(c.flagged), 0)::int, count(*)::int,"
    " count(*) FILTER (WHERE c.n > 0)::int"
)
WITHIN = lies_within("v", ":scope")

# What a table may be sorted by; the village's id settles ties, so that pages never overlap.
SORTS = {
    "code": "v.code",
    "name": "v.name",
    "township": "t.code",
    "n": "c.n",
    "mean": "c.satisfaction_mean",
    "width": "c.satisfaction_high - c.satisfaction_low",
    "rate": "c.positive_rate",
    "flagged": "c.flagged",
}
# Villages with too few ratings are not compared: they come after the others, either way round.
COMPARED = frozenset({"mean", "width", "rate"})
STATUSES = ("ok", "too_few", "none")
FIGURES = (
    "satisfaction_mean", "satisfaction_low", "satisfaction_high",
    "positive_rate", "positive_low", "positive_high",
)  # fmt: skip
ROW = """
    v.id, v.code, v.name, t.name AS township, c.n, c.flagged,
    c.status, c.satisfaction_mean, c.satisfaction_low, c.satisfaction_high,
    c.positive_rate, c.positive_low, c.positive_high
"""
FROM = f"""
    FROM scorecard c
    {join_region("v", "c.village_id")}
    {join_region("t", "v.township_id")}
    WHERE c.month = :month AND {WITHIN}
"""


@dataclass(frozen=True)
class RankingFilters:
    """What a reader asked the table for."""

    search: str = ""
    township_id: int | None = None
    status: str = ""
    sort: str = "code"
    descending: bool = False
    page: int = 1

    @property
    def narrowed(self) -> bool:
        return bool(self.search or self.township_id or self.status)

    @property
    def where(self) -> str:
        parts = []
        if whole(self.search) is not None:
            parts.append("v.code LIKE :prefix")
        elif self.search:
            parts.append("v.name LIKE :anywhere")
        if self.township_id:
            parts.append("v.township_id = :township_id")
        if self.status:
            parts.append("c.status = :status")
        return "".join(f" AND {part}" for part in parts)

    @property
    def values(self) -> dict[str, Any]:
        plain = like_escaped(self.search)
        return {
            "prefix": f"{plain}%",
            "anywhere": f"%{plain}%",
            "township_id": self.township_id,
            "status": self.status,
        }


class VillageRow(NamedTuple):
    """A village in the table of a month's ratings."""

    id: int
    code: str
    name: str
    township: str
    n: int
    flagged: int
    status: str
    satisfaction_mean: Decimal | None
    satisfaction_low: Decimal | None
    satisfaction_high: Decimal | None
    positive_rate: Decimal | None
    positive_low: Decimal | None
    positive_high: Decimal | None


def _run(statement: str, **values: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    return db.session.execute(text(statement), values).all()


def _ids(scope: Collection[int]) -> list[int]:
    return sorted(scope)


def check_month(month: date) -> None:
    """Raises InvalidInput for a month that has not begun."""
    if month > clock.month_of(clock.today()):
        raise InvalidInput("这个月还没到", {"month": [f"{month:%Y-%m} 还没到"]})


def list_months(scope: Collection[int]) -> list[date]:
    """The months that have scorecards, newest first."""
    rows = _run(
        f"SELECT DISTINCT month FROM scorecard WHERE county_id IN {counties_of(':scope')}"
        " ORDER BY month DESC",
        scope=_ids(scope),
    )
    return [row.month for row in rows]


def _area(numbers: Iterable[int]) -> Area:
    *counts, flagged, villages, rated = numbers
    return area(counts, flagged, villages, rated)


def area_trend(scope: Collection[int], month: date, count: int = 12) -> list[tuple[str, Area]]:
    """The last months up to `month`, oldest first; months without scorecards are left out."""
    first = clock.months_back(month, count)[0]
    rows = _run(
        f"SELECT c.month, {AREA} FROM scorecard c {join_region('v', 'c.village_id')}"
        f" WHERE c.month BETWEEN :first AND :month AND {WITHIN} GROUP BY c.month ORDER BY c.month",
        scope=_ids(scope), first=first, month=month,
    )  # fmt: skip
    return [(f"{of_month:%Y-%m}", _area(numbers)) for of_month, *numbers in rows]


def townships(scope: Collection[int], month: date) -> list[tuple[int, str, Area]]:
    """Every township within these regions, by code."""
    rows = _run(
        f"SELECT t.id, t.name, {AREA} FROM scorecard c {join_region('v', 'c.village_id')}"
        f" {join_region('t', 'v.township_id')} WHERE c.month = :month AND {WITHIN}"
        " GROUP BY t.id, t.name, t.code ORDER BY t.code",
        scope=_ids(scope), month=month,
    )  # fmt: skip
    return [(township_id, name, _area(numbers)) for township_id, name, *numbers in rows]


def village_rows(scope: Collection[int], month: date, filters: RankingFilters) -> list[VillageRow]:
    """One page of villages with their figures."""
    direction = "DESC NULLS LAST" if filters.descending else "ASC NULLS LAST"
    enough_first = f"c.status <> '{Status.OK}', " if filters.sort in COMPARED else ""
    statement = (
        f"SELECT {ROW} {FROM} {filters.where}"
        f" ORDER BY {enough_first}{SORTS[filters.sort]} {direction}, v.id"
        " LIMIT :limit OFFSET :offset"
    )
    values = {
        "scope": _ids(scope), "month": month, **filters.values,
        "limit": PAGE, "offset": (filters.page - 1) * PAGE,
    }  # fmt: skip
    return fetch_named(VillageRow, text(statement), values)


def village_totals(scope: Collection[int], month: date, filters: RankingFilters) -> Area:
    """The last line of the table: all villages the filters leave, not only this page."""
    rows = _run(f"SELECT {AREA} {FROM} {filters.where}", scope=_ids(scope), month=month,
                **filters.values)  # fmt: skip
    return _area(rows[0])


def all_village_rows(region_id: int, month: date) -> list[VillageRow]:
    """Every village of a region in the order of codes."""
    statement = text(f"SELECT {ROW} {FROM} ORDER BY v.code")
    return fetch_named(VillageRow, statement, {"scope": [region_id], "month": month})


def computed_at(scope: Collection[int], month: date) -> datetime | None:
    rows = _run(
        f"SELECT max(c.computed_at) FROM scorecard c {join_region('v', 'c.village_id')}"
        f" WHERE c.month = :month AND {WITHIN}",
        scope=_ids(scope), month=month,
    )  # fmt: skip
    found: datetime | None = rows[0][0]
    return found


def replies_of(township_id: int, month: date) -> tuple[int, int]:
    """Of the call-backs after bad ratings in a township, due in the month: in time, and all."""
    ((in_time, due),) = _run(
        "SELECT COALESCE(sum((f.counts -> 'bad_reply' ->> 0)::int), 0)::int,"
        " COALESCE(sum((f.counts -> 'bad_reply' ->> 0)::int"
        " + (f.counts -> 'bad_reply' ->> 1)::int), 0)::int"
        f" FROM month_fact f {join_region('v', 'f.village_id')}"
        " WHERE v.township_id = :id AND f.month = :month",
        id=township_id, month=month,
    )  # fmt: skip
    return in_time, due


def cards_of_county(county_id: int, month: date) -> list[Scorecard]:
    """All cards of a county's month, to be read only."""
    query = select(Scorecard).where(Scorecard.county_id == county_id, Scorecard.month == month)
    return list(db.session.scalars(query))


def desk_page(
    model: type[DeskModel], waiting: str, scope: Collection[int], state: str, month: date | None,
    page: int, size: int,
) -> tuple[list[DeskModel], int]:  # fmt: skip
    """Objections or adjustments within counties or townships, what waits first; and how many."""
    within = or_(model.county_id.in_(scope), model.village_id.in_(villages_under(scope)))
    wanted = {"state": state, "month": month}
    query = select(model).where(within).filter_by(**{k: v for k, v in wanted.items() if v})
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    waiting_first = query.order_by(model.state != waiting, model.id.desc())
    rows = db.session.scalars(waiting_first.limit(size).offset((page - 1) * size))
    return list(rows), total
