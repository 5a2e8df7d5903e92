"""派人: two checkers and a day for what was drawn at a unit, within the guard of its burden."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, select

from backend.app.access import Actor, Permission, Role, may
from backend.app.accounts.queries import display_names, load_grants, staff_of
from backend.app.accounts.second_person import is_same_hand
from backend.app.assessments import parties, transitions
from backend.app.assessments.checks.errors import CheckMoved
from backend.app.assessments.checks.queries import VisitRow, visits_to
from backend.app.assessments.models import (
    AssessedUnit,
    ProgrammeElement,
    SiteCheck,
    SiteFinding,
    Target,
)
from backend.app.assessments.reports.facts import is_office
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states.checks import CheckKind, CheckState
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.notices.operations import notify

# 四不两直, and a unit is not to be visited all the time.
MOST_VISITS, HALF_YEAR = 2, 6
LONGEST_HIDDEN = timedelta(days=62)


@dataclass(frozen=True)
class VisitDraft:
    """Who goes where, when and how; of a mystery guest, until when the unit hears nothing."""

    unit_id: int
    first_id: int
    second_id: int
    visit_on: date
    kind: CheckKind = CheckKind.INSPECTION
    hidden_until: date | None = None


def assign_visit(actor: Actor, programme_id: int, draft: VisitDraft) -> int:
    """Everything drawn at the unit that nobody has looked at yet. Raises InvalidInput.

    The unit is not told: nobody announces a visit.
    """
    programme = transitions.hold_judged(programme_id, scope_of(actor).county_id)
    unit = db.session.get(AssessedUnit, draft.unit_id)
    if unit is None or unit.programme_id != programme.id:
        raise InvalidInput(errors={"unit": ["请从列表里选单位"]})
    if not is_office(actor, programme.county_id, unit):
        raise NotAllowed
    _hold_place(unit)
    checks = _open_checks(unit)
    if not checks:
        raise CheckMoved("这个单位没有等着派人的核查")
    _check_hidden(draft)
    _check_team(unit, checks, draft)
    _check_burden(unit, checks, draft)
    for check in checks:
        check.state, check.kind = CheckState.ASSIGNED.value, draft.kind.value
        check.first_checker_id, check.second_checker_id = draft.first_id, draft.second_id
        check.visit_on, check.assigned_by_id = draft.visit_on, actor.person_id
        check.hidden_until = draft.hidden_until
        check.assigned_at = clock.now()
        record("assign_check", actor.person_id, "site_check", check.id)
    db.session.flush()
    notify(
        [draft.first_id, draft.second_id], kind="assessment", title="有一次实地核查派给您",
        words=f"{draft.visit_on} 去看 {len(checks)} 项，请在控制台「实地核查」里记录。", page=None,
        subject_kind="site_check", subject_id=checks[0].id,
        dedup=f"visit:{unit.id}:{draft.visit_on}",
    )  # fmt: skip
    return len(checks)


def _hold_place(unit: AssessedUnit) -> None:
    """The same place in every programme: two who assign at once wait for each other."""
    same = select(AssessedUnit.id).where(
        AssessedUnit.region_id == unit.region_id
        if unit.region_id
        else AssessedUnit.department_id == unit.department_id
    )
    db.session.execute(same.order_by(AssessedUnit.id).with_for_update())


def _open_checks(unit: AssessedUnit) -> list[SiteCheck]:
    """Drawn, or assigned and looked at by nobody yet."""
    looked_at = exists().where(SiteFinding.check_id == SiteCheck.id)
    query = select(SiteCheck).where(
        SiteCheck.unit_id == unit.id, ~looked_at,
        SiteCheck.state.in_((CheckState.DRAWN, CheckState.ASSIGNED)),
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(SiteCheck.id).with_for_update()))


def _check_hidden(draft: VisitDraft) -> None:
    """A mystery guest's visit stays hidden until a day, any other's is told with its result."""
    is_mystery, until = draft.kind is CheckKind.MYSTERY, draft.hidden_until
    words = ""
    if is_mystery and until is None:
        words = "神秘嘉宾要写明到哪天才告诉单位"
    elif not is_mystery and until is not None:
        words = "只有神秘嘉宾的结果可以晚告诉单位"
    elif until is not None and not draft.visit_on <= until <= draft.visit_on + LONGEST_HIDDEN:
        words = f"应在核查日以后，最多 {LONGEST_HIDDEN.days} 天"
    if words:
        raise InvalidInput(errors={"hidden_until": [words]})


def _check_team(unit: AssessedUnit, checks: Sequence[SiteCheck], draft: VisitDraft) -> None:
    """Neither of the unit nor of the departments that passed its figures, and not one hand."""
    owners = set(
        db.session.scalars(
            select(ProgrammeElement.owner_department_id)
            .join(Target, Target.element_id == ProgrammeElement.id)
            .where(Target.id.in_([check.target_id for check in checks]))
        )
    )
    faults: dict[str, list[str]] = {}
    for field, person_id in (("first", draft.first_id), ("second", draft.second_id)):
        _, grants = load_grants(person_id)
        checker = Actor(person_id, tuple(g for g in grants if g.holds_on(draft.visit_on)))
        departments = {grant.department_id for grant in grants} - {None}
        if not may(checker, Permission.CHECK_SITES, (unit.county_id,)):
            faults[field] = ["这个人那天不是核查员，请换一位"]
        elif parties.works_for(checker, unit) or departments & owners:
            faults[field] = ["被核查单位和评分责任单位的人不能核查，请换一位"]
    if not faults and is_same_hand(draft.first_id, draft.second_id):
        faults["second"] = ["要两个不同的人，各看各的"]
    if draft.visit_on < clock.today():
        faults["visit_on"] = ["核查日不能早于今天"]
    if faults:
        raise InvalidInput(errors=faults)


def _check_burden(unit: AssessedUnit, checks: Sequence[SiteCheck], draft: VisitDraft) -> None:
    """At most two visits in half a year and one team in a month, over all programmes."""
    known = visits_to(unit.region_id, unit.department_id, [check.id for check in checks])
    new = VisitRow(draft.visit_on, draft.first_id, draft.second_id)
    others = {
        (visit.visit_on, visit.team) for visit in known
        if (visit.visit_on, visit.team) != (new.visit_on, new.team)
    }  # fmt: skip
    near = [day for day, _ in others if _half(day) == _half(draft.visit_on)]
    words = ""
    if any((day.year, day.month) == (draft.visit_on.year, draft.visit_on.month) for day in near):
        words = "这个单位这个月已有一组人去，请换一个月，或同一天同一组人去"
    elif len(near) >= MOST_VISITS:
        words = f"这个单位半年内已有 {MOST_VISITS} 次核查，不能再去"
    if words:
        raise InvalidInput(errors={"visit_on": [words]})


def _half(day: date) -> tuple[int, bool]:
    return day.year, day.month > HALF_YEAR


def checker_choices(county_id: int) -> dict[int, str]:
    """Who of the office may be sent, with those who were invited for some time."""
    return display_names(staff_of([Role.ASSESSOR], county_id))
