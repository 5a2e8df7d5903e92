"""The anonymous store as its own role sees it: what may be asked, and the one write."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from nacl.public import PublicKey, SealedBox
from sqlalchemy import Connection, Engine, text

from backend.app.core.errors import Unavailable

# Inside the seal stands first the name of the key, or zeros for what the holder of a receipt says.
KID = 32
WORD = bytes(KID)
INBOX = "inbox"
# The inbox changes its key each hour: rarely while an answer is being sealed, never three times.
TRIES = 3
FIND = text(
    """
    SELECT d.use, d.id AS desk_id, d.county_id, d.closes_at, d.closed, k.questions,
           k.context, k.modulus
    FROM anonymous.key k JOIN anonymous.desk d ON d.id = k.desk_id WHERE k.kid = :kid
    """
)
FIND_CODE = text(
    """
    SELECT f.kid, f.desk_id, d.county_id, d.closes_at, d.closed, f.voided, f.view
    FROM anonymous.appraisal_code c
    JOIN anonymous.appraisal_form f ON f.kid = c.kid
    JOIN anonymous.desk d ON d.id = f.desk_id
    WHERE c.digest = :digest
    """
)
PUBLIC = text("SELECT public FROM anonymous.box_key WHERE box = 'inbox'")
# One statement: the token was unknown, the desk open and the key still the inbox's, or nothing is
# written. What holders of receipts say is bound to no month.
PUT = text(
    """
    INSERT INTO anonymous.inbox (nullifier, desk_id, sealed)
    SELECT :nullifier, d.id, :sealed
    FROM anonymous.desk d, anonymous.box_key b
    WHERE d.id = :desk_id AND (:is_word OR NOT d.closed)
      AND b.box = 'inbox' AND b.public = :public
      AND NOT EXISTS (SELECT FROM anonymous.spent WHERE nullifier = :nullifier)
      AND NOT EXISTS (SELECT FROM anonymous.day_spent WHERE nullifier = :nullifier)
    ON CONFLICT DO NOTHING RETURNING true
    """
)
KNOWN = text(
    """
    SELECT true AS durable FROM anonymous.spent WHERE nullifier = :nullifier
    UNION ALL SELECT true FROM anonymous.day_spent WHERE nullifier = :nullifier
    UNION ALL SELECT false FROM anonymous.inbox WHERE nullifier = :nullifier
    LIMIT 1
    """
)
# A crash empties the inbox and this: then the county has a new one.
NEW_EPOCH = text(
    "INSERT INTO anonymous.inbox_epoch (county_id) VALUES (:county_id) ON CONFLICT DO NOTHING"
)
EPOCH = text(
    """
    SELECT e.epoch, COALESCE(f.through, 0) AS through
    FROM anonymous.inbox_epoch e LEFT JOIN anonymous.flushed f USING (epoch)
    WHERE e.county_id = :county_id
    """
)
THREAD = text("SELECT county_id, view FROM anonymous.thread WHERE lookup = :lookup")
NEWEST_DESK = text(
    """
    SELECT id FROM anonymous.desk WHERE county_id = :county_id AND use = 'ticket'
    ORDER BY period DESC LIMIT 1
    """
)


@dataclass(frozen=True)
class Door:
    """What a key opens: its unit's questions and the keys an answer or ticket is handled with."""

    use: str
    desk_id: UUID
    county_id: int
    closes_at: datetime
    closed: bool
    questions: list[dict[str, Any]] | None
    context: bytes
    modulus: bytes


def find_door(engine: Engine, kid: bytes) -> Door | None:
    with engine.connect() as connection:
        row = connection.execute(FIND, {"kid": kid}).one_or_none()
    return None if row is None else Door(*row)


@dataclass(frozen=True)
class CodeForm:
    """What a printed code opens: the ballot to be filled in, in words, and until when."""

    kid: bytes
    desk_id: UUID
    county_id: int
    closes_at: datetime
    closed: bool
    voided: bool
    view: dict[str, Any]


def find_code(engine: Engine, digest: bytes) -> CodeForm | None:
    with engine.connect() as connection:
        row = connection.execute(FIND_CODE, {"digest": digest}).one_or_none()
    return None if row is None else CodeForm(*row)


@dataclass(frozen=True)
class Mark:
    """Where the inbox stood when something came: which inbox, and how often it had been flushed."""

    epoch: str
    flushed_through: int

    def as_json(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "flushed_through": self.flushed_through}


@dataclass(frozen=True)
class StoreAnswer:
    """`new` once; `durable` once it was flushed."""

    new: bool
    durable: bool
    mark: Mark


@dataclass(frozen=True)
class Parcel:
    """Something said, and the token or the number that makes it come in once."""

    nullifier: bytes
    desk_id: UUID
    county_id: int
    content: bytes

    @property
    def is_word(self) -> bool:
        return self.content.startswith(WORD)


def keep(engine: Engine, parcel: Parcel) -> StoreAnswer:
    """Seals it and puts it into the inbox, once; raises Unavailable where there is none."""
    for _ in range(TRIES):
        with engine.begin() as connection:
            kept = _put(connection, parcel) or _find(connection, parcel)
        if kept is not None:
            return kept
    raise Unavailable


def _put(connection: Connection, parcel: Parcel) -> StoreAnswer | None:
    public = connection.execute(PUBLIC).scalar()
    if public is None:
        return None
    values = {
        "nullifier": parcel.nullifier,
        "desk_id": parcel.desk_id,
        "sealed": SealedBox(PublicKey(bytes(public))).encrypt(parcel.content),
        "public": bytes(public),
        "is_word": parcel.is_word,
    }
    if not connection.execute(PUT, values).scalar():
        return None
    return StoreAnswer(True, False, _mark(connection, parcel.county_id))


def _find(connection: Connection, parcel: Parcel) -> StoreAnswer | None:
    durable = connection.execute(KNOWN, {"nullifier": parcel.nullifier}).scalar()
    if durable is None:
        return None
    return StoreAnswer(False, durable, _mark(connection, parcel.county_id))


def _mark(connection: Connection, county_id: int) -> Mark:
    connection.execute(NEW_EPOCH, {"county_id": county_id})
    row = connection.execute(EPOCH, {"county_id": county_id}).one()
    return Mark(str(row.epoch), row.through)


def find_kept(engine: Engine, parcel: Parcel) -> StoreAnswer | None:
    """What has arrived before; None for something new."""
    with engine.begin() as connection:
        return _find(connection, parcel)


def find_thread(engine: Engine, lookup: bytes) -> tuple[int, dict[str, Any]] | None:
    """The county and the story behind a receipt."""
    with engine.connect() as connection:
        row = connection.execute(THREAD, {"lookup": lookup}).one_or_none()
    return None if row is None else (row.county_id, row.view)


def newest_desk(engine: Engine, county_id: int) -> UUID | None:
    """Where the holder of a receipt is heard."""
    with engine.connect() as connection:
        return connection.execute(NEWEST_DESK, {"county_id": county_id}).scalar()
