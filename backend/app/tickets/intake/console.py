"""Pages by which tickets come in through the office: 代录, its second check, 12345 orders."""

import secrets
from functools import partial
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, regions_of
from backend.app.accounts.hands import hands_of
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, NotFound
from backend.app.core.files import storage
from backend.app.core.files.spreadsheets import MOST_BYTES, read_sheet
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, form_args, sent_file, takes_file, typed
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.places.queries import search_villages
from backend.app.tickets import serializers
from backend.app.tickets.blueprints import console as blueprint
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.intake import hotline, proxies
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.kinds import KIND_NAMES, Channel, TicketKind
from backend.app.tickets.rules.categories import names_of
from backend.app.tickets.states import Party

SEARCH = Query.of(village=boxes.Text(20))
TICKET = Form.of(
    channel=boxes.Choice(list(Channel), otherwise=Channel.MINI),
    kind=boxes.Choice(list(TicketKind), missing="请选类型"), words=boxes.Text(),
    village_id=boxes.Id(otherwise=None), category=boxes.Text(otherwise=None),
    place_note=boxes.Text(), confidential=boxes.YesNo(), about_cadres=boxes.YesNo(),
    phone=boxes.Digits(), contact_name=boxes.Text(),
)  # fmt: skip
_county = partial(own_county, Permission.RUN_TICKET_DESK)


def _new_page(error: DomainError | None = None) -> tuple[str, int]:
    search = SEARCH.read()["village"]
    within = regions_of(actor(), Permission.ENTER_FOR_OTHERS)
    page = render_template(
        "tickets/new.html",
        villages=search_villages(search, within) if search else [], search=search,
        kinds=KIND_NAMES, categories=names_of(within), error=error,
    )  # fmt: skip
    return page, 422 if error else 200


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
        channel = form.pop("channel")
        with transaction():
            ticket_id = proxies.enter(actor(), channel, TicketRequest(**form)).id
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


def _import_page(error: DomainError | None = None, **more: Any) -> tuple[str, int]:
    page = render_template(
        "tickets/import.html",
        columns=hotline.COLUMNS, sources=hotline.list_sources(_county()),
        error=error, **more,
    )  # fmt: skip
    return page, 422 if error else 200


@blueprint.get("/import")
@guard(Permission.RUN_TICKET_DESK)
def show_import() -> tuple[str, int]:
    """12345 工单: a file, then which column is what, then the result."""
    return _import_page()


@blueprint.post("/import")
@takes_file(MOST_BYTES)
@guard(Permission.RUN_TICKET_DESK)
@form_args(source=boxes.Text())
def read_orders(source: str) -> tuple[str, int]:
    """Keeps the file and shows its headings with the mapping of last time."""
    try:
        sent = sent_file("请选一个 xlsx 或 CSV 文件")
        content = sent.read()
        extension = "csv" if str(sent.filename).lower().endswith(".csv") else "xlsx"
        sheet = read_sheet(content, f"orders.{extension}")
        key = f"orders/{actor().person_id}_{secrets.token_urlsafe(12)}.{extension}"
        storage.put(key, content)
        chosen = hotline.guess(sheet.headings, hotline.kept_mapping(_county(), source))
    except DomainError as refused:
        return _import_page(refused)
    return _import_page(sheet=sheet, key=key, chosen=chosen, source=source)


@blueprint.post("/import/rows")
@guard(Permission.RUN_TICKET_DESK)
@form_args(key=boxes.Text(), source=boxes.Text())
def import_orders(key: str, source: str) -> tuple[str, int]:
    """Imports the kept file; rows that cannot be taken are listed with their line and reason."""
    # The file is the reader's own: its key carries who sent it.
    if not key.startswith(f"orders/{actor().person_id}_"):
        raise NotFound
    content = storage.read(key)
    sheet = read_sheet(content, key)
    columns = {name: typed.get(f"column_{name}", "") for name in hotline.COLUMNS}
    try:
        with transaction():
            report = hotline.import_orders(actor(), _county(), source, sheet, columns)
    except DomainError as refused:
        return _import_page(refused, sheet=sheet, key=key, chosen=columns, source=source)
    storage.delete(key)
    return _import_page(report=report, source=source)
