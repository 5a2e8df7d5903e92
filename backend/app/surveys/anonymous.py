"""Answering: no log-in, no cookie, no name. Served by an application of its own."""

import hashlib
from typing import Any

import orjson
from flask import Blueprint, current_app, jsonify, request
from nacl.public import PublicKey, SealedBox

from backend.app.core import calendar
from backend.app.core.errors import Conflict, Gone, InvalidInput, NotAllowed
from backend.app.core.guards import open_to_all
from backend.app.core.sealing import unseal
from backend.app.surveys import answers, blind, store
from backend.app.surveys.schemas import Token

blueprint = Blueprint("surveys_anonymous", __name__, url_prefix="/anon")
REWARD_SEAL = "reward_key"
SIZES = {"kid": 32, "r": 32, "sig": 256, "body": answers.BODY, "reward_blinded": 256}


class BadToken(NotAllowed):
    code = "bad_token"
    message = "这张匿名票不对,请打开小程序重新领"


class Spent(Conflict):
    code = "spent"
    message = "这张匿名票已经用过了"


class RoundClosed(Gone):
    code = "closed"
    message = "这一期问卷已经截止,谢谢您"


def read_request() -> dict[str, bytes]:
    """Every part in its one length; raises InvalidInput naming the parts that are not."""
    try:
        given = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict) or set(given) != set(SIZES):
        raise InvalidInput(errors={"body": ["栏目不对"]})
    found, faults = {}, {}
    for name, size in SIZES.items():
        raw = Token.decode(given[name])
        if raw is None or len(raw) != size:
            faults[name] = ["长度不对"]
        else:
            found[name] = raw
    if faults:
        raise InvalidInput(errors=faults)
    return found


@blueprint.post("/response")
@open_to_all("the token says that somebody may answer, and nothing says who")
def put_response() -> Any:
    """Validates everything, verifies the token, keeps the answer sealed, signs the reward."""
    given = read_request()
    engine = current_app.extensions["anonymous_engine"]
    door = store.find_door(engine, given["kid"])
    if door is None:
        raise BadToken
    message = given["r"] + door.context
    if not blind.verify(int.from_bytes(door.modulus), message, given["sig"]):
        raise BadToken
    if door.closed or calendar.now() >= door.closes_at:
        raise RoundClosed
    _check_body(door, given["body"])
    reward = _sign_reward(door, given["reward_blinded"])
    sealed = SealedBox(PublicKey(door.box_key)).encrypt(given["body"])
    kept = store.keep(
        engine,
        blind.nullifier(given["r"], door.context),
        given["kid"],
        hashlib.sha256(given["reward_blinded"]).digest(),
        sealed,
    )
    if not kept.same:
        raise Spent
    status = "ok" if kept.new else "already"
    return jsonify(status=status, durable=kept.durable, reward=Token.encode(reward))


def _check_body(door: store.Door, body: bytes) -> None:
    """An answer that does not fit is refused before the token is spent."""
    questions = [answers.question_from(raw) for raw in door.questions]
    try:
        answers.check(questions, answers.unpad(body))
    except answers.BodyInvalid as fault:
        raise InvalidInput(errors={"body": [f"答卷不合题目:{fault}"]}) from None


def _sign_reward(door: store.Door, blinded: bytes) -> bytes:
    """The same request gets the same signature: signing has no randomness in its result."""
    n, p, q, d = (int(part, 16) for part in orjson.loads(unseal(REWARD_SEAL, door.reward_sealed)))
    try:
        return blind.sign(blind.SigningKey(n, p, q, d), blinded)
    except blind.BlindedInvalid:
        raise InvalidInput(errors={"reward_blinded": ["票面不对"]}) from None
