"""A locked year's facts with corrections applied: what every corrected figure comes from. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from backend.app.assessments.results.year_facts import (
    MoveFacts,
    PartFacts,
    UnitYearFacts,
    YearFacts,
)
from backend.app.assessments.states import AppealItem

Change = Mapping[str, Any]


def corrected(facts: YearFacts, changes: Iterable[Change]) -> YearFacts:
    """Changes in their order; one of a grade alone leaves the facts as they are."""
    for change in changes:
        facts = replace(facts, units=tuple(_unit(unit, change) for unit in facts.units))
    return facts


def _unit(unit: UnitYearFacts, change: Change) -> UnitYearFacts:
    if change.get("item") == AppealItem.ELEMENT:
        return replace(unit, parts=tuple(_part(part, change) for part in unit.parts))
    if change.get("item") == AppealItem.ADJUSTMENT:
        moves = (_move(move, change) for move in unit.moves)
        return replace(unit, moves=tuple(move for move in moves if move is not None))
    return unit


def _part(part: PartFacts, change: Change) -> PartFacts:
    """Another value, or other points; what was corrected is not untrue any more."""
    if part.target_id != change["item_id"]:
        return part
    part = replace(part, untrue=False, case_words="", error=None)
    if change.get("points") is not None:
        return replace(part, scored=Decimal(change["points"]))
    return replace(part, value=Decimal(change["value"]), of=Decimal(1), scored=None)


def _move(move: MoveFacts, change: Change) -> MoveFacts | None:
    """Other points; none strikes it."""
    if move.id != change["item_id"]:
        return move
    points = Decimal(change["points"])
    return replace(move, points=points, returned=min(move.returned, points)) if points else None
