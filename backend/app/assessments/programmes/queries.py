"""Reads about programmes, their groups, units and elements."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import TextClause, func, select, text

from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.models import Programme, ProgrammeElement, ProgrammeGroup, Target
from backend.app.assessments.programmes.shared_queries import (
    SharedDraft,
    is_shared,
    shared_drafts,
)
from backend.app.assessments.states import (
    OPEN_DRAFT,
    ElementScope,
    ProgrammeAdjustmentKind,
    ProgrammeState,
    SubjectKind,
)
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.assessments.targets.smart_queries import smart_targets
from backend.app.core import clock
from backend.app.core.db import db, fetch_rows
from backend.app.places.sql import join_department, join_region
from backend.app.scoring.assessing.activity import SUBJECT_MEASURES
from backend.app.scoring.assessing.plans import (
    PlannedElement,
    PlannedGroup,
    PlannedShared,
    PlannedTarget,
    PlannedUnit,
    ProgrammePlan,
    Veto,
)
from backend.app.scoring.assessing.refusals import GUARD_NAMES
from backend.app.scoring.assessing.smart import SmartTarget
from backend.app.scoring.catalog import OFFICE_MEASURES, SCORED
from backend.app.tickets.clocks.working_calendar import is_filled

HUNDRED = Decimal(100)
# Stands for the assessment office where a department would have to judge itself.
OFFICE = 0
UNIT_ROWS = f"""
    SELECT u.id, u.group_id, u.region_id, u.department_id, u.subject_id, u.difficulty,
           u.duty_leader, u.burden_reason, COALESCE(r.name, d.name, a.name) AS name,
           COALESCE(r.code, NULLIF(a.code, '')) AS code, g.name AS group_name,
           COALESCE(a.industry, '') AS industry, COALESCE(a.kind, '') AS subject_kind,
           u.first_month, u.last_month
    FROM assessed_unit u
    JOIN programme_group g ON g.id = u.group_id
    LEFT {join_region("r", "u.region_id")}
    LEFT {join_department("d", "u.department_id")}
    LEFT JOIN assessed_subject a ON a.id = u.subject_id
"""
UNITS = text(
    f"{UNIT_ROWS} WHERE u.programme_id = :id ORDER BY g.position, r.code, d.name, a.name, a.id"
)
OF_PERSONS = f"""(
    SELECT u.programme_id FROM assessed_unit u
    JOIN assessed_subject a ON a.id = u.subject_id WHERE a.kind = '{SubjectKind.PERSON}'
)"""
PLANNED_TARGETS = """
    SELECT e.code, t.unit_id, t.points, t.baseline, t.value, t.due_on,
           e.scope <> :unit_scope AND e.owner_department_id = u.department_id AS judges_itself,
           p.months, p.planned
    FROM target t
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
    LEFT JOIN (
        SELECT target_id, edition, array_agg(month ORDER BY month) AS months,
               array_agg(value ORDER BY month) AS planned
        FROM target_plan
        WHERE target_id IN (SELECT id FROM target WHERE programme_id = :id)
        GROUP BY target_id, edition
    ) p ON p.target_id = t.id AND p.edition = t.edition
    WHERE t.programme_id = :id ORDER BY t.id
"""


class MemberUnit(NamedTuple):
    """A unit of a programme with its name and group."""

    id: int
    group_id: int
    region_id: int | None
    department_id: int | None
    subject_id: int | None
    difficulty: Decimal
    duty_leader: str
    burden_reason: str
    name: str
    code: str | None
    group_name: str
    industry: str
    subject_kind: str
    first_month: int
    last_month: int

    @property
    def is_person(self) -> bool:
        return self.subject_kind == SubjectKind.PERSON

    @property
    def key(self) -> tuple[int | None, int | None, int | None]:
        """What it is, the same in every programme."""
        return self.region_id, self.department_id, self.subject_id


class PlanRow(NamedTuple):
    """A target as the refusals look at it."""

    code: str
    unit_id: int
    points: Decimal
    baseline: Decimal
    value: Decimal | None
    due_on: date
    judges_itself: bool | None
    months: list[date] | None
    planned: list[Decimal] | None


def list_programmes(county_id: int, *conditions: TextClause) -> list[Programme]:
    """Those of a county, the newest year and version first."""
    query = select(Programme).where(Programme.county_id == county_id, *conditions)
    order = (Programme.year.desc(), Programme.code, Programme.version.desc())
    return list(db.session.scalars(query.order_by(*order)))


def get_programme(programme_id: int, county_id: int) -> Programme:
    """Raises ProgrammeUnknown, for another county's, too."""
    programme = db.session.get(Programme, programme_id)
    if programme is None or programme.county_id != county_id:
        raise ProgrammeUnknown
    return programme


def approved_programmes(county_id: int, *conditions: TextClause) -> list[Programme]:
    """Those past their draft: of years that have begun before what is prepared for the next."""
    listed = [
        row for row in list_programmes(county_id, *conditions) if row.state not in OPEN_DRAFT
    ]  # fmt: skip
    this_year = clock.today().year
    return sorted(
        listed, key=lambda row: (row.state == ProgrammeState.STOPPED, row.year > this_year)
    )


def shown_programme(county_id: int, programme_id: int | None) -> Programme | None:
    """The one that was asked for, or the first that overviews show."""
    if programme_id:
        return get_programme(programme_id, county_id)
    return next(iter(overviewed_programmes(county_id)), None)


def overviewed_programmes(county_id: int) -> list[Programme]:
    """All but those of persons, whom no overview compares."""
    return approved_programmes(county_id, text(f"programme.id NOT IN {OF_PERSONS}"))


