"""A month's sums by village: live while it runs, kept when it is closed."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, fetch_named, lock
from backend.app.places.sql import join_region
from backend.app.points.models import PointsMonth
from backend.app.points.sql import FLOW

# One pass over the month's entries; the rest of a report is read from what it leaves.
SUMS = f"""
    SELECT village_id, {FLOW} AS kind, rule_id, count(*) AS entries, sum(amount) AS amount
    FROM points_entry
    WHERE earned_on >= :month AND earned_on < :next AND county_id = :county_id
    GROUP BY village_id, {FLOW}, rule_id
"""
# Read first and written after: PostgreSQL reads with all its workers only where nothing is written.
KEEP = text(
    """
    INSERT INTO points_month_sum (county_id, month, village_id, kind, rule_id, entries, amount)
    SELECT :county_id, :month, COALESCE(village_id, 0), kind, COALESCE(rule_id, 0), entries, amount
    FROM unnest(CAST(:village_id AS bigint[]), CAST(:kind AS text[]), CAST(:rule_id AS int[]),
                CAST(:entries AS int[]), CAST(:amount AS bigint[]))
         AS s (village_id, kind, rule_id, entries, amount)
    """
)
SUM_COLUMNS = ("village_id", "kind", "rule_id", "entries", "amount")
KEPT = """
    SELECT village_id, kind, rule_id, entries, amount FROM points_month_sum
    WHERE county_id = :county_id AND month = :month
"""
KINDS = ("earned", "spent", "expired", "adjusted", "reversed")
REPORT = f"""
    SELECT v.id, v.code, COALESCE(v.name, '没绑定村') AS name, t.id AS township_id,
           COALESCE(t.name, '没绑定村') AS township,
           {{columns}}, sum(s.amount)::bigint AS net, sum(s.entries)::int AS entries
    FROM ({{sums}}) AS s
    LEFT {join_region("v", "s.village_id")}
    LEFT {join_region("t", "v.township_id")}
    WHERE CAST(:region_id AS bigint) IN (:county_id, v.township_id, v.id)
    GROUP BY v.id, v.code, v.name, t.id, t.name ORDER BY v.code NULLS LAST
"""
COLUMNS = ", ".join(
    f"COALESCE(sum(s.amount) FILTER (WHERE s.kind = '{kind}'), 0)::bigint AS {kind}"
    for kind in KINDS
)
LIVE_REPORT = text(REPORT.format(columns=COLUMNS, sums=SUMS))
KEPT_REPORT = text(REPORT.format(columns=COLUMNS, sums=KEPT))
BY_RULE = """
    SELECT COALESCE(r.label, CASE s.kind WHEN 'spent' THEN '兑换' WHEN 'expired' THEN '到期'
                    WHEN 'earned' THEN '本村问卷' ELSE '调整' END) AS label,
           sum(s.entries)::int AS entries, sum(s.amount)::bigint AS amount
    FROM ({sums}) AS s LEFT JOIN points_rule r ON r.id = s.rule_id
    GROUP BY 1 ORDER BY 3 DESC
"""
LIVE_BY_RULE, KEPT_BY_RULE = (text(BY_RULE.format(sums=sums)) for sums in (SUMS, KEPT))
COUNTIES = text(f"SELECT DISTINCT county_id FROM points_rule r {join_region('g', 'r.region_id')}")


SUMMED = (*KINDS, "net", "entries")


class VillagePoints(NamedTuple):
    """A village's sums of a month; of a row without a village only sums and entries are known."""

    id: int | None
    code: str | None
    name: str
    township_id: int | None
    township: str
    earned: int
    spent: int
    expired: int
    adjusted: int
    reversed: int
    net: int
    entries: int


class ActMonth(NamedTuple):
    """What one act gave or took in a month."""

    label: str
    entries: int
    amount: int


@dataclass(frozen=True)
class TownshipPoints:
    """A township's sums, under the names of a village's."""

    id: int | None
    name: str
    earned: int
    spent: int
    expired: int
    adjusted: int
    reversed: int
    net: int
    entries: int


@dataclass(frozen=True)
class MonthReport:
    """A month by village and by act; `closed` once nothing is booked into it any more."""

    month: date
    closed: PointsMonth | None
    villages: list[VillagePoints]
    acts: list[ActMonth]

    def total(self, column: str) -> int:
        return sum(getattr(row, column) for row in self.villages)

    @property
    def townships(self) -> list[TownshipPoints]:
        """The villages' sums by township, in the order of their codes."""
        found: dict[int | None, list[VillagePoints]] = {}
        for row in self.villages:
            found.setdefault(row.township_id, []).append(row)
        return [
            TownshipPoints(
                number, rows[0].township,
                *(sum(getattr(row, column) for row in rows) for column in SUMMED),
            )
            for number, rows in found.items()
        ]  # fmt: skip


def close_month(county_id: int, month: date) -> int | None:
    """Keeps the sums of a month that is over; None where that was done before or is too early."""
    if clock.next_month(month) > clock.today():
        return None
    lock("points_month", county_id)
    if closed_month(county_id, month) is not None:
        return None
    values = {"county_id": county_id, "month": month, "next": clock.next_month(month)}
    rows = db.session.execute(text(SUMS), values).all()
    columns = {name: [getattr(row, name) for row in rows] for name in SUM_COLUMNS}
    db.session.execute(KEEP, {"county_id": county_id, "month": month, **columns})
    entries = sum(row.entries for row in rows)
    db.session.add(
        PointsMonth(
            county_id=county_id, month=month, entries=entries,
            amount=sum(int(row.amount) for row in rows), closed_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    record("close_points_month", None, "county", county_id, month=f"{month:%Y-%m}", entries=entries)
    return entries


def counties_with_points() -> list[int]:
    return list(db.session.scalars(COUNTIES))


def closed_month(county_id: int, month: date) -> PointsMonth | None:
    return db.session.get(PointsMonth, (county_id, month))


def report(county_id: int, region_id: int, month: date) -> MonthReport:
    """By village for a county, township or village; by act for the whole county."""
    closed = closed_month(county_id, month)
    values = {
        "county_id": county_id, "region_id": region_id, "month": month,
        "next": clock.next_month(month),
    }  # fmt: skip
    villages = fetch_named(VillagePoints, KEPT_REPORT if closed else LIVE_REPORT, values)
    acts = fetch_named(ActMonth, KEPT_BY_RULE if closed else LIVE_BY_RULE, values)
    return MonthReport(month, closed, villages, acts)
