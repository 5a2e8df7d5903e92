"""Tickets on the phone of a cadre: the queue of the own villages, and what is done there."""

from typing import Any

from backend.app.access import Permission
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.web.guards import actor, guard
from backend.app.tickets import handling, queries, schemas, serializers
from backend.app.tickets.blueprints import api as blueprint
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.states import Party
from backend.app.tickets.voices import Voice


@blueprint.get("/cadre/tickets")
@guard(Permission.HANDLE_TICKETS)
@blueprint.arguments(schemas.QueueQuery(), location="query")
@blueprint.response(200, schemas.QueueShape())
def show_queue(query: dict[str, Any]) -> dict[str, Any]:
    """The queue of the reader's own villages."""
    counts = queries.queue_counts(actor())
    rows = queries.queue(actor(), query["view"], query["before_id"])
    paged = query["view"] != "todo"
    page = rows[: queries.PAGE] if paged else rows
    return {
        "counts": counts,
        "headline": queries.headline(counts),
        "items": serializers.cards(page, {Party.HANDLER}, voice=Voice.CADRE),
        "next": page[-1].id if paged and len(rows) > queries.PAGE else None,
    }


@blueprint.get("/cadre/tickets/<int:ticket_id>")
@guard(Permission.HANDLE_TICKETS)
@blueprint.response(200, schemas.TicketShape())
def show_to_cadre(ticket_id: int) -> dict[str, Any]:
    """A ticket of the reader's unit."""
    return _units(ticket_id)


def _units(ticket_id: int) -> dict[str, Any]:
    ticket, parties = queries.find_for_unit(actor(), ticket_id)
    return serializers.detail(
        ticket, parties, queries.cadre_may(ticket, parties), voice=Voice.CADRE
    )


@blueprint.get("/cadre/tickets/<int:ticket_id>/replies")
@guard(Permission.HANDLE_TICKETS)
@blueprint.arguments(schemas.RepliesQuery(), location="query")
@blueprint.response(200, schemas.RepliesShape())
def list_replies(query: dict[str, Any], ticket_id: int) -> dict[str, Any]:
    """Words to start a reply from: templates, and earlier answers of the category."""
    ticket, _ = queries.find_for_unit(actor(), ticket_id)
    category = serializers.names_for([ticket]).categories.get(ticket.category_id or 0)
    return {
        "templates": queries.reply_templates(ticket.county_id, category.code if category else None),
        "past": [
            {"number": past.number, "words": past.words, "on": clock.local_day(past.at)}
            for past in queries.past_answers(ticket, query["q"])
        ],
    }


def _written(body: dict[str, Any]) -> WrittenReply:
    return WrittenReply(body["words"], tuple(body.get("file_ids", ())), body["typing_seconds"])


@blueprint.post("/cadre/tickets/<int:ticket_id>/signature")
@guard(Permission.HANDLE_TICKETS)
@blueprint.arguments(schemas.ActShape())
@blueprint.response(200, schemas.TicketShape())
def sign(body: dict[str, Any], ticket_id: int) -> dict[str, Any]:
    """签收."""
    with transaction():
        handling.sign(actor(), ticket_id, body["version"])
    return _units(ticket_id)


@blueprint.post("/cadre/tickets/<int:ticket_id>/question")
@guard(Permission.HANDLE_TICKETS)
@blueprint.arguments(schemas.TypedShape())
@blueprint.response(200, schemas.TicketShape())
def ask(body: dict[str, Any], ticket_id: int) -> dict[str, Any]:
    """Asks the villager; the clock stands until the answer."""
    with transaction():
        handling.ask(actor(), ticket_id, body["version"], _written(body))
    return _units(ticket_id)


@blueprint.post("/cadre/tickets/<int:ticket_id>/resumption")
@guard(Permission.HANDLE_TICKETS)
@blueprint.arguments(schemas.ActShape())
@blueprint.response(200, schemas.TicketShape())
def resume(body: dict[str, Any], ticket_id: int) -> dict[str, Any]:
    """Goes on without waiting for the villager any longer."""
    with transaction():
        handling.resume(actor(), ticket_id, body["version"])
    return _units(ticket_id)


@blueprint.post("/cadre/tickets/<int:ticket_id>/progress")
@guard(Permission.HANDLE_TICKETS)
@blueprint.arguments(schemas.WrittenShape())
@blueprint.response(200, schemas.TicketShape())
def report_progress(body: dict[str, Any], ticket_id: int) -> dict[str, Any]:
    """Tells the villager how far it is."""
    with transaction():
        handling.report_progress(actor(), ticket_id, body["version"], _written(body))
    return _units(ticket_id)


@blueprint.post("/cadre/tickets/<int:ticket_id>/extension")
@guard(Permission.HANDLE_TICKETS)
@blueprint.arguments(schemas.ExtensionInputShape())
@blueprint.response(200, schemas.TicketShape())
def request_extension(body: dict[str, Any], ticket_id: int) -> dict[str, Any]:
    """申请延期."""
    with transaction():
        handling.request_extension(
            actor(), ticket_id, body["version"], body["days"], _written(body)
        )
    return _units(ticket_id)


@blueprint.post("/cadre/tickets/<int:ticket_id>/return")
@guard(Permission.HANDLE_TICKETS)
@blueprint.arguments(schemas.TypedShape())
@blueprint.response(200, schemas.TicketShape())
def hand_back(body: dict[str, Any], ticket_id: int) -> dict[str, Any]:
    """退单."""
    with transaction():
        handling.hand_back(actor(), ticket_id, body["version"], _written(body))
    return _units(ticket_id)


@blueprint.post("/cadre/tickets/<int:ticket_id>/reply")
@guard(Permission.HANDLE_TICKETS)
@blueprint.arguments(schemas.ReplyShape())
@blueprint.response(200, schemas.TicketShape())
def reply(body: dict[str, Any], ticket_id: int) -> dict[str, Any]:
    """答复, with proof."""
    with transaction():
        handling.reply(actor(), ticket_id, body["version"], body["result"], _written(body))
    return _units(ticket_id)
