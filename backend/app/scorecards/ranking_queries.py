"""Reads of totals: who stands where, and one village among its like."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, fetch_named, like_escaped
from backend.app.places.sql import join_region
from backend.app.scorecards.queries import PAGE, WITHIN
from backend.app.scoring.funnel import Funnel, funnel
from backend.app.scoring.intervals import normal_quantile
from backend.app.scoring.levels import COLUMNS, POSITIVE_LEVELS, columns

FROM = f"""
    FROM scorecard c {join_region("v", "c.village_id")} {join_region("t", "v.township_id")}
    WHERE c.month = :month AND {WITHIN}
"""
ROW = """
    v.id, v.code, v.name, t.name AS township, c.kind, c.n, c.total, c.standard_error, c.light,
    c.rank, c.rank_low, c.rank_high, c.band, c.calibrated, c.indicators
"""
# What stands first: bands of those who are compared, then those of whom too little is known.
# Ranks of several types say nothing about each other: together they stand by their totals.
ORDER = "c.band NULLS LAST, c.rank NULLS LAST, c.total DESC NULLS LAST, v.id"
ORDER_OF_ALL = "(c.rank IS NULL), c.total DESC NULLS LAST, v.id"
TREND = text(
    """
    SELECT month, total, standard_error, light FROM scorecard
    WHERE village_id = :village_id AND month BETWEEN :first AND :month ORDER BY month
    """
)
PEERS = text(
    f"""
    SELECT v.id, v.name, c.n, {columns("c", COLUMNS[:POSITIVE_LEVELS], " + ")} AS positive,
           c.total, c.light, c.rank, c.band
    FROM scorecard c {join_region("v", "c.village_id")}
    WHERE c.county_id = :county_id AND c.month = :month AND c.kind IS NOT DISTINCT FROM :kind
    ORDER BY c.rank NULLS LAST, v.id
    """
)
LEAST_KNOWN = 3
THIN = text(
    f"""
    SELECT v.id, v.code, v.name, t.name AS township, c.n, c.people, own.usual::float8 AS usual
    FROM scorecard c {join_region("v", "c.village_id")} {join_region("t", "v.township_id")}
    LEFT JOIN scorecard p ON p.village_id = c.village_id AND p.month = :before
    CROSS JOIN LATERAL (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY m.people) AS usual, count(*) AS known
        FROM scorecard m WHERE m.village_id = c.village_id AND m.month >= :first
          AND m.month < :month AND m.people IS NOT NULL
    ) AS own
    WHERE c.county_id = :county_id AND c.month = :month
      AND (c.rank IS NULL AND p.village_id IS NOT NULL AND p.rank IS NULL
           OR own.known >= :known AND 3 * COALESCE(c.people, 0) < own.usual)
    ORDER BY v.code
    """
)
PORTRAIT = text(
    """
    SELECT one->>'code' AS code, avg((one->>'achievement')::bigint)::float8 / 10000 AS mean
    FROM scorecard c CROSS JOIN LATERAL jsonb_array_elements(c.indicators) AS one
    WHERE c.county_id = :county_id AND c.month = :month AND c.kind IS NOT DISTINCT FROM :kind
      AND (one->>'n')::int > 0
    GROUP BY 1
    """
)
REGIONS = text(
    f"""
    SELECT s.region_id, r.name, s.level, s.villages, s.total, s.standard_error, s.light,
           s.indicators
    FROM region_score s {join_region("r", "s.region_id")}
    WHERE s.month = :month
      AND (s.county_id = ANY(:scope) OR s.region_id = ANY(:scope))
    ORDER BY s.level, r.code
    """
)


@dataclass(frozen=True)
class RankFilters:
    """What a reader asked the ranking for."""

    search: str = ""
    township_id: int | None = None
    kind: str | None = None
    light: str = ""
    page: int = 1

    @property
    def narrowed(self) -> bool:
        return bool(self.search or self.township_id or self.kind or self.light)

    @property
    def where(self) -> str:
        parts = []
        if self.search:
            parts.append("(v.name LIKE :anywhere OR v.code LIKE :start)")
        if self.township_id:
            parts.append("v.township_id = :township_id")
        if self.kind:
            parts.append("c.kind = :kind")
        if self.light:
            parts.append("c.light = :light")
        return "".join(f" AND {part}" for part in parts)

    @property
    def values(self) -> dict[str, Any]:
        plain = like_escaped(self.search)
        return {
            "anywhere": f"%{plain}%", "start": f"{plain}%", "township_id": self.township_id,
            "kind": self.kind, "light": self.light,
        }  # fmt: skip


@dataclass(frozen=True)
class TrendPoint:
    """A month's total with its 95% limits."""

    month: date
    total: Decimal | None
    low: Decimal | None
    high: Decimal | None
    light: str


class PeerRow(NamedTuple):
    """A village among its like."""

    id: int
    name: str
    n: int
    positive: int
    total: Decimal | None
    light: str
    rank: int | None
    band: int | None


class RankRow(NamedTuple):
    """A village in the ranking; `indicators` as its card has them."""

    id: int
    code: str
    name: str
    township: str
    kind: str | None
    n: int
    total: Decimal | None
    standard_error: Decimal | None
    light: str
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    band: int | None
    calibrated: bool
    indicators: list[dict[str, Any]]


