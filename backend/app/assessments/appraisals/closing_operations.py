"""A round is closed: ballots given by code are opened, and judged elements get their values."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import ColumnElement, select, text

from backend.app.access import Actor, Permission, may
from backend.app.assessments import transitions
from backend.app.assessments.appraisals import web_ballots
from backend.app.assessments.appraisals.errors import AppraisalMoved, AppraisalUnknown
from backend.app.assessments.appraisals.queries import groups_of, result_of
from backend.app.assessments.appraisals.questions import questions_of
from backend.app.assessments.measures.handed_in import HandedIn
from backend.app.assessments.measures.operations import add_facts
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.models import (
    AppraisalBallot,
    AppraisalGroup,
    AppraisalRound,
    Programme,
)
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import AppealState, ProgrammeState
from backend.app.assessments.states.appraisals import (
    AppraisalKind,
    AppraisalState,
    BallotState,
    DisputeState,
)
from backend.app.ballots import one_time_codes
from backend.app.ballots.one_time_codes import PrintRun
from backend.app.ballots.sql import knows_codes
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import NotAllowed
from backend.app.core.states import one_of

FOUR_PLACES = Decimal("0.0001")
# Nobody can doubt their counts any more: the days for appeals are over and every one is decided.
FINAL = text(
    f"""
    SELECT r.id FROM appraisal_round r JOIN programme p ON p.id = r.programme_id
    WHERE r.state = '{AppraisalState.CLOSED}' AND {knows_codes("r.desk_id")} AND (
        {one_of("p.state", {ProgrammeState.ARCHIVED, ProgrammeState.STOPPED})}
        OR EXISTS (SELECT FROM programme_publication o
                   WHERE o.programme_id = p.id AND o.appeals_until < :now)
           AND NOT EXISTS (SELECT FROM result_appeal a
                           WHERE a.programme_id = p.id AND a.state = '{AppealState.FILED}'))
    ORDER BY r.id
    """
)


def close_round(actor: Actor, round_id: int) -> AppraisalRound:
    """Once all paper was counted twice alike; then results are known, once.

    Raises AppraisalUnknown, AppraisalMoved.
    """
    held = db.session.get(AppraisalRound, round_id, with_for_update=True, populate_existing=True)
    if held is None or held.county_id != scope_of(actor).county_id:
        raise AppraisalUnknown
    if not may(actor, Permission.DECIDE_RESULTS, (held.county_id,)):
        raise NotAllowed
    programme = transitions.hold_judged(held.programme_id, held.county_id)
    if held.state != AppraisalState.OPEN:
        raise AppraisalMoved
    groups = groups_of(held.id)
    runs = one_time_codes.runs_of([group.id for group in groups])
    _check_counted(groups, runs)
    ballots = _open_ballots(held, list(runs))
    if not ballots and all(group.state == BallotState.WAITING for group in groups):
        raise AppraisalMoved("还不能关闭：一张票也没有")
    _finish(held, programme, actor.person_id)
    return held


def close_due_rounds(programme: Programme) -> None:
    """By the clock: paper that two people did not count alike is not used."""
    for held in _rounds(programme.id, AppraisalRound.state == AppraisalState.OPEN):
        _open_ballots(held, list(one_time_codes.runs_of([row.id for row in groups_of(held.id)])))
        _finish(held, programme, None)


def reopen_due_rounds(programme_id: int) -> None:
    """Paper that the clock closed is counted on; nobody sees results until it is closed again.

    Codes are not taken again: results were seen, and a few more ballots would stand out from them.
    """
    for held in _rounds(
        programme_id, AppraisalRound.state == AppraisalState.CLOSED,
        AppraisalRound.closed_by_id.is_(None),
    ):  # fmt: skip
        held.state, held.closed_at = AppraisalState.OPEN.value, None
        for group in groups_of(held.id):
            group.dispute = group.dispute_reason = group.settled_by_id = group.settled_at = None
    db.session.flush()


def rounds_with_old_codes() -> list[int]:
    """Closed ones of years whose results are final."""
    return [row.id for row in db.session.execute(FINAL, {"now": clock.now()})]


def forget_codes(round_id: int) -> int:
    """What could be joined to whoever kept a slip goes; how many there were stays."""
    held = db.session.get_one(AppraisalRound, round_id, with_for_update=True)
    gone = one_time_codes.forget_codes(held.desk_id) if held.desk_id else 0
    record("forget_codes", None, "appraisal_round", held.id, count=gone)
    return gone


def _rounds(programme_id: int, *conditions: ColumnElement[bool]) -> list[AppraisalRound]:
    query = select(AppraisalRound).where(AppraisalRound.programme_id == programme_id, *conditions)
    return list(db.session.scalars(query.with_for_update()))


def _finish(held: AppraisalRound, programme: Programme, person_id: int | None) -> None:
    """Results are known from now on; nobody is named where the year's clock closed it."""
    held.state, held.closed_at = AppraisalState.CLOSED.value, clock.now()
    held.closed_by_id = person_id
    db.session.flush()
    if held.kind == AppraisalKind.ELEMENTS:
        _mark_disputes(held)
        store_values(programme, held)
    record("close_appraisal", person_id, "appraisal_round", held.id, name=held.title)


