"""Reads of the diagnosis and of trainings with what they changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import aliased

from backend.app.assessments.models import (
    Programme,
    ProgrammeElement,
    ProgrammeWindow,
    TrainingEntry,
    TrainingUnit,
)
from backend.app.assessments.programmes.queries import list_elements, list_units
from backend.app.assessments.training.reached import (
    ReachedMonth,
    last_year,
    place_of,
)
from backend.app.core.db import db
from backend.app.scoring.assessing.diagnosis import (
    WEAKEST,
    CommonProblem,
    TrainingEffect,
    WeakPoint,
    common_problems,
    effect,
    weak_points,
)


@dataclass(frozen=True)
class GroupDiagnosis:
    """A group with the weakest elements of each unit and what several are weak in."""

    name: str
    weak: dict[int, list[WeakPoint]]
    common: list[CommonProblem]


@dataclass(frozen=True)
class TrainedUnit:
    """A unit that took part, before and after; no effect until it was measured."""

    unit: str
    before: Decimal | None
    after: Decimal | None
    effect: TrainingEffect | None


@dataclass(frozen=True)
class TrainingRow:
    """A training as the page shows it."""

    id: int
    topic: str
    words: str
    held_on: date
    code: str
    element: str
    before_month: date
    after_month: date
    measured_at: datetime | None
    units: Sequence[TrainedUnit]


def diagnose(
    programme: Programme, month: ReachedMonth, most: int = WEAKEST
) -> list[GroupDiagnosis]:
    """Of every group: each unit against the others and its own last year."""
    before = last_year(programme)
    groups = []
    for name, unit_ids in month.groups().items():
        reached = {key: month.reached[key] for key in unit_ids}
        weak = {
            key: weak_points(
                reached[key], list(reached.values()),
                before.get(place_of(month.units[key]), {}), most,
            )
            for key in unit_ids
        }  # fmt: skip
        groups.append(GroupDiagnosis(name, weak, common_problems(reached)))
    return groups


def list_trainings(programme_id: int, own: Collection[int] | None = None) -> list[TrainingRow]:
    """The newest first; only those in which one of the own units takes part."""
    names = {unit.id: unit.name for unit in list_units(programme_id)}
    query = select(TrainingEntry).where(TrainingEntry.programme_id == programme_id)
    if own is not None:
        part = select(TrainingUnit.training_id).where(TrainingUnit.unit_id.in_(own))
        query = query.where(TrainingEntry.id.in_(part))
    entries = db.session.scalars(query.order_by(TrainingEntry.held_on.desc(), TrainingEntry.id))
    listed = list(entries)
    elements = {row.id: row for row in list_elements(programme_id)}
    units = _units_of([row.id for row in listed], names)
    return [_row(entry, elements[entry.element_id], units[entry.id]) for entry in listed]


def _units_of(ids: Sequence[int], names: dict[int, str]) -> dict[int, list[TrainedUnit]]:
    units: dict[int, list[TrainedUnit]] = {key: [] for key in ids}
    query = select(TrainingUnit).where(TrainingUnit.training_id.in_(ids))
    for row in db.session.scalars(query.order_by(TrainingUnit.unit_id)):
        units[row.training_id].append(
            TrainedUnit(names[row.unit_id], row.before, row.after, _effect(row))
        )
    return units


def _effect(row: TrainingUnit) -> TrainingEffect | None:
    if (
        row.before is None or row.after is None
        or row.group_before is None or row.group_after is None
    ):  # fmt: skip
        return None
    return effect(row.before, row.after, [row.group_before], [row.group_after])


def _row(
    entry: TrainingEntry, element: ProgrammeElement, units: Sequence[TrainedUnit]
) -> TrainingRow:
    return TrainingRow(
        entry.id, entry.topic, entry.words, entry.held_on, element.code, element.name,
        entry.before_month, entry.after_month, entry.measured_at, units,
    )  # fmt: skip


def trainings_to_measure() -> list[int]:
    """Whose later quarter was evaluated, in this programme or in the next year's."""
    later = aliased(Programme)
    evaluated = (
        select(ProgrammeWindow.id)
        .join(later, later.id == ProgrammeWindow.programme_id)
        .where(
            later.county_id == Programme.county_id, later.code == Programme.code,
            ProgrammeWindow.period == TrainingEntry.after_month,
            ProgrammeWindow.evaluated_at.is_not(None),
        )
    )  # fmt: skip
    query = (
        select(TrainingEntry.id)
        .join(Programme, Programme.id == TrainingEntry.programme_id)
        .where(TrainingEntry.measured_at.is_(None), evaluated.exists())
    )
    return list(db.session.scalars(query.order_by(TrainingEntry.id)))
