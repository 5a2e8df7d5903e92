"""Tickets as readers see them: the same facts for phone and console, less what is not theirs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any, Protocol

import orjson
from sqlalchemy import select

from backend.app.core import clock
from backend.app.core.audit import look_at_telephone, look_at_words
from backend.app.core.db import db
from backend.app.core.encryption import unseal
from backend.app.core.errors import Unavailable
from backend.app.core.text_check import READABLE, WordsState
from backend.app.places.queries import department_names, region_names
from backend.app.tickets.city.kinds import CityKind
from backend.app.tickets.city.queries import classes_by_id
from backend.app.tickets.clocks.lateness import standing
from backend.app.tickets.clocks.lights import TicketStanding
from backend.app.tickets.clocks.shares import in_words, overran, spells, turns_by_ticket
from backend.app.tickets.files import FILES
from backend.app.tickets.intake.operations import CONTACT
from backend.app.tickets.kinds import KIND_NAMES, VERDICT_NAMES, Channel, TicketKind, Verdict
from backend.app.tickets.models import (
    CityClass,
    Ticket,
    TicketCategory,
    TicketEvent,
    TicketExtension,
    TicketFile,
    TicketTurn,
)
from backend.app.tickets.states import Move, Party, State, group_of
from backend.app.tickets.timeline import Told, tell
from backend.app.tickets.voices import (
    Voice,
    citizen_text,
    due_text,
    promise_text,
    shown_light,
    state_words,
    voice_of,
)

CHECKED_ABOVE = "等县里核实"
ANSWERS = {Move.REPLY.value, Move.ANSWER_MERGED.value}
DESK_NAME = "县诉求受理中心"


@dataclass(frozen=True)
class Names:
    """What the ids in some tickets are called, read at once."""

    regions: dict[int, str]
    departments: dict[int, str]
    categories: dict[int, TicketCategory]
    city_classes: dict[int, CityClass]

    def office(self, region_id: int | None, department_id: int | None, county_id: int) -> str:
        if department_id is not None:
            return self.departments.get(department_id, "")
        if region_id is None or region_id == county_id:
            return DESK_NAME
        return self.regions.get(region_id, "")


class HasUnit(Protocol):
    """An event or a turn: whatever names a unit by its ids."""

    unit_region_id: Any
    unit_department_id: Any


def names_for(tickets: Collection[Ticket], events: Iterable[HasUnit] = ()) -> Names:
    """Four statements, however many tickets."""
    events = list(events)
    regions = {
        region
        for ticket in tickets
        for region in (ticket.village_id, ticket.group_id, ticket.unit_region_id)
        if region
    } | {event.unit_region_id for event in events if event.unit_region_id}
    departments = {
        department
        for department in (
            *(ticket.unit_department_id for ticket in tickets),
            *(event.unit_department_id for event in events),
        )
        if department
    }
    categories = {ticket.category_id for ticket in tickets if ticket.category_id}
    return Names(
        region_names(regions) if regions else {},
        department_names(departments) if departments else {},
        {
            category.id: category
            for category in db.session.scalars(
                select(TicketCategory).where(TicketCategory.id.in_(categories))
            )
        }
        if categories
        else {},
        classes_by_id({ticket.city_class_id for ticket in tickets if ticket.city_class_id}),
    )


def sees_words(state: str, parties: Collection[Party], by_author: bool = True) -> bool:
    """Words of a villager are the unit's to read only after the text check."""
    if state in READABLE or not by_author:
        return True
    return Party.AUTHOR in parties or Party.DESK in parties


def card(
    ticket: Ticket,
    names: Names,
    parties: Collection[Party],
    at: datetime,
    voice: Voice | None = None,
) -> dict[str, Any]:
    """One line of a list."""
    voice = voice or voice_of(parties)
    category = names.categories.get(ticket.category_id or 0)
    stands = standing(ticket)
    if Party.AUTHOR in parties:
        # When the office signs is its own business; the author wants to know when it is done.
        stands = replace(stands, sign_due_at=None, due_at=ticket.citizen_due_at, at_desk=False)
    unit = names.office(ticket.unit_region_id, ticket.unit_department_id, ticket.county_id)
    shown = shown_light(stands, voice, at)
    words = ticket.words if sees_words(ticket.words_state, parties) else None
    if Party.AUTHOR not in parties:
        look_at_words(words, "ticket", ticket.id)
    return {
        "id": ticket.id,
        "number": ticket.number,
        "source_number": ticket.source_number,
        "kind": ticket.kind,
        "kind_name": KIND_NAMES[TicketKind(ticket.kind)],
        "category": {"code": category.code, "name": category.name, "icon": category.icon}
        if category
        else None,
        "city_class": _city_class(names.city_classes.get(ticket.city_class_id or 0)),
        "words": words,
        "words_state": WordsState.MODERATED
        if ticket.words_state == WordsState.REFUSED
        else ticket.words_state,
        "state": ticket.state,
        "state_name": state_words(stands, voice),
        "group": group_of(State(ticket.state)),
        "light": {"code": shown.code, "word": shown.word, "icon": shown.icon},
        "due_at": stands.due_at,
        "next_due_at": stands.next_due_at,
        "due_text": _due_text(ticket, stands, unit, voice, at),
        "unit_name": unit,
        "village_name": names.regions.get(ticket.village_id or 0, ""),
        "created_at": told_at(ticket.channel, ticket.created_at, parties),
        "round": ticket.round,
        "needs": _needs(ticket),
        "version": ticket.version,
    }


