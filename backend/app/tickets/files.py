"""Photos and recordings of tickets: made harmless, kept by key, shown by short-lived links."""

import struct
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete, select, text

from backend.app.core import clock
from backend.app.core.db import after_commit, db
from backend.app.core.errors import Gone, InvalidInput, TooMany
from backend.app.core.files import storage
from backend.app.core.files.photos import keep_unopened
from backend.app.core.signed_tokens import BadSignature, sign, verify
from backend.app.tickets.errors import FilesInvalid
from backend.app.tickets.models import TicketFile

PURPOSE = "ticket_file"
NEXT_ID = text("SELECT nextval(pg_get_serial_sequence('ticket_file', 'id'))")
LINK_FOR = timedelta(minutes=15)
LOOSE_FOR = timedelta(days=2)
MOST_PHOTOS, MOST_VOICES, MOST_SECONDS = 3, 1, 60
MOST_BYTES = 8 * 1024 * 1024
MOST_LOOSE = 30
LINK = struct.Struct(">QQ")
# What the recorders of phones write, told by the first bytes and never by a name.
VOICES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xf1", "aac"),
    (0, b"\xff\xf9", "aac"),
    (4, b"ftyp", "m4a"),
    (0, b"RIFF", "wav"),
    (0, b"OggS", "ogg"),
    (0, b"\x1aE\xdf\xa3", "webm"),
)
MIMES = {
    "jpg": "image/jpeg", "mp3": "audio/mpeg", "aac": "audio/aac", "m4a": "audio/mp4",
    "wav": "audio/wav", "ogg": "audio/ogg", "webm": "audio/webm",
}  # fmt: skip


class LinkExpired(Gone):
    code = "link_expired"
    message = "链接已过期,请回到诉求页面重新打开"


def keep_file(person_id: int, kind: str, content: bytes, seconds: int | None) -> TicketFile:
    """Stores one photo or recording that belongs to no ticket yet."""
    at = clock.now()
    loose = db.session.scalars(
        select(TicketFile.id)
        .where(
            TicketFile.person_id == person_id,
            TicketFile.ticket_id.is_(None),
            TicketFile.created_at > at - LOOSE_FOR,
        )
        .limit(MOST_LOOSE)
    ).all()
    if len(loose) >= MOST_LOOSE:
        raise TooMany("传的照片太多了,请先把诉求提交")
    if kind == "photo":
        key = storage.new_key("tickets", "jpg")
        keep_unopened(key, content)
    else:
        key = storage.new_key("tickets", _voice_kind(content, seconds))
        storage.put(key, content)
    file = TicketFile(
        person_id=person_id,
        kind=kind,
        key=key,
        seconds=seconds if kind == "voice" else None,
        created_at=at,
    )
    db.session.add(file)
    db.session.flush()
    return file


def keep_nobodys_photo(content: bytes) -> TicketFile:
    """A photo of an anonymous ticket that is about to be made, under a random name.

    It was decoded and written anew at the door, and is not a row before its ticket is one.
    """
    key = storage.new_key("tickets", "jpg")
    storage.put(key, content)
    return TicketFile(id=db.session.scalar(NEXT_ID), kind="photo", key=key, created_at=clock.now())


def _voice_kind(content: bytes, seconds: int | None) -> str:
    if seconds is None or not 1 <= seconds <= MOST_SECONDS:
        raise InvalidInput(errors={"seconds": [f"录音最长 {MOST_SECONDS} 秒"]})
    if len(content) > MOST_BYTES:
        raise InvalidInput(errors={"file": ["录音太大了"]})
    for offset, mark, extension in VOICES:
        if content[offset : offset + len(mark)] == mark:
            return extension
    raise InvalidInput(errors={"file": ["这段录音打不开,请重新录"]})


def own_loose_files(person_id: int, file_ids: Collection[int]) -> list[TicketFile]:
    """The files a person may hang on something now; raises FilesInvalid for any other id."""
    ids = set(file_ids)
    if not ids:
        return []
    found = list(
        db.session.scalars(
            select(TicketFile)
            .where(
                TicketFile.id.in_(ids),
                TicketFile.person_id == person_id,
                TicketFile.ticket_id.is_(None),
            )
            .order_by(TicketFile.id)
            .with_for_update()
        )
    )
    photos = sum(file.kind == "photo" for file in found)
    if len(found) != len(ids) or photos > MOST_PHOTOS or len(found) - photos > MOST_VOICES:
        raise FilesInvalid(errors={"file_ids": [FilesInvalid.message]})
    return found


def attach(files: Iterable[TicketFile], ticket_id: int, event_id: int | None) -> None:
    for file in files:
        file.ticket_id, file.event_id = ticket_id, event_id
        db.session.add(file)
    db.session.flush()


def link_to(file_id: int, at: datetime) -> str:
    """An address that shows one file for a quarter of an hour to whoever was given it."""
    expires = int((at + LINK_FOR).timestamp())
    return f"/api/v1/ticket-files/{sign(PURPOSE, LINK.pack(file_id, expires))}"


def open_link(token: str, at: datetime) -> tuple[bytes, str]:
    """Content and type behind a link; raises LinkExpired for an old or made-up one."""
    try:
        file_id, expires = LINK.unpack(verify(PURPOSE, token))
    except (BadSignature, struct.error):
        raise LinkExpired from None
    if at.timestamp() > expires:
        raise LinkExpired
    key = db.session.scalar(select(TicketFile.key).where(TicketFile.id == file_id))
    if key is None:
        raise LinkExpired
    return storage.read(key), MIMES[key.rpartition(".")[2]]


def delete_loose(before: datetime) -> int:
    """Forgets what was sent and never used; returns how many files."""
    gone = db.session.scalars(
        delete(TicketFile)
        .where(TicketFile.ticket_id.is_(None), TicketFile.created_at < before)
        .returning(TicketFile.key)
    ).all()
    for key in gone:
        after_commit(partial(storage.delete, key))
    return len(gone)
