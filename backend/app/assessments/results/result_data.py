"""A scored unit as it is stored and shown: figures as text, reasons as words. Pure."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from backend.app.assessments.results.loss_words import aim_text, value_text
from backend.app.assessments.results.year_scores import ScoredPart, ScoredUnit
from backend.app.scoring.totals import rounded

SIX_PLACES = 6


def result_values(unit: ScoredUnit) -> dict[str, Any]:
    """Columns of a stored result by name."""
    return {
        "total": unit.total.total, "task": _six(unit.total.task), "social": _six(unit.social),
        "rank": unit.rank, "band": unit.band, "calibrated": unit.calibrated, "error": unit.error,
        "parts": [_part(part) for part in unit.parts],
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


def _part(part: ScoredPart) -> dict[str, Any]:
    facts = part.facts
    return {
        "target_id": facts.target_id, "element_id": facts.element_id, "code": facts.code,
        "name": facts.name, "full": str(facts.full),
        "points": None if part.shown is None else str(part.shown),
        "value": value_text(facts), "aim": aim_text(facts), "origin": facts.origin,
        "untrue": facts.untrue, "group_mean": part.is_group_mean,
    }  # fmt: skip


def _six(value: Fraction | None) -> Decimal | None:
    return None if value is None else rounded(value, SIX_PLACES)
