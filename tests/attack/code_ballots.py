"""A round of appraisal by printed codes: who rated whom, if the thief knows who drew which slip?

He is given more than anybody has: the order in which raters came, the code of each, a dump before
and after the close, the log of changes, PostgreSQL's files, every log and the key of the box. Each
ballot is unlike all others, so that a right guess is no accident. The control keeps ballots as such
tools usually do: a row for each, as it comes, with its code marked as used beside it.
"""

import random
import re
from collections.abc import Sequence
from itertools import product
from typing import Any

import psycopg
import requests

from backend.app.assessments.appraisals import (
    closing_operations,
    code_operations,
    operations,
    web_ballots,
)
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RoundDraft
from backend.app.assessments.appraisals.queries import groups_of
from backend.app.ballots import ballot_box, box_keys
from backend.app.ballots.anonymous_store import KID
from backend.app.ballots.one_time_codes import digest_of
from backend.app.core.db import transaction
from tests.app.assessments.acting import decider
from tests.attack import thief
from tests.attack.scene import Scene
from tests.factories.assessed import Assessed, add_target, issue, make_assessed
from tests.factories.county import make_county

RATERS, SLIPS = 30, 40
# By lot one of thirty is right; seven or more happens once in ten thousand runs.
MOST_BY_LOT = 6
CONTROL = """
CREATE TABLE naive.code (code text PRIMARY KEY, used_at timestamptz);
CREATE TABLE naive.ballot (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, answers text NOT NULL,
    at timestamptz NOT NULL DEFAULT now());
"""
Rows = dict[str, list[thief.Row]]


def plunder(found: Scene) -> dict[str, Any]:
    """Thirty raters come one after the other; what the thief tells of them."""
    county = make_county(code="610524", name="合阳县")
    assessed = make_assessed(county, "-codes")
    add_target(assessed)
    issue(assessed)
    round_id, codes = _open(assessed)
    drawn = random.sample(codes, RATERS)
    said = random.sample(list(product(range(1, 6), range(6))), RATERS)
    start = found.scalar("SELECT pg_current_wal_lsn()")
    _rate(found, drawn, said)
    # Something to find: where nothing at all was logged, the reader of the log gives up.
    found.ask("SELECT pg_logical_emit_message(true, 'attack', 'everybody has rated')")
    during = thief.wal(found, start, found.scalar("SELECT pg_current_wal_lsn()"))
    inbox = found.scalar("SELECT pg_relation_filenode('anonymous.inbox')")
    with transaction():
        ballot_box.flush(fewest=1)
    with transaction():
        ballot_box.merge()
    before = thief.dump(found)
    opened = _opened(before)
    with transaction():
        closing_operations.close_round(decider(assessed, "boss-codes"), round_id)
    after = thief.dump(found)
    residue = _residue(found, drawn)
    _rate_naively(found, drawn, said)
    return {
        "raters": RATERS,
        "linked": {
            name: _hits(drawn, said, order, ballots)
            for name, order, ballots in _guesses(drawn, before, after, opened)
        },
        "control": _hits(drawn, said, *_naive(thief.dump(found))),
        "wal_mentions_of_inbox": sum(f"/{inbox} " in line for line in during),
        "transactions_of_the_close": found.scalar(
            "SELECT count(DISTINCT xmin::text) FROM appraisal_ballot"
        ),
        "residue": residue,
        "residue_of_the_control": _residue(found, drawn),
    }


def _open(assessed: Assessed) -> tuple[int, list[str]]:
    with transaction():
        draft = RoundDraft("年终测评", usual_groups({}))
        round_id = operations.open_round(assessed.office, assessed.programme_id, draft).id
    with transaction():
        group_id = groups_of(round_id)[0].id
        return round_id, code_operations.print_slips(assessed.office, group_id, SLIPS)


def _rate(found: Scene, codes: Sequence[str], said: Sequence[tuple[int, ...]]) -> None:
    for code, levels in zip(codes, said, strict=True):
        answers = {f"q{place}": f"{level}" for place, level in enumerate(levels) if level}
        sent = requests.post(
            f"{found.anonymous}/anon/ballot",
            data={"code": code, "sent": "1", **answers},
            timeout=20,
        )
        sent.raise_for_status()


