"""Anonymous letters as phones write them, and the nights that read them."""

import io
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson
from flask.testing import FlaskClient
from PIL import Image

from backend.app.ballots import ballot_box, blind_signatures
from backend.app.core.db import transaction
from backend.app.tickets.anonymous import letters
from backend.app.tickets.desk import operations as desk_acts
from backend.app.tickets.kinds import TicketKind
from backend.app.tickets.rules.routing import Office
from backend.demo.ballot import finalize
from backend.jobs import surveys as survey_jobs
from backend.jobs import tickets as jobs
from tests.app.surveys.conftest import (
    Ballot,
    ask,
    ballots_for,
    bytes_of,
    text_of,
)
from tests.factories.tickets import Offices, forget, villager

CODE = "4821093377165520"
WORDS = "村口那盏路灯坏了半年，晚上没人敢走"


def pack_word(word: dict[str, Any]) -> bytes:
    """What the holder of a receipt says: two bytes of length, JSON, zeros; one length for all."""
    content = orjson.dumps(word)
    return (len(content).to_bytes(2) + content).ljust(letters.WORD, b"\0")


@dataclass
class Envelope:
    """A finished ticket token."""

    ballot: Ballot
    signature: bytes

    def request(self, body: bytes, **changes: Any) -> dict[str, Any]:
        parts = {
            "kid": text_of(blind_signatures.key_id(self.ballot.ctx, self.ballot.modulus)),
            "r": text_of(self.ballot.random),
            "sig": text_of(self.signature),
            "body": text_of(body),
        }
        return {**parts, **changes}


def envelopes(client: FlaskClient, county, key_file) -> list[Envelope]:
    """The two ticket tokens of a villager."""
    ballots = ballots_for(key_file)
    signed = ask(villager(client, county), ballots).json["tickets"]
    return [
        Envelope(ballot, finalize(ballot.modulus, ballot.hidden, bytes_of(signature)))
        for ballot, signature in zip(ballots[1:], signed, strict=True)
    ]


def letter(**changes: Any) -> letters.Letter:
    return replace(letters.Letter(TicketKind.COMPLAINT, WORDS, CODE, "street_lamp"), **changes)


def send(door: FlaskClient, envelope: Envelope, body: bytes | None = None, **changes: Any) -> Any:
    request = envelope.request(letters.pack(letter()) if body is None else body, **changes)
    return door.post("/anon/feedback", json=request)


def night() -> None:
    """The boxes are merged and what is due is read."""
    forget()
    survey_jobs.merge_boxes()
    jobs.read_letters()


def nights() -> None:
    for _ in range(ballot_box.MOST_NIGHTS):
        night()


def look(door: FlaskClient, code: str = CODE) -> Any:
    return door.post("/anon/receipt", json={"code": code})


def say(door: FlaskClient, word: Any, word_id: bytes | None = None) -> Any:
    """A word as the phone pads it; bytes are sent as they are."""
    raw = word_id or secrets.token_bytes(16)
    body = word if isinstance(word, bytes) else pack_word(word)
    sent = {"code": CODE, "id": text_of(raw), "word": text_of(body)}
    return door.post("/anon/receipt/word", json=sent)


def photo(side: int = 400) -> bytes:
    """A picture that says where, when and with what it was taken."""
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "CANARY-CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (34.0, 46.0, 12.0)
    picture = Image.effect_noise((side, side), 40).convert("RGB")
    picture.save(written, "JPEG", exif=exif, quality=80)
    content = written.getvalue()
    assert b"CANARY-CAMERA" in content
    return content


def as_desk(act: Callable[[], Any]) -> Any:
    forget()
    with transaction():
        return act()


def assign(offices: Offices, ticket_id: int) -> None:
    office = Office(offices.village_id, None)
    as_desk(lambda: desk_acts.assign(offices.desk, ticket_id, None, office))


def version_of(scalar: Callable[[str], Any], ticket_id: int) -> int:
    return scalar(f"SELECT version FROM ticket WHERE id = {ticket_id}")
