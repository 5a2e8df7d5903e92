"""The sealed boxes: each writing is whole, shuffled and under a key of its own.

What arrives lies in the inbox, is flushed into the day's box each hour and merged by night into
the month's box or, for letters and words, into the box of letters. A box is always rewritten from
its first row to its last by one transaction, so that neither rows nor their transaction numbers say
when anything came, and under a fresh key, so that earlier copies of it can be opened by nobody.
"""

import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any
from uuid import UUID

import structlog
from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from sqlalchemy import Result, TextClause, text

from backend.app.ballots import box_keys
from backend.app.ballots.anonymous_store import INBOX, KID, WORD
from backend.app.core import clock
from backend.app.core.db import db

log = structlog.get_logger()
DAY, MONTH, LETTERS = "day_box", "box", "letter_box"
COLUMNS = {DAY: "id, sealed", MONTH: "id, sealed", LETTERS: "id, sealed, nights"}
A_TIME = 500
# So many wait together before the hour takes them; the night takes fewer.
TOGETHER = 10
# A ticket is read after this many nights at most.
MOST_NIGHTS = 3
WAITING = text(
    """
    SELECT d.county_id FROM anonymous.inbox i JOIN anonymous.desk d ON d.id = i.desk_id
    GROUP BY d.county_id HAVING count(*) >= :fewest
    """
)
LOCK = text("LOCK TABLE anonymous.inbox IN ACCESS EXCLUSIVE MODE")
TAKE = """
    SELECT i.nullifier, i.desk_id, i.sealed
    FROM anonymous.inbox i JOIN anonymous.desk d ON d.id = i.desk_id
    WHERE {} d.county_id = ANY(:counties) ORDER BY i.nullifier
"""
TAKEN, LEFT = text(TAKE.format("")), text(TAKE.format("NOT"))
NEW_EPOCHS = text(
    """
    INSERT INTO anonymous.inbox_epoch (county_id) SELECT DISTINCT county_id FROM anonymous.desk
    ON CONFLICT DO NOTHING
    """
)
EPOCHS = text("SELECT epoch FROM anonymous.inbox_epoch ORDER BY county_id")
FLUSHED = text("SELECT epoch, through FROM anonymous.flushed ORDER BY epoch")
SPEND = text(
    """
    INSERT INTO anonymous.day_spent (nullifier, desk_id)
    SELECT i.nullifier, i.desk_id
    FROM anonymous.inbox i JOIN anonymous.desk d ON d.id = i.desk_id
    WHERE d.county_id = ANY(:counties) ORDER BY i.nullifier ON CONFLICT DO NOTHING
    """
)
PUT_BACK = text("INSERT INTO anonymous.inbox (nullifier, desk_id, sealed) VALUES (:n, :d, :s)")
MARK = text(
    """
    INSERT INTO anonymous.flushed (epoch, county_id, through, period)
    SELECT epoch, county_id, 1, :period FROM anonymous.inbox_epoch
    WHERE county_id = ANY(:counties)
    ON CONFLICT (epoch) DO UPDATE SET through = flushed.through + 1, period = excluded.period
    """
)
FORGET_MARKS = text("DELETE FROM anonymous.flushed WHERE period < :oldest")
MOVE_SPENT = text(
    """
    INSERT INTO anonymous.spent (nullifier, desk_id)
    SELECT nullifier, desk_id FROM anonymous.day_spent ORDER BY nullifier
    ON CONFLICT DO NOTHING
    """
)
STAGE = text(
    """
    CREATE TEMP TABLE IF NOT EXISTS resealed (id uuid, sealed bytea, nights smallint)
    ON COMMIT DROP
    """
)
PUT = text("INSERT INTO resealed (id, sealed, nights) VALUES (:id, :sealed, :nights)")
USES = text(
    """
    SELECT k.kid, d.use FROM anonymous.key k JOIN anonymous.desk d ON d.id = k.desk_id
    UNION ALL SELECT f.kid, 'appraisal' FROM anonymous.appraisal_form f
    """
)
DUE = text("SELECT id FROM anonymous.letter_box WHERE nights = 0 ORDER BY id")
TAKE_LETTER = text("DELETE FROM anonymous.letter_box WHERE id = :id RETURNING sealed")
USES_OF = {MONTH: ("survey", "appraisal"), LETTERS: ("ticket",)}
# Not of a code whose ballot lies on paper: that one is not lost.
RETURN_TOKENS = text(
    """
    DELETE FROM anonymous.spent s USING anonymous.desk d
    WHERE d.id = s.desk_id AND NOT d.closed AND d.use = ANY(:uses)
      AND NOT EXISTS (
          SELECT FROM anonymous.appraisal_code c WHERE c.digest = s.nullifier AND c.on_paper)
    """
)
WHOSE = text(
    """
    SELECT k.unit_id, d.county_id FROM anonymous.key k JOIN anonymous.desk d ON d.id = k.desk_id
    WHERE k.kid = :kid
    """
)


