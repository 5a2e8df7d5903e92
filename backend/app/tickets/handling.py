"""What the unit does that a ticket lies with: sign, ask, report, ask for time, hand back, reply."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from backend.app.access import Actor
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.core.text_check import clean_words
from backend.app.places.queries import department_names, get_place
from backend.app.points.ledger import credit
from backend.app.points.point_sources import TICKET
from backend.app.tickets import files, transitions
from backend.app.tickets.clocks import turns
from backend.app.tickets.desk.operations import desk_staff
from backend.app.tickets.errors import ExtensionPending, TooLateToExtend
from backend.app.tickets.kinds import Channel
from backend.app.tickets.models import Ticket, TicketEvent, TicketExtension
from backend.app.tickets.notifications import tell_author, tell_people
from backend.app.tickets.states import ExtensionState, Move, State

# What a template leaves to be filled in; those of earlier years have wide gaps.
BLANK = re.compile(r"【[\s_＿]*】|[ ＿_]{4,}")
LONGEST = 1000
LONGEST_REASON = 200


@dataclass(frozen=True)
class WrittenReply:
    """What somebody of the office wrote, and how many seconds the typing took."""

    words: str | None
    file_ids: tuple[int, ...] = ()
    typing_seconds: int | None = None


def office_name(ticket: Ticket) -> str:
    """The unit as villagers call it; the county desk where there is none yet."""
    if ticket.unit_department_id is not None:
        return department_names([ticket.unit_department_id])[ticket.unit_department_id]
    if ticket.unit_region_id is None or ticket.unit_region_id == ticket.county_id:
        return "县诉求受理中心"
    return get_place(ticket.unit_region_id).name


def _required(words: str | None, what: str, limit: int = LONGEST) -> str:
    """The office answers for its own words: its readers see them whatever the check says."""
    said = clean_words(words, limit=limit)
    if said is None:
        raise InvalidInput(errors={"words": [what]})
    if blanks := len(BLANK.findall(words or "")):
        raise InvalidInput(errors={"words": [f"模板里还有 {blanks} 处【】没有填，填好再交"]})
    return said


def sign(actor: Actor, ticket_id: int, version: int) -> Ticket:
    """签收: the unit takes it on."""
    act = transitions.begin(actor, ticket_id, Move.SIGN, version)
    ticket = act.ticket
    ticket.signed_at = act.at
    turns.note_signature(ticket, act.at)
    event = transitions.finish(act)
    if ticket.person_id is not None and ticket.channel == Channel.MINI:
        # Not at sending: what nobody takes on, as junk sent for points, earns none.
        credit(ticket.person_id, ticket.county_id, TICKET, TICKET, ticket.id, ticket.village_id)
    tell_author(ticket, event, f"{office_name(ticket)} 接手了，正在办", f"编号 {ticket.number}")
    return ticket


def ask(actor: Actor, ticket_id: int, version: int, written: WrittenReply) -> Ticket:
    """Asks the villager for something; until the answer comes the office's time stands still."""
    words = _required(written.words, "请写清楚要问村民什么")
    act = transitions.begin(actor, ticket_id, Move.ASK, version)
    if act.ticket.person_id is None and act.ticket.receipt is None:
        raise InvalidInput(errors={"words": ["这件是代录或转办的，请打电话问，再写办理进展"]})
    act.words, act.typing_seconds = words, written.typing_seconds
    turns.note_first_answer(act.ticket, act.at)
    transitions.pause(act)
    event = transitions.finish(act)
    tell_author(act.ticket, event, "办事的人想问您一句", words)
    return act.ticket


def resume(actor: Actor, ticket_id: int, version: int) -> Ticket:
    """Goes on without the villager's answer, as when it came by phone."""
    act = transitions.begin(actor, ticket_id, Move.RESUME, version)
    transitions.resume(act)
    transitions.finish(act)
    return act.ticket


def report_progress(actor: Actor, ticket_id: int, version: int, written: WrittenReply) -> Ticket:
    """Tells the villager how far it is; counts as a first answer."""
    words = _required(written.words, "请写一句办到哪一步了")
    act = transitions.begin(actor, ticket_id, Move.PROGRESS, version)
    attached = files.unused_files(actor.person_id, written.file_ids)
    act.words, act.typing_seconds = words, written.typing_seconds
    turns.note_first_answer(act.ticket, act.at)
    event = transitions.finish(act)
    files.attach(attached, act.ticket.id, event.id)
    tell_author(act.ticket, event, "您的诉求有进展", words)
    return act.ticket


