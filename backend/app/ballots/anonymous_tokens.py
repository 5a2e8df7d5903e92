"""What both uses of an anonymous token share: read it whole, check it, keep what came with it."""

from collections.abc import Collection
from typing import Any

from flask import jsonify, request
from werkzeug.exceptions import BadRequest

from backend.app.ballots import anonymous_store, blind_signatures
from backend.app.ballots.schemas import Token
from backend.app.core import clock
from backend.app.core.errors import Gone, InvalidInput, NotAllowed
from backend.app.core.registry import anonymous_engine
from backend.app.core.web.bodies import read_json

SIZES = {"kid": 32, "r": 32, "sig": 256}


class BadToken(NotAllowed):
    code = "bad_token"
    message = "这张匿名票不对，请打开小程序重新领"


class DeskClosed(Gone):
    code = "closed"
    message = "这个月的匿名票已经截止，谢谢您"


def read_fields(wanted: Collection[str]) -> dict[str, Any]:
    """A JSON object with just these fields; raises InvalidInput."""
    try:
        given = read_json(request.get_data(cache=False))
    except BadRequest:
        given = None
    if not isinstance(given, dict) or set(given) != set(wanted):
        raise InvalidInput(errors={"body": ["栏目不对"]})
    return given


def read_request(bodies: Collection[int]) -> dict[str, bytes]:
    """Every part in one of its lengths; raises InvalidInput naming the parts that are not."""
    given = read_fields([*SIZES, "body"])
    found, faults = {}, {}
    for name, sizes in [("body", bodies), *((name, (size,)) for name, size in SIZES.items())]:
        raw = Token.decode(given[name], max(sizes))
        if raw is None or len(raw) not in sizes:
            faults[name] = ["长度不对"]
        else:
            found[name] = raw
    if faults:
        raise InvalidInput(errors=faults)
    return found


def admit(given: dict[str, bytes], use: str) -> anonymous_store.Door:
    """The door this token opens; raises BadToken, or DeskClosed where its time is over."""
    door = anonymous_store.find_door(anonymous_engine(), given["kid"])
    if door is None or door.use != use:
        raise BadToken
    if not blind_signatures.verify(
        int.from_bytes(door.modulus), given["r"] + door.context, given["sig"]
    ):
        raise BadToken
    is_over = door.closed or clock.now() >= door.closes_at
    # Sent again after a crash that took nothing: whoever is in is told so, late as it is.
    if is_over and anonymous_store.find_kept(anonymous_engine(), _parcel(door, given, b"")) is None:
        raise DeskClosed
    return door


def keep(door: anonymous_store.Door, given: dict[str, bytes], body: bytes) -> Any:
    """Seals the body and spends the token; whatever is sent again with it changes nothing."""
    kept = anonymous_store.keep(anonymous_engine(), _parcel(door, given, body))
    status = "ok" if kept.new else "already"
    return jsonify(status=status, durable=kept.durable, **kept.mark.as_json())


def _parcel(
    door: anonymous_store.Door, given: dict[str, bytes], body: bytes
) -> anonymous_store.Parcel:
    nullifier = blind_signatures.nullifier(given["r"], door.context)
    return anonymous_store.Parcel(nullifier, door.desk_id, door.county_id, given["kid"] + body)