@dataclass(frozen=True)
class BoxedMessage:
    """One answer, letter or word: the name of its key, then its body."""

    content: bytes
    # For so many nights it is passed over.
    nights: int = 0

    @property
    def kid(self) -> bytes:
        return self.content[:KID]

    @property
    def body(self) -> bytes:
        return self.content[KID:]


def ensure_keys() -> None:
    """The first key of each box."""
    for box in (INBOX, DAY, MONTH, LETTERS):
        box_keys.ensure(box)


def flush(fewest: int = TOGETHER) -> int:
    """Moves what waits into the day's box, of counties where enough do; returns how much."""
    counties = list(db.session.scalars(WAITING, {"fewest": fewest}))
    if not counties:
        return 0
    lock_inbox()
    values = {"counties": counties}
    opening = box_keys.open_with(INBOX)
    _rewrite(DAY, chain(_read(DAY), _opened(INBOX, opening, _stream(TAKEN, values))))
    moved = db.session.execute(SPEND, values)
    left = db.session.execute(LEFT, values).all()
    db.session.execute(text("TRUNCATE anonymous.inbox"))
    _put_back(left, opening)
    month = clock.month_of(clock.today())
    db.session.execute(MARK, {**values, "period": month})
    db.session.execute(FORGET_MARKS, {"oldest": clock.previous_month(month)})
    return moved.rowcount  # type: ignore[attr-defined]


def status() -> dict[str, Any]:
    """Each county's inbox and how often each was flushed: a phone learns from it what was lost.

    The same for everybody, so that nobody asks for one answer.
    """
    db.session.execute(NEW_EPOCHS)
    return {
        "inbox_epochs": [str(epoch) for epoch in db.session.scalars(EPOCHS)],
        "flushed_through": {str(row.epoch): row.through for row in db.session.execute(FLUSHED)},
    }


def lock_inbox() -> None:
    """Nothing more arrives until the transaction ends: phones' requests wait meanwhile."""
    db.session.execute(LOCK)


def _put_back(rows: Sequence[Any], opening: SealedBox) -> None:
    """Of counties where too few wait, under the inbox's next key."""
    closing = box_keys.turn(INBOX)
    for row in rows:
        for said in _opened(INBOX, opening, [row]):
            sealed = closing.encrypt(said.content)
            values = {"n": row.nullifier, "d": row.desk_id, "s": sealed}
            db.session.execute(PUT_BACK, values)


def merge() -> int:
    """By night: the day's box into the month's and the letters'; returns how much there is now."""
    uses = {bytes(row.kid): row.use for row in db.session.execute(USES)}
    uses[WORD] = "word"
    has_news = _count(DAY) > 0
    whole = 0
    if has_news:
        answers = (said for said in _read(DAY) if uses.get(said.kid) in USES_OF[MONTH])
        whole += _rewrite(MONTH, chain(_read(MONTH), answers))
    if has_news or _count(LETTERS):
        waiting = (BoxedMessage(said.content, max(said.nights - 1, 0)) for said in _read(LETTERS))
        fresh = (
            BoxedMessage(said.content, secrets.randbelow(MOST_NIGHTS) if use == "ticket" else 0)
            for said in _read(DAY)
            if (use := uses.get(said.kid)) in ("ticket", "word")
        )
        whole += _rewrite(LETTERS, chain(waiting, fresh))
    if has_news:
        _rewrite(DAY, ())
        db.session.execute(MOVE_SPENT)
        db.session.execute(text("TRUNCATE anonymous.day_spent"))
    return whole


