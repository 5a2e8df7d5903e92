"""Printed one-time codes: whoever has a slip of a print run may give one ballot of its group.

Only a code's digest is kept, and it is the ballot's nullifier: what says that it was used is what
says so of every other token, written by the inbox's flush in an order that says nothing. Nobody
writes down who drew which slip, so no table can tell.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from backend.app.ballots import ballot_box
from backend.app.ballots.anonymous_store import KID
from backend.app.core.db import db

# Letters and digits that look alike are left out. Sixteen of 31 are 79 bits: whoever has stolen
# the digests finds no code to them.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH, A_PART = 16, 4
PUT_DESK = text(
    """
    INSERT INTO anonymous.desk (county_id, period, use, closes_at)
    VALUES (:county_id, :period, 'appraisal', :closes_at) RETURNING id
    """
)
CLOSE_DESK = text("UPDATE anonymous.desk SET closed = true WHERE id = :desk_id")
IS_OPEN = text("SELECT NOT closed FROM anonymous.desk WHERE id = :desk_id")
PROLONG_DESK = text(
    "UPDATE anonymous.desk SET closes_at = :closes_at WHERE id = :desk_id AND NOT closed"
)
PROLONG_FORMS = text(
    """
    UPDATE anonymous.appraisal_form
    SET view = jsonb_set(view, '{ends_on}', to_jsonb(CAST(:ends_on AS text)))
    WHERE desk_id = :desk_id
    """
)
PUT_FORM = text(
    """
    INSERT INTO anonymous.appraisal_form (kid, desk_id, group_id, run, view)
    SELECT :kid, :desk_id, :group_id, COALESCE(max(run), 0) + 1, CAST(:view AS jsonb)
    FROM anonymous.appraisal_form WHERE group_id = :group_id
    RETURNING run
    """
)
PUT_CODES = text("INSERT INTO anonymous.appraisal_code (digest, kid) VALUES (:digest, :kid)")
VOID = text(
    """
    UPDATE anonymous.appraisal_form f SET voided = true
    WHERE group_id = :group_id AND run = :run AND NOT voided AND NOT EXISTS (
        SELECT FROM anonymous.appraisal_code c WHERE c.kid = f.kid AND c.on_paper)
    RETURNING true
    """
)
SPENT = """
    EXISTS (SELECT FROM anonymous.spent s WHERE s.nullifier = c.digest)
    OR EXISTS (SELECT FROM anonymous.day_spent s WHERE s.nullifier = c.digest)
"""
COUNTED = f"""
    count(*) AS codes, count(*) FILTER (WHERE {SPENT}) AS used,
    count(*) FILTER (WHERE c.on_paper) AS on_paper
