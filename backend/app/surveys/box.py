"""The sealed box: emptied by night into an order that says nothing; opened when its time comes."""

import secrets
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import text

from backend.app.core import storage
from backend.app.core.db import after_commit, db
from backend.app.core.sealing import seal, unseal

SEAL = "ballot_box"
FOLDER = "ballotbox"
A_TIME = 1000
# A file is written a moment before the row that names it.
ORPHAN_SECONDS = 3600
# A ticket is read after this many nights at most; a key lives as long as what it may open.
MOST_NIGHTS = 3
TAKE = text(
    """
    SELECT i.nullifier, i.kid, i.sealed, d.use
    FROM anonymous.inbox i JOIN anonymous.key k USING (kid)
    JOIN anonymous.desk d ON d.id = k.desk_id
    ORDER BY i.nullifier
    """
)
PUT_SPENT = text(
    "INSERT INTO anonymous.spent (nullifier, kid) VALUES (:n, :k) ON CONFLICT DO NOTHING"
)
PUT_BOX = text("INSERT INTO anonymous.box (id, kid, sealed, nights) VALUES (:i, :k, :s, :nights)")
DUE_TICKETS = text(
    """
    SELECT b.id FROM anonymous.box b JOIN anonymous.key k USING (kid)
    JOIN anonymous.desk d ON d.id = k.desk_id
    WHERE d.use = 'ticket' AND b.nights = 0 ORDER BY b.id
    """
)
TAKE_TICKET = text(
    """
    DELETE FROM anonymous.box b USING anonymous.key k, anonymous.desk d
    WHERE b.id = :id AND k.kid = b.kid AND d.id = k.desk_id AND d.use = 'ticket'
    RETURNING k.unit_id, d.county_id, b.sealed
    """
)
OLD_KEYS = text(
    "DELETE FROM anonymous.box_key WHERE county_id = :id AND age > :most RETURNING file"
)
PASS_OVER = text("UPDATE anonymous.box SET nights = nights - 1 WHERE nights > 0")
ANSWERS = text(
    """
    SELECT k.unit_id, b.sealed
    FROM anonymous.box b JOIN anonymous.key k USING (kid) JOIN anonymous.desk d ON d.id = k.desk_id
    WHERE d.county_id = :county_id AND d.period = :period AND d.use = 'survey' ORDER BY b.id
    """
)
EMPTY = text(
    """
    DELETE FROM anonymous.box b USING anonymous.key k, anonymous.desk d
    WHERE k.kid = b.kid AND d.id = k.desk_id
      AND d.county_id = :county_id AND d.period = :period AND d.use = 'survey'
    """
)


def new_key(name: str) -> bytes:
    """A box's public half; the private one lies outside the database, under this name.

    So neither the database's dump nor its log can open what is in the box.
    """
    pair = PrivateKey.generate()
    storage.put(name, seal(SEAL, bytes(pair)))
    return bytes(pair.public_key)


def open_with(name: str) -> SealedBox:
    return SealedBox(PrivateKey(unseal(SEAL, storage.read(name))))


def survey_key_name(round_id: int) -> str:
    return f"{FOLDER}/{round_id}.key"


def flush_inbox() -> int:
    """Moves what came today out of the unlogged inbox; returns how much.

    Nullifiers are hashes and ids are random: each table is filled in its own order, so neither
    rows nor the log beside them say which answer came when, or with which token.
    """
    db.session.execute(text("LOCK TABLE anonymous.inbox IN ACCESS EXCLUSIVE MODE"))
    # Those that waited are passed over before newcomers join them.
    db.session.execute(PASS_OVER)
    rows = db.session.execute(TAKE).all()
    if not rows:
        return 0
    db.session.execute(PUT_SPENT, [{"n": row.nullifier, "k": row.kid} for row in rows])
    boxed = sorted(
        (
            {
                "i": uuid.UUID(bytes=secrets.token_bytes(16), version=4),
                "k": row.kid,
                "s": row.sealed,
                "nights": secrets.randbelow(MOST_NIGHTS) if row.use == "ticket" else 0,
            }
            for row in rows
        ),
        key=lambda one: one["i"],
    )
    db.session.execute(PUT_BOX, boxed)
    db.session.execute(text("TRUNCATE anonymous.inbox"))
    return len(rows)


def take_answers(county_id: int, period: date, name: str) -> Iterator[tuple[int, bytes]]:
    """Everything said in a closed survey, each with its unit, and then the box is empty.

    A hundred thousand answers are read as a stream: never all of them at once.
    """
    box = open_with(name)
    asked = {"county_id": county_id, "period": period}
    rows = db.session.execute(ANSWERS, asked, execution_options={"yield_per": A_TIME})
    for row in rows:
        yield row.unit_id, box.decrypt(bytes(row.sealed))
    db.session.execute(EMPTY, asked)
    after_commit(partial(storage.delete, name))


