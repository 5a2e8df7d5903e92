"""Intake: every way a ticket comes in ends in the same few lines."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select, text

from backend.app.accounts.operations import lock_person
from backend.app.core import clock
from backend.app.core.clock import midnight
from backend.app.core.db import db
from backend.app.core.encryption import seal
from backend.app.core.errors import InvalidInput
from backend.app.core.text_check import WordsState, clean_words, judge
from backend.app.core.web.boxes import whole
from backend.app.notices import wechat_check
from backend.app.places.errors import RegionUnknown
from backend.app.places.queries import Place, get_place
from backend.app.places.succession import picked_village, village_now
from backend.app.tickets import files, transitions
from backend.app.tickets.clocks import turns
from backend.app.tickets.errors import NothingSaid, TicketKeyReused, TooManyTickets
from backend.app.tickets.kinds import Channel, TicketKind
from backend.app.tickets.models import Ticket, TicketCategory, TicketEvent, TicketFile
from backend.app.tickets.naming import WithheldFrom, of_village, whom_it_names
from backend.app.tickets.notifications import tell_author, tell_office
from backend.app.tickets.rules.categories import find_category, suggest_for
from backend.app.tickets.rules.routing import route
from backend.app.tickets.search import grams
from backend.app.tickets.states import Move, Party, State

MOST_A_DAY = 10
LONGEST, LONGEST_NOTE = 1000, 100
CONTACT = "ticket_contact"
NEXT_ID = text("SELECT nextval(pg_get_serial_sequence('ticket', 'id'))")


@dataclass(frozen=True)
class TicketRequest:
    """What somebody asks for; a category of None is suggested from the words."""

    kind: TicketKind
    words: str | None
    village_id: int | None
    category: str | None = None
    file_ids: tuple[int, ...] = ()
    group_id: int | None = None
    place_note: str | None = None
    confidential: bool = False
    about_cadres: bool = False
    phone: str | None = None
    contact_name: str | None = None
    contact_note: str | None = None
    tags: tuple[str, ...] = ()


def submit(person_id: int, key: UUID, said: TicketRequest) -> Ticket:
    """A villager's own ticket; the same request again finds the first one."""
    digest = hashlib.sha256(orjson.dumps(said, default=str)).digest()
    # Two sendings of one request, or eleven tickets at once, wait for each other here.
    lock_person(person_id)
    earlier = db.session.scalar(
        select(Ticket).where(Ticket.person_id == person_id, Ticket.idempotency_key == key)
    )
    if earlier is not None:
        if earlier.request_digest != digest:
            raise TicketKeyReused
        return earlier
    at = clock.now()
    today = midnight(clock.local_day(at))
    sent = db.session.scalar(
        select(func.count()).where(Ticket.person_id == person_id, Ticket.created_at >= today)
    )
    if (sent or 0) >= MOST_A_DAY:
        raise TooManyTickets
    return open_ticket(
        said, Channel.MINI, at, person_id=person_id, idempotency_key=key, request_digest=digest
    )


@dataclass(frozen=True)
class NewTicket:
    """A ticket that is not stored yet, and what belongs to it."""

    ticket: Ticket
    category: TicketCategory | None
    suggested: tuple[str, ...]
    attached: list[TicketFile]


def open_ticket(said: TicketRequest, channel: Channel, at: datetime, **more: Any) -> Ticket:
    """Checks, stores, routes and acknowledges one ticket inside the caller's transaction.

    `at` is when the citizen was heard, which may lie before it came here.
    """
    ticket_id = _id_by_chance() if channel is Channel.RATING else db.session.scalar(NEXT_ID) or 0
    new = compose(said, channel, at, ticket_id, **more)
    ticket, category = new.ticket, new.category
    arrived = max(at, clock.now())
    turns.start(ticket, arrived)
    event = submission(ticket, new.suggested)
    db.session.add(event)
    db.session.flush()
    files.attach(new.attached, ticket.id, None)
    is_shown = ticket.words_state == WordsState.SHOWN
    if channel is Channel.MINI and ticket.person_id and is_shown:
        wechat_check.ask(wechat_check.CheckedKind.TICKET, ticket.id, ticket.person_id)
    tell_author(
        ticket, event, "您提的事收到了", f"编号 {ticket.number}。办到哪一步，这里都会告诉您。"
    )
    if channel is not Channel.ANONYMOUS:
        dispatch(ticket, category.code if category else None, arrived)
    return ticket


