"""Pages by which tickets come in through the office: 代录, its second check, 12345 orders."""

from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, regions_of
from backend.app.accounts.second_person import hands_of
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, form_args
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.imports.console import add_pages, earlier
from backend.app.places.queries import search_villages
from backend.app.tickets import serializers
from backend.app.tickets.blueprints import console as blueprint
from backend.app.tickets.city.queries import topics_of
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.intake import proxies
from backend.app.tickets.intake.hotline import ORDERS
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.kinds import KIND_NAMES, Channel, TicketKind
from backend.app.tickets.states import Party

SEARCH = Query.of(village=boxes.Text(20))
TICKET = Form.of(
    channel=boxes.Choice(list(Channel), otherwise=Channel.MINI),
    kind=boxes.Choice(list(TicketKind), missing="请选类型"), words=boxes.Text(),
    village_id=boxes.Id(otherwise=None), category=boxes.Text(otherwise=None),
    place_note=boxes.Text(), confidential=boxes.YesNo(), about_cadres=boxes.YesNo(),
    phone=boxes.Digits(), city_class=boxes.Text(otherwise=None), contact_name=boxes.Text(),
)  # fmt: skip


def _new_page(error: DomainError | None = None) -> tuple[str, int]:
    search = SEARCH.read()["village"]
    within = regions_of(actor(), Permission.ENTER_FOR_OTHERS)
    topics = topics_of(within)
    return render_page(
        "tickets/new.html", error,
        villages=search_villages(search, within) if search else [], search=search,
        kinds=KIND_NAMES, categories=topics.categories, city_classes=topics.classes,
    )  # fmt: skip


@blueprint.get("/new")
@guard(Permission.ENTER_FOR_OTHERS)
def new_ticket() -> tuple[str, int]:
    """代录: what somebody said on the phone or wrote on paper."""
    return _new_page()


@blueprint.post("/new")
@guard(Permission.ENTER_FOR_OTHERS)
def enter_ticket() -> Any:
    try:
        form = TICKET.read()
        channel, city_class = form.pop("channel"), form.pop("city_class")
        with transaction():
            ticket = proxies.enter(actor(), channel, TicketRequest(**form), city_class)
            ticket_id = ticket.id
    except DomainError as refused:
        return _new_page(refused)
    return redirect(address_of("tickets_console.show_ticket", ticket_id=ticket_id))


@blueprint.get("/samples")
@guard(Permission.RUN_TICKET_DESK)
def list_samples() -> str:
    """抽查复核: entries for others that a colleague looks at again."""
    tickets = desk_queries.samples(desk_queries.scope_of(actor()))
    hands = hands_of(actor().person_id)
    contacts = {ticket.id: serializers.contact_of(ticket) for ticket in tickets}
    return render_template(
        "tickets/samples.html",
        cards=serializers.cards(tickets, {Party.DESK}), contacts=contacts, checks=proxies.CHECKS,
        own={ticket.id for ticket in tickets if ticket.proxy_id in hands},
    )  # fmt: skip


@blueprint.post("/samples/<int:ticket_id>")
@guard(Permission.RUN_TICKET_DESK)
@form_args(result=boxes.Text())
def check_sample(ticket_id: int, result: str) -> Response:
    with transaction():
        proxies.check(actor(), ticket_id, result)
    return redirect(address_of("tickets_console.list_samples"))


def _import_page(error: DomainError | None = None) -> tuple[str, int]:
    return render_page("tickets/import.html", error, **earlier(ORDERS))


@blueprint.get("/import")
@guard(Permission.RUN_TICKET_DESK)
def show_import() -> tuple[str, int]:
    """12345 工单: the form, what was imported, and the way back to the hotline."""
    return _import_page()


add_pages(blueprint, ORDERS, "/import", _import_page)
