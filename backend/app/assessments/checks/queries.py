"""Reads of checks: the frame of claims, what was drawn, and what each reader may see of it."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.assessments.checks.errors import CheckUnknown
from backend.app.assessments.evaluation.queries import lights_of
from backend.app.assessments.models import (
    CheckDraw,
    Evidence,
    EvidenceUse,
    Programme,
    SiteCheck,
    SiteFinding,
    TargetReport,
)
from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.assessments.states import UNDER_WAY, TargetState
from backend.app.assessments.states.checks import CheckFinding
from backend.app.core import clock
from backend.app.core.db import db, fetch_rows
from backend.app.core.states import none_of
from backend.app.scoring.assessing.agreement import alpha
from backend.app.scoring.assessing.sampling import Claim

MOST_SHOWN = 2000
# From worst to best.
LEVELS: dict[str, int] = {CheckFinding.UNTRUE: 0, CheckFinding.PARTLY: 1, CheckFinding.TRUE: 2}
# Said to be finished at the last evaluation up to the period; checked once a programme.
CLAIMS = text(
    f"""
    SELECT t.id AS key, COALESCE(bool_or(s.colour = ANY(:bad)), false) AS always
    FROM target t
    JOIN target_standing s ON s.target_id = t.id AND s.period <= :period
    WHERE t.programme_id = :programme_id
      AND {none_of("t.state", {TargetState.DRAFT, TargetState.DROPPED})}
      AND NOT EXISTS (SELECT FROM site_check c WHERE c.target_id = t.id)
      AND (t.state = '{TargetState.FINISHED}' OR (
          SELECT CAST(last.basis ->> 'finished' AS boolean) FROM target_standing last
          WHERE last.target_id = t.id AND last.period <= :period
          ORDER BY last.period DESC LIMIT 1))
    GROUP BY t.id ORDER BY t.id
    """
)
PLANNED = """
    SELECT t.id, t.element_id, t.unit_id, t.value, t.baseline, t.points, t.starts_on, t.due_on,
           (SELECT array_agg(p.value ORDER BY p.month) FROM target_plan p
            WHERE p.target_id = t.id AND p.edition = t.edition) AS plan
    FROM target t WHERE t.programme_id = :id ORDER BY t.id
"""
ROWS = f"""
    SELECT c.id, c.draw_id, c.programme_id, c.unit_id, {UNIT_NAME} AS unit, u.region_id,
           u.department_id, c.target_id, e.code, e.name, t.task, e.measured_in,
           t.value AS goal, e.owner_department_id, c.kind, c.is_always, c.state, c.visit_on,
           c.first_checker_id, c.second_checker_id, c.result, c.value, c.words,
           c.decided_by_id, c.concluded_at, c.hidden_until, c.told_at,
           (SELECT r.value FROM target_report r
            WHERE r.target_id = t.id AND r.value IS NOT NULL
            ORDER BY r.period DESC LIMIT 1) AS claimed,
           (SELECT count(*) FROM site_finding f WHERE f.check_id = c.id) AS findings
    FROM site_check c
    JOIN target t ON t.id = c.target_id
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = c.unit_id
    {JOIN_NAME}
"""
OF_PROGRAMME = text(
    f"""
    {ROWS} WHERE c.programme_id = :programme_id
      AND (:sees_drawn OR c.told_at IS NOT NULL)
      AND (:sees_all OR u.region_id = ANY(:regions) OR u.department_id = ANY(:departments))
    ORDER BY unit, e.position, c.id LIMIT :most
    """
)
OF_CHECKER = text(
    f"""
    {ROWS} WHERE :person_id IN (c.first_checker_id, c.second_checker_id)
      AND c.county_id = ANY(:counties)
    ORDER BY c.visit_on DESC, unit, e.position, c.id LIMIT :most
    """
)
# Visits to the same place, whichever programme they are for.
VISITS = text(
    """
    SELECT DISTINCT c.visit_on, c.first_checker_id, c.second_checker_id
    FROM site_check c JOIN assessed_unit u ON u.id = c.unit_id
    WHERE c.visit_on IS NOT NULL AND NOT (c.id = ANY(:but))
      AND (u.region_id = :region_id OR u.department_id = :department_id)
    """
)


@dataclass(frozen=True)
class CheckRow:
    """One check with what was claimed."""

    id: int
    draw_id: int
    programme_id: int
    unit_id: int
    unit: str
    region_id: int | None
    department_id: int | None
    target_id: int
    code: str
    name: str
    task: str
    measured_in: str
    goal: Decimal | None
    owner_department_id: int | None
    kind: str
    is_always: bool
    state: str
    visit_on: date | None
    first_checker_id: int | None
    second_checker_id: int | None
    result: str | None
    value: Decimal | None
    words: str | None
    decided_by_id: int | None
    concluded_at: datetime | None
    hidden_until: date | None
    told_at: datetime | None
    claimed: Decimal | None
    findings: int


class VisitRow(NamedTuple):
    """A team's day at a unit."""

    visit_on: date
    first_checker_id: int
    second_checker_id: int

    @property
    def team(self) -> frozenset[int]:
        return frozenset({self.first_checker_id, self.second_checker_id})


class ReaderReach(NamedTuple):
    """What of checks a reader sees: drawn ones, or concluded ones of some units."""

    sees_drawn: bool
    sees_all: bool
    region_ids: Collection[int]
    department_ids: Collection[int]


