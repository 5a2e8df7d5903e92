"""待确认: a security administrator confirms roles that were asked for and owners of accounts."""

from typing import Any

from flask import redirect
from flask import url_for as address_of

from backend.app.access import ROLE_NAMES, Permission
from backend.app.accounts import numbers
from backend.app.accounts.blueprints import console as blueprint
from backend.app.accounts.errors import PhoneRefused, SecondFactorRefused
from backend.app.accounts.grants import requests as grant_requests
from backend.app.accounts.logins import activation
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import form_args
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page


@blueprint.get("/security")
@guard(Permission.CONFIRM_ACCOUNTS)
def show_waiting() -> Any:
    """Everything that waits for a second person, on one page."""
    return _page()


def _page(error: DomainError | None = None) -> Any:
    return render_page(
        "accounts/security.html", error,
        requests=grant_requests.list_waiting(actor(), Permission.CONFIRM_ACCOUNTS),
        accounts=activation.list_waiting(actor()), role_names=ROLE_NAMES,
    )  # fmt: skip


@blueprint.post("/security/grants/<int:request_id>")
@guard(Permission.CONFIRM_ACCOUNTS)
@form_args(outcome=boxes.Text())
def decide_grant(request_id: int, outcome: str) -> Any:
    """Confirms or refuses a role, or the end of one."""
    try:
        with transaction():
            grant_requests.decide(actor(), request_id, outcome == "confirmed")
    except DomainError as refused:
        return _page(refused)
    return redirect(address_of("accounts_console.show_waiting"))


@blueprint.post("/security/accounts/<int:number>")
@guard(Permission.CONFIRM_ACCOUNTS)
@form_args(code=boxes.Text(40), digits=boxes.Text(40))
def activate_person(number: int, code: str, digits: str) -> Any:
    """Activates an account whose owner reads out the own TOTP, or the digits of the own phone."""
    person_id = numbers.person_numbered(number)
    try:
        with transaction():
            if digits:
                is_right = activation.confirm_phone(actor(), person_id, digits)
            else:
                is_right = activation.activate_before_witness(actor(), person_id, code)
    except DomainError as refused:
        return _page(refused)
    if not is_right:
        return _page(PhoneRefused() if digits else SecondFactorRefused())
    return redirect(address_of("accounts_console.show_waiting"))
