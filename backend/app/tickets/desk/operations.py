"""The county desk: accept, classify, assign, merge, decide, call back, close."""

from dataclasses import dataclass

from sqlalchemy import select

from backend.app.access import Actor
from backend.app.accounts.queries import staff_of
from backend.app.accounts.second_person import check_another_hand
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.core.text_check import WordsState, clean_words
from backend.app.places.errors import RegionUnknown
from backend.app.places.queries import county_of_department, get_place
from backend.app.tickets import transitions
from backend.app.tickets.clocks import turns
from backend.app.tickets.clocks.deadlines import Urgency
from backend.app.tickets.errors import (
    HandlerVerifies,
    TicketMoved,
    TooLateToExtend,
    UnitUnfit,
    VerdictGiven,
)
from backend.app.tickets.kinds import TO_CLASSIFY, Channel, Outcome, TicketKind, Verdict
from backend.app.tickets.models import Ticket, TicketEvent, TicketExtension
from backend.app.tickets.naming import WithheldFrom, keep_from, may_read, named_later, of_village
from backend.app.tickets.notifications import tell_author, tell_office, tell_people
from backend.app.tickets.parties import DESK
from backend.app.tickets.rules.categories import find_category
from backend.app.tickets.rules.routing import Office, staff_for
from backend.app.tickets.states import CLOSING_VERDICTS, TABLE, ExtensionState, Move, Party, State
from backend.app.tickets.succession import move_along

LONGEST_REASON = 200
MOST_TAGS = 5


def desk_staff(ticket: Ticket) -> list[int]:
    return staff_of(DESK, ticket.county_id)


def _reason(words: str | None, what: str) -> str:
    reason = clean_words(words, limit=LONGEST_REASON)
    if reason is None:
        raise InvalidInput(errors={"words": [what]})
    return reason


def _finish(
    act: transitions.Transition, words: str | None = None, to: State | None = None
) -> TicketEvent:
    """The event, with an entry in the audit log since a member of staff acted."""
    if words:
        act.words = words
    event = transitions.finish(act, to)
    if act.person_id is not None:
        record("move_ticket", act.person_id, "ticket", act.ticket.id, move=act.move.value)
    return event


def accept(actor: Actor, ticket_id: int, version: int | None) -> Ticket:
    """受理: the county takes it up."""
    act = transitions.begin(actor, ticket_id, Move.ACCEPT, version)
    event = _finish(act)
    tell_author(act.ticket, event, "县里收下了", f"编号 {act.ticket.number}，正在找能办的单位")
    return act.ticket


def decline(actor: Actor, ticket_id: int, version: int | None, words: str | None) -> Ticket:
    """不予受理, with a reason the villager reads."""
    reason = _reason(words, "请写明不予受理的理由，村民会看到")
    act = transitions.begin(actor, ticket_id, Move.DECLINE, version)
    act.ticket.outcome = Outcome.DECLINED.value
    turns.take_back(act.ticket, act.at)
    event = _finish(act, reason)
    tell_author(act.ticket, event, "这件事没有受理", reason)
    return act.ticket


@dataclass(frozen=True)
class Classified:
    """What the desk says a ticket is; None leaves things as they are."""

    kind: str | None = None
    category: str | None = None
    urgency: str | None = None
    tags: tuple[str, ...] | None = None
    about_cadres: bool | None = None
    confidential: bool | None = None


def classify(actor: Actor, ticket_id: int, version: int | None, to: Classified) -> Ticket:
    """分类: kind, category, urgency, tags; another urgency makes other deadlines."""
    act = transitions.begin(actor, ticket_id, Move.CLASSIFY, version)
    ticket = act.ticket
    if to.kind is not None:
        if to.kind not in set(TicketKind):
            raise InvalidInput(errors={"kind": ["请从列表中选一个"]})
        ticket.kind = to.kind
        ticket.tags = [tag for tag in ticket.tags if tag != TO_CLASSIFY]
    category = find_category(ticket.county_id, to.category)
    if category is not None:
        ticket.category_id = category.id
    urgency = to.urgency or (category.urgency if category and ticket.rating_id is None else None)
    if urgency is not None:
        if urgency not in set(Urgency):
            raise InvalidInput(errors={"urgency": ["请从列表中选一个"]})
        ticket.urgency = urgency
    if to.tags is not None:
        cleaned = _clean_tags(to.tags)
        ticket.tags = [tag for tag in cleaned if to.kind is None or tag != TO_CLASSIFY]
    if to.confidential is not None:
        ticket.confidential = to.confidential
    if to.about_cadres is not None and to.about_cadres != ticket.about_cadres:
        if to.about_cadres and ticket.unit_region_id == ticket.village_id is not None:
            raise UnitUnfit(errors={"about_cadres": ["这件在村里手上，请先改派给乡镇或部门"]})
        _mark(ticket, to.about_cadres)
    turns.set_deadlines(ticket, act.at)
    act.detail = {"kind": ticket.kind, "urgency": ticket.urgency, "tags": ticket.tags}
    _finish(act)
    return ticket