def _opened(tables: Rows) -> list[tuple[int, ...]]:
    """Ballots of the box in the order of its file, by whoever has the key before the close."""
    opening = box_keys.open_with("box")
    kids = {row["kid"] for row in tables["anonymous.appraisal_form"]}
    contents = [
        opening.decrypt(bytes.fromhex(row["sealed"].removeprefix("\\\\x")))
        for row in tables["anonymous.box"]
    ]
    return [
        tuple(web_ballots.unpack(content[KID:], 2) or ())
        for content in contents
        if f"\\\\x{content[:KID].hex()}" in kids
    ]


def _guesses(
    drawn: Sequence[str], before: Rows, after: Rows, opened: list[tuple[int, ...]]
) -> list[tuple[str, list[str], list[tuple[int, ...]]]]:
    """Codes in some order, and ballots in some order: the k-th gave the k-th."""
    by_digest = {f"\\\\x{digest_of(code).hex()}": code for code in drawn}
    rows = [tuple(map(int, re.findall(r"\d", row["answers"])))
            for row in after["public.appraisal_ballot"]]  # fmt: skip
    coming = list(drawn)
    spent = [by_digest[row["nullifier"]] for row in before["anonymous.spent"]
             if row["nullifier"] in by_digest]  # fmt: skip
    listed = [by_digest[row["digest"]] for row in before["anonymous.appraisal_code"]
              if row["digest"] in by_digest]  # fmt: skip
    return [
        ("ballots of the box, in the order of coming", coming, opened),
        ("ballots of the box, by the codes spent", spent, opened),
        ("ballots after the close, in the order of coming", coming, rows),
        ("ballots after the close, from the end", coming, rows[::-1]),
        ("ballots after the close, by the codes spent", spent, rows),
        ("ballots after the close, by the codes printed", listed, rows),
    ]


def _hits(
    drawn: Sequence[str], said: Sequence[tuple[int, ...]],
    order: Sequence[str], ballots: Sequence[tuple[int, ...]],
) -> int:  # fmt: skip
    truth = dict(zip(drawn, said, strict=True))
    return sum(truth[code] == ballot for code, ballot in zip(order, ballots, strict=True))


def _rate_naively(found: Scene, codes: Sequence[str], said: Sequence[tuple[int, ...]]) -> None:
    with psycopg.connect(found.dsn, autocommit=True) as naive:
        naive.execute(CONTROL)
        for code in sorted(codes):
            naive.execute("INSERT INTO naive.code (code) VALUES (%s)", [code])
        for code, levels in zip(codes, said, strict=True):
            words = "".join(map(str, levels))
            naive.execute("INSERT INTO naive.ballot (answers) VALUES (%s)", [words])
            naive.execute("UPDATE naive.code SET used_at = now() WHERE code = %s", [code])


def _naive(tables: Rows) -> tuple[list[str], list[tuple[int, ...]]]:
    used = sorted(tables["naive.code"], key=lambda row: row["used_at"])
    given = sorted(tables["naive.ballot"], key=lambda row: row["at"])
    return (
        [row["code"] for row in used], [tuple(map(int, row["answers"])) for row in given]
    )  # fmt: skip


def _residue(found: Scene, codes: Sequence[str]) -> int:
    """How many of the codes stand in the files or logs of the product."""
    with psycopg.connect(found.dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    folders = [found.folder / name for name in ("postgres", "redis", "files", "logs")]
    where = thief.search(folders, {code: code.encode() for code in codes})
    return sum(bool(files) for files in where.values())


def report(seen: dict[str, Any]) -> None:
    """For people."""
    print(
        f"{seen['raters']} raters gave ballots by printed codes; the thief knows each one's code:"
    )
    for name, hits in seen["linked"].items():
        print(f"  {name:<50} {hits:>3} of {seen['raters']}")
    print(f"  {'the naive control, by the time of use':<50} {seen['control']:>3} of"
          f" {seen['raters']}")  # fmt: skip
    print(f"Codes found in files and logs: {seen['residue']}; of the control:"
          f" {seen['residue_of_the_control']}")  # fmt: skip
