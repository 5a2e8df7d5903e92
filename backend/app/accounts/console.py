"""Logging in to the console, step by step."""

import re
import secrets
from datetime import timedelta
from typing import Any, cast

from flask import current_app, g, make_response, redirect, render_template, request
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Actor, Permission, Role, needs_second_factor
from backend.app.accounts.blueprints import console as blueprint
from backend.app.accounts.errors import LoginLocked, LoginRefused, SecondFactorRefused
from backend.app.accounts.hands import hands_of
from backend.app.accounts.logins import activation, second_factor
from backend.app.accounts.logins import operations as logins
from backend.app.accounts.logins.throttle import DEVICE_FOR, device_token
from backend.app.accounts.models import ConsoleLogin
from backend.app.accounts.queries import actor_today
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.sessions import SessionKind, close_session, open_session
from backend.app.core.web import boxes, limits, request_fingerprint
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import (
    CONSOLE_COOKIE,
    PRE_COOKIE,
    SAFE_METHODS,
    LoginStep,
    actor,
    check_csrf,
    csrf_token_for,
    current_session,
    guard,
    open_to_all,
    presented_token,
)

HOME = "/console/"
NEXT = Query.of(next=boxes.Text(otherwise=HOME))
LOGIN = Form.of(username=boxes.Text(200), password=boxes.Secret(500))
CODE = Form.of(code=boxes.Text(40))
PASSWORDS = Form.of(old=boxes.Secret(500), password=boxes.Secret(500), again=boxes.Secret(500))
HOMES = {
    Role.LEADER: "/console/leader",
    Role.SYSTEM_ADMIN: "/console/people",
    Role.SECURITY_ADMIN: "/console/security",
    Role.ASSESSOR: "/console/assessments/",
    Role.AUDITOR: "/console/audit",
}
# Only back into the console, and nothing a browser could read as another address.
WAY_BACK = re.compile(r"/console/(?!.*\.\.)[\w/.,;:@&=+$%?~()*!'-]*")
# A village hall or a county office shares one address, so this only stops machines.
DEVICE_COOKIE = "vv_device"
ATTEMPTS_PER_ADDRESS, ADDRESS_WINDOW = 120, 600


def _way_back() -> str:
    wanted = str(NEXT.read()["next"])
    return wanted if WAY_BACK.fullmatch(wanted) else HOME


def _slow_down_address() -> None:
    attempts = limits.RateLimit("console_logins", ATTEMPTS_PER_ADDRESS, ADDRESS_WINDOW)
    limits.count(attempts, request_fingerprint.caller())


@blueprint.route("/login", methods=["GET", "POST"])
@open_to_all("whoever logs in has no session yet")
def login() -> Any:
    """User name and password."""
    if request.method in SAFE_METHODS:
        return _login_page()
    check_csrf(request.cookies.get(PRE_COOKIE, ""))
    _slow_down_address()
    name, password = LOGIN.read().values()
    with transaction():
        found = logins.check_password(
            name,
            password,
            request_fingerprint.caller(),
            request.cookies.get(DEVICE_COOKIE, ""),
        )
        if found is not None:
            return _enter(found, second_factor_done=False, target=_way_back())
    return _login_page(LoginRefused())


def _login_page(error: DomainError | None = None) -> Response:
    """Binds the form's token to a cookie of its own; a second tab shares it."""
    g.pre = request.cookies.get(PRE_COOKIE) or secrets.token_urlsafe(24)
    body = render_template("accounts/login.html", error=error, token=csrf_token_for(g.pre))
    response = make_response(body, 401 if error else 200)
    _set_cookie(response, PRE_COOKIE, g.pre)
    return response


def _set_cookie(response: Response, name: str, value: str, kept: timedelta | None = None) -> None:
    response.set_cookie(
        name,
        value,
        max_age=kept,
        path="/console",
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SETTINGS"].secure_cookies,
    )


