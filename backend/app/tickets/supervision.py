"""What the timetable and the county do about lateness and silence: 提醒，通报，核查，约谈."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from backend.app.access import Actor, Role
from backend.app.accounts.queries import staff_of
from backend.app.core import clock
from backend.app.core.batches import each
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, InvalidInput
from backend.app.core.queue import JobName, enqueue
from backend.app.core.text_check import clean_words
from backend.app.places.queries import get_place, settings_of
from backend.app.places.succession import merged_villages
from backend.app.tickets import transitions
from backend.app.tickets.clocks import turns
from backend.app.tickets.clocks.lateness import is_late, is_running, standing
from backend.app.tickets.clocks.lights import LATE, light
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.kinds import STEP_NAMES, Outcome, Step, Verdict
from backend.app.tickets.models import Supervision, Ticket
from backend.app.tickets.notifications import tell_author, tell_office, tell_people
from backend.app.tickets.rules.queries import clock_of
from backend.app.tickets.states import CLOSED, RUNNING, UNFINISHED, WITH_UNIT, Move, State
from backend.app.tickets.succession import move_along

BATCH = 200
*FIRST_STEPS, LAST_STEP = STEP_NAMES.values()
ASK_AGAIN_AFTER = timedelta(days=7)
# An office that never hears back goes on with what it has.
WAIT_AT_MOST = timedelta(days=7)
BEFORE_DUE = timedelta(hours=4)
REPORTED_AFTER = timedelta(days=1)


def supervise(
    actor: Actor, ticket_id: int, version: int | None, level: int, words: str | None
) -> Ticket:
    """督办 at any time, by the county; logged, and told to the unit."""
    if level not in set(Step):
        raise InvalidInput(errors={"level": [f"请选{'、'.join(FIRST_STEPS)}或{LAST_STEP}"]})
    said = clean_words(words, limit=200)
    if said is None:
        raise InvalidInput(errors={"words": ["请写明督办要求"]})
    act = transitions.begin(actor, ticket_id, Move.SUPERVISE, version)
    act.words = said
    _note(act, Step(level))
    return act.ticket


def _note(act: transitions.Transition, level: Step) -> None:
    ticket = act.ticket
    known = db.session.scalar(
        select(Supervision.id).where(
            Supervision.ticket_id == ticket.id,
            Supervision.round == ticket.round,
            Supervision.level == level,
        )
    )
    if known is not None:
        raise Conflict(f"这一轮已经{STEP_NAMES[level]}过了，请选更进一步的措施")
    db.session.add(
        Supervision(
            ticket_id=ticket.id, round=ticket.round, level=level, at=act.at,
            by_id=act.person_id, words=act.words,
        )
    )  # fmt: skip
    ticket.supervision_level = max(ticket.supervision_level, level)
    act.detail = {"level": int(level)}
    event = transitions.finish(act)
    words = act.words or f"编号 {ticket.number}"
    tell_office(ticket, event, f"督办{STEP_NAMES[level]}", words)
    if level >= Step.REPORT:
        leaders = staff_of([Role.LEADER], ticket.county_id)
        tell_people([*leaders, *_above(ticket)], ticket, event, "一件诉求超时被通报", words)


def _above(ticket: Ticket) -> list[int]:
    """The township above a village that is late."""
    if ticket.village_id is None or ticket.unit_region_id != ticket.village_id:
        return desk.desk_staff(ticket)
    from_township = staff_of([Role.TOWNSHIP_STAFF], _township(ticket.village_id))
    return from_township or desk.desk_staff(ticket)


def _township(village_id: int) -> int:
    return get_place(village_id).township_id or 0


def escalate_overdue() -> int:
    """Reminds before a deadline passes, reports a day after; safe to run at any time again."""
    at = clock.now()
    pressing = and_(is_running(), or_(Ticket.due_at < at + BEFORE_DUE, is_late(at)))
    reported = and_(is_running(), Ticket.due_at < at - REPORTED_AFTER)
    job = JobName.ESCALATE_TICKETS
    done = _each(job, and_(pressing, Ticket.supervision_level < Step.REMIND), _remind)
    return done + _each(job, and_(reported, Ticket.supervision_level < Step.REPORT), _report)


def _remind(ticket: Ticket, at: datetime) -> None:
    if ticket.supervision_level >= Step.REMIND or State(ticket.state) not in RUNNING:
        return
    act = transitions.begin_as_system(ticket, Move.SUPERVISE)
    late = light(standing(ticket), at) is LATE
    act.words = "已经超时，请尽快办" if late else "快到期了，请抓紧"
    _note(act, Step.REMIND)


def _report(ticket: Ticket, at: datetime) -> None:
    """A day late in working time; a Friday's deadline is not reported on Sunday."""
    if ticket.supervision_level >= Step.REPORT or State(ticket.state) not in RUNNING:
        return
    clock = clock_of(ticket.county_id)
    if at < clock.close_of_nth_day(ticket.due_at, 1):
        return
    act = transitions.begin_as_system(ticket, Move.SUPERVISE)
    act.words = "过了期限一个工作日以上"
    _note(act, Step.REPORT)


def follow_merged_villages() -> int:
    """What is open goes on in the village that its own went into, there with a clock of its own.

    What had become late before stays with the village that is gone.
    """
    of_merged = or_(
        Ticket.unit_region_id.in_(merged_villages()), Ticket.village_id.in_(merged_villages())
    )
    unfinished = Ticket.state.in_([s.value for s in UNFINISHED])
    return _each(JobName.ESCALATE_TICKETS, and_(unfinished, of_merged), _follow)


