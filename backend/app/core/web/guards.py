"""Guards: who is asking, and may they. Every route has one; a route without one is refused."""

import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, redirect, request, url_for

from backend.app.access import (
    Actor,
    Grant,
    Permission,
    Role,
    has_permission,
    needs_second_factor,
    regions_of,
)
from backend.app.access.permissions import TABLE
from backend.app.core import clock
from backend.app.core.errors import NotAllowed, NotFound, NotLoggedIn, TooMany
from backend.app.core.sessions import REQUESTS_A_MINUTE, Session, SessionKind, read_session
from backend.app.core.web import limits
from backend.app.core.web.forms import typed

View = TypeVar("View", bound=Callable[..., Any])
TokenLoader = Callable[[str], "Bearer | None"]
GrantLoader = Callable[[int], tuple[str, tuple[Grant, ...]]]

CONSOLE_COOKIE = "vv_console"
PRE_COOKIE = "vv_pre"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = "open"
CALLS_A_MINUTE = 120
REQUESTS = limits.RateLimit("requests", REQUESTS_A_MINUTE, 60)


class TokenScope(StrEnum):
    """What a token of another system opens."""

    READ_SCORES = "read_scores"
    READ_RESULTS = "read_results"


@dataclass(frozen=True)
class Bearer:
    """Another system that asks: no person, one county, one scope."""

    token_id: int
    county_id: int
    scope: TokenScope


class TokenRefused(NotLoggedIn):
    code = "token_refused"
    message = "令牌不对、已到期或已撤销，请向县里重新申请"


class CsrfFailed(NotAllowed):
    code = "csrf_failed"
    message = "页面放得太久，请刷新后再提交一次"


class LoginStep(StrEnum):
    """What may still lie between a right password and the console; named for its view."""

    CODE = "enter_code"
    PASSWORD = "change_password"  # noqa: S105
    ENROL = "enrol"
    ACTIVATE = "activate"


class StepPending(NotLoggedIn):
    """A log-in that still lacks its second factor or a new password."""

    code = "step_pending"
    message = "登录还差一步"

    def __init__(self, step: str) -> None:
        super().__init__()
        self.step = step


def guard(permission: Permission, steps: Collection[LoginStep] = ()) -> Callable[[View], View]:
    """Lets in whoever holds the permission somewhere; operations check the region.

    A log-in that still lacks a step is let into the views of that step and no other.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            admit(permission, steps)
            return view(*args, **kwargs)

        guarded.__dict__["__guard__"] = permission
        return cast("View", guarded)

    return decorate


def open_to_all(reason: str) -> Callable[[View], View]:
    """Marks a route that needs no log-in, and says why."""

    def decorate(view: View) -> View:
        view.__dict__["__guard__"] = f"{OPEN}: {reason}"
        return view

    return decorate


def token_guard(scope: TokenScope) -> Callable[[View], View]:
    """Lets in another system whose token has this scope; views see its county alone."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            admit_bearer(scope)
            return view(*args, **kwargs)

        guarded.__dict__["__guard__"] = scope
        return cast("View", guarded)

    return decorate


def admit_bearer(scope: TokenScope) -> None:
    """Raises TokenRefused, NotAllowed or TooMany, or sets the bearer; every use is counted."""
    loader: TokenLoader = current_app.extensions["token_loader"]
    found = loader(presented_token())
    if found is None:
        raise TokenRefused
    if found.scope is not scope:
        raise NotAllowed
    limits.count(limits.RateLimit("api_token", CALLS_A_MINUTE, 60), str(found.token_id))
    g.bearer = found


def bearer() -> Bearer:
    """The system that asks; only inside a view guarded by a token."""
    return cast("Bearer", g.bearer)


def actor() -> Actor:
    """The person who asks; only inside a guarded view."""
    return cast("Actor", g.actor)


def own_county(permission: Permission) -> int:
    """The county for which the person who asks holds this; raises NotFound."""
    counties = regions_of(actor(), permission)
    if not counties:
        raise NotFound
    return min(counties)


