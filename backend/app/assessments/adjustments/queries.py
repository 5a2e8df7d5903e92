"""Reads of adjustments, of cards with what came after them, and of exemption requests."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from backend.app.assessments.models import ExemptionRequest, Programme
from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.assessments.scopes import ReaderScope
from backend.app.assessments.states import (
    UNDER_WAY,
    ProgrammeAdjustmentKind,
    ProgrammeAdjustmentState,
)
from backend.app.assessments.states.adjustments import ExemptionState
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.states import one_of

# How long after its period an approved exemption may be claimed.
CLAIMED_WITHIN = timedelta(days=30)
MOST_SHOWN = 500
CARDS = frozenset({ProgrammeAdjustmentKind.YELLOW, ProgrammeAdjustmentKind.RED})
MOVES = frozenset(ProgrammeAdjustmentKind) - CARDS
COUNTED = one_of(
    "a.state", {ProgrammeAdjustmentState.CONFIRMED, ProgrammeAdjustmentState.RETURNED}
)  # fmt: skip
IN_REACH = """
    a.programme_id = :programme_id
    AND (:sees_all OR u.region_id = ANY(:regions) OR u.department_id = ANY(:departments))
"""
LIST = text(
    f"""
    SELECT a.id, a.unit_id, {UNIT_NAME} AS unit, g.name AS group_name, u.region_id,
           u.department_id, a.target_id, e.code, e.name, a.period, a.kind, a.points,
           a.returned_points, a.returned_at, a.rule_code, a.case_words, a.basis, a.state,
           a.author_id, a.proposed_at, a.decided_by_id, a.decided_at, a.note,
           (SELECT array_agg(h.colour ORDER BY h.period) FROM target_standing h
            WHERE h.target_id = a.target_id) AS history
    FROM programme_adjustment a
    JOIN assessed_unit u ON u.id = a.unit_id
    JOIN programme_group g ON g.id = u.group_id
    LEFT JOIN target t ON t.id = a.target_id
    LEFT JOIN programme_element e ON e.id = t.element_id
    {JOIN_NAME}
    WHERE {IN_REACH} AND a.kind = ANY(:kinds) AND (:state = '' OR a.state = :state)
    ORDER BY a.proposed_at DESC, a.id DESC LIMIT :most
    """
)
COUNTS = text(
    f"""
    SELECT a.state, count(*) AS number FROM programme_adjustment a
    JOIN assessed_unit u ON u.id = a.unit_id
    WHERE {IN_REACH} AND a.kind = ANY(:kinds) GROUP BY a.state
    """
)
OF_KINDS = {
    "added": {ProgrammeAdjustmentKind.BONUS}, "deducted": {ProgrammeAdjustmentKind.DEDUCTION},
    "cards": CARDS, "exempted": {ProgrammeAdjustmentKind.EXEMPTION},
}  # fmt: skip
SUMMED = ", ".join(
    "COALESCE(sum(a.points - a.returned_points)"
    f" FILTER (WHERE {one_of('a.kind', kinds)}), 0) AS {name}"
    for name, kinds in OF_KINDS.items()
)
SUMS = text(
    f"""
    SELECT u.id AS unit_id, {UNIT_NAME} AS unit, g.bonus_cap, g.deduction_cap, g.cards_cap,
           {SUMMED}
    FROM programme_adjustment a
    JOIN assessed_unit u ON u.id = a.unit_id
    JOIN programme_group g ON g.id = u.group_id
    {JOIN_NAME}
    WHERE {IN_REACH} AND {COUNTED}
    GROUP BY u.id, unit, g.id ORDER BY g.position, unit
    """
)
REQUESTS = text(
    f"""
    SELECT x.id, {UNIT_NAME} AS unit, u.region_id, u.department_id, e.code, e.name, t.task,
           t.points AS most, x.pilot, x.goal, x.starts_on, x.ends_on, x.risk, x.stop_rule,
           x.state, x.filed_on, x.filed_by_id, x.decided_by_id, x.decided_at, x.note,
           x.happened_on, a.points, a.case_words, a.state AS adjustment_state
    FROM exemption_request x
    JOIN target t ON t.id = x.target_id
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = x.unit_id
    LEFT JOIN programme_adjustment a ON a.id = x.adjustment_id
    {JOIN_NAME}
    WHERE x.programme_id = :programme_id
      AND (:sees_all OR u.region_id = ANY(:regions) OR u.department_id = ANY(:departments))
    ORDER BY x.id DESC LIMIT :most
    """
)
TARGETS = text(
    f"""
    SELECT t.id, {UNIT_NAME} AS unit, e.code, e.name
    FROM target t
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
    {JOIN_NAME}
    WHERE t.unit_id = ANY(:units) AND t.points > 0 ORDER BY unit, e.position
    """
)


@dataclass(frozen=True)
class AdjustmentRow:
    """One adjustment with its unit and, of a card, its target and the colours since January."""

    id: int
    unit_id: int
    unit: str
    group_name: str
    region_id: int | None
    department_id: int | None
    target_id: int | None
    code: str | None
    name: str | None
    period: date
    kind: str
    points: Decimal
    returned_points: Decimal
    returned_at: datetime | None
    rule_code: str
    case_words: str
    basis: str
    state: str
    author_id: int | None
    proposed_at: datetime
    decided_by_id: int | None
    decided_at: datetime | None
    note: str | None
    history: list[str | None] | None


@dataclass(frozen=True)
class UnitSums:
    """What counts for a unit so far, beside the caps of its group."""

    unit_id: int
    unit: str
    bonus_cap: Decimal
    deduction_cap: Decimal
    cards_cap: Decimal
    added: Decimal
    deducted: Decimal
    cards: Decimal
    exempted: Decimal


@dataclass(frozen=True)
class ExemptionRow:
    """One request with its target and what became of its claim."""

    id: int
    unit: str
    region_id: int | None
    department_id: int | None
    code: str
    name: str
    task: str
    most: Decimal
    pilot: str
    goal: str
    starts_on: date
    ends_on: date
    risk: str
    stop_rule: str
    state: str
    filed_on: date
    filed_by_id: int
    decided_by_id: int | None
    decided_at: datetime | None
    note: str | None
    happened_on: date | None
    points: Decimal | None
    case_words: str | None
    adjustment_state: str | None


@dataclass(frozen=True)
class TargetChoice:
    """A target to choose, with its unit."""

    id: int
    unit: str
    code: str
    name: str


def _reach(scope: ReaderScope, programme_id: int) -> dict[str, Any]:
    return {
        "programme_id": programme_id, "sees_all": scope.sees_all,
        "regions": sorted(scope.region_ids), "departments": sorted(scope.department_ids),
        "most": MOST_SHOWN,
    }  # fmt: skip


def list_adjustments(
    scope: ReaderScope, programme_id: int, kinds: Collection[str], state: str = ""
) -> list[AdjustmentRow]:
    """The newest first, of what the reader may see."""
    values = {**_reach(scope, programme_id), "kinds": sorted(kinds), "state": state}
    return [AdjustmentRow(**row) for row in db.session.execute(LIST, values).mappings()]


def count_adjustments(
    scope: ReaderScope, programme_id: int, kinds: Collection[str]
) -> Mapping[str, int]:
    values = {**_reach(scope, programme_id), "kinds": sorted(kinds)}
    return {row.state: row.number for row in db.session.execute(COUNTS, values)}


def sums_of_units(scope: ReaderScope, programme_id: int) -> list[UnitSums]:
    """Units for which anything counts."""
    rows = db.session.execute(SUMS, _reach(scope, programme_id)).mappings()
    return [UnitSums(**row) for row in rows]


def list_exemptions(scope: ReaderScope, programme_id: int) -> list[ExemptionRow]:
    rows = db.session.execute(REQUESTS, _reach(scope, programme_id)).mappings()
    return [ExemptionRow(**row) for row in rows]


def targets_of(unit_ids: Collection[int]) -> list[TargetChoice]:
    """What may lose points, by unit and element."""
    rows = db.session.execute(TARGETS, {"units": sorted(unit_ids)}).mappings()
    return [TargetChoice(**row) for row in rows]


def exemptions_to_lapse() -> list[int]:
    """Approved, and claimed by nobody within a month of the period and of the approval."""
    query = select(ExemptionRequest.id).where(
        ExemptionRequest.programme_id.in_(
            select(Programme.id).where(Programme.state.in_(UNDER_WAY))
        ),
        ExemptionRequest.state == ExemptionState.APPROVED,
        ExemptionRequest.adjustment_id.is_(None),
        ExemptionRequest.ends_on < clock.today() - CLAIMED_WITHIN,
        ExemptionRequest.decided_at < clock.now() - CLAIMED_WITHIN,
    )
    return list(db.session.scalars(query.order_by(ExemptionRequest.id)))
