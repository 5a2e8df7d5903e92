"""What the month's notice says beside colours: cards of the month, late and missed reports."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.assessments.states import (
    ProgrammeAdjustmentKind,
    ProgrammeAdjustmentState,
    ReportState,
)
from backend.app.core.db import fetch_named
from backend.app.core.states import one_of

CARD_KINDS = {ProgrammeAdjustmentKind.YELLOW, ProgrammeAdjustmentKind.RED}
COUNTED = {ProgrammeAdjustmentState.CONFIRMED, ProgrammeAdjustmentState.RETURNED}
CARDS = text(
    f"""
    SELECT a.unit_id, {UNIT_NAME} AS unit, a.kind, a.points, a.case_words
    FROM programme_adjustment a
    JOIN assessed_unit u ON u.id = a.unit_id
    {JOIN_NAME}
    WHERE a.programme_id = :programme_id AND a.period = :period
      AND {one_of("a.kind", CARD_KINDS)} AND {one_of("a.state", COUNTED)}
    ORDER BY a.kind, unit, a.id
    """
)
LATE = text(
    f"""
    SELECT t.unit_id, {UNIT_NAME} AS unit, count(*) FILTER (WHERE r.is_late)::int AS late,
           count(*) FILTER (WHERE r.state = '{ReportState.MISSED}')::int AS missed
    FROM target_report r
    JOIN target t ON t.id = r.target_id
    JOIN assessed_unit u ON u.id = t.unit_id
    {JOIN_NAME}
    WHERE t.programme_id = :programme_id AND r.period = :period
      AND (r.is_late OR r.state = '{ReportState.MISSED}')
    GROUP BY t.unit_id, unit ORDER BY missed DESC, late DESC, unit
    """
)


class MonthCard(NamedTuple):
    """A card that counts in the month."""

    unit_id: int
    unit: str
    kind: str
    points: Decimal
    case_words: str


class LateUnit(NamedTuple):
    """How many reports of a unit came late, or not at all."""

    unit_id: int
    unit: str
    late: int
    missed: int


def month_cards(programme_id: int, period: date) -> list[MonthCard]:
    return fetch_named(MonthCard, CARDS, _month(programme_id, period))


def late_units(programme_id: int, period: date) -> list[LateUnit]:
    return fetch_named(LateUnit, LATE, _month(programme_id, period))


def _month(programme_id: int, period: date) -> dict[str, Any]:
    return {"programme_id": programme_id, "period": period}