def follow_village(village_id: int) -> int:
    """The same for one village, inside the caller's transaction; returns how many went along.

    Nobody waits for thousands of them: the rest follows by a job of its own.
    """
    lies_there = or_(Ticket.unit_region_id == village_id, Ticket.village_id == village_id)
    query = select(Ticket.id).where(Ticket.state.in_([s.value for s in UNFINISHED]), lies_there)
    ids = db.session.scalars(query.order_by(Ticket.id).limit(BATCH)).all()
    for ticket_id in ids:
        _follow(transitions.lock(ticket_id), clock.now())
    if len(ids) == BATCH:
        enqueue(JobName.ESCALATE_TICKETS)
    return len(ids)


def _follow(ticket: Ticket, _at: datetime) -> None:
    before = ticket.unit_region_id
    if State(ticket.state) not in UNFINISHED or not move_along(ticket):
        return
    if ticket.unit_region_id == before or State(ticket.state) not in WITH_UNIT:
        return
    act = transitions.begin_as_system(ticket, Move.REASSIGN)
    desk.take_from(ticket, act)
    turns.start(ticket, act.at)
    event = transitions.finish(act)
    tell_office(ticket, event, "并入的村有一件诉求要接着办", f"编号 {ticket.number}")


def ask_again() -> int:
    """Asks a silent author once more after seven days."""
    before = clock.now() - ASK_AGAIN_AFTER
    return _each(
        JobName.TEND_TICKETS,
        and_(
            Ticket.state == State.ANSWERED.value,
            Ticket.answered_at < before,
            Ticket.asked_again_at.is_(None),
            Ticket.verdict.is_(None),
        ),
        _ask_again,
    )


def _ask_again(ticket: Ticket, at: datetime) -> None:
    if ticket.state != State.ANSWERED or ticket.asked_again_at or ticket.verdict:
        return
    ticket.asked_again_at = at
    act = transitions.begin_as_system(ticket, Move.SUPERVISE)
    act.detail = {"asked_again": True}
    event = transitions.finish(act)
    tell_author(ticket, event, "这事解决了吗？", f"编号 {ticket.number}，点开说一句就行")


def close_silent() -> int:
    """Closes what nobody answered as 村民未答, never 满意; a "cannot" waits for the desk."""
    return _each(
        JobName.TEND_TICKETS,
        and_(
            Ticket.state == State.ANSWERED.value,
            Ticket.asked_again_at < clock.now() - timedelta(days=1),
            Ticket.reply_result == "done",
            Ticket.verdict.is_(None),
            Ticket.city_class_id.is_(None),
        ),
        _close_silent,
    )


def _close_silent(ticket: Ticket, at: datetime) -> None:
    silent_for = timedelta(days=settings_of(ticket.county_id).silent_days)
    if ticket.state != State.ANSWERED or ticket.verdict or ticket.answered_at is None:
        return
    if at < ticket.answered_at + silent_for:
        return
    act = transitions.begin_as_system(ticket, Move.CLOSE_SILENT)
    ticket.verdict, ticket.outcome = Verdict.UNANSWERED.value, Outcome.UNANSWERED.value
    event = transitions.finish(act)
    tell_author(ticket, event, "没等到您的话，先办完了", "还没解决的话，点开就能说")


def stop_waiting() -> int:
    """Goes on after a week without an answer to the office's question."""
    return _each(
        JobName.TEND_TICKETS,
        and_(
            Ticket.state == State.WAITING.value,
            Ticket.paused_at < clock.now() - WAIT_AT_MOST,
        ),
        _stop_waiting,
    )


def _stop_waiting(ticket: Ticket, at: datetime) -> None:
    if ticket.paused_at is None or at - ticket.paused_at < WAIT_AT_MOST:
        return
    act = transitions.begin_as_system(ticket, Move.RESUME)
    transitions.resume(act)
    event = transitions.finish(act)
    tell_office(ticket, event, "村民一周没回话，请先按已知情况办", f"编号 {ticket.number}")


def archive_closed() -> int:
    """归档: what has been closed for longer than it may be reopened."""
    shortest = clock.now() - timedelta(days=1)
    closed = [s.value for s in CLOSED - {State.MERGED}]
    old = and_(Ticket.closed_at < shortest, Ticket.archived_at.is_(None))
    return _each(JobName.TEND_TICKETS, and_(Ticket.state.in_(closed), old), _archive)


def _archive(ticket: Ticket, at: datetime) -> None:
    kept_for = timedelta(days=settings_of(ticket.county_id).archive_days)
    if ticket.closed_at is None or at < ticket.closed_at + kept_for:
        return
    if ticket.archived_at is None and State(ticket.state) in CLOSED - {State.MERGED}:
        transitions.finish(transitions.begin_as_system(ticket, Move.ARCHIVE))


def _each(job: JobName, which: ColumnElement[bool], act: Callable[[Ticket, datetime], None]) -> int:
    """Every ticket in a transaction of its own: one that fails or waits holds up no other."""
    at = clock.now()

    def one(ticket_id: int) -> bool:
        ticket = transitions.lock(ticket_id)
        version = ticket.version
        act(ticket, at)
        return ticket.version != version

    return each(job, _ids(which), one, act.__name__.strip("_"))


def _ids(which: ColumnElement[bool]) -> Iterator[int]:
    """In batches, so that no list of all of them lies in memory."""
    last = 0
    while True:
        with transaction() as session:
            ids = session.scalars(
                select(Ticket.id).where(which, Ticket.id > last).order_by(Ticket.id).limit(BATCH)
            ).all()
        yield from ids
        if len(ids) < BATCH:
            return
        last = ids[-1]
