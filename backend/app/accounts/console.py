"""Logging in to the console and out of it."""

import re
import secrets
from datetime import timedelta
from typing import Any, cast

from flask import current_app, g, make_response, redirect, render_template, request
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Actor, Permission, Role, has_permission, needs_second_factor
from backend.app.accounts.blueprints import console as blueprint
from backend.app.accounts.errors import LoginRefused
from backend.app.accounts.logins import operations as logins
from backend.app.accounts.logins.throttle import DEVICE_FOR, device_token
from backend.app.accounts.models import ConsoleLogin
from backend.app.accounts.queries import actor_today
from backend.app.accounts.second_person import hands_of
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
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
    guard,
    open_to_all,
    presented_token,
)

HOME = "/console/"
NEXT = Query.of(next=boxes.Text(otherwise=HOME))
LOGIN = Form.of(username=boxes.Text(200), password=boxes.Secret(500))
HOMES = {
    Role.LEADER: "/console/leader",
    Role.SYSTEM_ADMIN: "/console/people",
    Role.SECURITY_ADMIN: "/console/security",
    Role.ASSESSOR: "/console/assessments/",
    Role.SUBJECT_STAFF: "/console/assessments/own",
    Role.ORGANISER: "/console/assessments/duty-leaders",
    Role.AUDITOR: "/console/audit",
}
# Of a checker who was invited for a time.
CHECKS = "/console/assessments/checks/mine"
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
            return enter(found, second_factor_done=False, target=_way_back())
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
    if held == {Role.ASSESSOR} and not has_permission(who, Permission.SEE_PROGRAMMES):
        return CHECKS
    return HOMES.get(next(iter(held)), HOME) if len(held) == 1 else HOME


def enter(console_login: ConsoleLogin, second_factor_done: bool, target: str) -> Response:
    """A new session for every step: the token before is worth nothing."""
    close_session(SessionKind.CONSOLE, presented_token())
    step = _next_step(console_login, second_factor_done)
    if target == HOME:
        target = _home_of(actor_today(console_login.person_id))
    token = open_session(
        SessionKind.CONSOLE,
        console_login.person_id,
        clock.now().timestamp(),
        {"second_factor": second_factor_done, "pending": step, "target": target},
    )
    response = redirect(address_of(f"accounts_console.{step}") if step else target)
    _set_cookie(response, CONSOLE_COOKIE, token)
    if step is None:
        _set_cookie(response, DEVICE_COOKIE, device_token(console_login.person_id), DEVICE_FOR)
    response.delete_cookie(PRE_COOKIE, path="/console")
    return response


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
