"""资料申请: the county's desk for people without a telephone."""

from typing import Any

from flask import Blueprint, redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, regions_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import form_args
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.own_data import closing, contents
from backend.app.own_data import operations as requests

blueprint = Blueprint("own_data_console", __name__, url_prefix="/console/own-data")


def _page(error: DomainError | None = None, **more: Any) -> tuple[str, int]:
    return render_page(
        "own_data/requests.html", error,
        lines=requests.list_requests(actor()), kinds=requests.KINDS, states=requests.STATES,
        goes=closing.GOES, stays=closing.STAYS, **more,
    )  # fmt: skip


@blueprint.get("")
@guard(Permission.HANDLE_OWN_DATA)
def list_requests() -> tuple[str, int]:
    """What waits, what was done, and the form for a new wish."""
    return _page()


@blueprint.post("")
@guard(Permission.HANDLE_OWN_DATA)
@form_args(kind=boxes.Text(), number=boxes.Text(20), phone=boxes.Text(30), proof=boxes.Text())
def ask(kind: str, number: str, phone: str, proof: str) -> Any:
    """Writes a wish down."""
    county_id = min(regions_of(actor(), Permission.HANDLE_OWN_DATA))
    try:
        with transaction():
            requests.ask(actor(), county_id, kind, number, phone, proof)
    except DomainError as refused:
        return _page(refused)
    return _back()


@blueprint.get("/<int:request_id>")
@guard(Permission.HANDLE_OWN_DATA)
def show(request_id: int) -> tuple[str, int]:
    """What is held, for the second look."""
    with transaction():
        parts = requests.held_of(actor(), request_id)
    return _page(parts=parts, chosen=request_id)


@blueprint.post("/<int:request_id>/refusal")
@guard(Permission.HANDLE_OWN_DATA)
def refuse(request_id: int) -> Response:
    """The second person says no."""
    with transaction():
        requests.refuse(actor(), request_id)
    return _back()


@blueprint.post("/<int:request_id>/file")
@guard(Permission.HANDLE_OWN_DATA)
def export(request_id: int) -> tuple[str, int]:
    """The second person says yes; the file is fetched within a quarter of an hour."""
    with transaction():
        key = requests.take_for_export(actor(), request_id)
    return _page(link=contents.link_to(key, clock.now()))


@blueprint.post("/<int:request_id>/erasure")
@guard(Permission.HANDLE_OWN_DATA)
def erase(request_id: int) -> Response:
    """The second person says yes; a telephone is forgotten or an account closed."""
    me = actor()
    with transaction():
        person_id = requests.take_for_erasure(me, request_id)
        if person_id is not None:
            closing.close_account(person_id, me.person_id)
    return _back()


def _back() -> Response:
    return redirect(address_of("own_data_console.list_requests"), 303)
