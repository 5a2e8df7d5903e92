"""核查和社会评价 close by themselves on the year's twentieth day; once they may be reopened."""

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.assessments import transitions
from backend.app.assessments.appraisals.closing_operations import (
    close_due_rounds,
    reopen_due_rounds,
)
from backend.app.assessments.errors import ProgrammeMoved
from backend.app.assessments.models import Programme, YearClosing
from backend.app.assessments.reports.window_operations import LONGEST_REASON
from backend.app.assessments.reports.year_times import judged_until, year_times_of
from backend.app.assessments.states import UNDER_WAY
from backend.app.assessments.states.appraisals import AppraisalState, BallotState
from backend.app.assessments.states.checks import CONCLUDED
from backend.app.ballots.sql import has_codes
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.states import none_of, one_of

OVER = text(
    f"""
    SELECT p.id FROM programme p
    WHERE {one_of("p.state", UNDER_WAY)} AND p.year < :year AND (
        NOT EXISTS (SELECT FROM year_closing c WHERE c.programme_id = p.id)
        OR EXISTS (SELECT FROM appraisal_round r WHERE r.programme_id = p.id
                   AND r.state = '{AppraisalState.OPEN}'))
    ORDER BY p.id
    """
)
LEFT = text(
    f"""
    SELECT (SELECT count(*) FROM site_check
            WHERE programme_id = :id AND {none_of("state", CONCLUDED)}) AS checks,
           (SELECT count(*) FROM appraisal_group g JOIN appraisal_round r ON r.id = g.round_id
            WHERE r.programme_id = :id AND r.state = '{AppraisalState.OPEN}'
              AND {none_of("g.state", {BallotState.ACCEPTED})}
              AND NOT (g.state = '{BallotState.WAITING}' AND {has_codes("g.id")})) AS groups
    """
)


def programmes_to_close() -> list[int]:
    """Of years that are over, with something that the clock has not closed yet."""
    rows = db.session.execute(OVER, {"year": clock.today().year}).scalars()
    return [
        programme_id for programme_id in rows
        if clock.now() >= judged_until(db.session.get_one(Programme, programme_id))
    ]  # fmt: skip


def close_judgements(programme_id: int) -> int:
    """What is open then counts as not done and not used. Safe to repeat; whether it did."""
    programme = transitions.hold_programme(programme_id)
    if programme.state not in UNDER_WAY or clock.now() < judged_until(programme):
        return 0
    left = dict(db.session.execute(LEFT, {"id": programme_id}).mappings().one())
    closed = db.session.scalar(
        insert(YearClosing)
        .values(
            programme_id=programme_id, county_id=programme.county_id, closed_at=clock.now(), **left
        )
        .on_conflict_do_nothing()
        .returning(YearClosing.programme_id)
    )  # fmt: skip
    close_due_rounds(programme)
    if closed:
        record("close_judgements", None, "programme", programme_id, count=sum(left.values()))
    return 1


def reopen_judgements(actor: Actor, programme_id: int, reason: str) -> None:
    """Once, with a reason, until the meeting's last day. Raises ProgrammeMoved, InvalidInput."""
    programme = transitions.hold_programme(programme_id)
    if not may(actor, Permission.SUPERVISE_TARGETS, (programme.county_id,)):
        raise NotAllowed
    reason, until = reason.strip(), year_times_of(programme).meeting_due_at
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise InvalidInput(errors={"reason": [f"请写明为什么重开，最多 {LONGEST_REASON} 个字"]})
    closing = closing_of(programme_id)
    if (
        closing is None or closing.reopened_until or clock.now() >= until
        or programme.state not in UNDER_WAY
    ):  # fmt: skip
        raise ProgrammeMoved("核查和社会评价只能在到期关闭以后、定等会限期以前重开一次")
    closing.reopened_until, closing.reopened_by_id = until, actor.person_id
    closing.reopen_reason = reason
    reopen_due_rounds(programme_id)
    record("reopen_judgements", actor.person_id, "programme", programme_id, reason=reason)


def closing_of(programme_id: int) -> YearClosing | None:
    return db.session.scalar(select(YearClosing).where(YearClosing.programme_id == programme_id))
