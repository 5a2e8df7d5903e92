"""Log-in and binding of the mini-program."""

from typing import Any

from backend.app.access import Permission
from backend.app.accounts import consents, operations, queries, schemas
from backend.app.accounts.errors import ProofGone
from backend.app.accounts.grants import invitations
from backend.app.accounts.identities import login_codes
from backend.app.accounts.identities import operations as entering
from backend.app.accounts.identities.ways import Proven
from backend.app.accounts.logins import activation
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.sessions import LIFETIME, SessionKind, close_session, open_session
from backend.app.core.web import limits, request_fingerprint
from backend.app.core.web.bodies import Blueprint
from backend.app.core.web.guards import actor, guard, open_to_all, presented_token
from backend.app.core.wechat import LoginCodeInvalid, wechat_client

blueprint = Blueprint("accounts", __name__, url_prefix="/api/v1", description="登录与绑定")
# Every code is asked of WeChat, whose quota is the whole county's. Right codes are not counted: a
# village, or all telephones behind an operator's gate, may come from one address.
WRONG_CODES = limits.RateLimit("wrong_login_codes", 60, 600)


@blueprint.post("/sessions")
@open_to_all("whoever logs in has no session yet; WeChat's code is the proof")
@blueprint.arguments(schemas.SessionInputShape())
@blueprint.response(201, schemas.SessionShape())
def create_session(body: dict[str, Any]) -> dict[str, Any]:
    """Exchanges wx.login's code, or what a browser proved at /m/, for an opaque token.

    Nobody is known who has not agreed.
    """
    caller = request_fingerprint.caller()
    limits.check(WRONG_CODES, caller)
    try:
        proven = _proven_by(body["code"])
    except (LoginCodeInvalid, ProofGone):
        limits.count(WRONG_CODES, caller)
        raise
    with transaction():
        if isinstance(proven, Proven):
            person_id = entering.enter(proven)
        else:
            person_id = operations.enter_by_openid(proven)
        consents.give(person_id, body["consent"])
    at = clock.now()
    data = {"way": proven.way.value} if isinstance(proven, Proven) else {}
    token = open_session(SessionKind.APP, person_id, at.timestamp(), data)
    return {
        "token": token,
        "expires_at": at + LIFETIME[SessionKind.APP],
        "me": queries.describe_villager(person_id),
    }


def _proven_by(code: str) -> Proven | str:
    """What a browser proved at /m/, or the mini-program's openid."""
    if not code.startswith(login_codes.PREFIX):
        return wechat_client().openid_for(code)
    proven = login_codes.use_proof(code)
    if proven is None:
        raise ProofGone
    return proven


@blueprint.delete("/sessions/current")
@guard(Permission.OWN_ACCOUNT)
@blueprint.response(204)
def delete_session() -> None:
    """Logs out; the token is worth nothing from now on."""
    close_session(SessionKind.APP, presented_token())


@blueprint.delete("/me/consent")
@guard(Permission.OWN_ACCOUNT)
@blueprint.response(204)
def withdraw_consent() -> None:
    """Takes the agreement back: logged out everywhere until somebody agrees anew."""
    with transaction():
        consents.withdraw(actor().person_id)


@blueprint.get("/me")
@guard(Permission.OWN_ACCOUNT)
@blueprint.response(200, schemas.MeShape())
def show_me() -> dict[str, Any]:
    """Own binding and roles."""
    return queries.describe_villager(actor().person_id)


@blueprint.put("/me/binding")
@guard(Permission.OWN_ACCOUNT)
@blueprint.arguments(schemas.BindingInputShape())
@blueprint.response(200, schemas.MeShape())
def set_binding(body: dict[str, Any]) -> dict[str, Any]:
    """Binds to a village; the binding before is kept as history."""
    person_id = actor().person_id
    with transaction():
        operations.bind_village(person_id, **body)
    return queries.describe_villager(person_id)


@blueprint.post("/me/roles")
@guard(Permission.OWN_ACCOUNT)
@blueprint.arguments(schemas.InvitationInputShape())
@blueprint.response(201, schemas.RoleAcceptedShape())
def accept_invitation(body: dict[str, Any]) -> dict[str, Any]:
    """Becomes a cadre with the code the office gave, or takes over the own console account.

    Sending a cadre's code again changes nothing.
    """
    person_id = actor().person_id
    with transaction():
        login = activation.accept_on_phone(person_id, body["code"])
        if login is None:
            invitations.accept(person_id, body["code"])
        waits = login is not None and login.activated_at is None
    digits = activation.digits_of(person_id) if waits else None
    return {**queries.describe_villager(person_id), "phone_digits": digits}