def _city_class(row: CityClass | None) -> dict[str, str] | None:
    if row is None:
        return None
    return {"code": row.code, "name": row.name, "kind": CityKind.of(row.kind).words}


def _due_text(ticket: Ticket, stands: TicketStanding, unit: str, voice: Voice, at: datetime) -> str:
    if ticket.channel == Channel.MENDING and ticket.state == State.ANSWERED:
        return CHECKED_ABOVE
    if voice is Voice.VILLAGER:
        return promise_text(stands, unit, ticket.due_at if ticket.assigned_at else None, at)
    return due_text(stands, voice, at)


def told_at(channel: str, at: datetime, parties: Collection[Party] = ()) -> datetime:
    """When something happened; of a bad rating its author alone is told more than the week."""
    if channel != Channel.RATING or Party.AUTHOR in parties:
        return at
    return clock.week_of(at)


def cards(
    tickets: Sequence[Ticket],
    parties: Collection[Party],
    at: datetime | None = None,
    voice: Voice | None = None,
) -> list[dict[str, Any]]:
    names, at = names_for(tickets), at or clock.now()
    return [card(ticket, names, parties, at, voice) for ticket in tickets]


def cards_of_both(
    tickets: Sequence[Ticket], parties: Collection[Party], at: datetime | None = None
) -> list[dict[str, Any]]:
    """As `cards`, with the citizen's clock too, and beside what is late who had it how long."""
    at = at or clock.now()
    turns = turns_by_ticket([ticket.id for ticket in tickets if overran(ticket, at)])
    names = names_for(tickets, chain.from_iterable(turns.values()))
    return [
        {
            **card(ticket, names, parties, at),
            "citizen_text": _citizen_text(ticket, at),
            "time_shares": _time_shares(ticket, turns.get(ticket.id, []), names, at),
        }
        for ticket in tickets
    ]


def _time_shares(
    ticket: Ticket, turns: Collection[TicketTurn], names: Names, at: datetime
) -> str | None:
    """Beside what is late; of a bad rating nothing that says when somebody rated."""
    if ticket.channel == Channel.RATING or not overran(ticket, at):
        return None
    return in_words(spells(ticket, turns, names, at))


def _citizen_text(ticket: Ticket, at: datetime) -> str | None:
    """None where no citizen waits for it, or the day would say when somebody rated."""
    if ticket.channel in (Channel.RATING, Channel.MENDING):
        return None
    return citizen_text(ticket.citizen_due_at, ticket.answered_at or ticket.closed_at or at)


def _needs(ticket: Ticket) -> str | None:
    if ticket.state == State.WAITING:
        return "supplement"
    if ticket.state == State.ANSWERED and ticket.verdict in (None, Verdict.UNANSWERED):
        return "verdict"
    return None


def events_of(ticket: Ticket) -> Sequence[TicketEvent]:
    """A ticket's story as it is stored, oldest first."""
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id)
    return db.session.scalars(query.order_by(TicketEvent.id)).all()


