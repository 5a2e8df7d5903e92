"""One ticket in the console: facts, story, what its reader may do, and the work order."""

from collections.abc import Collection
from typing import Any

from flask import render_template

from backend.app.access import Permission
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.text_check import WordsState
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.places.queries import list_departments, list_townships, search_villages
from backend.app.tickets import queries, serializers
from backend.app.tickets.blueprints import console as blueprint
from backend.app.tickets.city.queries import topics_of
from backend.app.tickets.clocks.deadlines import URGENCY_NAMES
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.kinds import CHANNEL_NAMES, KIND_NAMES, STEP_NAMES, Channel
from backend.app.tickets.models import Ticket, TicketEvent
from backend.app.tickets.rules.routing import Office, route
from backend.app.tickets.states import ExtensionState, Move, Party, State, moves
from backend.app.tickets.transitions import has_handled_in

VILLAGE = Query.of(village=boxes.Text(20))


def ticket_page(ticket_id: int, error: DomainError | None = None) -> tuple[str, int]:
    me = actor()
    ticket, parties = desk_queries.find_for_staff(me, ticket_id)
    scope = desk_queries.scope_of(me)
    events = serializers.events_of(ticket)
    handled = Party.HANDLER in parties or has_handled_in(events, me.person_id)
    filed = ticket.archived_at is not None
    offered = [] if filed else moves(State(ticket.state), parties, handled)
    shown = serializers.detail(ticket, parties, [move.value for move in offered], events=events)
    category = shown["category"]["code"] if shown["category"] else None
    return render_page(
        "tickets/ticket.html", error,
        ticket=ticket, shown=shown,
        parties={party.value for party in parties},
        pending=bool(shown["extension"] and shown["extension"]["state"] == ExtensionState.PENDING),
        channel=CHANNEL_NAMES[Channel(ticket.channel)], urgency_names=URGENCY_NAMES,
        kinds=KIND_NAMES, levels=STEP_NAMES,
        merged=serializers.cards(desk_queries.merged_into(scope, ticket), parties),
        moderated=list(filter(_is_moderated, events)) if Party.DESK in parties else [],
        **_choices(ticket, category, scope, parties, set(offered)),
    )  # fmt: skip


def _is_moderated(event: TicketEvent) -> bool:
    """What an author wrote later and the text check moderated."""
    return event.words_state == WordsState.MODERATED and event.party == Party.AUTHOR


def _choices(
    ticket: Ticket,
    category: str | None,
    scope: desk_queries.Scope,
    parties: Collection[Party],
    offered: Collection[Move],
) -> dict[str, Any]:
    """What the forms of the offered moves choose from, and nothing for those that are not."""
    found: dict[str, Any] = {}
    if not {Move.ACCEPT, Move.ASSIGN, Move.REASSIGN}.isdisjoint(offered):
        found |= _offices(ticket)
    if Move.CLASSIFY in offered:
        topics = topics_of([ticket.county_id])
        found |= {"categories": topics.categories, "city_classes": topics.classes}
    if Move.MERGE in offered:
        found["similar"] = serializers.cards(desk_queries.similar(scope, ticket, parties), parties)
    if Move.REPLY in offered:
        found["templates"] = queries.reply_templates(ticket.county_id, category)
    return found


def _offices(ticket: Ticket) -> dict[str, Any]:
    """Where it could go: departments, townships, the village, and villages found by name."""
    search = VILLAGE.read()["village"]
    return {
        "departments": list_departments(ticket.county_id),
        "townships": list_townships([ticket.county_id]),
        "villages": search_villages(search, [ticket.county_id]) if search else [],
        "village_search": search,
        "proposed": _proposed(ticket),
    }


def _proposed(ticket: Ticket) -> str:
    """Where the rules of a part or event point, as the choice of units writes it."""
    office = route(ticket, None) if ticket.city_class_id else Office()
    if office.department_id is not None:
        return f"d{office.department_id}"
    return f"r{office.region_id}" if office.region_id is not None else ""


@blueprint.get("/<int:ticket_id>")
@guard(Permission.SEE_TICKETS)
def show_ticket(ticket_id: int) -> tuple[str, int]:
    """One ticket: facts, story, and what the reader may do with it."""
    return ticket_page(ticket_id)


@blueprint.get("/<int:ticket_id>/print")
@guard(Permission.SEE_TICKETS)
def print_ticket(ticket_id: int) -> str:
    """The work order on one sheet."""
    me = actor()
    ticket, parties = desk_queries.find_for_staff(me, ticket_id)
    with transaction():
        record("print_ticket", me.person_id, "ticket", ticket_id)
    shown = serializers.detail(ticket, parties, [])
    return render_template(
        "tickets/print.html",
        ticket=ticket, shown=shown, channel=CHANNEL_NAMES[Channel(ticket.channel)],
        urgency=URGENCY_NAMES, printed_at=clock.now(),
    )  # fmt: skip
