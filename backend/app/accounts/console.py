"""Logging in to the console, step by step."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, make_response, redirect, render_template, request
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Actor, Permission, needs_second_factor
from backend.app.accounts import logins, people, second_factor
from backend.app.accounts.errors import LoginLocked, LoginRefused, SecondFactorRefused
from backend.app.accounts.models import ConsoleLogin
from backend.app.accounts.queries import load_grants
from backend.app.core import calendar
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, TooMany
from backend.app.core.guards import (
    CONSOLE_COOKIE,
    PRE_COOKIE,
    SAFE_METHODS,
    actor,
    check_csrf,
    csrf_token_for,
    current_session,
    guard,
    open_to_all,
    presented_token,
)
from backend.app.core.queue import redis_client
from backend.app.core.sessions import SessionKind, close_session, open_session

blueprint = Blueprint("accounts_console", __name__, url_prefix="/console")
HOME = "/console/"
# A village hall or a county office shares one address, so this only stops machines.
ATTEMPTS_PER_ADDRESS, ADDRESS_WINDOW = 120, 600


def _safe_next() -> str:
    """Only back into the console; never to somebody else's site."""
    wanted = request.args.get("next", HOME)
    parts = urlsplit(wanted)
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/console")
    return wanted if inside and "\\" not in wanted else HOME


def _slow_down_address() -> None:
    key = (
        f"login_attempts:{request.remote_addr}:{int(calendar.now().timestamp()) // ADDRESS_WINDOW}"
    )
    pipeline = redis_client().pipeline()
    pipeline.incr(key)
    pipeline.expire(key, ADDRESS_WINDOW)
    if pipeline.execute()[0] > ATTEMPTS_PER_ADDRESS:
        raise TooMany("这个网络登录次数太多,请十分钟后再试", retry_after=ADDRESS_WINDOW)


@blueprint.route("/login", methods=["GET", "POST"])
@open_to_all("whoever logs in has no session yet")
def login() -> Any:
    """User name and password."""
    if request.method in SAFE_METHODS:
        return _login_page()
    check_csrf(request.cookies.get(PRE_COOKIE, ""))
    _slow_down_address()
    name, password = request.form.get("username", ""), request.form.get("password", "")
    try:
        with transaction():
            found = logins.check_password(name[:200], password[:500])
            if found is not None:
                record("log_in", found.person_id, "person", found.person_id)
                return _enter(found, second_factor_done=False, target=_safe_next())
        raise LoginRefused
    except (LoginRefused, LoginLocked) as error:
        return _login_page(error)


def _login_page(error: DomainError | None = None) -> Response:
    """Binds the form's token to a cookie of its own; a fresh one each time."""
    g.pre = secrets.token_urlsafe(24)
    body = render_template("accounts/login.html", error=error, token=csrf_token_for(g.pre))
    response = make_response(body, 401 if error else 200)
    _set_cookie(response, PRE_COOKIE, g.pre)
    return response


def _set_cookie(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        path="/console",
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SETTINGS"].secure_cookies,
    )


def _next_step(found: ConsoleLogin, second_factor_done: bool) -> str | None:
    """The view this log-in still has to pass, or None."""
    _, grants = load_grants(found.person_id)
    held = tuple(grant for grant in grants if grant.holds_on(calendar.today()))
    required = current_app.config["SETTINGS"].second_factor_required
    if found.totp_confirmed_at is not None and not second_factor_done:
        return "enter_code"
    if found.must_change_password:
        return "change_password"
    if found.totp_confirmed_at is None and required:
        return "enrol" if needs_second_factor(Actor(found.person_id, held)) else None
    return None


def _enter(found: ConsoleLogin, second_factor_done: bool, target: str = HOME) -> Response:
    """A new session for every step: the token before is worth nothing."""
    close_session(SessionKind.CONSOLE, presented_token())
    step = _next_step(found, second_factor_done)
    token = open_session(
        SessionKind.CONSOLE,
        found.person_id,
        calendar.now().timestamp(),
        {"second_factor": second_factor_done, "pending": step},
    )
    response = redirect(address_of(f"accounts_console.{step}") if step else target)
    _set_cookie(response, CONSOLE_COOKIE, token)
    response.delete_cookie(PRE_COOKIE, path="/console")
    return response


@blueprint.route("/login/code", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT, unfinished=True)
def enter_code() -> Any:
    """The second factor."""
    person_id, error = actor().person_id, None
    if request.method == "POST":
        with transaction():
            if logins.check_second_factor(person_id, request.form.get("code", "")[:20]):
                return _enter(logins.own_login(person_id), second_factor_done=True)
        error = SecondFactorRefused()
    return render_template("accounts/code.html", error=error), 422 if error else 200


@blueprint.route("/login/enrol", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT, unfinished=True)
def enrol() -> Any:
    """Sets up the second factor; its code and the recovery codes are shown once."""
    person_id, error = actor().person_id, None
    with transaction():
        found = logins.own_login(person_id)
        if found.totp_confirmed_at is not None:
            return redirect(HOME)
        if request.method == "POST" and found.totp_sealed is not None:
            try:
                codes = second_factor.confirm(found, request.form.get("code", "").strip()[:20])
            except SecondFactorRefused as refused:
                error = refused
            else:
                record("enrol_second_factor", person_id, "person", person_id)
                shown = render_template("accounts/recovery.html", codes=codes)
                entered = _enter(found, second_factor_done=True)
                # The same new session, with a page to copy from instead of a redirect.
                entered.status_code = 200
                del entered.headers["Location"]
                entered.set_data(shown)
                return entered
        elif found.totp_sealed is None:
            second_factor.begin(found)
        picture, secret = second_factor.picture(found), second_factor.secret_of(found)
    page = render_template("accounts/enrol.html", picture=picture, secret=secret, error=error)
    return page, 422 if error else 200


@blueprint.route("/login/password", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT, unfinished=True)
def change_password() -> Any:
    """Changes the own password."""
    person_id, error = actor().person_id, None
    forced = current_session().data.get("pending") == "change_password"
    if request.method == "POST":
        form = request.form
        try:
            if form.get("password") != form.get("again"):
                raise LoginRefused("两次填的新密码不一样")
            with transaction():
                logins.change_password(
                    person_id, form.get("old", "")[:500], form.get("password", "")[:500]
                )
            with transaction():
                done = current_session().data.get("second_factor", False)
                return _enter(logins.own_login(person_id), second_factor_done=bool(done))
        except DomainError as refused:
            error = refused
    page = render_template("accounts/password.html", error=error, forced=forced)
    return page, 422 if error else 200


@blueprint.post("/logout")
@guard(Permission.OWN_ACCOUNT, unfinished=True)
def logout() -> Response:
    """Closes this session."""
    close_session(SessionKind.CONSOLE, presented_token())
    response = redirect(address_of("accounts_console.login"))
    response.delete_cookie(CONSOLE_COOKIE, path="/console")
    return response


people.register(blueprint)
