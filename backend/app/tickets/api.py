"""Tickets on the phone: the villager's own, and the queue of a village's cadres."""

from typing import Any

from flask import Response

from backend.app.access import Permission
from backend.app.accounts.villagers import bound_village
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.files import photos
from backend.app.core.web import boxes
from backend.app.core.web.bodies import Blueprint
from backend.app.core.web.forms import Form, sent_file, takes_file
from backend.app.core.web.guards import actor, guard, open_to_all
from backend.app.core.web.idempotency import IDEMPOTENCY_KEY, idempotency_key
from backend.app.places.queries import get_place
from backend.app.tickets import author, files, handling, queries, schemas, serializers
from backend.app.tickets.bad_ratings import call_backs
from backend.app.tickets.clocks.lights import day_words
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.intake import operations as intake
from backend.app.tickets.kinds import KIND_HINTS, KIND_NAMES, TicketKind
from backend.app.tickets.rules.categories import list_categories, suggest_for
from backend.app.tickets.states import Party

blueprint = Blueprint("tickets", __name__, url_prefix="/api/v1", description="诉求")
FILE = Form.of(
    kind=boxes.Choice(("photo", "voice"), missing="应为 photo 或 voice"),
    seconds=boxes.Number(otherwise=None, most=9999),
)
EXAMPLES = 3
FILE_FORM: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "kind"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "kind": {"type": "string", "enum": ["photo", "voice"]},
                    "seconds": {"type": "integer", "minimum": 1, "maximum": files.MOST_SECONDS},
                },
            }
        }
    },
}


def _own_county() -> int:
    """That of the village the reader is bound to; 0, which has nothing, before that."""
    village_id = bound_village(actor().person_id)
    return (get_place(village_id).county_id or 0) if village_id else 0


@blueprint.get("/ticket-options")
@guard(Permission.SEND_TICKET)
@blueprint.response(200, schemas.OptionsShape())
def show_options() -> dict[str, Any]:
    """What there is to choose from when writing a ticket."""
    return {
        "kinds": [
            {"code": kind.value, "name": KIND_NAMES[kind], "hint": KIND_HINTS[kind]}
            for kind in TicketKind
        ],
        "categories": [
            {"code": c.code, "name": c.name, "icon": c.icon, "examples": c.synonyms[:EXAMPLES]}
            for c in list_categories(_own_county())
        ],
        "confidential_hint": "办事的人看不到您的姓名和电话",
        "most_photos": files.MOST_PHOTOS,
        "most_seconds": files.MOST_SECONDS,
    }


@blueprint.post("/ticket-suggestions")
@guard(Permission.SEND_TICKET)
@blueprint.arguments(schemas.WordsShape())
@blueprint.response(200, schemas.SuggestionShape())
def suggest(body: dict[str, Any]) -> dict[str, Any]:
    """Which category the words point to, and why; nothing is stored."""
    found = suggest_for(_own_county(), body["words"])
    return {
        "category": found.category,
        "kind": found.kind.value if found.kind else None,
        "because": list(found.because),
    }


@blueprint.get("/villages/<int:village_id>/call-back")
@guard(Permission.SEND_TICKET)
@blueprint.response(200, schemas.CallBackShape())
def show_call_back(village_id: int) -> dict[str, Any]:
    """Who calls back about a bad rating given now, and by when; nulls where nobody does."""
    found = call_backs.promise(village_id)
    if found is None:
        return {"office": None, "answer_by": None, "day": None}
    office, answer_by = found
    return {"office": office, "answer_by": answer_by, "day": day_words(answer_by)}


@blueprint.post("/ratings/<int:rating_id>/no-call-back")
@guard(Permission.RATE)
@blueprint.response(204)
def decline_call_back(rating_id: int) -> None:
    """不用回话: nobody calls back about this own rating."""
    with transaction():
        call_backs.decline(actor().person_id, rating_id)


@blueprint.post("/ticket-files")
@guard(Permission.SEND_TICKET)
@blueprint.doc(requestBody=FILE_FORM)
@blueprint.response(201, schemas.FileShape())
@takes_file(photos.MOST_BYTES)
def keep_file() -> dict[str, Any]:
    """One photo or recording, sent before the ticket it will hang on."""
    form, sent = FILE.read(), sent_file("请选一张照片或录一段话")
    with transaction():
        file = files.store(
            actor().person_id,
            form["kind"],
            sent.read(),
            form["seconds"],
        )
        return serializers.file_line(file, clock.now())


