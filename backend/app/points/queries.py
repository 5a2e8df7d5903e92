"""Reads of the ledger and its rules."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select, text, tuple_

from backend.app.accounts.sql import join_binding, join_person
from backend.app.core.db import db, fetch_named
from backend.app.places.sql import join_region, village_now
from backend.app.points.models import (
    PointsBalance,
    PointsEntry,
    PointsFreeze,
    PointsRule,
)
from backend.app.points.point_sources import SURVEY, SURVEY_LABEL
from backend.app.points.sql import rule_of
from backend.app.points.states import ActivityState, DrawState

PAGE = 30
# What entries without a rule are called, by their cause.
CAUSES = {
    SURVEY: SURVEY_LABEL,
    "redemption": "兑换奖品",
    "expiry": "积分到期",
    "day_freeze": "暂扣：等另一位工作人员核实",
    "day_freeze_back": "核实没问题，退回暂扣的积分",
}


RULE_OF = text(
    f"""
    WITH act AS (SELECT CAST(:village_id AS bigint) AS village_id,
                        CAST(:county_id AS bigint) AS county_id)
    SELECT r.* FROM act CROSS JOIN LATERAL ({rule_of("act", ":code", ":day")}) AS r
    """
)


@dataclass(frozen=True)
class EntryLine:
    """One line of a person's statement."""

    id: int
    amount: int
    text: str
    created_at: datetime


def balance_of(person_id: int) -> int:
    return (
        db.session.scalar(select(PointsBalance.balance).where(PointsBalance.person_id == person_id))
        or 0
    )