@dataclass(frozen=True)
class Opened:
    """One anonymous ticket out of the box: whose neighbours wrote it, and what it says."""

    county_id: int
    unit_id: int
    body: bytes


def due_tickets() -> list[UUID]:
    """The tickets whose nights are over, in the order of random ids."""
    return list(db.session.scalars(DUE_TICKETS))


def take_ticket(box_id: UUID) -> Opened | None:
    """Takes one out of the box; None where it was taken already. Raises CryptoError without key."""
    row = db.session.execute(TAKE_TICKET, {"id": box_id}).one_or_none()
    if row is None:
        return None
    body = decrypt(_boxes(row.county_id), bytes(row.sealed))
    return Opened(row.county_id, row.unit_id, body)


def take_words() -> list[tuple[int, bytes]]:
    """What holders of receipts wrote since last night, shuffled: county and content."""
    db.session.execute(text("LOCK TABLE anonymous.word_inbox IN ACCESS EXCLUSIVE MODE"))
    rows = db.session.execute(
        text("SELECT id, county_id, sealed FROM anonymous.word_inbox ORDER BY id")
    ).all()
    if not rows:
        return []
    boxes = {county: _boxes(county) for county in {row.county_id for row in rows}}
    db.session.execute(
        text("INSERT INTO anonymous.word_spent (id) VALUES (:id) ON CONFLICT DO NOTHING"),
        [{"id": row.id} for row in rows],
    )
    db.session.execute(text("TRUNCATE anonymous.word_inbox"))
    return [(row.county_id, decrypt(boxes[row.county_id], bytes(row.sealed))) for row in rows]


def decrypt(boxes: Iterable[SealedBox], sealed: bytes) -> bytes:
    """Opens with whichever of the living keys fits; raises CryptoError where none does."""
    for box in boxes:
        try:
            return box.decrypt(sealed)
        except CryptoError:
            continue
    raise CryptoError("no living key opens this")


def _boxes(county_id: int) -> list[SealedBox]:
    files = db.session.scalars(
        text("SELECT file FROM anonymous.box_key WHERE county_id = :id ORDER BY age"),
        {"id": county_id},
    )
    return [open_with(name) for name in files]


def counties_with_keys() -> list[int]:
    return list(
        db.session.scalars(text("SELECT DISTINCT county_id FROM anonymous.box_key ORDER BY 1"))
    )


def forget_orphans() -> int:
    """Deletes private keys that no longer open anything: a crash may have left their files."""
    living = set(db.session.scalars(text("SELECT file FROM anonymous.box_key")))
    rounds = db.session.scalars(text("SELECT id FROM survey_round WHERE state = 'open'"))
    living |= {survey_key_name(round_id) for round_id in rounds}
    gone = [key for key in storage.keys_older_than(FOLDER, ORPHAN_SECONDS) if key not in living]
    for key in gone:
        storage.delete(key)
    return len(gone)


def turn_ticket_key(county_id: int) -> bytes:
    """A new key for tickets and words to come; those of past nights go with what they opened.

    While a letter that is due could not be read, no key goes: it may still be needed.
    """
    db.session.execute(
        text("UPDATE anonymous.box_key SET age = age + 1 WHERE county_id = :id"), {"id": county_id}
    )
    gone = (
        db.session.scalars(OLD_KEYS, {"id": county_id, "most": MOST_NIGHTS}).all()
        if not due_tickets()
        else []
    )
    for name in gone:
        after_commit(partial(storage.delete, name))
    return _add_ticket_key(county_id)


def ticket_key(county_id: int) -> bytes:
    """The key in use; the first is made here."""
    found = db.session.scalar(
        text("SELECT public FROM anonymous.box_key WHERE county_id = :id ORDER BY age LIMIT 1"),
        {"id": county_id},
    )
    return bytes(found) if found is not None else _add_ticket_key(county_id)


def _add_ticket_key(county_id: int) -> bytes:
    name = storage.new_key(FOLDER, "key")
    public = new_key(name)
    db.session.execute(
        text("INSERT INTO anonymous.box_key (public, county_id, file) VALUES (:p, :c, :f)"),
        {"p": public, "c": county_id, "f": name},
    )
    db.session.execute(
        text(
            "UPDATE anonymous.desk SET box_key = :p"
            " WHERE county_id = :c AND use = 'ticket' AND NOT closed"
        ),
        {"p": public, "c": county_id},
    )
    return public