def assesses_persons(programme: Programme) -> bool:
    return bool(db.session.scalar(text(f"SELECT :id IN {OF_PERSONS}"), {"id": programme.id}))


def list_groups(programme_id: int) -> list[ProgrammeGroup]:
    query = select(ProgrammeGroup).where(ProgrammeGroup.programme_id == programme_id)
    return list(db.session.scalars(query.order_by(ProgrammeGroup.position, ProgrammeGroup.id)))


def list_units(programme_id: int) -> list[MemberUnit]:
    """By group; townships by code, departments by name."""
    return [MemberUnit(*row) for row in db.session.execute(UNITS, {"id": programme_id})]


def list_elements(programme_id: int) -> list[ProgrammeElement]:
    """Dimensions and indicators in their order."""
    query = select(ProgrammeElement).where(ProgrammeElement.programme_id == programme_id)
    order = (ProgrammeElement.position, ProgrammeElement.code)
    return list(db.session.scalars(query.order_by(*order)))


def target_counts(programme_id: int) -> dict[int, int]:
    """How many units have each element."""
    query = select(Target.element_id, func.count().label("units")).where(
        Target.programme_id == programme_id
    )
    rows = db.session.execute(query.group_by(Target.element_id))
    return {row.element_id: row.units for row in rows}


def exceptions_of(programme: Programme) -> list[dict[str, str]]:
    """What is published with a programme: guards switched off, vetoes, units over the limits."""
    content = programme.content
    documents, kinds = content.get("documents", {}), ProgrammeAdjustmentKind.names()
    return [
        *(
            {"words": words, "document": documents[name]}
            for name, words in GUARD_NAMES.items() if documents.get(name)
        ),
        *(
            {"words": f"{kinds[row['kind']]}：{row['name']}", "document": row["document"]}
            for row in content.get("vetoes", ())
        ),
        *(
            {"words": f"{unit.name}的目标可以超过限额", "document": unit.burden_reason}
            for unit in list_units(programme.id) if unit.burden_reason
        ),
    ]  # fmt: skip


def plan_of(programme: Programme) -> ProgrammePlan:
    """The draft as the refusals look at it."""
    groups, units = list_groups(programme.id), list_units(programme.id)
    elements = list_elements(programme.id)
    content = programme.content
    return ProgrammePlan(
        year=programme.year, plan_number=programme.plan_number,
        groups=[_planned_group(group, units) for group in groups],
        units=[
            PlannedUnit(
                unit.id, unit.name, unit.department_id, unit.burden_reason, unit.is_person
            )
            for unit in units
        ],
        elements=[_planned_element(element) for element in elements if element.parent_id],
        targets=_planned_targets(programme.id),
        sources={f"own:{code}" for code in (*SCORED, *OFFICE_MEASURES, *SUBJECT_MEASURES)}
        | set(content.get("feeds", ())),
        lights=content.get("lights"),
        calendar_years=_filled_years(programme),
        documents=content.get("documents", {}),
        vetoes=[Veto(row["name"], row["document"]) for row in content.get("vetoes", ())],
        calibrates="calibration" in content, rolls="rolling" in content,
        smart=_smart_targets(programme, units, elements) if content.get("smart") else (),
        shared=_planned_shared(programme.id, elements),
    )  # fmt: skip


def _planned_shared(programme_id: int, elements: list[ProgrammeElement]) -> list[PlannedShared]:
    drafts = shared_drafts(programme_id)
    return [
        PlannedShared(row.code, tuple(drafts.get(row.id, SharedDraft()).weights))
        for row in elements
        if is_shared(row)
    ]


def _smart_targets(
    programme: Programme, units: list[MemberUnit], elements: list[ProgrammeElement]
) -> list[SmartTarget]:
    """Each by the unit's name, too."""
    names = {unit.id: unit.name for unit in units}
    indicators = {element.id: element for element in elements}
    drafts = stored_drafts(programme.id).values()
    return [
        replace(target, name=f"{names[unit_id]}「{target.name}」")
        for (_, unit_id), target in smart_targets(programme, drafts, indicators).items()
    ]


def _filled_years(programme: Programme) -> list[int]:
    return [programme.year] if is_filled(programme.county_id, programme.year) else []


def _planned_group(group: ProgrammeGroup, units: list[MemberUnit]) -> PlannedGroup:
    members = [unit for unit in units if unit.group_id == group.id]
    return PlannedGroup(
        group.name, tuple(unit.id for unit in members),
        (group.task_weight, group.social_weight, group.ordinary_weight),
        group.excellent_share / HUNDRED,
        served=any(unit.region_id for unit in members),
    )  # fmt: skip


def _planned_element(element: ProgrammeElement) -> PlannedElement:
    return PlannedElement(
        element.code, element.name, element.rule or {}, element.source,
        element.owner_department_id, element.criteria,
        common=element.scope != ElementScope.UNIT, missing=element.missing, duty=element.duty,
        points=element.points,
    )  # fmt: skip


def _planned_targets(programme_id: int) -> list[PlannedTarget]:
    values: dict[str, Any] = {"id": programme_id, "unit_scope": ElementScope.UNIT.value}
    rows = (PlanRow(*row) for row in fetch_rows(PLANNED_TARGETS, values))
    return [
        PlannedTarget(
            row.code, row.unit_id, row.points, row.baseline, row.value,
            [(month.month, value) for month, value in zip(row.months or (), row.planned or (),
                                                          strict=True)],
            row.due_on, OFFICE if row.judges_itself else None,
        )
        for row in rows
    ]  # fmt: skip