def statement_of(person_id: int, before: int | None = None) -> list[EntryLine]:
    """The newest entries below `before`, one more than a page: callers see whether to go on."""
    query = (
        select(PointsEntry, PointsRule.label)
        .outerjoin(PointsRule, PointsRule.id == PointsEntry.rule_id)
        .where(PointsEntry.person_id == person_id)
        .order_by(PointsEntry.created_at.desc(), PointsEntry.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        mark = select(PointsEntry.created_at, PointsEntry.id).where(PointsEntry.id == before)
        place = tuple_(PointsEntry.created_at, PointsEntry.id)
        query = query.where(place < mark.scalar_subquery())
    return [
        EntryLine(entry.id, entry.amount, entry_text(entry, label), entry.created_at)
        for entry, label in db.session.execute(query)
    ]


def entry_text(entry: Any, label: str | None) -> str:
    """What an entry is called: its rule's act, else its cause; never what was answered."""
    what = label or CAUSES.get(entry.cause_kind, "积分调整")
    if entry.reverses_id is None:
        return what
    # Whoever gave a thing up, or brought it back, reads it in the words of the village.
    return "兑换退回" if entry.cause_kind == "redemption" else f"冲正：{what}"


def rule_amount(code: str, day: date, county_id: int, village_id: int | None = None) -> int:
    """What one act earns that day; 0 where neither village nor county has such a rule."""
    values = {"code": code, "day": day, "county_id": county_id, "village_id": village_id}
    rule = db.session.execute(RULE_OF, values).one_or_none()
    return rule.amount if rule else 0


WAITING = text(
    f"""
    SELECT
        (SELECT count(*) FROM points_deed d {join_region("v", village_now("d.village_id"))}
         WHERE d.state = '{ActivityState.WAITING}' AND (v.county_id = ANY(:within)
               OR v.township_id = ANY(:within))) AS deeds,
        (SELECT count(*) FROM points_day_freeze
         WHERE county_id = :county_id AND decided_at IS NULL) AS day_freezes,
        (SELECT count(*) FROM points_freeze
         WHERE county_id = :county_id AND lifted_at IS NULL) AS frozen,
        (SELECT count(*) FROM points_freeze
         WHERE county_id = :county_id AND appealed_at IS NOT NULL
           AND decided_at IS NULL AND lifted_at IS NULL) AS appeals
    """
)


LEFT_IN_VILLAGE = text(
    f"""
    SELECT
        (SELECT count(*) FROM points_deed
         WHERE village_id = :village_id AND state = '{ActivityState.WAITING}') AS deeds,
        (SELECT count(*) FROM points_rule_set
         WHERE region_id = :village_id AND version IS NULL) AS rules,
        (SELECT count(*) FROM points_draw
         WHERE region_id = :village_id AND state = '{DrawState.DRAFT}') AS draws
    """
)


def left_in_village(village_id: int) -> Any:
    """What waits or was drafted for a village."""
    return db.session.execute(LEFT_IN_VILLAGE, {"village_id": village_id}).one()


def waiting(county_id: int, within: Collection[int]) -> Any:
    """What waits for a second person."""
    return db.session.execute(WAITING, {"county_id": county_id, "within": list(within)}).one()


# Neither the cause's id nor an exact time: an entry never leads to what somebody said.
# Of one person only for staff of that person's own village; without one, for the county's.
OF_OWN_PEOPLE = """(home.id = ANY(:within) OR home.township_id = ANY(:within)
           OR home.county_id = ANY(:within) OR (home.id IS NULL AND :county_id = ANY(:within)))"""
FIND = text(
    f"""
    SELECT e.id, e.kind, e.amount, e.cause_kind, e.earned_on, e.reverses_id, p.number,
           r.label, r.version, v.name AS village_name,
           (SELECT id FROM points_entry o WHERE o.reverses_id = e.id) AS reversed_by
    FROM points_entry e
    {join_person("p", "e.person_id")}
    LEFT {join_binding("n", "e.person_id")}
    LEFT {join_region("home", village_now("n.village_id"))}
    LEFT JOIN points_rule r ON r.id = e.rule_id
    LEFT {join_region("v", "e.village_id")}
    WHERE e.county_id = :county_id AND {OF_OWN_PEOPLE}
      AND (e.id = CAST(:entry AS bigint) OR e.person_id = CAST(:person AS bigint))
    ORDER BY e.id DESC LIMIT 100
    """
)


@dataclass(frozen=True)
class LedgerLine:
    """An entry as the office may see it."""

    id: int
    number: int
    day: date
    amount: int
    words: str
    version: int | None
    village: str | None
    reverses_id: int | None
    reversed_by: int | None


def find_entries(
    county_id: int, within: Collection[int], entry: int | None, person: int | None
) -> list[LedgerLine]:
    """One entry by its number, or the newest hundred of one person, of a village in `within`."""
    values = {"county_id": county_id, "within": list(within), "entry": entry, "person": person}
    return [
        LedgerLine(
            row.id, row.number, row.earned_on, row.amount,
            entry_text(row, row.label), row.version, row.village_name, row.reverses_id,
            row.reversed_by,
        )
        for row in db.session.execute(FIND, values)
    ]  # fmt: skip


ACCOUNT = text(
    f"""
    SELECT p.number, b.balance, b.frozen, home.name AS village_name
    FROM points_balance b
    {join_person("p", "b.person_id")}
    LEFT {join_binding("n", "b.person_id")}
    LEFT {join_region("home", village_now("n.village_id"))}
    WHERE b.person_id = :person AND {OF_OWN_PEOPLE}
      AND (n.county_id = :county_id
           OR EXISTS (SELECT FROM points_entry e
                      WHERE e.person_id = b.person_id AND e.county_id = :county_id))
    """
)


def account_of(county_id: int, within: Collection[int], person_id: int) -> Any:
    """Somebody's balance for the office, without a name; None for a stranger to its regions."""
    values = {"county_id": county_id, "within": list(within), "person": person_id}
    return db.session.execute(ACCOUNT, values).one_or_none()


def open_freeze(person_id: int) -> PointsFreeze | None:
    """Why somebody's points are frozen now."""
    return db.session.scalar(
        select(PointsFreeze).where(
            PointsFreeze.person_id == person_id, PointsFreeze.lifted_at.is_(None)
        )
    )


DAY_FREEZES = text(
    f"""
    SELECT f.id, f.day, f.amount, f.reason, f.frozen_by_id, f.decision, f.decision_note, o.number,
           a.display_name AS frozen_by, b.display_name AS decided_by
    FROM points_day_freeze f
    {join_person("o", "f.person_id")}
    {join_person("a", "f.frozen_by_id")}
    LEFT {join_person("b", "f.decided_by_id")}
    WHERE f.county_id = :county_id ORDER BY f.decided_at IS NOT NULL, f.id DESC LIMIT 60
    """
)
FREEZES = text(
    f"""
    SELECT f.id, f.reason, f.frozen_by_id, f.frozen_at, f.appeal, f.decision, f.decision_note,
           f.lifted_at, o.number, a.display_name AS frozen_by, b.display_name AS decided_by
    FROM points_freeze f
    {join_person("o", "f.person_id")}
    {join_person("a", "f.frozen_by_id")}
    LEFT {join_person("b", "f.decided_by_id")}
    WHERE f.county_id = :county_id
    ORDER BY f.lifted_at IS NOT NULL, f.decided_at IS NOT NULL, f.appealed_at NULLS LAST, f.id DESC
    LIMIT 60
    """
)


class DayFreezeLine(NamedTuple):
    """A day's points of one person that were frozen, and what was decided."""

    id: int
    day: date
    amount: int
    reason: str
    frozen_by_id: int
    decision: str | None
    decision_note: str | None
    number: int
    frozen_by: str
    decided_by: str | None


class FreezeLine(NamedTuple):
    """A person's frozen points, the appeal and what was decided."""

    id: int
    reason: str
    frozen_by_id: int
    frozen_at: datetime
    appeal: str | None
    decision: str | None
    decision_note: str | None
    lifted_at: datetime | None
    number: int
    frozen_by: str
    decided_by: str | None


def list_day_freezes(county_id: int) -> list[DayFreezeLine]:
    """Those still to be decided first."""
    return fetch_named(DayFreezeLine, DAY_FREEZES, {"county_id": county_id})


def list_freezes(county_id: int) -> list[FreezeLine]:
    """Appeals first, then other freezes, then what is over."""
    return fetch_named(FreezeLine, FREEZES, {"county_id": county_id})


def purse_of(person_id: int) -> tuple[int, bool]:
    """Somebody's balance, and whether it is frozen."""
    row = db.session.execute(
        select(PointsBalance.balance, PointsBalance.frozen).where(
            PointsBalance.person_id == person_id
        )
    ).one_or_none()
    return (row.balance, row.frozen) if row else (0, False)