class RegionRow(NamedTuple):
    """The county or a township, scored from the facts of its villages."""

    region_id: int
    name: str
    level: str
    villages: int
    total: Decimal | None
    standard_error: Decimal | None
    light: str
    indicators: list[dict[str, Any]]


@dataclass(frozen=True)
class Peers:
    """A village's like, by rank, and the funnel of their positive rates."""

    rows: list[PeerRow]
    funnel: Funnel | None

    def around(self, village_id: int, each_way: int = 3) -> list[PeerRow]:
        """Those next to it in rank, itself among them."""
        places = {row.id: place for place, row in enumerate(self.rows)}
        place = places.get(village_id, 0)
        first = max(0, min(place - each_way, len(self.rows) - 2 * each_way - 1))
        return self.rows[first : first + 2 * each_way + 1]

    def mark_of(self, village_id: int) -> str | None:
        if self.funnel is None:
            return None
        marks = zip(self.rows, self.funnel.marks, strict=True)
        return next((mark for row, mark in marks if row.id == village_id), None)


def rank_rows(scope: Collection[int], month: date, filters: RankFilters) -> list[RankRow]:
    """One page of villages, bands first."""
    order = ORDER if filters.kind else ORDER_OF_ALL
    statement = f"SELECT {ROW} {FROM} {filters.where} ORDER BY {order} LIMIT :limit OFFSET :offset"
    values = {
        "scope": sorted(scope), "month": month, **filters.values,
        "limit": PAGE, "offset": (filters.page - 1) * PAGE,
    }  # fmt: skip
    return fetch_named(RankRow, text(statement), values)


def light_counts(scope: Collection[int], month: date, filters: RankFilters) -> dict[str, int]:
    """How many villages the filters leave under each light; their sum is how many there are."""
    statement = f"SELECT c.light, count(*)::int AS villages {FROM} {filters.where} GROUP BY 1"
    values = {"scope": sorted(scope), "month": month, **filters.values}
    rows = db.session.execute(text(statement), values)
    return {row.light: row.villages for row in rows}


class ThinVillage(NamedTuple):
    """A village with few ratings: by how many people, and by how many usually."""

    id: int
    code: str
    name: str
    township: str
    n: int
    people: int | None
    usual: float | None


def thin_villages(county_id: int, month: date) -> list[ThinVillage]:
    """评价过少，需核查: 样本不足 two months running, or fewer people than a third of the median of
    the village's own twelve months before, of which three at least are known."""
    values = {
        "county_id": county_id, "month": month, "before": clock.previous_month(month),
        "first": clock.months_back(month, 13)[0], "known": LEAST_KNOWN,
    }  # fmt: skip
    return [ThinVillage(*row) for row in db.session.execute(THIN, values)]


def kinds_in(scope: Collection[int], month: date) -> list[str]:
    """The types of village there are, the most frequent first."""
    statement = f"SELECT c.kind {FROM} AND c.kind IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
    return list(db.session.scalars(text(statement), {"scope": sorted(scope), "month": month}))


def region_rows(scope: Collection[int], month: date) -> list[RegionRow]:
    """County and townships, scored from the same facts."""
    return fetch_named(RegionRow, REGIONS, {"scope": sorted(scope), "month": month})


def total_trend(village_id: int, month: date, count: int = 12) -> list[TrendPoint]:
    """The last months up to `month`, oldest first."""
    first = clock.months_back(month, count)[0]
    values = {"village_id": village_id, "first": first, "month": month}
    result = []
    for row in db.session.execute(TREND, values):
        result.append(trend_point(row.month, row.total, row.standard_error, row.light))
    return result


def trend_point(
    month: date, total: Decimal | None, error: Decimal | None, light: str
) -> TrendPoint:
    """A month with the 95% limits of its total."""
    wide = None if total is None else Decimal(normal_quantile(0.95)) * (error or 0)
    low = None if wide is None or total is None else max(Decimal(0), total - wide)
    high = None if wide is None or total is None else min(Decimal(100), total + wide)
    return TrendPoint(month, total, low, high, light)


def finding_of_totals(points: list[TrendPoint]) -> str:
    """上升, 持平 or 下降 only when the intervals of the last two months say so."""
    if len(points) < 2 or points[-1].total is None or points[-2].total is None:
        return "还没有两个月可比。"
    before, now = points[-2], points[-1]
    if now.low is not None and before.high is not None and now.low > before.high:
        return "总分比上月上升，差别超出偶然波动。"
    if now.high is not None and before.low is not None and now.high < before.low:
        return "总分比上月下降，差别超出偶然波动。"
    return "总分和上月持平：差别在偶然波动之内。"


def peers_of(county_id: int, month: date, kind: str | None) -> Peers:
    values = {"county_id": county_id, "month": month, "kind": kind}
    rows = fetch_named(PeerRow, PEERS, values)
    return Peers(rows, funnel([row.positive for row in rows], [row.n for row in rows]))


def mean_achievements(county_id: int, month: date, kind: str | None) -> dict[str, float]:
    """What villages of this type achieve on average, by indicator, 0 … 100."""
    values = {"county_id": county_id, "month": month, "kind": kind}
    return {row.code: row.mean for row in db.session.execute(PORTRAIT, values)}
