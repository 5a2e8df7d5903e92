"""A thief who took a base backup of every night, and in the end whatever opens the boxes.

He starts each backup and reads in which order people fetched ballots and what is new in the box.
Few come a day, with ballots that they fetched the month before, in another order: whoever comes to
answer has long had his. The control is what it was: ballots fetched right before answering, and
rows appended each night, which one key opens.
"""

import os
import random
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import requests
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from backend.app.ballots.anonymous_store import KID
from backend.app.ballots.box_keys import SEAL
from backend.app.core.encryption import unseal
from backend.app.surveys.answers import pad, unpad
from backend.jobs import surveys as jobs
from backend.local.postgres import Postgres
from tests.attack import thief
from tests.attack.scene import VILLAGES, Scene, Villager, scene
from tests.attack.traffic import Line, Token

NIGHTS, PEOPLE = 8, 20
TOTAL = VILLAGES * PEOPLE
CONTROL = """
CREATE SCHEMA nightly;
CREATE TABLE nightly.issue (person_id bigint PRIMARY KEY);
CREATE TABLE nightly.box (id uuid PRIMARY KEY, unit_id bigint NOT NULL, words text NOT NULL);
"""
Said = list[tuple[int, str]]
Sealed = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Night:
    """What one backup holds, in the order of the files; boxes with their transaction numbers."""

    issued: list[int]
    boxed: Sealed
    day: Sealed
    control: Said
    came: list[int]
    inbox: int


def attack(folder: Path) -> dict[str, Any]:
    """Plays the nights, then counts how many answers the thief gives to the right person."""
    with scene(folder) as found:
        days = _days(found.villagers)
        line = _line(found)
        everybody = [one for day in days for one in day]
        tokens = {
            one.person_id: line.signed(one, line.unit_of(one.village_id))[0]
            for one in random.sample(everybody, len(everybody))
        }
        found.begin_month()
        backups = [_day(found, number, line, day, tokens) for number, day in enumerate(days)]
        keys = _stolen_keys(folder / "ballot-keys")
        nights = [_read(found, backup) for backup in backups]
        return _look(found, nights, keys)


def _days(villagers: Sequence[Villager]) -> list[list[Villager]]:
    """Twenty of each village, each on some day."""
    of_village: dict[int, list[Villager]] = defaultdict(list)
    for one in villagers:
        of_village[one.village_id].append(one)
    days: list[list[Villager]] = [[] for _ in range(NIGHTS)]
    for people in of_village.values():
        for one in people[:PEOPLE]:
            random.choice(days).append(one)
    return days


def _line(found: Scene) -> Line:
    path = f"{found.web}/keys/{found.county.id}/{found.period}.json"
    file = requests.get(path, timeout=20).json()
    return Line(found, file, requests.Session(), requests.Session())


def _day(
    found: Scene, number: int, line: Line, people: Sequence[Villager], tokens: dict[int, Token]
) -> Path:
    """The day, the hours and the night; returns where the thief put his base backup."""
    said = []
    for one in people:
        line.send("response", tokens[one.person_id], pad([1, [0], one.words]))
        said.append((line.unit_of(one.village_id), one.words))
        jobs.flush_inbox()
    jobs.merge_boxes()
    with psycopg.connect(found.dsn, autocommit=True) as control:
        if number == 0:
            control.execute(CONTROL)
        control.cursor().executemany(
            "INSERT INTO nightly.issue VALUES (%s)", [(one.person_id,) for one in people]
        )
        shuffled = random.sample(said, len(said))
        control.cursor().executemany(
            "INSERT INTO nightly.box VALUES (gen_random_uuid(), %s, %s)", shuffled
        )
    target = found.folder / f"night-{number}" / "postgres"
    target.parent.mkdir()
    thief.run("pg_basebackup", "-D", str(target), "-d", found.dsn, "-X", "fetch", "-c", "fast")
    return target.parent