def claims_of(programme: Programme, period: date) -> list[Claim]:
    """What is said to be finished by the end of a period and was not checked yet."""
    bad = sorted({light.code for light in lights_of(programme) if light.bad})
    values = {"programme_id": programme.id, "period": period, "bad": bad}
    return [Claim(row.key, row.always) for row in db.session.execute(CLAIMS, values)]


def plan_digest(programme: Programme, period: date) -> str:
    """SHA-256 over the approved targets and the period, in hexadecimal: nobody picks a seed."""
    targets = [[str(cell) for cell in row] for row in fetch_rows(PLANNED, {"id": programme.id})]
    plan = [programme.code, programme.year, programme.version, period.isoformat(), targets]
    written = json.dumps(plan, ensure_ascii=False, separators=(",", ":"))
    return sha256(written.encode()).hexdigest()


def list_draws(programme_id: int) -> list[CheckDraw]:
    """The newest first."""
    query = select(CheckDraw).where(CheckDraw.programme_id == programme_id)
    return list(db.session.scalars(query.order_by(CheckDraw.period.desc())))


def list_checks(programme_id: int, reach: ReaderReach) -> list[CheckRow]:
    values = {
        "programme_id": programme_id, "sees_drawn": reach.sees_drawn, "sees_all": reach.sees_all,
        "regions": sorted(reach.region_ids), "departments": sorted(reach.department_ids),
        "most": MOST_SHOWN,
    }  # fmt: skip
    return [CheckRow(**row) for row in db.session.execute(OF_PROGRAMME, values).mappings()]


def assigned_checks(person_id: int, county_ids: Collection[int]) -> list[CheckRow]:
    """Whom somebody is to visit, the newest day first."""
    values = {"person_id": person_id, "counties": sorted(county_ids), "most": MOST_SHOWN}
    return [CheckRow(**row) for row in db.session.execute(OF_CHECKER, values).mappings()]


def assigned_check(check_id: int, person_id: int, county_ids: Collection[int]) -> CheckRow:
    """One of them. Raises CheckUnknown for whoever is not its checker."""
    rows = assigned_checks(person_id, county_ids)
    row = next((row for row in rows if row.id == check_id), None)
    if row is None:
        raise CheckUnknown
    return row


def findings_of(check_ids: Collection[int]) -> dict[int, list[SiteFinding]]:
    """By check, the first before the second."""
    query = select(SiteFinding).where(SiteFinding.check_id.in_(check_ids))
    findings: dict[int, list[SiteFinding]] = {}
    for row in db.session.scalars(query.order_by(SiteFinding.id)):
        findings.setdefault(row.check_id, []).append(row)
    return findings


def visits_to(
    region_id: int | None, department_id: int | None, but: Collection[int]
) -> list[VisitRow]:  # fmt: skip
    """Every visit to a place so far, without those of some checks."""
    values = {"region_id": region_id, "department_id": department_id, "but": sorted(but)}
    return [VisitRow(*row) for row in db.session.execute(VISITS, values)]


def files_of_check(check: CheckRow) -> list[Evidence]:
    """What checkers brought, and what the unit gave with its reports of the target."""
    query = (
        select(Evidence)
        .join(EvidenceUse, EvidenceUse.evidence_id == Evidence.id)
        .outerjoin(TargetReport, TargetReport.id == EvidenceUse.report_id)
        .where((EvidenceUse.check_id == check.id) | (TargetReport.target_id == check.target_id))
        .order_by(Evidence.id)
        .distinct()
    )
    return list(db.session.scalars(query))


class CheckAgreement(NamedTuple):
    """Of one draw: how many claims two have looked at, and how many they found the same."""

    looked_at: int
    same: int
    alpha: float | None

    @property
    def share(self) -> int:
        return round(100 * self.same / self.looked_at)


def agreement_of(
    rows: Collection[CheckRow], findings: Mapping[int, Sequence[SiteFinding]]
) -> dict[int, CheckAgreement]:
    """By draw, where two have looked at anything; Krippendorff's α of three ordered levels."""
    agreements = {}
    for draw_id in sorted({row.draw_id for row in rows}):
        pairs = [
            found for row in rows
            if row.draw_id == draw_id and len(found := findings.get(row.id, ())) == 2
        ]  # fmt: skip
        if not pairs:
            continue
        levels = [[float(LEVELS[one.finding]) for one in pair] for pair in pairs]
        same = sum(first.finding == second.finding and first.value == second.value
                   for first, second in pairs)  # fmt: skip
        table = [list(rater) for rater in zip(*levels, strict=True)]
        agreements[draw_id] = CheckAgreement(len(pairs), same, alpha(table))
    return agreements


def checks_to_reveal() -> list[int]:
    """Concluded ones of mystery guests whose day has come, of programmes that go on."""
    query = (
        select(SiteCheck.id)
        .join(Programme, Programme.id == SiteCheck.programme_id)
        .where(
            SiteCheck.concluded_at.is_not(None), SiteCheck.told_at.is_(None),
            SiteCheck.hidden_until <= clock.today(), Programme.state.in_(UNDER_WAY),
        )
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(SiteCheck.id)))


def untrue_targets(programme_id: int) -> set[int]:
    """Targets of which a concluded check found 不属实: their element earns nothing."""
    query = select(SiteCheck.target_id).where(
        SiteCheck.programme_id == programme_id, SiteCheck.result == CheckFinding.UNTRUE,
        SiteCheck.told_at.is_not(None),
    )  # fmt: skip
    return set(db.session.scalars(query))