def _mark(ticket: Ticket, about_cadres: bool) -> None:
    """The desk says whether it is about cadres; the call-back of a rating is kept from them too."""
    ticket.about_cadres = about_cadres
    if not about_cadres:
        ticket.kept_from_regions = ticket.kept_from_people = []
    if ticket.village_id is not None and (about_cadres or ticket.channel == Channel.RATING):
        keep_from(ticket, of_village(ticket.village_id))


def _clean_tags(tags: tuple[str, ...]) -> list[str]:
    cleaned = sorted({tag.strip() for tag in tags if tag.strip()})
    if len(cleaned) > MOST_TAGS or any(len(tag) > 10 for tag in cleaned):
        raise InvalidInput(errors={"tags": [f"最多 {MOST_TAGS} 个标签，每个最多 10 个字"]})
    return cleaned


def assign(
    actor: Actor, ticket_id: int, version: int | None, office: Office, words: str | None = None
) -> Ticket:
    """派单 or, when it lies with somebody already, 改派."""
    ticket = transitions.lock(ticket_id)
    first = ticket.state in (State.SUBMITTED, State.ACCEPTED)
    if ticket.state == State.SUBMITTED:
        version = _accept_first(actor, ticket_id, version)
    act = transitions.begin(actor, ticket_id, Move.ASSIGN if first else Move.REASSIGN, version)
    _check_office(ticket, office)
    if not first and office == Office(ticket.unit_region_id, ticket.unit_department_id):
        raise UnitUnfit(errors={"unit": ["已经在这个单位手上"]})
    take_from(ticket, act)
    ticket.unit_region_id, ticket.unit_department_id = office.region_id, office.department_id
    turns.start(ticket, act.at)
    event = _finish(act, words)
    tell_office(ticket, event, "有一件诉求要签收", f"编号 {ticket.number}，请尽快签收。")
    return ticket


def _accept_first(actor: Actor, ticket_id: int, version: int | None) -> int:
    return accept(actor, ticket_id, version).version


def take_from(ticket: Ticket, act: transitions.Transition) -> None:
    """The unit's question to the villager and its request for more time end with its turn."""
    if act.before is State.WAITING:
        transitions.resume(act)
    for pending in db.session.scalars(
        select(TicketExtension).where(
            TicketExtension.ticket_id == ticket.id, TicketExtension.state == ExtensionState.PENDING
        )
    ):
        pending.state, pending.decided_at, pending.note = (
            ExtensionState.REFUSED,
            act.at,
            "工单已改派",
        )


def _check_office(ticket: Ticket, office: Office) -> None:
    """A unit of this county, with somebody in it, and not the village it is about."""
    try:
        if office.department_id is not None:
            county_id = county_of_department(office.department_id)
        else:
            place = get_place(office.region_id or 0)
            county_id = place.county_id or 0
            if place.level == "group" or not place.is_open:
                raise UnitUnfit(errors={"unit": ["请选在用的村、乡镇、部门或县"]})
    except RegionUnknown:
        raise UnitUnfit(errors={"unit": ["没有这个单位"]}) from None
    if county_id != ticket.county_id:
        raise UnitUnfit(errors={"unit": ["只能派给本县的单位"]})
    if office.region_id in ticket.kept_from_regions:
        raise UnitUnfit(errors={"unit": ["反映干部的诉求和差评回访，不能派给被反映的一方"]})
    if not may_read(staff_for(office), ticket):
        raise UnitUnfit(errors={"unit": ["这个单位还没有人能签收，请先在「人员与权限」里授权"]})