def _next_step(found: ConsoleLogin, second_factor_done: bool) -> LoginStep | None:
    """The view this log-in still has to pass, or None."""
    if found.totp_confirmed_at is not None and not second_factor_done:
        return LoginStep.CODE
    if found.must_change_password:
        return LoginStep.PASSWORD
    if found.activated_at is None:
        return LoginStep.ACTIVATE
    if found.totp_confirmed_at is None and current_app.config["SETTINGS"].second_factor_required:
        return LoginStep.ENROL if needs_second_factor(actor_today(found.person_id)) else None
    return None


def _home_of(who: Actor) -> str:
    """A leader who is nothing else, and each of the three offices, has a screen of its own."""
    held = who.roles - {Role.VILLAGER}
    return HOMES.get(next(iter(held)), HOME) if len(held) == 1 else HOME


def _enter(found: ConsoleLogin, second_factor_done: bool, target: str) -> Response:
    """A new session for every step: the token before is worth nothing."""
    close_session(SessionKind.CONSOLE, presented_token())
    step = _next_step(found, second_factor_done)
    if target == HOME:
        target = _home_of(actor_today(found.person_id))
    token = open_session(
        SessionKind.CONSOLE,
        found.person_id,
        clock.now().timestamp(),
        {"second_factor": second_factor_done, "pending": step, "target": target},
    )
    response = redirect(address_of(f"accounts_console.{step}") if step else target)
    _set_cookie(response, CONSOLE_COOKIE, token)
    if step is None:
        _set_cookie(response, DEVICE_COOKIE, device_token(found.person_id), DEVICE_FOR)
    response.delete_cookie(PRE_COOKIE, path="/console")
    return response


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
                    return _enter(found, second_factor_done=True, target=_target())
                error = SecondFactorRefused()
            except LoginLocked as locked:
                error = locked
    return render_template("accounts/code.html", error=error), 422 if error else 200


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
    page = render_template("accounts/enrol.html", picture=picture, secret=secret, error=error)
    return page, 422 if error else 200


def _show_recovery_codes(found: ConsoleLogin, codes: list[str]) -> Response:
    """Enters with a new session, but with a page to copy from instead of a redirect."""
    record("enrol_second_factor", found.person_id, "person", found.person_id)
    target = _target()
    entered = _enter(found, second_factor_done=True, target=target)
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
    page = render_template("accounts/password.html", error=error, forced=forced)
    return page, 422 if error else 200


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
        return _enter(found, second_factor_done=actor().second_factor, target=_target())


@blueprint.route("/login/activate", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT, steps=(LoginStep.ACTIVATE,))
def activate() -> Any:
    """Waits for the owner's own phone, or for the security administrator who sees the owner."""
    if current_session().data.get("pending") != LoginStep.ACTIVATE:
        return redirect(HOME)
    with transaction():
        found = logins.own_login(actor().person_id)
        if found.activated_at is not None or activation.found(found):
            return _enter(found, second_factor_done=actor().second_factor, target=_target())
        code = activation.begin(found) if request.method == "POST" else None
        return render_template(
            "accounts/activate.html", waits=activation.waits_for_phone(found),
            login=found, code=code, by=activation.last_hand(found), minutes=activation.MINUTES,
        )  # fmt: skip


@blueprint.app_template_global()
def my_hands() -> frozenset[int]:
    """For templates that leave out what the reader may not decide."""
    asked, who = g.get("request_id"), actor().person_id
    if g.get("hands", (None, None))[0] != (asked, who):
        g.hands = ((asked, who), hands_of(who))
    return cast("frozenset[int]", g.hands[1])


@blueprint.post("/logout")
@guard(Permission.OWN_ACCOUNT, steps=tuple(LoginStep))
def logout() -> Response:
    """Closes this session."""
    with transaction():
        record("log_out", actor().person_id, "person", actor().person_id)
    close_session(SessionKind.CONSOLE, presented_token())
    response = redirect(address_of("accounts_console.login"))
    response.delete_cookie(CONSOLE_COOKIE, path="/console")
    return response
