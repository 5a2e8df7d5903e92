"""The steps of a log-in after its password: second factor, new password, activation."""

from typing import Any

from flask import redirect, render_template, request
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.blueprints import console as blueprint
from backend.app.accounts.console import HOME, enter
from backend.app.accounts.errors import LoginLocked, LoginRefused, SecondFactorRefused
from backend.app.accounts.logins import activation, second_factor
from backend.app.accounts.logins import operations as logins
from backend.app.accounts.models import ConsoleLogin
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form
from backend.app.core.web.guards import (
    LoginStep,
    actor,
    current_session,
    guard,
)
from backend.app.core.web.http import render_page

CODE = Form.of(code=boxes.Text(40))
PASSWORDS = Form.of(old=boxes.Secret(500), password=boxes.Secret(500), again=boxes.Secret(500))


def _target() -> str:
    """Where they wanted to go before the steps of the log-in; a finished one goes home."""
    data = current_session().data
    return str(data.get("target", HOME)) if data.get("pending") else HOME


@blueprint.route("/login/code", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT, steps=(LoginStep.CODE, LoginStep.ENROL))
def enter_code() -> Any:
    """The second factor."""
    person_id = actor().person_id
    if actor().second_factor:
        return redirect(HOME)
    error: DomainError | None = None
    with transaction():
        if logins.own_login(person_id).totp_confirmed_at is None:
            return redirect(address_of("accounts_console.enrol"))
        if request.method == "POST":
            try:
                if logins.check_second_factor(person_id, CODE.read()["code"]):
                    found = logins.own_login(person_id)
                    return enter(found, second_factor_done=True, target=_target())
                error = SecondFactorRefused()
            except LoginLocked as locked:
                error = locked
    return render_page("accounts/code.html", error)


@blueprint.route("/login/enrol", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT, steps=(LoginStep.ENROL, LoginStep.ACTIVATE))
def enrol() -> Any:
    """Sets up the second factor; its code and the recovery codes are shown once."""
    error = None
    with transaction():
        found = logins.own_login(actor().person_id)
        if found.totp_confirmed_at is not None:
            return redirect(address_of("accounts_console.enter_code"))
        if request.method == "POST" and found.totp_sealed is not None:
            try:
                codes = second_factor.confirm(found, CODE.read()["code"])
            except SecondFactorRefused as refused:
                error = refused
            else:
                return _show_recovery_codes(found, codes)
        elif found.totp_sealed is None:
            second_factor.begin(found)
        picture, secret = second_factor.picture(found), second_factor.secret_of(found)
    return render_page("accounts/enrol.html", error, picture=picture, secret=secret)


def _show_recovery_codes(console_login: ConsoleLogin, codes: list[str]) -> Response:
    """Enters with a new session, but with a page to copy from instead of a redirect."""
    record("enrol_second_factor", console_login.person_id, "person", console_login.person_id)
    target = _target()
    entered = enter(console_login, second_factor_done=True, target=target)
    entered.status_code = 200
    del entered.headers["Location"]
    entered.set_data(render_template("accounts/recovery.html", codes=codes, target=target))
    return entered


@blueprint.route("/login/password", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT, steps=(LoginStep.PASSWORD,))
def change_password() -> Any:
    """Changes the own password."""
    error: DomainError | None = None
    forced = current_session().data.get("pending") == LoginStep.PASSWORD
    if request.method == "POST":
        try:
            return _change_password()
        except DomainError as refused:
            error = refused
    return render_page("accounts/password.html", error, forced=forced)


def _change_password() -> Response:
    person_id, (old, password, again) = actor().person_id, PASSWORDS.read().values()
    if password != again:
        raise InvalidInput("两次填的新密码不一样")
    with transaction():
        changed = logins.change_password(person_id, old, password)
    if not changed:
        raise LoginRefused("现在的密码不对")
    with transaction():
        found = logins.own_login(person_id)
        return enter(found, second_factor_done=actor().second_factor, target=_target())


@blueprint.route("/login/activate", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT, steps=(LoginStep.ACTIVATE,))
def activate() -> Any:
    """Waits for the owner's own phone, or for the security administrator who sees the owner."""
    if current_session().data.get("pending") != LoginStep.ACTIVATE:
        return redirect(HOME)
    with transaction():
        found = logins.own_login(actor().person_id)
        if found.activated_at is not None or activation.found(found):
            return enter(found, second_factor_done=actor().second_factor, target=_target())
        code = activation.begin(found) if request.method == "POST" else None
        return render_template(
            "accounts/activate.html", waits=activation.waits_for_phone(found),
            login=found, code=code, by=activation.last_hand(found), minutes=activation.MINUTES,
        )  # fmt: skip