def take_answers(whose: Mapping[bytes, int], tell: Callable[[int, bytes], None]) -> None:
    """Tells everything said under these keys, each with whose its key is; the rest stays.

    A hundred thousand answers are read as a stream: never all of them at once.
    """

    def others() -> Iterator[BoxedMessage]:
        for said in _read(MONTH):
            if said.kid in whose:
                tell(whose[said.kid], said.body)
            else:
                yield said

    _rewrite(MONTH, others())


@dataclass(frozen=True)
class Opened:
    """One anonymous ticket out of the box: whose neighbours wrote it, and what it says."""

    county_id: int
    unit_id: int
    body: bytes


def due() -> list[UUID]:
    """The letters and words whose nights are over, in the order of random ids."""
    return list(db.session.scalars(DUE))


def take(box_id: UUID) -> Opened | bytes | None:
    """Takes one letter or the content of a word out of the box; None where it was taken already.

    Raises CryptoError or KeyLost where it cannot be opened.
    """
    sealed = db.session.scalar(TAKE_LETTER, {"id": box_id})
    if sealed is None:
        return None
    message = BoxedMessage(box_keys.open_with(LETTERS).decrypt(bytes(sealed)))
    if message.kid == WORD:
        return message.body
    whose = db.session.execute(WHOSE, {"kid": message.kid}).one()
    return Opened(whose.county_id, whose.unit_id, message.body)


def begin_anew() -> list[str]:
    """After a restore: what nobody can open any more goes, so that phones may send it again.

    Returns the boxes that were lost. The tokens spent for what is gone are good again, and no phone
    is told that its answer lies safe until that is so.
    """
    gone = box_keys.lost()
    if not gone:
        return []
    lock_inbox()
    emptied = [*gone, "inbox_epoch", "flushed", *(["day_spent"] if DAY in gone else [])]
    uses = [use for box, listed in USES_OF.items() if box in gone for use in listed]
    db.session.execute(RETURN_TOKENS, {"uses": uses})
    for table in emptied:
        db.session.execute(text(f"TRUNCATE anonymous.{table}"))
    for box in gone:
        box_keys.turn(box)
    return gone


def _count(box: str) -> int:
    return int(db.session.scalar(text(f"SELECT count(*) FROM anonymous.{box}")) or 0)


def _stream(statement: TextClause, values: Mapping[str, Any]) -> Result[*tuple[Any, ...]]:
    return db.session.execute(statement, values, execution_options={"yield_per": A_TIME})


def _read(box: str) -> Iterator[BoxedMessage]:
    """What lies in the box, in the order of random ids."""
    statement = text(f"SELECT {COLUMNS[box]} FROM anonymous.{box} ORDER BY id")
    yield from _opened(box, box_keys.open_with(box), _stream(statement, {}))


def _opened(box: str, opening: SealedBox, rows: Iterable[Any]) -> Iterator[BoxedMessage]:
    """What cannot be opened was not closed by us: it is left out, and the log counts it."""
    foreign = 0
    for row in rows:
        try:
            yield BoxedMessage(opening.decrypt(bytes(row.sealed)), getattr(row, "nights", 0))
        except CryptoError:
            foreign += 1
    if foreign:
        log.error("sealed_unread", box=box, count=foreign)


def _rewrite(box: str, contents: Iterable[BoxedMessage]) -> int:
    """The whole box anew in an order that says nothing; returns how much it holds."""
    db.session.execute(STAGE)
    fresh = box_keys.make()
    count = 0
    rows = (
        {
            "id": uuid.UUID(bytes=secrets.token_bytes(16), version=4),
            "sealed": fresh.closing.encrypt(message.content),
            "nights": message.nights,
        }
        for message in contents
    )
    while some := list(islice(rows, A_TIME)):
        db.session.execute(PUT, some)
        count += len(some)
    box_keys.use(box, fresh)
    columns = COLUMNS[box]
    db.session.execute(text(f"TRUNCATE anonymous.{box}"))
    db.session.execute(
        text(f"INSERT INTO anonymous.{box} ({columns}) SELECT {columns} FROM resealed ORDER BY id")
    )
    db.session.execute(text("TRUNCATE resealed"))
    return count
