"""What the author of a ticket does: answer a question, have the last word, reopen, withdraw.

Without an actor it is the holder of an anonymous ticket's receipt.
"""

from sqlalchemy import select

from backend.app.access import Actor
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.core.text_check import clean_words
from backend.app.places.queries import settings_of
from backend.app.points.ledger import credit
from backend.app.points.point_sources import FOLLOW_UP
from backend.app.scoring.levels import is_level
from backend.app.tickets import files, transitions
from backend.app.tickets.clocks import turns
from backend.app.tickets.desk.operations import desk_staff, set_free, start_again
from backend.app.tickets.errors import AlreadyReopened, NothingSaid, TicketMoved, VerdictGiven
from backend.app.tickets.handling import drop_extension
from backend.app.tickets.kinds import Outcome, Verdict
from backend.app.tickets.models import Ticket
from backend.app.tickets.naming import keep_from, named_later
from backend.app.tickets.notifications import tell_office, tell_people
from backend.app.tickets.states import CLOSING_VERDICTS, Move, State

LONGEST = 500


def supplement(
    actor: Actor | None,
    ticket_id: int,
    version: int | None,
    words: str | None,
    file_ids: tuple[int, ...] = (),
) -> Ticket:
    """Answers the office's question; its time runs on."""
    said = clean_words(words, limit=LONGEST)
    act = transitions.begin(actor, ticket_id, Move.SUPPLEMENT, version)
    attached = files.unused_files(actor.person_id, file_ids) if actor else []
    if said is None and not attached:
        raise NothingSaid(errors={"words": [NothingSaid.message]})
    ticket = act.ticket
    kept = named_later(ticket, said)
    act.words, act.names_somebody = said, kept.named
    transitions.resume(act)
    event = transitions.finish(act, State.ACCEPTED if kept.named else None)
    files.attach(attached, ticket.id, event.id)
    if kept.named:
        ticket.unit_region_id = ticket.unit_department_id = None
        keep_from(ticket, kept)
        turns.start(ticket, act.at)
        tell_people(
            desk_staff(ticket), ticket, event, "补充的话提到了干部", f"编号 {ticket.number}"
        )
    else:
        tell_office(ticket, event, "村民补充了情况", f"编号 {ticket.number}")
    return ticket


def give_verdict(
    actor: Actor | None,
    ticket_id: int,
    version: int | None,
    answer: str,
    level: int | None = None,
    words: str | None = None,
) -> Ticket:
    """这事解决了吗: solved and partly close it, not leaves it open for a reopening or the desk."""
    if answer not in (Verdict.SOLVED, Verdict.PARTLY, Verdict.NOT):
        raise InvalidInput(errors={"answer": ["请选「解决了」「解决了一部分」或「没解决」"]})
    if level is not None and not is_level(level):
        raise InvalidInput(errors={"level": ["请从五个表情里选一个"]})
    said = clean_words(words, limit=LONGEST)
    move = Move.CONFIRM if answer in CLOSING_VERDICTS else Move.DISPUTE
    act = transitions.begin(actor, ticket_id, move, version)
    ticket = act.ticket
    if ticket.verdict not in (None, Verdict.UNANSWERED):
        raise VerdictGiven
    ticket.verdict, ticket.verdict_at, ticket.handling_level = answer, act.at, level
    turns.note_verdict(ticket, answer, act.at, level)
    ticket.outcome = answer if answer in CLOSING_VERDICTS or act.before is State.RESOLVED else None
    act.words, act.names_somebody = said, named_later(ticket, said).named
    act.detail = {"answer": answer, "level": level}
    event = transitions.finish(act)
    if ticket.person_id is not None:
        # The same for every answer.
        credit(
            ticket.person_id, ticket.county_id, FOLLOW_UP, FOLLOW_UP, ticket.id, ticket.village_id
        )
    if answer == Verdict.NOT:
        ticket.call_back_due_at = turns.call_back_due(ticket, act.at)
        tell_people(
            desk_staff(ticket), ticket, event, "村民说没解决", f"编号 {ticket.number}，请回访"
        )
    return ticket


def reopen(actor: Actor | None, ticket_id: int, version: int | None, words: str | None) -> Ticket:
    """重办, once: with the same unit and new deadlines.

    Words say why, unless 没解决 was said already.
    """
    said = clean_words(words, limit=LONGEST)
    act = transitions.begin(actor, ticket_id, Move.REOPEN, version)
    ticket = act.ticket
    if said is None and ticket.verdict != Verdict.NOT:
        raise InvalidInput(errors={"words": ["请说说哪里还没解决"]})
    if ticket.reopened_by_author:
        raise AlreadyReopened
    if ticket.closed_at is not None:
        age = act.at - ticket.closed_at
        if age.days >= settings_of(ticket.county_id).archive_days:
            raise TicketMoved("办结太久了，请重新提一件诉求")
    ticket.reopened_by_author = True
    start_again(act, said)
    return ticket


def withdraw(actor: Actor, ticket_id: int, version: int, words: str | None = None) -> Ticket:
    """Takes an own ticket back; what had been merged into it goes on alone."""
    act = transitions.begin(actor, ticket_id, Move.WITHDRAW, version)
    ticket = act.ticket
    act.words = clean_words(words, limit=LONGEST)
    act.names_somebody = named_later(ticket, act.words).named
    if act.before is State.WAITING:
        transitions.resume(act)
    drop_extension(ticket, act)
    turns.take_back(ticket, act.at)
    ticket.outcome = Outcome.WITHDRAWN.value
    event = transitions.finish(act)
    if ticket.unit_region_id or ticket.unit_department_id:
        tell_office(ticket, event, "村民撤回了诉求", f"编号 {ticket.number}")
    release_merged(ticket)
    return ticket


def release_merged(main: Ticket) -> None:
    """Whoever waited for this ticket's answer is given back to the desk."""
    for child in db.session.scalars(
        select(Ticket)
        .where(Ticket.parent_id == main.id, Ticket.state == State.MERGED.value)
        .order_by(Ticket.id)
        .with_for_update()
    ):
        set_free(transitions.begin_as_system(child, Move.RELEASE))
