"""得分 computed and stored: at every evaluation, every night, and when somebody asks."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.models import Programme, UnitResult
from backend.app.assessments.results.errors import ResultsLocked
from backend.app.assessments.results.loss_words import aim_text, value_text
from backend.app.assessments.results.queries import OPEN, until_of
from backend.app.assessments.results.year_facts import year_facts
from backend.app.assessments.results.year_scores import ScoredPart, ScoredUnit, score_year
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import NotAllowed
from backend.app.scoring.totals import displayed

SIX_PLACES = Decimal("0.000001")


def recompute_results(programme_id: int) -> int:
    """Of every unit, until the month that was evaluated last; safe to repeat. Returns how many.

    Raises ResultsLocked.
    """
    programme = db.session.get(
        Programme, programme_id, with_for_update=True, populate_existing=True
    )
    if programme is None:
        raise ProgrammeUnknown
    if programme.state not in OPEN:
        raise ResultsLocked
    until = until_of(programme)
    rows = [_row(programme, until, unit) for unit in score_year(year_facts(programme.id, until))]
    if not rows:
        return 0
    statement = insert(UnitResult)
    stored = [column.name for column in UnitResult.__table__.columns if not column.primary_key]
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["programme_id", "unit_id"],
            set_={name: statement.excluded[name] for name in stored},
        ),
        rows,
    )
    db.session.expire_all()
    return len(rows)


def recompute_now(actor: Actor, programme_id: int) -> int:
    """By the office, which wants to see what a decision of today changes."""
    programme = db.session.get(Programme, programme_id)
    if programme is None:
        raise ProgrammeUnknown
    if not may(actor, Permission.MANAGE_PROGRAMMES, (programme.county_id,)):
        raise NotAllowed
    count = recompute_results(programme_id)
    record("recompute_results", actor.person_id, "programme", programme_id, count=count)
    return count


def _row(programme: Programme, until: date, unit: ScoredUnit) -> dict[str, Any]:
    return {
        "programme_id": programme.id, "unit_id": unit.unit_id, "county_id": programme.county_id,
        "until": until, "computed_at": clock.now(), **result_values(unit),
    }  # fmt: skip


def result_values(unit: ScoredUnit) -> dict[str, Any]:
    """What is stored of a unit's total."""
    return {
        "total": unit.total.total, "task": _six(unit.total.task), "social": _six(unit.social),
        "rank": unit.rank, "band": unit.band, "calibrated": unit.calibrated, "error": unit.error,
        "parts": [part_data(part) for part in unit.parts],
        "losses": [
            {"code": line.code, "name": line.name, "points": str(line.points), "words": line.words}
            for line in unit.losses
        ],
        "moved": [
            {
                "kind": line.kind, "points": str(line.points), "words": line.words,
                "basis": line.basis, "adjustment_id": line.adjustment_id,
            }
            for line in unit.moved
        ],
    }  # fmt: skip


def part_data(part: ScoredPart) -> dict[str, Any]:
    """An element as it is stored and shown, figures as text."""
    facts = part.facts
    return {
        "target_id": facts.target_id, "element_id": facts.element_id, "code": facts.code,
        "name": facts.name, "full": str(facts.full),
        "points": None if part.shown is None else str(part.shown),
        "value": value_text(facts), "aim": aim_text(facts), "origin": facts.origin,
        "untrue": facts.untrue, "group_mean": part.is_group_mean,
    }  # fmt: skip


def _six(value: Fraction | None) -> Decimal | None:
    if value is None:
        return None
    (shown,) = displayed([value], SIX_PLACES)
    return shown
