"""审核: the owner, then the office; a returned report has two days, a changed value its reason."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select, update

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments.models import (
    ProgrammeWindow,
    ReportReview,
    Target,
    TargetMilestone,
    TargetReport,
)
from backend.app.assessments.reports.errors import (
    NotYourReview,
    OwnReport,
    ReportMoved,
    ReportUnknown,
)
from backend.app.assessments.reports.facts import (
    HeldReport,
    hold_reports,
    is_below_nothing,
    owns,
    shown,
    works_for,
)
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.reports.window_times import days_of
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.assessments.states import ReportState, ReviewDecision, ReviewStep
from backend.app.assessments.transitions import check_open
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.scoring.assessing.progress import ProgressKind
from backend.app.tickets.rules.queries import clock_of

LONGEST_REASON = 300
# Whose turn it is in a state, and where a report goes that is passed there.
TURNS: dict[str, tuple[ReviewStep, ReportState]] = {
    ReportState.SUBMITTED: (ReviewStep.OWNER, ReportState.OWNER_PASSED),
    ReportState.OWNER_PASSED: (ReviewStep.OFFICE, ReportState.ACCEPTED),
}

ACTIONS = {
    ReviewDecision.PASSED: "pass_report",
    ReviewDecision.RETURNED: "return_report",
    ReviewDecision.CHANGED: "change_report",
}


def pass_report(actor: Actor, report_id: int, version: int) -> None:
    """Raises ReportUnknown, NotYourReview, OwnReport or ReportMoved."""
    pass_reports(actor, [(report_id, version)])


def pass_reports(actor: Actor, versions: Collection[tuple[int, int]]) -> int:
    """Every one of these, by number and version, or none."""
    held = _begin(actor, dict(versions))
    for report, step in held:
        _finish(actor, report, step, ReviewDecision.PASSED, None)
    db.session.flush()
    return len(held)


def return_report(actor: Actor, report_id: int, version: int, reason: str) -> None:
    """Back to the unit, which has two working days to mend it."""
    ((held, step),) = _begin(actor, {report_id: version})
    days = days_of(held.facts.programme.content)["mend"]
    working = clock_of(held.report.county_id)
    held.report.returned_until = working.close_of_nth_day(clock.now(), days)
    _finish(actor, held, step, ReviewDecision.RETURNED, _checked(reason))


def change_report(actor: Actor, report_id: int, version: int, value: Decimal, reason: str) -> None:
    """改数: passed with another value; the unit sees both and why."""
    ((held, step),) = _begin(actor, {report_id: version})
    if held.facts.element.kind == ProgressKind.MILESTONE:
        raise InvalidInput(errors={"value": ["节点任务没有数可改，请退回"]})
    if is_below_nothing(value, held.facts.target.baseline):
        raise InvalidInput(errors={"value": ["改后的数不能小于 0"]})
    before, held.report.value = held.report.value, value
    _finish(actor, held, step, ReviewDecision.CHANGED, _checked(reason), before)


def _checked(reason: str) -> str:
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise InvalidInput(errors={"reason": [f"请写明理由，最多 {LONGEST_REASON} 个字"]})
    return reason.strip()


def _begin(actor: Actor, versions: Mapping[int, int]) -> list[tuple[HeldReport, ReviewStep]]:
    """The reports with their rows held, and the step at which the actor reviews each."""
    scope = scope_of(actor)
    held = [
        (report, _step(actor, scope, report, versions[report.report.id]))
        for report in hold_reports(versions)
    ]
    # Who passed it for the owner does not pass it for the office, too.
    earlier = select(ReportReview.by_id, ReportReview.report_id, ReportReview.step).where(
        ReportReview.report_id.in_(versions)
    )
    steps = {report.report.id: step for report, step in held}
    hands = {report.report.submitted_by_id for report, _ in held}
    hands |= {
        row.by_id for row in db.session.execute(earlier) if row.step != steps[row.report_id]
    }  # fmt: skip
    check_another_hand(actor, *hands, refusal=OwnReport())
    return held


def _step(actor: Actor, scope: ReaderScope, held: HeldReport, version: int) -> ReviewStep:
    """At which step the actor reviews a report."""
    report, facts = held.report, held.facts
    if report.county_id != scope.county_id:
        raise ReportUnknown
    is_own = works_for(scope, facts.unit)
    may_office = may(actor, Permission.SUPERVISE_TARGETS, (report.county_id,))
    may_own = owns(scope, facts)
    if is_own or not (may_office or may_own):
        raise NotYourReview
    check_open(facts.programme.id)
    turn = TURNS.get(report.state)
    if turn is None or report.version != version:
        raise ReportMoved
    step, _ = turn
    if not (may_own if step is ReviewStep.OWNER else may_office):
        raise NotYourReview
    return step


def _finish(
    actor: Actor, held: HeldReport, step: ReviewStep, decision: ReviewDecision,
    reason: str | None, before: Decimal | None = None,
) -> None:  # fmt: skip
    report = held.report
    is_returned = decision is ReviewDecision.RETURNED
    passed_to = TURNS[report.state][1]
    report.state = ReportState.RETURNED if is_returned else passed_to
    report.version += 1
    db.session.add(
        ReportReview(
            county_id=report.county_id, report_id=report.id, step=step, decision=decision,
            value_before=before, value_after=report.value if before is not None else None,
            reason=reason, by_id=actor.person_id, at=clock.now(),
        )
    )  # fmt: skip
    if report.state == ReportState.ACCEPTED and report.milestone_ids:
        _accept_milestones(actor, report)
    record(ACTIONS[decision], actor.person_id, "target_report", report.id, stage=step.words)
    if reason is not None:
        _tell_unit(held, decision, reason, before)


def _accept_milestones(actor: Actor, report: TargetReport) -> None:
    db.session.execute(
        update(TargetMilestone)
        .where(
            TargetMilestone.target_id == report.target_id,
            TargetMilestone.id.in_(report.milestone_ids),
            TargetMilestone.accepted_at.is_(None),
        )
        .values(accepted_at=clock.now(), accepted_by_id=actor.person_id)
    )


def _tell_unit(
    held: HeldReport, decision: ReviewDecision, reason: str, before: Decimal | None
) -> None:
    report, facts = held.report, held.facts
    title = f"{report.period.month}月「{facts.element.name}」{decision.words}"
    words = reason
    if decision is ReviewDecision.CHANGED:
        words = f"由 {shown(before) or '空'} 改为 {shown(report.value)}：{reason}"
    tell_unit(
        facts.unit.region_id, facts.unit.department_id, title, words,
        f"report:{report.id}:{report.version}", ("target_report", report.id),
    )  # fmt: skip


def escalate_reports(window_id: int) -> int:
    """What owners left unreviewed until their last day goes to the office, as their lateness."""
    window = db.session.get_one(ProgrammeWindow, window_id)
    late = (
        select(TargetReport.id)
        .join(Target, Target.id == TargetReport.target_id)
        .where(
            Target.programme_id == window.programme_id,
            TargetReport.period == window.period,
            TargetReport.state == ReportState.SUBMITTED,
            # What was sent again after the owners' last day is looked at for a day.
            TargetReport.submitted_at < clock.now() - timedelta(days=1),
        )
        .with_for_update(of=TargetReport, skip_locked=True)
    )
    ids = list(db.session.scalars(late))
    db.session.execute(
        update(TargetReport)
        .where(TargetReport.id.in_(ids))
        .values(
            state=ReportState.OWNER_PASSED, owner_late=True, version=TargetReport.version + 1
        )
    )  # fmt: skip
    return len(ids)