def compose(
    ticket_request: TicketRequest, channel: Channel, at: datetime, ticket_id: int, **more: Any
) -> NewTicket:
    """Checks what somebody asks for and makes a ticket of it, which nothing has stored yet."""
    place = _place(ticket_request, channel)
    words, place_note = _read(ticket_request)
    checked = judge(place.county_id or 0, "\n".join(filter(None, (words, place_note))) or None)
    author = more.get("person_id") or more.get("proxy_id")
    attached = more.pop("attached", None) or (
        files.unused_files(author, ticket_request.file_ids) if author else []
    )
    if words is None and not attached:
        raise NothingSaid(errors={"words": [NothingSaid.message]})
    category, suggested = _category(ticket_request, words, place.county_id or 0)
    kept = _kept_from(ticket_request, place, channel)
    if channel is Channel.ANONYMOUS:
        checked = transitions.for_the_desk(checked)
    ticket = Ticket(
        id=ticket_id,
        number=f"{(_county_code(place))}-{clock.local_day(at):%y}-{ticket_id:06d}",
        county_id=place.county_id,
        village_id=place.id if place.level == "village" else None,
        group_id=ticket_request.group_id,
        place_note=place_note,
        channel=channel.value,
        kind=ticket_request.kind.value,
        category_id=category.id if category else None,
        urgency=more.pop("urgency", category.urgency if category else "ordinary"),
        tags=list(ticket_request.tags),
        words=words,
        words_state=checked.state.value,
        moderation_reason=checked.reason,
        grams=grams(words),
        first_file_id=attached[0].id if attached else None,
        confidential=ticket_request.confidential,
        about_cadres=ticket_request.about_cadres or kept.named,
        kept_from_regions=sorted(kept.regions),
        kept_from_people=sorted(kept.people),
        contact_sealed=_contact(ticket_request),
        state=State.SUBMITTED.value,
        version=1,
        round=1,
        extra_days=0,
        created_at=at,
        round_started_at=at,
        **more,
    )
    return NewTicket(ticket, category, suggested, attached)


def _id_by_chance() -> int:
    """Of ten digits: says nothing of when a call-back was opened, and no sequence comes so far."""
    while True:
        found = 10**9 + secrets.randbelow(9 * 10**9)
        if db.session.get(Ticket, found) is None:
            return found


def dispatch(ticket: Ticket, category_code: str | None, at: datetime) -> None:
    """Sends a ticket where the rules point at once; what is unclear waits at the county desk."""
    office = route(ticket, category_code)
    if not office:
        return
    transitions.finish(transitions.begin_as_system(ticket, Move.ACCEPT))
    act = transitions.begin_as_system(ticket, Move.ASSIGN)
    ticket.unit_region_id, ticket.unit_department_id = office.region_id, office.department_id
    turns.start(ticket, at)
    event = transitions.finish(act)
    # A message would keep the day; the level above finds its call-backs in its list.
    if ticket.channel != Channel.RATING:
        tell_office(ticket, event, "有一件新诉求要签收", f"编号 {ticket.number}，请尽快签收。")


def _read(ticket_request: TicketRequest) -> tuple[str | None, str | None]:
    """The words and where it is; they are moderated together."""
    return (
        clean_words(ticket_request.words, limit=LONGEST),
        clean_words(ticket_request.place_note, "place_note", LONGEST_NOTE),
    )


