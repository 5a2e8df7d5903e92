"""What is held of somebody, put together from all features, and as one file to take along."""

import struct
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from backend.app.accounts import persons as accounts
from backend.app.ballots import persons as ballots
from backend.app.core import clock
from backend.app.core.errors import Gone, NotFound
from backend.app.core.files import storage
from backend.app.core.files.workbooks import Column, Sheet, write_book
from backend.app.core.own_data import Held
from backend.app.core.signed_tokens import BadSignature, sign, verify
from backend.app.notices import persons as notices
from backend.app.points import persons as points
from backend.app.ratings import persons as ratings
from backend.app.rewards import persons as rewards
from backend.app.tickets import persons as tickets

FOLDER, PURPOSE = "own", "own_file"
LINK_FOR = timedelta(minutes=15)
LINK = struct.Struct(">Q")
TITLE = "我的资料"
WIDE, NARROW = 40, 16
LONG_TEXTS = frozenset({"写的话", "追评的话", "内容", "因为什么"})


class OwnLinkExpired(Gone):
    code = "own_link_expired"
    message = "链接已过期，请回到「我的资料」再导出一次"


def parts_of(person_id: int) -> list[Held]:
    """Every kind of data that is kept under somebody's name."""
    return [
        *accounts.held_of(person_id),
        ratings.held_of(person_id),
        tickets.held_of(person_id),
        points.held_of(person_id),
        rewards.held_of(person_id),
        notices.held_of(person_id),
        ballots.held_of(person_id),
    ]


def write_file(parts: list[Held], owner: str) -> str:
    """Writes a workbook with one sheet a kind; returns its key, which carries whose it is."""
    sheets = [
        Sheet(
            part.name,
            [Column(name, WIDE if name in LONG_TEXTS else NARROW) for name in part.headings],
            part.rows,
            0,
        )
        for part in parts
        if part.headings
    ]
    said = [[part.name, part.said] for part in parts]
    sheets.insert(0, Sheet("说明", [Column("资料", NARROW), Column("说明", WIDE)], said, 0))
    key = storage.new_key(FOLDER, "xlsx").replace("/", f"/{owner}_", 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.xlsx"
        write_book(path, TITLE, sheets, lambda _: None)
        storage.put(key, path.read_bytes())
    return key


def owner_of(person_id: int) -> str:
    return f"p{person_id}"


def link_to(key: str, at: datetime) -> str:
    """An address that gives this file for a quarter of an hour to whoever was given it."""
    expires = int((at + LINK_FOR).timestamp())
    return f"/api/v1/own-files/{sign(PURPOSE, LINK.pack(expires) + key.encode())}"


def open_link(token: str) -> bytes:
    """Raises OwnLinkExpired for an old link, one made up, or a file that is gone."""
    try:
        payload = verify(PURPOSE, token)
        (expires,) = LINK.unpack(payload[: LINK.size])
        if clock.now().timestamp() > expires:
            raise OwnLinkExpired
        return storage.read(payload[LINK.size :].decode())
    except (BadSignature, struct.error, NotFound):
        raise OwnLinkExpired from None


def delete_files(owner: str) -> int:
    """Deletes what somebody exported; returns how many files."""
    keys = [key for key in storage.keys_older_than(FOLDER, 0) if key.startswith(f"own/{owner}_")]
    for key in keys:
        storage.delete(key)
    return len(keys)
