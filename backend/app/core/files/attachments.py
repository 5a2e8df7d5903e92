"""Attachments: files sent before the thing they belong to, shown by short-lived signed links."""

import struct
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from flask import Response
from sqlalchemy import delete, func, select

from backend.app.core import clock
from backend.app.core.db import after_commit, db
from backend.app.core.errors import Gone, TooMany
from backend.app.core.files import storage
from backend.app.core.files.photos import keep_unopened
from backend.app.core.signed_tokens import BadSignature, sign, verify

LINK_FOR = timedelta(minutes=15)
UNUSED_FOR = timedelta(days=2)
MOST_UNUSED = 30
LINK = struct.Struct(">QQ")
PHOTO = "jpg"
MIMES = {
    PHOTO: "image/jpeg", "mp3": "audio/mpeg", "aac": "audio/aac", "m4a": "audio/mp4",
    "wav": "audio/wav", "ogg": "audio/ogg", "webm": "audio/webm",
}  # fmt: skip


class LinkExpired(Gone):
    code = "link_expired"


class Attachment(Protocol):
    """The columns that every table of attachments has."""

    id: Any
    person_id: Any
    key: Any
    created_at: Any

    def __init__(self, **columns: Any) -> None: ...


Row = TypeVar("Row", bound=Attachment)


@dataclass(frozen=True)
class Attachments(Generic[Row]):
    """One kind of attachment: its table, the column of its owner, its folder, address and name.

    The owner's column is null until the attachment is used.
    """

    table: type[Row]
    owner: Any
    folder: str
    purpose: str
    address: str
    owner_name: str

    def store(self, person_id: int, content: bytes, extension: str, **columns: Any) -> Row:
        """One file without an owner; a photo stays unseen until a worker has opened it."""
        self._check_unused(person_id)
        key = storage.new_key(self.folder, extension)
        if extension == PHOTO:
            keep_unopened(key, content)
        else:
            storage.put(key, content)
        row = self.table(person_id=person_id, key=key, created_at=clock.now(), **columns)
        db.session.add(row)
        db.session.flush()
        return row

    def _check_unused(self, person_id: int) -> None:
        unused = select(func.count()).where(
            self.table.person_id == person_id,
            self.owner.is_(None),
            self.table.created_at > clock.now() - UNUSED_FOR,
        )
        if (db.session.scalar(unused) or 0) >= MOST_UNUSED:
            raise TooMany(f"传的照片太多了，请先把{self.owner_name}提交")

    def unused(self, person_id: int, ids: Collection[int]) -> list[Row]:
        """Those of the ids that this person sent and that have no owner, locked."""
        query = select(self.table).where(
            self.table.id.in_(ids), self.table.person_id == person_id, self.owner.is_(None)
        )
        return list(db.session.scalars(query.order_by(self.table.id).with_for_update()))

    def of(self, owner_id: int) -> list[Row]:
        query = select(self.table).where(self.owner == owner_id)
        return list(db.session.scalars(query.order_by(self.table.id)))

    def link_to(self, row_id: int, at: datetime) -> str:
        """An address that shows one file for a quarter of an hour to whoever has it."""
        expires = int((at + LINK_FOR).timestamp())
        return f"/api/v1/{self.address}/{sign(self.purpose, LINK.pack(row_id, expires))}"

    def serve(self, token: str, at: datetime) -> Response:
        """The file behind a link; raises LinkExpired for an old or made-up one."""
        key = self._key(token, at)
        if key is None:
            raise LinkExpired(f"链接已过期，请回到{self.owner_name}页面重新打开")
        response = Response(storage.read(key), mimetype=MIMES[key.rpartition(".")[2]])
        response.headers["Cache-Control"] = "private, max-age=900"
        response.headers["Content-Disposition"] = "inline"
        return response

    def _key(self, token: str, at: datetime) -> str | None:
        try:
            row_id, expires = LINK.unpack(verify(self.purpose, token))
        except (BadSignature, struct.error):
            return None
        if at.timestamp() > expires:
            return None
        key: str | None = db.session.scalar(select(self.table.key).where(self.table.id == row_id))
        return key

    def erase(self, *which: Any) -> int:
        """Deletes rows, and their files after the commit; returns how many."""
        keys = db.session.scalars(delete(self.table).where(*which).returning(self.table.key)).all()
        for key in keys:
            after_commit(partial(storage.delete, key))
        return len(keys)

    def erase_unused(self, before: datetime) -> int:
        """Deletes what was sent and never used; returns how many."""
        return self.erase(self.owner.is_(None), self.table.created_at < before)