def submission(ticket: Ticket, suggested: tuple[str, ...]) -> TicketEvent:
    """The first event of a ticket; the caller stores it."""
    return TicketEvent(
        ticket_id=ticket.id,
        at=ticket.created_at,
        person_id=ticket.proxy_id or ticket.person_id,
        party=(Party.AUTHOR if ticket.person_id or ticket.receipt else Party.DESK).value,
        move="submit",
        to_state=State.SUBMITTED.value,
        round=1,
        words_state=WordsState.NONE.value,
        detail={"suggested_by": list(suggested)} if suggested else {},
    )


def _place(ticket_request: TicketRequest, channel: Channel) -> Place:
    """What the village chosen is today, or the county of a caller who named none.

    A villager is asked where that could be several. The level above calls back even where a
    village ended and no other took its place.
    """
    if ticket_request.village_id is None:
        raise InvalidInput(errors={"village_id": ["请选是哪个村的事"]})
    try:
        place = get_place(_village_today(ticket_request, channel))
    except RegionUnknown:
        raise InvalidInput(errors={"village_id": [RegionUnknown.message]}) from None
    answerable = place.is_open or channel is Channel.RATING
    if place.level not in ("village", "county") or not answerable:
        raise InvalidInput(errors={"village_id": ["请选一个在用的村"]})
    if ticket_request.group_id is not None:
        _check_group(ticket_request.group_id, place.id)
    return place


def _village_today(ticket_request: TicketRequest, channel: Channel) -> int:
    village_id = ticket_request.village_id or 0
    if channel is Channel.MINI:
        return picked_village(village_id, ticket_request.group_id)
    return village_now(village_id)


def _check_group(group_id: int, village_id: int) -> None:
    try:
        group = get_place(group_id)
    except RegionUnknown:
        group = None
    if group is None or group.parent_id != village_id or not group.is_open:
        raise InvalidInput(errors={"group_id": ["请选本村的小组"]})


def _county_code(place: Place) -> str:
    if place.level == "county":
        return (place.code or "")[:6]
    return (get_place(place.county_id or 0).code or "")[:6]


def _category(
    ticket_request: TicketRequest, words: str | None, county_id: int
) -> tuple[TicketCategory | None, tuple[str, ...]]:
    """The chosen category, or the suggested one with the words that pointed to it."""
    chosen = find_category(county_id, ticket_request.category)
    if chosen is not None or words is None:
        return chosen, ()
    suggested = suggest_for(county_id, words)
    return find_category(county_id, suggested.category), suggested.because


def _kept_from(said: TicketRequest, place: Place, channel: Channel) -> WithheldFrom:
    """Whom nothing may reach: those it names, and the village it is about, ticked or rated."""
    if channel is Channel.MENDING:
        return WithheldFrom()
    kept = whom_it_names(said.words, place) | whom_it_names(said.place_note, place)
    if place.level == "village" and (said.about_cadres or channel is Channel.RATING):
        kept |= of_village(place.id)
    return kept


def _contact(said: TicketRequest) -> bytes | None:
    """Name and phone of whom to call back, encrypted."""
    phone, name, note = (
        (text or "").strip() for text in (said.phone, said.contact_name, said.contact_note)
    )
    if phone and (whole(phone) is None or not 7 <= len(phone) <= 12):
        raise InvalidInput(errors={"phone": ["请填 11 位手机号或固定电话"]})
    if len(name) > 20:
        raise InvalidInput(errors={"contact_name": ["名字最多 20 个字"]})
    if not phone and not name and not note:
        return None
    contact = {"name": name or None, "phone": phone or None}
    return seal(CONTACT, orjson.dumps(contact | ({"note": note} if note else {})))


def is_recent(ticket: Ticket, at: datetime, days: int) -> bool:
    return ticket.closed_at is None or at <= ticket.closed_at + timedelta(days=days)