def decide_extension(
    actor: Actor, ticket_id: int, version: int | None, approve: bool, words: str | None
) -> Ticket:
    """批准 or 驳回; approval moves the due time and tells the villager why."""
    act = transitions.begin(actor, ticket_id, Move.DECIDE_EXTENSION, version)
    ticket = act.ticket
    pending = db.session.scalar(
        select(TicketExtension)
        .where(
            TicketExtension.ticket_id == ticket.id, TicketExtension.state == ExtensionState.PENDING
        )
        .with_for_update()
    )
    if pending is None:
        raise TicketMoved("没有在等审批的延期申请")
    if approve and (ticket.paused_at or act.at) > ticket.due_at:
        raise TooLateToExtend
    check_another_hand(actor, pending.asked_by_id, refusal=HandlerVerifies())
    note = clean_words(words, limit=LONGEST_REASON)
    if not approve and note is None:
        raise InvalidInput(errors={"words": ["驳回请写明理由"]})
    pending.state = ExtensionState.APPROVED if approve else ExtensionState.REFUSED
    pending.decided_by_id, pending.decided_at, pending.note = actor.person_id, act.at, note
    if approve:
        turns.extend(ticket, pending.days, act.at)
    act.detail = {"approved": approve, "days": pending.days, "reason": pending.reason}
    event = _finish(act, note)
    if approve:
        tell_author(ticket, event, f"办理延长 {pending.days} 天", f"理由：{pending.reason}")
    tell_office(
        ticket, event, "延期申请" + ("已批准" if approve else "被驳回"),
        note or f"延长 {pending.days} 天",
    )  # fmt: skip
    return ticket


def merge(actor: Actor, ticket_id: int, version: int | None, into_id: int) -> Ticket:
    """合并同类: goes on under another ticket; its author hears that one's answer."""
    if ticket_id == into_id:
        raise InvalidInput(errors={"into": ["不能并入自己"]})
    # Always the lower id first, so that two mergers of one pair cannot wait for each other.
    for each in sorted((ticket_id, into_id)):
        transitions.lock(each)
    act = transitions.begin(actor, ticket_id, Move.MERGE, version)
    ticket, main = act.ticket, transitions.lock(into_id)
    if main.county_id != ticket.county_id or State(main.state) not in TABLE[Move.MERGE].starts:
        raise InvalidInput(errors={"into": ["只能并入本县一件还在办的诉求"]})
    if main.unit_region_id in ticket.kept_from_regions:
        raise InvalidInput(errors={"into": ["反映干部的，不能并到被反映的一方在办的诉求里"]})
    if _has_merged(ticket.id):
        raise InvalidInput(errors={"into": ["已有诉求并到这一件，请反过来合并"]})
    take_from(ticket, act)
    turns.end(ticket, act.at)
    # Whoever may not hear of the one does not answer it under the other either.
    keep_from(
        main, WithheldFrom(frozenset(ticket.kept_from_regions), frozenset(ticket.kept_from_people))
    )
    ticket.parent_id, ticket.outcome = main.id, Outcome.MERGED.value
    act.detail = {"into": main.number}
    event = _finish(act)
    tell_author(ticket, event, "有人反映了同一件事，一起办", f"已并入 {main.number}，答复会告诉您")
    return ticket


def _has_merged(ticket_id: int) -> bool:
    return (
        db.session.scalar(
            select(Ticket.id)
            .where(Ticket.parent_id == ticket_id, Ticket.state == State.MERGED.value)
            .limit(1)
        )
        is not None
    )


def release(actor: Actor, ticket_id: int, version: int | None) -> Ticket:
    """Takes a merged ticket out again, to be assigned on its own."""
    act = transitions.begin(actor, ticket_id, Move.RELEASE, version)
    set_free(act)
    return act.ticket


def set_free(act: transitions.Transition) -> None:
    """Back to the desk, whoever had it before it was merged."""
    ticket = act.ticket
    ticket.parent_id = ticket.outcome = None
    ticket.unit_region_id = ticket.unit_department_id = None
    _finish(act)
    turns.start(ticket, act.at)


def follow_up(
    actor: Actor, ticket_id: int, version: int | None, answer: str | None, words: str | None
) -> Ticket:
    """回访 by somebody who did not handle it: the villager's word by phone, or nobody reached."""
    reached = answer is not None
    if reached and answer not in (Verdict.SOLVED, Verdict.PARTLY, Verdict.NOT):
        raise InvalidInput(errors={"answer": ["请选村民怎么说的"]})
    closing = answer in CLOSING_VERDICTS
    move = Move.CONFIRM if closing else Move.DISPUTE if reached else Move.FOLLOW_UP
    act = transitions.begin(actor, ticket_id, move, version)
    ticket = act.ticket
    if ticket.channel == Channel.PATROL:
        raise InvalidInput("巡查发现的没有村民可回访，请现场核查")
    if ticket.verdict not in (None, Verdict.UNANSWERED):
        raise VerdictGiven
    if answer is not None:
        ticket.verdict, ticket.verdict_at, ticket.call_back_due_at = answer, act.at, None
        turns.note_verdict(ticket, answer, act.at, None)
        ticket.outcome = answer if closing else None
    act.detail = {"answer": answer, "by_phone": True}
    _finish(act, clean_words(words, limit=LONGEST_REASON))
    return ticket


