"""Photos and recordings of tickets: how many, how long, and what a recording is."""

from collections.abc import Collection, Iterable

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.core.files import storage
from backend.app.core.files.attachments import PHOTO, Attachments
from backend.app.tickets.errors import FilesInvalid
from backend.app.tickets.models import TicketFile

NEXT_ID = text("SELECT nextval(pg_get_serial_sequence('ticket_file', 'id'))")
MOST_PHOTOS, MOST_VOICES, MOST_SECONDS = 3, 1, 60
MOST_VOICE_BYTES = 8 * 1024 * 1024
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
FILES = Attachments(
    TicketFile, TicketFile.ticket_id, "tickets", "ticket_file", "ticket-files", "诉求"
)


def store(person_id: int, kind: str, content: bytes, seconds: int | None) -> TicketFile:
    """One photo or recording that belongs to no ticket yet."""
    if kind == "photo":
        return FILES.store(person_id, content, PHOTO, kind=kind)
    extension = _voice_kind(content, seconds)
    return FILES.store(person_id, content, extension, kind=kind, seconds=seconds)


def store_anonymous_photo(content: bytes) -> TicketFile:
    """A photo of an anonymous ticket that is about to be made, under a random name.

    It was decoded and written anew at the door, and is not a row before its ticket is one.
    """
    key = storage.new_key(FILES.folder, PHOTO)
    storage.put(key, content)
    return TicketFile(id=db.session.scalar(NEXT_ID), kind="photo", key=key, created_at=clock.now())


def _voice_kind(content: bytes, seconds: int | None) -> str:
    if seconds is None or not 1 <= seconds <= MOST_SECONDS:
        raise InvalidInput(errors={"seconds": [f"录音最长 {MOST_SECONDS} 秒"]})
    if len(content) > MOST_VOICE_BYTES:
        raise InvalidInput(errors={"file": ["录音太大了，最多 8 MB，请分两段录"]})
    for offset, mark, extension in VOICES:
        if content[offset : offset + len(mark)] == mark:
            return extension
    raise InvalidInput(errors={"file": ["这段录音打不开，请重新录"]})


def unused_files(person_id: int, file_ids: Collection[int]) -> list[TicketFile]:
    """The files a person may attach now; raises FilesInvalid for any other id."""
    ids = set(file_ids)
    if not ids:
        return []
    files = FILES.unused(person_id, ids)
    photos = sum(file.kind == "photo" for file in files)
    if len(files) != len(ids) or photos > MOST_PHOTOS or len(files) - photos > MOST_VOICES:
        raise FilesInvalid(errors={"file_ids": [FilesInvalid.message]})
    return files


def attach(files: Iterable[TicketFile], ticket_id: int, event_id: int | None) -> None:
    for file in files:
        file.ticket_id, file.event_id = ticket_id, event_id
        db.session.add(file)
    db.session.flush()