def _read(found: Scene, backup: Path) -> Night:
    """Starts the backup on its own and reads it."""
    owner = found.data.stat()
    for path in (backup, *backup.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    server = Postgres(backup, fast=True)
    try:
        server.start()
        with psycopg.connect(server.url.replace("+psycopg", "")) as connection:
            ask = lambda statement: connection.execute(statement).fetchall()  # noqa: E731
            sealed = "SELECT xmin::text, sealed FROM anonymous.{} ORDER BY ctid"
            return Night(
                _people(ask, f"ballot_issue WHERE period = '{found.month}'"),
                ask(sealed.format("box")),
                ask(sealed.format("day_box")),
                ask("SELECT unit_id, words FROM nightly.box ORDER BY ctid"),
                _people(ask, "nightly.issue"),
                len(ask("SELECT FROM anonymous.inbox")),
            )
    finally:
        server.stop()
        shutil.rmtree(backup)


def _people(ask: Callable[[str], list[Any]], rows: str) -> list[int]:
    return [person for (person,) in ask(f"SELECT person_id FROM {rows} ORDER BY ctid")]


def _stolen_keys(folder: Path) -> list[SealedBox]:
    return [SealedBox(PrivateKey(unseal(SEAL, file.read_bytes()))) for file in folder.iterdir()]


def _look(found: Scene, nights: Sequence[Night], keys: Sequence[SealedBox]) -> dict[str, Any]:
    tables = thief.dump(found)
    loot = thief.open_box(found, tables)
    units = {row["kid"]: int(row["unit_id"]) for row in tables["anonymous.key"]}
    opened = [list(_open((*night.boxed, *night.day), keys, units)) for night in nights]
    came = _news([night.issued for night in nights])
    return {
        "people": len(nights[-1].issued),
        "backups": len(nights),
        "control": thief.hits(
            found,
            _join(
                _news([night.came for night in nights]),
                _news([night.control for night in nights]),
                loot.unit_of,
            ),
        ),
        "by_night": thief.hits(found, _join(came, _news(opened), loot.unit_of)),
        "by_order": thief.hits(found, thief.by_order(loot.issued, loot.said, loot.unit_of)),
        "opened": [len(one) for one in opened],
        "transactions": [len({number for number, _ in night.boxed}) for night in nights],
        "sealed_alike": len(set.intersection(*({s for _, s in n.boxed} for n in nights[-2:]))),
        "inbox_in_backups": sum(night.inbox for night in nights),
    }


def _open(rows: Sealed, keys: Sequence[SealedBox], units: dict[str, int]) -> Iterator[Any]:
    for _, sealed in rows:
        for key in keys:
            try:
                content = key.decrypt(bytes(sealed))
            except CryptoError:
                continue
            yield units[f"\\\\x{content[:KID].hex()}"], unpad(content[KID:])[2]


def _news(nights: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """What each night has and no night before had."""
    seen: set[Any] = set()
    news = []
    for night in nights:
        news.append([one for one in night if one not in seen])
        seen.update(night)
    return news


def _join(
    came: Sequence[Sequence[int]], said: Sequence[Said], unit_of: dict[int, int]
) -> dict[str, int]:
    """Whoever came on a day said, in this order, what is new that night in the own unit.

    What only shows later is put to everybody who had come by then.
    """
    guess: dict[str, int] = {}
    waiting: list[int] = []
    for people, things in zip(came, said, strict=True):
        waiting += people
        if things:
            guess |= thief.by_order(waiting, things, unit_of)
            waiting = []
    return guess


def report(seen: dict[str, Any]) -> None:
    """For people."""
    print(
        f"{seen['people']} villagers answered on {seen['backups']} days, a base backup each night."
    )
    print(f"  by the night in which it was new          {seen['by_night']:>3} of {TOTAL}"
          f" (control, appended each night: {seen['control']})")  # fmt: skip
    print(f"  by the order in the box                   {seen['by_order']:>3} of {TOTAL}")
    print(f"Answers opened in each backup with what was stolen in the end: {seen['opened']}")