def close_unsolved(actor: Actor, ticket_id: int, version: int | None, words: str | None) -> Ticket:
    """Closed, not solved: its own outcome, checked by somebody who did not handle it."""
    reason = _reason(words, "请写明为什么解决不了，村民会看到")
    act = transitions.begin(actor, ticket_id, Move.CLOSE_UNSOLVED, version)
    ticket = act.ticket
    ticket.verdict = ticket.verdict or Verdict.UNANSWERED.value
    cannot = ticket.reply_result == "cannot"
    ticket.outcome = (Outcome.CANNOT if cannot else Outcome.NOT).value
    event = _finish(act, reason)
    tell_author(ticket, event, "这件事没能解决", reason)
    return ticket


def reopen_by_desk(actor: Actor, ticket_id: int, version: int | None, words: str | None) -> Ticket:
    """重办 by staff, as often as it takes."""
    reason = _reason(words, "请写明为什么重办")
    act = transitions.begin(actor, ticket_id, Move.REOPEN, version)
    event = start_again(act, reason)
    record("move_ticket", actor.person_id, "ticket", ticket_id, move=act.move.value)
    tell_author(act.ticket, event, "这件事重新办", reason)
    return act.ticket


def start_again(act: transitions.Transition, words: str | None) -> TicketEvent:
    """A new round with the same unit: new deadlines, the old ones stay in the events."""
    ticket = act.ticket
    move_along(ticket)
    kept = named_later(ticket, words) if act.party is Party.AUTHOR else WithheldFrom()
    act.words, act.names_somebody = words, kept.named
    act.detail = {"due_at": ticket.due_at.isoformat(), "verdict": ticket.verdict}
    ticket.round += 1
    ticket.round_started_at = act.at
    ticket.answered_at = ticket.call_back_due_at = None
    ticket.verdict = ticket.verdict_at = ticket.outcome = ticket.reply_result = None
    ticket.asked_again_at = None
    ticket.supervision_level = 0
    if kept.named:
        ticket.unit_region_id = ticket.unit_department_id = None
        keep_from(ticket, kept)
    if ticket.unit_region_id is None and ticket.unit_department_id is None:
        # It names somebody, or was answered together with another one: the desk decides.
        turns.start(ticket, act.at)
        event = transitions.finish(act, State.ACCEPTED)
        tell_people(desk_staff(ticket), ticket, event, "村民没满意，重办", f"编号 {ticket.number}")
        return event
    turns.start(ticket, act.at, heard_before=True)
    event = transitions.finish(act)
    tell_office(ticket, event, "村民没满意，重办", f"编号 {ticket.number}")
    return event


def review_words(actor: Actor, ticket_id: int, event_id: int | None, show: bool) -> Ticket:
    """Releases moderated words, of the ticket or of one event, or keeps them from the unit."""
    act_on = transitions.lock(ticket_id)
    transitions.check_desk(actor, act_on)
    target: Ticket | TicketEvent = act_on
    if event_id is not None:
        event = db.session.get(TicketEvent, event_id)
        if event is None or event.ticket_id != ticket_id:
            raise InvalidInput(errors={"event_id": ["没有这一条"]})
        target = event
    if target.words_state == WordsState.MODERATED.value:
        target.words_state = (WordsState.SHOWN if show else WordsState.REFUSED).value
    record("review_ticket_words", actor.person_id, "ticket", ticket_id, shown=show)
    return act_on


def supplement_by_phone(
    actor: Actor, ticket_id: int, version: int | None, words: str | None
) -> Ticket:
    """What the author said on the phone when the office had asked."""
    said = _reason(words, "请写村民在电话里怎么说的")
    act = transitions.begin(actor, ticket_id, Move.SUPPLEMENT, version)
    transitions.resume(act)
    event = _finish(act, said)
    tell_office(act.ticket, event, "村民补充了情况", f"编号 {act.ticket.number}")
    return act.ticket


def archive(actor: Actor, ticket_id: int, version: int | None) -> Ticket:
    """归档 before its time, as for what is plainly done."""
    act = transitions.begin(actor, ticket_id, Move.ARCHIVE, version)
    _finish(act)
    return act.ticket
