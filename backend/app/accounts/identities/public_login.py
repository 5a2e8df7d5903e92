"""Leaving /m/ to log in at another server, and coming back with a proof."""

from collections.abc import Callable

from flask import Blueprint, current_app, redirect, request
from werkzeug import Response

from backend.app.accounts.identities import login_codes, redirects
from backend.app.accounts.identities.queries import find_identity
from backend.app.accounts.identities.ways import Proven, open_ways
from backend.app.accounts.states import Way
from backend.app.core import oidc, registry, wechat_web
from backend.app.core.errors import DomainError, NotFound
from backend.app.core.settings import Settings
from backend.app.core.web import boxes, limits, request_fingerprint
from backend.app.core.web.forms import query_args
from backend.app.core.web.guards import open_to_all

blueprint = Blueprint("web_login", __name__, url_prefix="/m/login")
WHY = "whoever logs in has no session yet; the other server's answer is the proof"
COOKIE = "vv_login"
LONGEST = 200
# Codes of some servers are whole tokens.
LONGEST_CODE = 2000
LOGINS = limits.RateLimit("web_logins", 60, 600)


@blueprint.get("/wechat")
@open_to_all(WHY)
def leave() -> Response:
    """To WeChat, with a state that only this browser can come back with."""
    settings, journey = _begin(Way.WECHAT_WEB)
    back = f"{settings.public_host}/m/login/wechat/back"
    return _away(wechat_web.authorize_address(settings, back, journey.state), journey)


@blueprint.get("/wechat/back")
@open_to_all(WHY)
@query_args(code=boxes.Text(LONGEST), state=boxes.Text(LONGEST))
def come_back(code: str, state: str) -> Response:
    """The proof goes on behind the #, which no server and no log sees."""
    _need(Way.WECHAT_WEB)
    return _land(lambda: _proven_by_wechat(code, state))


@blueprint.get("/oidc")
@open_to_all(WHY)
def leave_for_oidc() -> Response:
    """To the county's or the province's own log-in, by OpenID Connect."""
    settings, journey = _begin(Way.OIDC)
    try:
        address = oidc.leave_address(
            _client(settings), journey.state, journey.nonce, journey.verifier
        )
    except DomainError as refused:
        return _home(f"login-problem={refused.code}")
    return _away(address, journey)


@blueprint.get("/oidc/back")
@open_to_all(WHY)
@query_args(code=boxes.Text(LONGEST_CODE), state=boxes.Text(LONGEST), error=boxes.Text(LONGEST))
def come_back_from_oidc(code: str, state: str, error: str) -> Response:
    """With a code, or with the reason why the other server gave none."""
    _need(Way.OIDC)
    return _land(lambda: _proven_by_oidc(code, state, error))


def _begin(way: Way) -> tuple[Settings, redirects.Journey]:
    _need(way)
    limits.count(LOGINS, request_fingerprint.caller())
    return registry.settings(), redirects.begin(way)


def _away(address: str, journey: redirects.Journey) -> Response:
    response = redirect(address)
    response.set_cookie(
        COOKIE, journey.browser, max_age=redirects.SECONDS, path="/m/login", httponly=True,
        secure=registry.settings().secure_cookies, samesite="Lax",
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response


def _land(prove: Callable[[], Proven]) -> Response:
    try:
        limits.count(LOGINS, request_fingerprint.caller())
        proven = prove()
    except DomainError as refused:
        return _home(f"login-problem={refused.code}")
    is_new = int(find_identity(proven) is None)
    return _home(f"login={login_codes.issue_proof(proven)}&new={is_new}")


def _end(way: Way, state: str) -> redirects.Journey:
    return redirects.end(way, state, request.cookies.get(COOKIE, ""))


def _proven_by_wechat(code: str, state: str) -> Proven:
    _end(Way.WECHAT_WEB, state)
    return Proven(Way.WECHAT_WEB, wechat_web.openid_for(registry.settings(), code))


def _proven_by_oidc(code: str, state: str, error: str) -> Proven:
    """A `sub` is somebody at one issuer alone."""
    journey = _end(Way.OIDC, state)
    if error:
        raise oidc.OidcRefused
    client = _client(registry.settings())
    subject = oidc.subject_for(client, code, journey.nonce, journey.verifier)
    return Proven(Way.OIDC, f"{client.issuer} {subject}")


def _client(settings: Settings) -> oidc.Client:
    return oidc.Client(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret,
        f"{settings.public_host}/m/login/oidc/back",
    )  # fmt: skip


def _home(words: str) -> Response:
    response = redirect(f"/m/#{words}")
    response.delete_cookie(COOKIE, path="/m/login")
    response.headers["Cache-Control"] = "no-store"
    return response


def _need(way: Way) -> None:
    if way not in {known.way for known in open_ways(current_app.config["SETTINGS"])}:
        raise NotFound