def detail(
    ticket: Ticket,
    parties: Collection[Party],
    may: Sequence[str],
    at: datetime | None = None,
    events: Sequence[TicketEvent] | None = None,
    voice: Voice | None = None,
) -> dict[str, Any]:
    """One ticket with its story; `events` where the caller has read them already."""
    at = at or clock.now()
    events = events_of(ticket) if events is None else events
    turns = turns_by_ticket([ticket.id]).get(ticket.id, [])
    names = names_for([ticket], [*events, *turns])
    files = _files(ticket.id, at)
    story = [
        told
        for event in events
        if (told := tell(_told(event, ticket, names, parties), Party.AUTHOR in parties))
    ]
    lines = {told.pop("event_id"): told for told in story}
    for event_id, line in lines.items():
        line["files"] = files.get(event_id, [])
    question = next((event for event in reversed(events) if event.move == "ask"), None)
    verdict = Verdict(ticket.verdict) if ticket.verdict else None
    return {
        **card(ticket, names, parties, at, voice),
        "place_note": ticket.place_note if sees_words(ticket.words_state, parties) else None,
        "assigned_at": ticket.assigned_at and told_at(ticket.channel, ticket.assigned_at, parties),
        "group_name": names.regions.get(ticket.group_id or 0),
        "files": files.get(None, []) if sees_words(ticket.words_state, parties) else [],
        "confidential": ticket.confidential,
        "about_cadres": ticket.about_cadres,
        "timeline": story,
        "answer": _answer(ticket, events, lines, names),
        "question": question.words if question and ticket.state == State.WAITING else None,
        "verdict": {
            "answer": verdict.value,
            "name": _verdict_name(verdict, voice or voice_of(parties)),
            "level": ticket.handling_level,
        }
        if verdict
        else None,
        "extension": _extension(ticket, events),
        "reopened_by_villager": ticket.reopened_by_author,
        "may": list(may),
        "contact": _contact(ticket, parties),
        "citizen_text": _citizen_text(ticket, at),
        # The author hears who has it; how long it lay where is between the offices.
        "time_shares": None if Party.AUTHOR in parties else _time_shares(ticket, turns, names, at),
    }


def _verdict_name(verdict: Verdict, voice: Voice) -> str:
    silent = verdict is Verdict.UNANSWERED and voice is Voice.VILLAGER
    return "没等到您回话" if silent else VERDICT_NAMES[verdict]


def _answer(
    ticket: Ticket, events: Sequence[TicketEvent], lines: dict[int, dict[str, Any]], names: Names
) -> dict[str, Any] | None:
    """What the office answered in this round, for standing above the question about it."""
    answers = [e for e in events if e.move in ANSWERS and e.round == ticket.round]
    if not answers or ticket.answered_at is None:
        return None
    event = answers[-1]
    line = lines[event.id]
    return {
        "office": names.office(event.unit_region_id, event.unit_department_id, ticket.county_id),
        "at": line["at"],
        "words": line["words"],
        "cannot": ticket.reply_result == "cannot",
        "files": line["files"],
    }


def _told(event: TicketEvent, ticket: Ticket, names: Names, parties: Collection[Party]) -> Told:
    by_author = event.party == Party.AUTHOR
    visible = sees_words(event.words_state, parties, by_author)
    if visible and Party.AUTHOR not in parties:
        look_at_words(event.words, "ticket", ticket.id)
    return Told(
        event.id,
        event.move,
        told_at(ticket.channel, event.at, parties),
        names.office(event.unit_region_id, event.unit_department_id, ticket.county_id),
        event.words if visible else None,
        by_author,
        event.party == Party.SYSTEM,
        event.detail,
    )


def _files(ticket_id: int, at: datetime) -> dict[int | None, list[dict[str, Any]]]:
    lines: dict[int | None, list[dict[str, Any]]] = {}
    for file in FILES.of(ticket_id):
        lines.setdefault(file.event_id, []).append(file_line(file, at))
    return lines


def file_line(file: TicketFile, at: datetime) -> dict[str, Any]:
    return {
        "id": file.id,
        "kind": file.kind,
        "url": FILES.link_to(file.id, at),
        "seconds": file.seconds,
    }


def _extension(ticket: Ticket, events: Iterable[TicketEvent]) -> dict[str, Any] | None:
    if Move.REQUEST_EXTENSION not in {event.move for event in events}:
        return None
    newest = db.session.scalar(
        select(TicketExtension)
        .where(TicketExtension.ticket_id == ticket.id, TicketExtension.round == ticket.round)
        .order_by(TicketExtension.id.desc())
        .limit(1)
    )
    if newest is None:
        return None
    return {
        "state": newest.state,
        "days": newest.days,
        "reason": newest.reason,
        "note": newest.note,
    }


def _contact(ticket: Ticket, parties: Iterable[Party]) -> dict[str, Any] | None:
    """Whom to call: for the desk; for the unit unless confidence was asked for or it is kept."""
    guarded = ticket.confidential or bool(ticket.kept_from_regions or ticket.kept_from_people)
    readers = {Party.DESK} if guarded else {Party.DESK, Party.HANDLER}
    return None if readers.isdisjoint(parties) else contact_of(ticket)


def contact_of(ticket: Ticket) -> dict[str, Any] | None:
    """Name and phone as the author gave them, decrypted; the audit log keeps who looked."""
    contact = read_contact(ticket)
    if contact and contact.get("phone"):
        look_at_telephone("ticket", ticket.id)
    return contact


def read_contact(ticket: Ticket) -> dict[str, Any] | None:
    """Name and telephone, or None where none is kept or the key is another one."""
    if ticket.contact_sealed is None:
        return None
    try:
        contact: dict[str, Any] = orjson.loads(unseal(CONTACT, ticket.contact_sealed))
    except Unavailable:
        return None
    return contact
