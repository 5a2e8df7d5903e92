"""Reads of acceptance: which steps a programme has, how far units are, and every item's scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.assessments.models import AcceptanceScore, AcceptanceStep, Programme
from backend.app.assessments.states import TargetState
from backend.app.assessments.states.acceptance import AcceptanceParty
from backend.app.core.db import db
from backend.app.core.states import none_of

ITEMS = text(
    f"""
    SELECT t.id AS target_id, t.element_id, e.code, e.name, e.criteria, t.points AS full,
           d.name AS dimension
    FROM target t
    JOIN programme_element e ON e.id = t.element_id
    JOIN programme_element d ON d.id = e.parent_id
    WHERE t.unit_id = :unit_id AND t.points > 0
      AND {none_of("t.state", (TargetState.DRAFT, TargetState.DROPPED))}
    ORDER BY e.position, e.code
    """
)


class NamedStep(NamedTuple):
    """A step of the programme with who records it."""

    number: int
    name: str
    by: AcceptanceParty


class AcceptanceItem(NamedTuple):
    """An item of a unit that every step scores."""

    target_id: int
    element_id: int
    code: str
    name: str
    criteria: str
    full: Decimal
    dimension: str


class ItemScore(NamedTuple):
    """What one step gave an item."""

    score: Decimal
    reason: str


@dataclass(frozen=True)
class RecordedStep:
    """A step that was recorded, with its scores by target."""

    number: int
    by_id: int
    at: datetime
    scores: Mapping[int, ItemScore]

    def total(self, items: Sequence[AcceptanceItem]) -> Decimal:
        """Points of the whole: each item's share of its full points."""
        return sum((points_of(self.scores[i.target_id].score, i.full) for i in items), Decimal(0))


def points_of(score: Decimal, full: Decimal) -> Decimal:
    """A score of 100 as points."""
    return (score * full / 100).quantize(Decimal("0.01"))


def steps_of(programme: Programme) -> list[NamedStep]:
    """None where the programme has no acceptance."""
    listed = programme.content.get("acceptance", ())
    return [
        NamedStep(number, step["name"], AcceptanceParty.of(step["by"]))
        for number, step in enumerate(listed, 1)
    ]


def items_of(unit_id: int) -> list[AcceptanceItem]:
    return [AcceptanceItem(*row) for row in db.session.execute(ITEMS, {"unit_id": unit_id})]


def steps_by_unit(programme_id: int) -> dict[int, list[AcceptanceStep]]:
    """What was recorded of each unit, in order."""
    query = select(AcceptanceStep).where(AcceptanceStep.programme_id == programme_id)
    rows: dict[int, list[AcceptanceStep]] = {}
    for row in db.session.scalars(query.order_by(AcceptanceStep.unit_id, AcceptanceStep.step)):
        rows.setdefault(row.unit_id, []).append(row)
    return rows


def recorded_steps(unit_id: int) -> list[RecordedStep]:
    """Of one unit with all scores, in order."""
    steps = list(
        db.session.scalars(
            select(AcceptanceStep)
            .where(AcceptanceStep.unit_id == unit_id)
            .order_by(AcceptanceStep.step)
        )
    )
    query = select(AcceptanceScore).where(AcceptanceScore.step_id.in_([row.id for row in steps]))
    scores: dict[int, dict[int, ItemScore]] = {row.id: {} for row in steps}
    for row in db.session.scalars(query):
        scores[row.step_id][row.target_id] = ItemScore(row.score, row.reason)
    return [RecordedStep(row.step, row.by_id, row.at, scores[row.id]) for row in steps]