@blueprint.get("/ticket-files/<string:token>")
@open_to_all("the link itself is signed, short-lived and given only to who may see the file")
@blueprint.doc(responses={200: {"description": "the photo or recording"}})
def show_file(token: str) -> Response:
    """A photo or recording behind a link that was given out minutes ago."""
    return files.FILES.serve(token, clock.now())


@blueprint.post("/tickets")
@guard(Permission.SEND_TICKET)
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(schemas.NewTicketShape())
@blueprint.response(201, schemas.TicketShape())
def create_ticket(body: dict[str, Any]) -> dict[str, Any]:
    """A new ticket; sending it again under the same key changes nothing and answers the same."""
    key = idempotency_key()
    said = intake.TicketRequest(
        **{**body, "kind": TicketKind(body["kind"]), "file_ids": tuple(body["file_ids"])}
    )
    with transaction():
        ticket_id = intake.submit(actor().person_id, key, said).id
    return _own(ticket_id)


@blueprint.get("/me/tickets")
@guard(Permission.SEND_TICKET)
@blueprint.arguments(schemas.PageQuery(), location="query")
@blueprint.response(200, schemas.OwnTicketsShape())
def list_own(query: dict[str, Any]) -> dict[str, Any]:
    """Own tickets, newest first."""
    person_id = actor().person_id
    rows = queries.own_tickets(person_id, query["before"])
    page = rows[: queries.PAGE]
    return {
        "items": serializers.cards(page, {Party.AUTHOR}),
        "next": page[-1].id if len(rows) > queries.PAGE else None,
        "needing_answer": queries.count_needing_answer(person_id),
    }


@blueprint.get("/tickets/<int:ticket_id>")
@guard(Permission.SEND_TICKET)
@blueprint.response(200, schemas.TicketShape())
def show_own(ticket_id: int) -> dict[str, Any]:
    """An own ticket with its story."""
    return _own(ticket_id)


def _own(ticket_id: int) -> dict[str, Any]:
    at = clock.now()
    ticket = queries.find_own(actor().person_id, ticket_id)
    return serializers.detail(ticket, {Party.AUTHOR}, queries.author_may(ticket, at), at)


@blueprint.post("/tickets/<int:ticket_id>/supplement")
@guard(Permission.SEND_TICKET)
@blueprint.arguments(schemas.SupplementShape())
@blueprint.response(200, schemas.TicketShape())
def supplement(body: dict[str, Any], ticket_id: int) -> dict[str, Any]:
    """Answers the office's question."""
    with transaction():
        author.supplement(
            actor(), ticket_id, body["version"], body["words"], tuple(body["file_ids"])
        )
    return _own(ticket_id)


@blueprint.post("/tickets/<int:ticket_id>/verdict")
@guard(Permission.SEND_TICKET)
@blueprint.arguments(schemas.VerdictInputShape())
@blueprint.response(200, schemas.TicketShape())
def give_verdict(body: dict[str, Any], ticket_id: int) -> dict[str, Any]:
    """这事解决了吗."""
    with transaction():
        author.give_verdict(
            actor(), ticket_id, body["version"], body["answer"], body["level"], body["words"]
        )
    return _own(ticket_id)


@blueprint.post("/tickets/<int:ticket_id>/reopening")
@guard(Permission.SEND_TICKET)
@blueprint.arguments(schemas.WithWordsShape())
@blueprint.response(200, schemas.TicketShape())
def reopen(body: dict[str, Any], ticket_id: int) -> dict[str, Any]:
    """重办, once."""
    with transaction():
        author.reopen(actor(), ticket_id, body["version"], body["words"])
    return _own(ticket_id)


@blueprint.post("/tickets/<int:ticket_id>/withdrawal")
@guard(Permission.SEND_TICKET)
@blueprint.arguments(schemas.WithWordsShape())
@blueprint.response(200, schemas.TicketShape())
def withdraw(body: dict[str, Any], ticket_id: int) -> dict[str, Any]:
    """Takes an own ticket back."""
    with transaction():
        author.withdraw(actor(), ticket_id, body["version"], body["words"])
    return _own(ticket_id)


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
        "items": serializers.cards(page, {Party.HANDLER}),
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
    return serializers.detail(ticket, parties, queries.cadre_may(ticket, parties))


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
