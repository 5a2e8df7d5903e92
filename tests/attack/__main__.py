"""python -m tests.attack [--json]: robs a county of everything and tries to name its authors."""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import requests

from backend.app.ballots import ballot_box
from backend.app.core.db import transaction
from backend.app.surveys import operations as rounds
from tests.attack import (
    call_backs,
    code_ballots,
    lying_server,
    nights,
    redis_files,
    rewards,
    thief,
)
from tests.attack.scene import TOTAL, VILLAGES, Scene, scene
from tests.attack.traffic import AGENT, play, play_naive
from tests.factories.county import make_county


def attack(folder: Path) -> dict[str, Any]:
    """Plays a month, steals everything twice, and counts what could be told."""
    with scene(folder) as found:
        month = {
            **_while_open(found),
            **_after_the_close(found),
            "call_backs": _call_backs(found),
            "rewards": rewards.plunder(found),
            "code_ballots": code_ballots.plunder(found),
        }
    return {
        **month,
        "nights": nights.attack(folder / "nights"),
        "lying_server": lying_server.play(),
    }


def _while_open(found: Scene) -> dict[str, Any]:
    start = found.scalar("SELECT pg_current_wal_lsn()")
    said = play(found)
    during = thief.wal(found, start, found.scalar("SELECT pg_current_wal_lsn()"))
    inbox = found.scalar("SELECT pg_relation_filenode('anonymous.inbox')")
    before = found.scalar("SELECT pg_current_wal_lsn()")
    with transaction():
        moved = ballot_box.flush(fewest=1)
    with transaction():
        ballot_box.merge()
    night = thief.wal(found, before, found.scalar("SELECT pg_current_wal_lsn()"))
    boxed = [
        line
        for table in ("box", "letter_box")
        for line in thief.touching(
            night, found.scalar(f"SELECT pg_relation_filenode('anonymous.{table}')")
        )
    ]
    residue = _residue(found)
    before_control = found.scalar("SELECT pg_current_wal_lsn()")
    play_naive(found)
    control = thief.wal(found, before_control, found.scalar("SELECT pg_current_wal_lsn()"))
    naive = found.scalar("SELECT pg_relation_filenode('naive.answer')")
    tables = thief.dump(found)
    loot = thief.open_box(found, tables)
    return {
        **said,
        "moved": moved,
        "wal_inserts_into_inbox": len(thief.touching(during, inbox)),
        "wal_mentions_of_inbox": sum(f"/{inbox} " in line for line in during),
        "wal_inserts_into_box": len(boxed),
        "transactions_of_a_night": len(set(thief.transactions(boxed))),
        "backup_of_inbox_bytes": _backup(found, inbox),
        "residue": residue,
        "naive_wal_inserts": len(thief.touching(control, naive)),
        "naive_residue": _residue(found)["words"],
        "traces_of_being_there": _being_there(found),
        "linked": {
            name: thief.hits(found, guess) for name, guess in thief.strategies(loot, tables).items()
        },
        "letters_linked": thief.hits(found, thief.letters_by_order(loot)),
        "letters_seen": len(loot.letters),
        "naive_linked": thief.hits(found, thief.naive_guess(tables, loot.unit_of)),
        "redis": redis_files.plunder(found, loot, thief.naive_said(tables)),
    }