"""
RUNS = text(
    f"""
    SELECT f.group_id, f.run, f.voided, COALESCE(f.codes, n.codes) AS codes,
           COALESCE(f.used, n.used) AS used, COALESCE(f.on_paper, n.on_paper) AS on_paper
    FROM anonymous.appraisal_form f, LATERAL (
        SELECT {COUNTED} FROM anonymous.appraisal_code c WHERE c.kid = f.kid) n
    WHERE f.group_id = ANY(:group_ids) ORDER BY f.group_id, f.run
    """
)
# How many there were stays, which they were goes.
KEEP_COUNTS = text(
    f"""
    UPDATE anonymous.appraisal_form f
    SET codes = n.codes, used = n.used, on_paper = n.on_paper
    FROM (SELECT c.kid, {COUNTED} FROM anonymous.appraisal_code c GROUP BY c.kid) n
    WHERE n.kid = f.kid AND f.desk_id = :desk_id
    """
)
FORGET_CODES = text(
    """
    DELETE FROM anonymous.appraisal_code c USING anonymous.appraisal_form f
    WHERE f.kid = c.kid AND f.desk_id = :desk_id
    """
)
FORGET_SPENT = [
    text(f"DELETE FROM anonymous.{table} WHERE desk_id = :desk_id")
    for table in ("spent", "day_spent")
]
STANDING = text(
    f"""
    SELECT c.digest, f.group_id, f.voided, c.on_paper,
           {SPENT} OR EXISTS (SELECT FROM anonymous.inbox i WHERE i.nullifier = c.digest) AS used
    FROM anonymous.appraisal_code c JOIN anonymous.appraisal_form f ON f.kid = c.kid
    WHERE c.digest = ANY(:digests)
    """
)
SPEND = text(
    """
    INSERT INTO anonymous.spent (nullifier, desk_id)
    SELECT c.digest, f.desk_id
    FROM anonymous.appraisal_code c JOIN anonymous.appraisal_form f ON f.kid = c.kid
    WHERE c.digest = ANY(:digests) ORDER BY c.digest
    """
)
ON_PAPER = text("UPDATE anonymous.appraisal_code SET on_paper = true WHERE digest = ANY(:digests)")
FORMS = text(
    """
    SELECT kid, group_id FROM anonymous.appraisal_form
    WHERE group_id = ANY(:group_ids) AND voided = :voided
    """
)


def read_code(words: str) -> str | None:
    """A code as it was typed, without blanks and dashes; None for what is none."""
    plain = unicodedata.normalize("NFKC", words).upper()
    code = "".join(letter for letter in plain if letter.isalnum())
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else None


def show_code(code: str) -> str:
    """In parts, as it is printed."""
    return " ".join(code[start : start + A_PART] for start in range(0, LENGTH, A_PART))


def digest_of(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def open_desk(county_id: int, period: date, closes_at: datetime) -> UUID:
    """Where the ballots of one round are taken until then."""
    ballot_box.ensure_keys()
    values = {"county_id": county_id, "period": period, "closes_at": closes_at}
    desk_id: UUID = db.session.execute(PUT_DESK, values).scalar_one()
    return desk_id


def prolong_desk(desk_id: UUID, closes_at: datetime, ends_on: date) -> None:
    """Codes that were printed are taken until then, and their page says so."""
    db.session.execute(PROLONG_DESK, {"desk_id": desk_id, "closes_at": closes_at})
    db.session.execute(PROLONG_FORMS, {"desk_id": desk_id, "ends_on": f"{ends_on:%Y-%m-%d}"})


def takes_ballots(desk_id: UUID) -> bool:
    """Until its round was closed once."""
    return bool(db.session.scalar(IS_OPEN, {"desk_id": desk_id}))


def make_codes(desk_id: UUID, group_id: int, view: Mapping[str, Any], count: int) -> list[str]:
    """A print run: so many codes that are known to nobody once they are printed."""
    codes = ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(count)]
    kid = secrets.token_bytes(KID)
    form = {"kid": kid, "desk_id": desk_id, "group_id": group_id}
    db.session.execute(PUT_FORM, {**form, "view": orjson.dumps(view).decode()})
    digests = sorted(digest_of(code) for code in codes)
    db.session.execute(PUT_CODES, [{"digest": digest, "kid": kid} for digest in digests])
    return codes


def void_run(group_id: int, run: int) -> bool:
    """Its slips and the ballots given by them count no more; False once one of them lies on paper.

    Safe against a ballot that is being given: what comes under the run's key is left out.
    """
    return bool(db.session.scalar(VOID, {"group_id": group_id, "run": run}))


@dataclass(frozen=True)
class PrintRun:
    """How many slips a run has, and how many came back, as of the last flush."""

    group_id: int
    run: int
    voided: bool
    codes: int
    used: int
    on_paper: int


def runs_of(group_ids: Collection[int]) -> dict[int, list[PrintRun]]:
    """By group, in the order of printing."""
    runs: dict[int, list[PrintRun]] = {}
    for row in db.session.execute(RUNS, {"group_ids": list(group_ids)}):
        runs.setdefault(row.group_id, []).append(PrintRun(*row))
    return runs


@dataclass(frozen=True)
class CodeStanding:
    """What is known of a code that came back with a ballot on paper."""

    group_id: int
    voided: bool
    on_paper: bool
    used: bool


def standing_of(digests: Sequence[bytes]) -> dict[bytes, CodeStanding]:
    """Nothing arrives from now to the end of the transaction, so that no code counts twice."""
    ballot_box.lock_inbox()
    rows = db.session.execute(STANDING, {"digests": list(digests)})
    return {
        bytes(row.digest): CodeStanding(row.group_id, row.voided, row.on_paper, row.used)
        for row in rows
    }


def spend_on_paper(digests: Iterable[bytes]) -> None:
    """These codes came back with a ballot on paper: the anonymous application takes them no more.

    Only within the transaction of `standing_of`, for codes that are unused.
    """
    values = {"digests": sorted(digests)}
    db.session.execute(SPEND, values)
    db.session.execute(ON_PAPER, values)


def take_ballots(desk_id: UUID, group_ids: Collection[int]) -> list[tuple[int, bytes]]:
    """Closes the desk and opens what was given by codes of these groups, voided runs left out."""
    ballot_box.lock_inbox()
    ballot_box.flush(fewest=1)
    ballot_box.merge()
    valid, voided = (_forms(group_ids, is_voided) for is_voided in (False, True))
    given: list[tuple[int, bytes]] = []

    def tell(group_id: int, body: bytes) -> None:
        if group_id:
            given.append((group_id, body))

    ballot_box.take_answers({**valid, **dict.fromkeys(voided, 0)}, tell)
    db.session.execute(CLOSE_DESK, {"desk_id": desk_id})
    return given


def forget_codes(desk_id: UUID) -> int:
    """Digests of a closed desk, and what says that they were used. Safe to repeat."""
    if takes_ballots(desk_id):
        return 0
    values = {"desk_id": desk_id}
    db.session.execute(KEEP_COUNTS, values)
    gone = db.session.execute(FORGET_CODES, values)
    for statement in FORGET_SPENT:
        db.session.execute(statement, values)
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _forms(group_ids: Collection[int], voided: bool) -> dict[bytes, int]:
    values = {"group_ids": list(group_ids), "voided": voided}
    return {bytes(row.kid): row.group_id for row in db.session.execute(FORMS, values)}
