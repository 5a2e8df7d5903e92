"""定色: standings of a period stored, the ladder's steps proposed, the month made known."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import orjson
from sqlalchemy import select, text

from backend.app.access import Actor, Permission, Role, may
from backend.app.accounts.queries import staff_of
from backend.app.assessments.evaluation.card_operations import settle_cards
from backend.app.assessments.evaluation.errors import EvaluationMoved
from backend.app.assessments.evaluation.ladder_operations import propose_steps
from backend.app.assessments.evaluation.queries import (
    coloured_units,
    compute_standings,
    lights_of,
)
from backend.app.assessments.evaluation.standings import ComputedStanding
from backend.app.assessments.meetings.week_operations import tell_of_papers
from backend.app.assessments.models import Programme, ProgrammeWindow
from backend.app.assessments.reports.window_operations import lock_window, tell_unit, times_of
from backend.app.assessments.training.operations import MONTHS_A_QUARTER, list_weak_points
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import copy_rows, db
from backend.app.core.errors import NotAllowed
from backend.app.notices.operations import notify
from backend.app.scoring.assessing.ladder import policy_of

MILLIONTH = Decimal("0.000001")
KEYS = ("target_id", "period", "county_id", "programme_id", "computed_at")
FIGURES = ("value", "actual", "planned", "colour", "misses", "is_missed", "basis")
FORGET = text("DELETE FROM target_standing WHERE period = :period AND target_id = ANY(:ids)")


def evaluate_window(window_id: int) -> int:
    """By the timetable, on the office's last day; safe to repeat. Returns whether it did."""
    window = lock_window(window_id)
    if window.closed_at is None or window.evaluated_at or clock.now() < window.office_due_at:
        return 0
    _evaluate(window)
    record("evaluate_period", None, "programme_window", window_id)
    return 1


def evaluate_now(actor: Actor, window_id: int) -> None:
    """By the office, any time between closing and the month's notice."""
    window = lock_window(window_id)
    if not may(actor, Permission.SUPERVISE_TARGETS, (window.county_id,)):
        raise NotAllowed
    if window.closed_at is None or window.published_at:
        raise EvaluationMoved
    _evaluate(window)
    record("evaluate_period", actor.person_id, "programme_window", window_id)


def recompute_from(window: ProgrammeWindow) -> None:
    """After a correction: this period and those that were evaluated after it."""
    later = select(ProgrammeWindow).where(
        ProgrammeWindow.programme_id == window.programme_id,
        ProgrammeWindow.period >= window.period,
        ProgrammeWindow.evaluated_at.is_not(None),
    )
    for each in db.session.scalars(later.order_by(ProgrammeWindow.period)).all():
        _evaluate(each)


def _evaluate(window: ProgrammeWindow) -> None:
    programme = db.session.get_one(Programme, window.programme_id)
    window.evaluated_at = window.evaluated_at or clock.now()
    store_standings(programme, window.period, compute_standings(programme, window.period))
    propose_steps(programme, window, lights_of(programme))
    settle_cards(programme.id, policy_of(lights_of(programme)))


def store_standings(
    programme: Programme, period: date, standings: Sequence[ComputedStanding]
) -> None:
    ids = [standing.facts.target_id for standing in standings]
    db.session.execute(FORGET, {"ids": ids, "period": period})
    same = (period, programme.county_id, programme.id, clock.now())
    rows = (
        (standing.facts.target_id, *same, *map(_as_copied(standing).get, FIGURES))
        for standing in standings
    )
    copy_rows("target_standing", (*KEYS, *FIGURES), rows)
    db.session.expire_all()


def _as_copied(standing: ComputedStanding) -> dict[str, Any]:
    values = standing_values(standing)
    return {**values, "basis": orjson.dumps(values["basis"]).decode()}


def standing_values(standing: ComputedStanding) -> dict[str, Any]:
    """What is stored of a standing."""
    facts = standing.facts
    return {
        "value": facts.value, "actual": _stored(standing.actual),
        "planned": _stored(standing.planned), "colour": standing.colour, "misses": facts.misses,
        "is_missed": facts.is_missed, "basis": standing.basis,
    }  # fmt: skip


def _stored(share: Fraction | None) -> Decimal | None:
    """Shares are stored to be shown; what decides is worked out exactly."""
    if share is None:
        return None
    return (Decimal(share.numerator) / share.denominator).quantize(MILLIONTH, ROUND_HALF_UP)


def publish_window(window_id: int) -> int:
    """月通报 in the console: every unit and the leaders hear that the colours stand.

    After a quarter the weakest points go into 问题清单.
    """
    window = lock_window(window_id)
    programme = db.session.get_one(Programme, window.programme_id)
    due = times_of(programme, window.period).notice_at
    if window.evaluated_at is None or window.published_at or clock.now() < due:
        return 0
    window.published_at = clock.now()
    if window.period.month % MONTHS_A_QUARTER == 0:
        list_weak_points(programme, window.period)
        tell_of_papers(programme, window.period)
    title = f"{window.period.year}年{window.period.month}月通报出来了"
    words = "各项目标的颜色已定。有疑问的，三个工作日内在考核页面提出。"
    for unit in coloured_units(programme.id):
        tell_unit(
            unit.region_id, unit.department_id, title, words,
            f"window:{window_id}:published:{unit.id}", ("programme_window", window_id),
        )  # fmt: skip
    notify(
        staff_of([Role.LEADER], window.county_id), kind="assessment", title=title,
        words=f"{programme.title}：各单位的五色进度已定，可在考核页面查看。", page=None,
        subject_kind="programme_window", subject_id=window_id, dedup=f"window:{window_id}:leaders",
    )  # fmt: skip
    record("publish_period", None, "programme_window", window_id)
    return 1