def _residue(found: Scene) -> dict[str, list[str]]:
    """Where words, the phone's name and open ids can be found in the files of all servers."""
    with psycopg.connect(found.dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    redis.Redis.from_url(found.environment["REDIS_URL"]).save()
    words = {"words": "金丝雀-".encode(), "agent": AGENT.encode()}
    folders = [found.folder / name for name in ("postgres", "redis", "files", "logs")]
    everywhere = thief.search(folders, words)
    openid = thief.search(folders[1:], {"openid": b"openid-canary"})
    return {**everywhere, **openid}


def _being_there(found: Scene) -> int:
    """How many rows change when somebody only opens the mini-program and looks around."""
    before = thief.dump(found)
    token = found.villagers[0].token
    for path in ("/api/v1/me", f"/surveys/{found.county.id}/{found.period}.json"):
        answer = requests.get(
            found.web + path, headers={"Authorization": f"Bearer {token}"}, timeout=20
        )
        answer.raise_for_status()
    after = thief.dump(found)
    return sum(before[name] != rows for name, rows in after.items())


def _backup(found: Scene, filenode: int) -> int:
    """Bytes of the inbox in a base backup."""
    target = found.folder / "backup"
    thief.run("pg_basebackup", "-D", str(target), "-d", found.dsn, "-X", "none", "-c", "fast")
    files = [file for file in target.rglob(str(filenode)) if file.is_file()]
    return sum(file.stat().st_size for file in files)


def _after_the_close(found: Scene) -> dict[str, Any]:
    named = {file for (file,) in found.ask("SELECT file FROM anonymous.box_key")}
    with transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE survey_round SET closes_at = opens_at + interval '1 hour'"
        )
    with found.second_day(), transaction():
        rounds.close_round(found.round_id)
    # Before the publication, which deletes the counts.
    counted = {
        "transactions_of_the_count": found.scalar(
            "SELECT count(DISTINCT xmin::text) FROM survey_tally"
        ),
        "answers_counted": found.scalar("SELECT sum(people) FROM survey_tally WHERE question = 0"),
    }
    with transaction():
        rounds.publish_round(found.round_id)
    left = {file.name for file in (found.folder / "ballot-keys").iterdir()}
    kept = {file for (file,) in found.ask("SELECT file FROM anonymous.box_key WHERE box <> 'box'")}
    return {
        **counted,
        "counts_left": found.scalar("SELECT count(*) FROM survey_tally"),
        "answers_left_in_the_box": found.scalar("SELECT count(*) FROM anonymous.box"),
        "key_of_the_box_is_gone": not named & left - kept,
    }


def _call_backs(found: Scene) -> dict[str, Any]:
    """Another county, on days of its own."""
    with pytest.MonkeyPatch.context() as patch:
        return asdict(call_backs.play(found.app, patch, make_county(code="610526", name="蒲城县")))


def report(found: dict[str, Any]) -> None:
    """For people."""
    print(f"{TOTAL} villagers of {VILLAGES} villages answered, {found['letters']} letters came.")
    print("Answers ascribed to the right person by a thief who has the dump and the box's key:")
    for name, count in found["linked"].items():
        print(f"  {name:<50} {count:>3} of {TOTAL}")
    print(f"  {'letters, rows as they lie in the files':<50} {found['letters_linked']:>3} of"
          f" {found['letters_seen']}")  # fmt: skip
    print(f"  {'the naive control, rows as they lie in the files':<50}"
          f" {found['naive_linked']:>3} of {TOTAL}")  # fmt: skip
    print(f"By chance about {VILLAGES} of {TOTAL} are right: one a village, whatever is tried.")
    print(f"Inserts into the inbox in the log of changes: {found['wal_inserts_into_inbox']};"
          f" bytes of it in a base backup: {found['backup_of_inbox_bytes']};"
          f" transactions of a night: {found['transactions_of_a_night']}")  # fmt: skip
    for name, files in found["residue"].items():
        print(f"Files in which {name} were found: {', '.join(files) or 'none'}")
    redis_files.report(found["redis"])
    call_backs.report(**found["call_backs"])
    rewards.report(found["rewards"])
    code_ballots.report(found["code_ballots"])
    nights.report(found["nights"])
    lying_server.report(found["lying_server"])


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        # PostgreSQL runs under an account of its own where this program runs as root.
        Path(folder).chmod(0o755)
        found = attack(Path(folder))
    if "--json" in arguments:
        print(json.dumps(found))
    else:
        report(found)


if __name__ == "__main__":
    main(sys.argv[1:])
