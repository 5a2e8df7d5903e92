"""Logging in at /m/: what a browser proves becomes a code that opens a session like wx.login's."""

from typing import Any

from backend.app.access import Permission
from backend.app.accounts.errors import ProofGone
from backend.app.accounts.identities import login_codes, operations, queries, schemas, sms_codes
from backend.app.accounts.identities.ways import Proven, open_ways
from backend.app.accounts.states import Way
from backend.app.core import registry
from backend.app.core.db import transaction
from backend.app.core.errors import NotFound
from backend.app.core.web import limits, request_fingerprint
from backend.app.core.web.bodies import Blueprint
from backend.app.core.web.guards import actor, guard, open_to_all

blueprint = Blueprint("identities", __name__, url_prefix="/api/v1", description="不用微信登录")
WHY = "whoever logs in has no session yet; the answer to the code is the proof"
LINKS_ASKED = limits.RateLimit("link_codes", 10, 3600)
WRONG_LINKS = limits.RateLimit("wrong_link_codes", 10, 600)


@blueprint.get("/login/ways")
@open_to_all("whoever logs in chooses a way first")
@blueprint.response(200, schemas.OpenWaysShape())
def list_ways() -> dict[str, Any]:
    """The ways this county has configured."""
    return {"ways": open_ways(), "is_demo": registry.settings().demo}


@blueprint.post("/login/sms/codes")
@open_to_all(WHY)
@blueprint.arguments(schemas.NumberShape())
@blueprint.response(204)
def send_sms_code(body: dict[str, Any]) -> None:
    """Sends six digits to a telephone number."""
    _need(Way.SMS)
    sms_codes.send(body["number"], request_fingerprint.caller())


@blueprint.post("/login/sms/answers")
@open_to_all(WHY)
@blueprint.arguments(schemas.SmsAnswerShape())
@blueprint.response(200, schemas.ProofShape())
def answer_sms_code(body: dict[str, Any]) -> dict[str, Any]:
    """Exchanges the digits for a code that opens a session once."""
    _need(Way.SMS)
    proven = sms_codes.prove(body["number"], body["code"], request_fingerprint.caller())
    return proof_of(proven)


@blueprint.post("/login/links")
@open_to_all("two proofs at once: of the new way, and of the person who showed the digits")
@blueprint.arguments(schemas.LinkInputShape())
@blueprint.response(204)
def link_way(body: dict[str, Any]) -> None:
    """Joins a new way to a person, with the digits shown where that person is logged in."""
    caller = request_fingerprint.caller()
    limits.count(WRONG_LINKS, caller)
    proven = login_codes.read_proof(body["login_code"])
    if proven is None:
        raise ProofGone
    limits.count(WRONG_LINKS, proven.digest().hex())
    with transaction():
        operations.link(proven, body["link_code"])


@blueprint.get("/me/ways")
@guard(Permission.OWN_ACCOUNT)
@blueprint.response(200, schemas.OwnWaysShape())
def show_ways() -> dict[str, Any]:
    """The own ways to log in."""
    return queries.describe_ways(actor().person_id)


@blueprint.post("/me/link-codes")
@guard(Permission.OWN_ACCOUNT)
@blueprint.response(201, schemas.LinkCodeShape())
def ask_link_code() -> dict[str, Any]:
    """Eight digits for ten minutes, to be typed where one logs in by a new way."""
    person_id = actor().person_id
    limits.count(LINKS_ASKED, str(person_id))
    return {
        "link_code": login_codes.issue_link(person_id),
        "seconds": login_codes.LINK_SECONDS,
    }


@blueprint.delete("/me/ways/<string:way>")
@guard(Permission.OWN_ACCOUNT)
@blueprint.response(204)
def remove_way(way: str) -> None:
    """Parts from a way; the last one stays."""
    if way not in set(Way):
        raise NotFound
    with transaction():
        operations.remove(actor().person_id, Way(way))


def proof_of(proven: Proven) -> dict[str, Any]:
    return {
        "login_code": login_codes.issue_proof(proven),
        "is_new": queries.find_identity(proven) is None,
    }


def _need(way: Way) -> None:
    if way not in {known.way for known in open_ways()}:
        raise NotFound
