"""Tickets on the phone of a villager: what there is to choose from, and the own ones."""

from typing import Any

from flask import Response

from backend.app.access import Permission
from backend.app.accounts.villagers import bound_village
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.files import photos
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, sent_file, takes_file
from backend.app.core.web.guards import actor, guard, open_to_all
from backend.app.core.web.idempotency import IDEMPOTENCY_KEY, idempotency_key
from backend.app.places.queries import get_place
from backend.app.tickets import author, files, queries, schemas, serializers
from backend.app.tickets.bad_ratings import call_backs
from backend.app.tickets.blueprints import api as blueprint
from backend.app.tickets.intake import operations as intake
from backend.app.tickets.kinds import KIND_HINTS, KIND_NAMES, TicketKind
from backend.app.tickets.rules.categories import list_categories, suggest_for
from backend.app.tickets.states import Party
from backend.app.tickets.voices import day_words

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
    suggestion = suggest_for(_own_county(), body["words"])
    return {
        "category": suggestion.category,
        "kind": suggestion.kind.value if suggestion.kind else None,
        "because": list(suggestion.because),
    }


@blueprint.get("/villages/<int:village_id>/call-back")
@guard(Permission.SEND_TICKET)
@blueprint.response(200, schemas.CallBackShape())
def show_call_back(village_id: int) -> dict[str, Any]:
    """Who calls back about a bad rating given now, and by when; nulls where nobody does."""
    promise = call_backs.promise(village_id)
    if promise is None:
        return {"office": None, "answer_by": None, "day": None}
    office, answer_by = promise
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
    ticket_request = intake.TicketRequest(
        **{**body, "kind": TicketKind(body["kind"]), "file_ids": tuple(body["file_ids"])}
    )
    with transaction():
        ticket_id = intake.submit(actor().person_id, key, ticket_request).id
    return _own(ticket_id)


@blueprint.get("/me/tickets")
@guard(Permission.SEND_TICKET)
@blueprint.arguments(schemas.PageQuery(), location="query")
@blueprint.response(200, schemas.OwnTicketsShape())
def list_own(query: dict[str, Any]) -> dict[str, Any]:
    """Own tickets, newest first."""
    return own_page(actor().person_id, query["before"])


def own_page(person_id: int, before: int | None) -> dict[str, Any]:
    """Own tickets below one of them, the newest first."""
    rows = queries.own_tickets(person_id, before)
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
    """这事解决了吗; 没解决 may ask at once for another round."""
    with transaction():
        author.give_verdict(
            actor(), ticket_id, body["version"], body["answer"], body["level"], body["words"]
        )
        if body["reopen"]:
            author.reopen(actor(), ticket_id, None, None)
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
