"""A report with its target, unit and owner: who may do what to it."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from backend.app.access import Actor, Permission, may
from backend.app.assessments.models import (
    AssessedUnit,
    Programme,
    ProgrammeElement,
    Target,
    TargetReport,
)
from backend.app.assessments.reports.errors import ReportUnknown
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.core.db import db


@dataclass(frozen=True)
class TargetFacts:
    """What of a target and its unit decides whose it is and how it is counted."""

    target: Target
    element: ProgrammeElement
    unit: AssessedUnit
    programme: Programme

    @property
    def has_owner(self) -> bool:
        """A department is nobody's judge in its own cause: the office stands in."""
        owner = self.element.owner_department_id
        return owner is not None and owner != self.unit.department_id


@dataclass(frozen=True)
class HeldReport:
    """A report whose row is held, with whose it is."""

    report: TargetReport
    facts: TargetFacts


JOINED = (
    select(Target, ProgrammeElement, AssessedUnit, Programme)
    .join(ProgrammeElement, ProgrammeElement.id == Target.element_id)
    .join(AssessedUnit, AssessedUnit.id == Target.unit_id)
    .join(Programme, Programme.id == Target.programme_id)
)


def facts_of(target_id: int) -> TargetFacts:
    return _facts(db.session.execute(JOINED.where(Target.id == target_id)).one())


def _facts(row: Any) -> TargetFacts:
    return TargetFacts(row.Target, row.ProgrammeElement, row.AssessedUnit, row.Programme)


def hold_reports(report_ids: Collection[int]) -> list[HeldReport]:
    """In the order of their numbers, so that two who hold several never wait for each other.

    Raises ReportUnknown.
    """
    query = (
        JOINED.add_columns(TargetReport)
        .join(TargetReport, TargetReport.target_id == Target.id)
        .where(TargetReport.id.in_(report_ids))
        .order_by(TargetReport.id)
        .with_for_update(of=TargetReport)
        .execution_options(populate_existing=True)
    )
    held = [HeldReport(row.TargetReport, _facts(row)) for row in db.session.execute(query)]
    if len(held) < len(report_ids):
        raise ReportUnknown
    return held


def works_for(scope: ReaderScope, unit: AssessedUnit) -> bool:
    return unit.county_id == scope.county_id and scope.covers(unit.region_id, unit.department_id)


def owns(scope: ReaderScope, facts: TargetFacts) -> bool:
    """Staff of the element's department, which is not the unit itself."""
    return facts.has_owner and facts.element.owner_department_id in scope.department_ids


def is_office(actor: Actor, county_id: int, unit: AssessedUnit) -> bool:
    """The assessment office, but for whoever works for the unit, too."""
    return may(actor, Permission.SUPERVISE_TARGETS, (county_id,)) and not works_for(
        scope_of(actor), unit
    )


def is_below_nothing(value: Decimal | None, baseline: Decimal) -> bool:
    """What is counted from 0 on is never less, whoever says so."""
    return value is not None and value < 0 <= baseline


def measured_text(value: Decimal | None) -> str:
    """A value that was measured, to the hundredth; nobody typed its further digits."""
    return shown(None if value is None else round(value, 2))


def shown(value: Decimal | None) -> str:
    """A value without zeros behind the point; nothing where there is none."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