def request_extension(
    actor: Actor, ticket_id: int, version: int, days: int, written: WrittenReply
) -> Ticket:
    """申请延期: asks for more days, with a reason the villager will read."""
    words = _required(written.words, "请写明延期理由，村民会看到", LONGEST_REASON)
    if not 1 <= days <= 15:
        raise InvalidInput(errors={"days": ["一次可申请 1 到 15 天"]})
    act = transitions.begin(actor, ticket_id, Move.REQUEST_EXTENSION, version)
    ticket = act.ticket
    if pending_extension(ticket.id) is not None:
        raise ExtensionPending
    if act.at > ticket.due_at:
        raise TooLateToExtend
    db.session.add(
        TicketExtension(
            ticket_id=ticket.id, round=ticket.round, asked_by_id=actor.person_id,
            asked_at=act.at, days=days, reason=words, state=ExtensionState.PENDING,
        )
    )  # fmt: skip
    act.words, act.typing_seconds = words, written.typing_seconds
    act.detail = {"days": days}
    event = transitions.finish(act)
    tell_people(desk_staff(ticket), ticket, event, "有延期申请要审批", f"编号 {ticket.number}")
    return ticket


def pending_extension(ticket_id: int) -> TicketExtension | None:
    return db.session.scalar(
        select(TicketExtension)
        .where(
            TicketExtension.ticket_id == ticket_id, TicketExtension.state == ExtensionState.PENDING
        )
        .with_for_update()
    )


def drop_extension(ticket: Ticket, act: transitions.Transition) -> None:
    """A request nobody decided falls away when the ticket leaves the unit."""
    pending = pending_extension(ticket.id)
    if pending is not None:
        pending.state, pending.decided_at, pending.note = (
            ExtensionState.REFUSED,
            act.at,
            "工单已转出或已答复",
        )


def hand_back(actor: Actor, ticket_id: int, version: int, written: WrittenReply) -> Ticket:
    """退单: not ours; back to the county desk with a reason."""
    words = _required(written.words, "请写明退单理由", LONGEST_REASON)
    act = transitions.begin(actor, ticket_id, Move.HAND_BACK, version)
    ticket = act.ticket
    act.words, act.typing_seconds = words, written.typing_seconds
    drop_extension(ticket, act)
    event = transitions.finish(act)
    ticket.unit_region_id = ticket.unit_department_id = None
    turns.start(ticket, act.at)
    tell_people(desk_staff(ticket), ticket, event, "有一件退单要重新派", words)
    return ticket


def reply(actor: Actor, ticket_id: int, version: int, result: str, written: WrittenReply) -> Ticket:
    """答复: `done` or `cannot` with the reason; whether it is solved is for the villager to say."""
    if result not in ("done", "cannot"):
        raise InvalidInput(errors={"result": ["请选「办好了」或「确实办不了」"]})
    words = _required(written.words, "请写明怎么办的；办不了的请写清理由")
    act = transitions.begin(actor, ticket_id, Move.REPLY, version)
    attached = files.unused_files(actor.person_id, written.file_ids)
    act.words, act.typing_seconds, act.detail = words, written.typing_seconds, {"result": result}
    event = _answer(act, result)
    files.attach(attached, act.ticket.id, event.id)
    _answer_the_merged(act.ticket, words, result, event)
    return act.ticket


def _answer(act: transitions.Transition, result: str) -> TicketEvent:
    ticket = act.ticket
    drop_extension(ticket, act)
    turns.answer(ticket, act.at, result)
    ticket.answered_at, ticket.reply_result = act.at, result
    ticket.verdict = ticket.verdict_at = ticket.asked_again_at = ticket.outcome = None
    turns.set_deadlines(ticket, act.at)
    event = transitions.finish(act)
    tell_author(ticket, event, "办好了吗？请您说句话", act.words or "")
    return event


def _answer_the_merged(main: Ticket, words: str, result: str, source: TicketEvent) -> None:
    """Whoever's ticket was merged hears the same answer and has a last word of their own."""
    child = aliased(Ticket)
    children: Sequence[Ticket] = db.session.scalars(
        select(child)
        .where(child.parent_id == main.id, child.state == State.MERGED.value)
        .order_by(child.id)
        .with_for_update()
    ).all()
    for ticket in children:
        act = transitions.begin_as_system(ticket, Move.ANSWER_MERGED)
        act.words = words
        act.detail = {"result": result, "of": main.number, "event_id": source.id}
        if main.unit_region_id not in ticket.kept_from_regions:
            ticket.unit_region_id = main.unit_region_id
            ticket.unit_department_id = main.unit_department_id
        _answer(act, result)
