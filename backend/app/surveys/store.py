"""The anonymous store as its own role sees it: what may be asked, and the one write."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, text

FIND = text(
    """
    SELECT d.use, d.county_id, d.closes_at, d.closed, k.questions, d.box_key,
           k.context, k.modulus
    FROM anonymous.key k JOIN anonymous.desk d ON d.id = k.desk_id WHERE k.kid = :kid
    """
)
# One statement: either the token was unknown and the answer is in, or it was not.
PUT = text(
    """
    INSERT INTO anonymous.inbox (nullifier, kid, sealed)
    SELECT :nullifier, :kid, :sealed
    WHERE NOT EXISTS (SELECT FROM anonymous.spent WHERE nullifier = :nullifier)
    ON CONFLICT DO NOTHING RETURNING true
    """
)
KNOWN = text(
    "SELECT true FROM anonymous.spent WHERE nullifier = :nullifier"
    " UNION ALL SELECT false FROM anonymous.inbox WHERE nullifier = :nullifier LIMIT 1"
)
THREAD = text("SELECT county_id, view FROM anonymous.thread WHERE lookup = :lookup")
NEWEST_KEY = text(
    "SELECT public FROM anonymous.box_key WHERE county_id = :county_id ORDER BY age LIMIT 1"
)
PUT_WORD = text(
    """
    INSERT INTO anonymous.word_inbox (id, county_id, sealed)
    SELECT :id, :county_id, :sealed
    WHERE NOT EXISTS (SELECT FROM anonymous.word_spent WHERE id = :id)
    ON CONFLICT DO NOTHING RETURNING true
    """
)
WORD_KNOWN = text(
    "SELECT true FROM anonymous.word_spent WHERE id = :id"
    " UNION ALL SELECT false FROM anonymous.word_inbox WHERE id = :id LIMIT 1"
)


@dataclass(frozen=True)
class Door:
    """What a key opens: its unit's questions and the keys an answer or ticket is handled with."""

    use: str
    county_id: int
    closes_at: datetime
    closed: bool
    questions: list[dict[str, Any]] | None
    box_key: bytes
    context: bytes
    modulus: bytes


def find_door(engine: Engine, kid: bytes) -> Door | None:
    with engine.connect() as connection:
        row = connection.execute(FIND, {"kid": kid}).one_or_none()
    if row is None:
        return None
    *plain, box_key, context, modulus = row
    return Door(*plain, *(bytes(part) for part in (box_key, context, modulus)))


@dataclass(frozen=True)
class Kept:
    """`new` once; `durable` once it was flushed."""

    new: bool
    durable: bool


def keep(engine: Engine, nullifier: bytes, kid: bytes, sealed: bytes) -> Kept:
    """Puts an answer into the inbox, once for each token: the first one counts."""
    values = {"nullifier": nullifier, "kid": kid, "sealed": sealed}
    with engine.begin() as connection:
        if connection.execute(PUT, values).scalar():
            return Kept(True, False)
        durable = connection.execute(KNOWN, {"nullifier": nullifier}).scalar()
    if durable is None:
        # The inbox was emptied between the two questions: it is durable now.
        return keep(engine, nullifier, kid, sealed)
    return Kept(False, durable)


def find_thread(engine: Engine, lookup: bytes) -> tuple[int, dict[str, Any]] | None:
    """The county and the story behind a receipt."""
    with engine.connect() as connection:
        row = connection.execute(THREAD, {"lookup": lookup}).one_or_none()
    return None if row is None else (row.county_id, row.view)


def newest_box_key(engine: Engine, county_id: int) -> bytes | None:
    """What tickets and words of a county are sealed to today."""
    with engine.connect() as connection:
        found = connection.execute(NEWEST_KEY, {"county_id": county_id}).scalar()
    return None if found is None else bytes(found)


def find_word(engine: Engine, word_id: bytes) -> Kept | None:
    """A word that has arrived before; None for a new one."""
    with engine.connect() as connection:
        durable = connection.execute(WORD_KNOWN, {"id": word_id}).scalar_one_or_none()
    return None if durable is None else Kept(False, bool(durable))


def keep_word(engine: Engine, word_id: bytes, county_id: int, sealed: bytes) -> Kept:
    """Puts a word of a receipt's holder into the inbox, once for each id."""
    values = {"id": word_id, "county_id": county_id, "sealed": sealed}
    with engine.begin() as connection:
        if connection.execute(PUT_WORD, values).scalar():
            return Kept(True, False)
        durable = connection.execute(WORD_KNOWN, {"id": word_id}).scalar()
    return Kept(False, bool(durable))
