"""A village's score for its villagers."""

from datetime import date
from decimal import Decimal
from typing import Any

from backend.app.access import Permission, may
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import NotAllowed, NotFound
from backend.app.core.web.guards import actor, guard
from backend.app.places.queries import region_path, village_label
from backend.app.scorecards import queries, schemas
from backend.app.scorecards.blueprints import api as blueprint
from backend.app.scorecards.figures import Area, rounded
from backend.app.scorecards.phone import schemas as card_schemas
from backend.app.scorecards.phone.cards import (
    cadre_card,
    plain_card,
    shown_area,
    shown_areas,
    shown_months,
)
from backend.app.scorecards.shown import FEWEST, hides_levels, newest_shown
from backend.app.scoring.satisfaction import Measurement, Status


@blueprint.get("/villages/<int:village_id>/scorecard")
@guard(Permission.SEE_SCORECARD)
@blueprint.arguments(schemas.MonthQuery(), location="query")
@blueprint.response(200, schemas.ScorecardShape())
def show_scorecard(query: dict[str, Any], village_id: int) -> dict[str, Any]:
    """One month of a village, with the months before it."""
    if query["month"]:
        queries.check_month(query["month"])
    return scorecard_of(village_id, query["month"])


def scorecard_of(village_id: int, asked: date | None) -> dict[str, Any]:
    """That month, the newest one where none is named."""
    label = village_label(village_id)
    this_month = clock.month_of(clock.today())
    month = asked or newest_shown(village_id) or this_month
    shown = shown_area(village_id, month)
    levels = [] if hides_levels(shown.counts) else shown.levels
    return {
        "village": label,
        "month": f"{month:%Y-%m}",
        "months": [f"{name:%Y-%m}" for name in reversed(shown_months(village_id))],
        "month_closed": month < this_month,
        "n": shown.n,
        "flagged": shown.flagged,
        "satisfaction": _figure(shown.figures.satisfaction_mean, shown, "分"),
        "positive_rate": _figure(
            None if hides_levels(shown.counts) else shown.figures.positive_rate, shown, "%"
        ),
        "levels": levels,
        "trend": [
            {
                "month": name,
                "value": _digits(point.mean),
                "n": point.n,
                "status": point.status.value,
            }
            for name, point in shown_areas(village_id, month)
        ],
        "plain": plain_card(village_id, month),
    }


@blueprint.get("/cadre/villages/<int:village_id>/scorecard")
@guard(Permission.RAISE_OBJECTION)
@blueprint.arguments(schemas.MonthQuery(), location="query")
@blueprint.response(200, card_schemas.CadreCardShape())
def show_to_cadre(query: dict[str, Any], village_id: int) -> dict[str, Any]:
    """The own village's month with every lost point; the newest month unless one is asked for."""
    if not may(actor(), Permission.RAISE_OBJECTION, region_path(village_id)):
        raise NotAllowed("这不是您的村")
    if query["month"]:
        queries.check_month(query["month"])
    month = query["month"] or newest_shown(village_id)
    if month is None:
        raise NotFound("这个村还没有算过得分")
    # The cases on it get their random names here.
    with transaction():
        return cadre_card(village_id, month)


def _digits(value: Decimal | None) -> str | None:
    return None if value is None else str(rounded(value))


def _figure(measurement: Measurement | None, shown: Area, unit: str) -> dict[str, Any]:
    """Digits with a plain sentence about how far to trust them."""
    if measurement is None:
        return {
            "value": None, "low": None, "high": None, "status": Status.NONE.value,
            "text": "差评不到三条，先不显示" if shown.n else "这个月还没有人评价",
        }  # fmt: skip
    if shown.n < FEWEST:
        return {
            "value": None, "low": None, "high": None, "status": Status.TOO_FEW.value,
            "text": f"只有 {shown.n} 人次评价，人太少，先不显示",
        }  # fmt: skip
    low, high = _digits(measurement.low), _digits(measurement.high)
    if shown.status is Status.TOO_FEW:
        sentence = f"只有 {shown.n} 人次评价，还说明不了问题"
    else:
        sentence = f"{shown.n} 人次评价，实际多半在 {low} 到 {high}{unit} 之间"
    return {
        "value": _digits(measurement.value), "low": low, "high": high,
        "status": shown.status.value, "text": sentence,
    }  # fmt: skip