def _check_counted(
    groups: Sequence[AppraisalGroup], runs: Mapping[int, Sequence[PrintRun]]
) -> None:
    def is_undone(group: AppraisalGroup) -> bool:
        has_paper = any(run.on_paper for run in runs.get(group.id, ()))
        return group.state in (BallotState.ONCE, BallotState.DIFFERENT) or (
            group.state == BallotState.WAITING and has_paper
        )

    undone = [group.name for group in groups if is_undone(group)]
    if undone:
        raise AppraisalMoved(f"还不能关闭：{'、'.join(undone)} 的纸票要两个人录得一致")


def _open_ballots(held: AppraisalRound, group_ids: Sequence[int]) -> int:
    """Writes down what was given by code, all together and in the order of random ids."""
    if held.desk_id is None or not group_ids:
        return 0
    asked = len(questions_of(held.id))
    given = one_time_codes.take_ballots(held.desk_id, group_ids)
    rows = [
        AppraisalBallot(
            id=uuid.uuid4(), county_id=held.county_id, programme_id=held.programme_id,
            group_id=group_id, answers=answers,
        )
        for group_id, body in given
        if (answers := web_ballots.unpack(body, asked)) is not None
    ]  # fmt: skip
    rows.sort(key=lambda row: row.id)
    db.session.add_all(rows)
    db.session.flush()
    return len(rows)


def _mark_disputes(held: AppraisalRound) -> None:
    """Groups whose raters differ too much wait for somebody to say whether they are used."""
    agreements = result_of(held).agreements
    for group in groups_of(held.id):
        agreed = agreements.get(group.id)
        if agreed and agreed.is_disputed and agreed.ballots >= group.least:
            group.dispute = DisputeState.OPEN.value
    db.session.flush()


def store_values(programme: Programme, held: AppraisalRound) -> None:
    """What the groups of raters together said of each element of each unit, as its value.

    None while a group's dispute is not settled.
    """
    result = result_of(held)
    period = _period(programme.year)
    handed = [
        HandedIn(
            question.element_id, question.unit_id, period,
            (Decimal(score.numerator) / score.denominator).quantize(FOUR_PLACES, ROUND_HALF_UP),
            origin=held.title,
        )
        for question in questions_of(held.id)
        if question.element_id is not None
        and (score := result.score_of(question)) is not None
    ]  # fmt: skip
    add_facts(programme, MeasureSource.BALLOT, held.closed_by_id or held.opened_by_id, handed)


def _period(year: int) -> date:
    """This month, or the year's last one."""
    return min(clock.month_of(clock.today()), date(year, 12, 1))
