"""Leaving /m/ to log in at another server, and coming back with a proof."""

from flask import Blueprint, current_app, redirect, request
from werkzeug import Response

from backend.app.accounts.identities import login_codes, redirects
from backend.app.accounts.identities.queries import find_identity
from backend.app.accounts.identities.ways import Proven, open_ways
from backend.app.accounts.states import Way
from backend.app.core import registry, wechat_web
from backend.app.core.errors import DomainError, NotFound
from backend.app.core.web import boxes, limits, request_fingerprint
from backend.app.core.web.forms import query_args
from backend.app.core.web.guards import open_to_all

blueprint = Blueprint("web_login", __name__, url_prefix="/m/login")
WHY = "whoever logs in has no session yet; the other server's answer is the proof"
COOKIE = "vv_login"
LONGEST = 200
LOGINS = limits.RateLimit("web_logins", 60, 600)


@blueprint.get("/wechat")
@open_to_all(WHY)
def leave() -> Response:
    """To WeChat, with a state that only this browser can come back with."""
    _need()
    limits.count(LOGINS, request_fingerprint.caller())
    settings = registry.settings()
    journey = redirects.begin(Way.WECHAT_WEB)
    back = f"{settings.public_host}/m/login/wechat/back"
    response = redirect(wechat_web.authorize_address(settings, back, journey.state))
    response.set_cookie(
        COOKIE, journey.browser, max_age=redirects.SECONDS, path="/m/login", httponly=True,
        secure=settings.secure_cookies, samesite="Lax",
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/wechat/back")
@open_to_all(WHY)
@query_args(code=boxes.Text(LONGEST), state=boxes.Text(LONGEST))
def come_back(code: str, state: str) -> Response:
    """The proof goes on behind the #, which no server and no log sees."""
    _need()
    try:
        proven = _proven(code, state)
    except DomainError as refused:
        return _home(f"login-problem={refused.code}")
    is_new = int(find_identity(proven) is None)
    return _home(f"login={login_codes.issue_proof(proven)}&new={is_new}")


def _proven(code: str, state: str) -> Proven:
    limits.count(LOGINS, request_fingerprint.caller())
    redirects.end(Way.WECHAT_WEB, state, request.cookies.get(COOKIE, ""))
    return Proven(Way.WECHAT_WEB, wechat_web.openid_for(registry.settings(), code))


def _home(words: str) -> Response:
    response = redirect(f"/m/#{words}")
    response.delete_cookie(COOKIE, path="/m/login")
    response.headers["Cache-Control"] = "no-store"
    return response


def _need() -> None:
    if Way.WECHAT_WEB not in {known.way for known in open_ways(current_app.config["SETTINGS"])}:
        raise NotFound