def current_session() -> Session:
    return cast("Session", g.session)


def on_console() -> bool:
    return request.path.startswith("/console")


def presented_token() -> str:
    """The console's cookie or the mini-program's bearer token."""
    if on_console():
        return request.cookies.get(CONSOLE_COOKIE, "")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def admit(permission: Permission, steps: Collection[LoginStep] = ()) -> None:
    """Raises NotLoggedIn, StepPending, TooMany, CsrfFailed or NotAllowed, or sets the actor."""
    console = on_console()
    kind = SessionKind.CONSOLE if console else SessionKind.APP
    token = presented_token()
    session = read_session(kind, token, clock.now().timestamp()) if token else None
    if session is None:
        raise NotLoggedIn
    left = limits.tell(REQUESTS, session.requests_this_minute)
    if session.requests_this_minute > REQUESTS.most:
        raise TooMany(retry_after=left)
    g.session = session
    if console:
        check_csrf(token)
    who = _actor_of(session, permission)
    g.actor = who
    if console:
        missing = _missing_step(session, who)
        if missing and missing not in steps:
            raise StepPending(missing)
    if not has_permission(who, permission):
        raise NotAllowed


def _missing_step(session: Session, who: Actor) -> str | None:
    """A role may begin while a session is open: the second factor is asked for then, too."""
    pending: str | None = session.data.get("pending")
    required = current_app.config["SETTINGS"].second_factor_required
    if pending is None and required and not who.second_factor and needs_second_factor(who):
        return LoginStep.ENROL
    return pending


def _actor_of(session: Session, permission: Permission) -> Actor:
    if session.kind is SessionKind.APP and Role.VILLAGER in TABLE[permission]:
        return Actor(session.person_id)
    loader: GrantLoader = current_app.extensions["grant_loader"]
    name, grants = loader(session.person_id)
    day = clock.today()
    return Actor(
        session.person_id,
        tuple(grant for grant in grants if grant.holds_on(day)),
        display_name=name,
        second_factor=bool(session.data.get("second_factor")),
    )


def csrf_token_for(token: str) -> str:
    """A token only our own pages can know, bound to the session's cookie."""
    secret = current_app.config["SETTINGS"].secret_key.encode()
    return hmac.new(secret, b"csrf:" + token.encode(), hashlib.sha256).hexdigest()


def csrf_token() -> str:
    """For forms and htmx headers; before log-in it is bound to the pre-session cookie."""
    held = request.cookies.get(CONSOLE_COOKIE) or request.cookies.get(PRE_COOKIE) or g.get("pre")
    return csrf_token_for(held or "")


def check_csrf(token: str) -> None:
    if request.method in SAFE_METHODS:
        return
    sent = request.headers.get("X-CSRF-Token") or typed.get("csrf_token", "")
    if not token or not hmac.compare_digest(sent.encode(), csrf_token_for(token).encode()):
        raise CsrfFailed


def refuse_unguarded() -> None:
    """Fails closed: a view that forgot its guard answers nobody."""
    if request.endpoint is None:
        return
    view = current_app.view_functions.get(request.endpoint)
    if view is not None and not hasattr(view, "__guard__"):
        raise NotAllowed(f"{request.endpoint}: 没有权限标记")


def send_to_login(error: NotLoggedIn) -> Any:
    """A page's answer to NotLoggedIn: the log-in or its next step, and back to where they were."""
    if isinstance(error, StepPending):
        return redirect(url_for(f"accounts_console.{error.step}"))
    back = request.full_path if request.method == "GET" else "/console/"
    return redirect(url_for("accounts_console.login", next=back.rstrip("?")))


def register(app: Flask, grant_loader: GrantLoader) -> None:
    app.extensions["grant_loader"] = grant_loader
    app.before_request(refuse_unguarded)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.view_functions["static"].__dict__["__guard__"] = f"{OPEN}: styles, scripts, pictures"
