"""Somebody who took the dump, the log of changes, a base backup, Redis, files and every log."""

import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.app.ballots import box_keys
from backend.app.ballots.anonymous_store import KID
from backend.app.surveys.answers import unpad
from backend.app.tickets.anonymous.letters import disclose
from backend.local.postgres import programs
from tests.attack.scene import Scene

COPY = re.compile(r"^COPY (\S+) \(([^)]*)\) FROM stdin;\n(.*?)^\\\.\n", re.MULTILINE | re.DOTALL)
Row = dict[str, str]


def run(program: str, *arguments: str) -> str:
    """A program of PostgreSQL's own."""
    done = subprocess.run([str(programs() / program), *arguments], capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"{program}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="replace")


def dump(scene: Scene) -> dict[str, list[Row]]:
    """The rows of every table in the order in which they lie in its file."""
    whole = run("pg_dump", "--data-only", "-d", scene.dsn)
    return {
        name: [
            dict(zip(columns.split(", "), line.split("\t"), strict=True))
            for line in rows.splitlines()
        ]
        for name, columns, rows in COPY.findall(whole)
    }


def wal(scene: Scene, start: str, end: str) -> list[str]:
    """The log of changes between two places, a line a record."""
    folder = scene.data / "pg_wal"
    return run("pg_waldump", "-p", str(folder), "-s", start, "-e", end).splitlines()


def touching(lines: Sequence[str], filenode: int) -> list[str]:
    """Inserts into one table."""
    inserts = re.compile(r"desc: (MULTI_)?INSERT")
    return [line for line in lines if f"/{filenode} " in line and inserts.search(line)]


@dataclass(frozen=True)
class Loot:
    """What was read: who fetched the month's ballots in which order, with the digests of what was
    signed, and what was said in which order."""

    issued: list[int]
    digests: dict[int, str]
    unit_of: dict[int, int]
    said: Sequence[tuple[int, str]]
    letters: list[tuple[int, str]]


def open_box(scene: Scene, tables: dict[str, list[Row]]) -> Loot:
    """With the box's keys too: the strongest thief before the close."""
    units = {row["kid"]: int(row["unit_id"]) for row in tables["anonymous.key"]}
    said = [(units[kid], unpad(body)[2]) for kid, body in _opened(tables, "box")]
    written = [
        (units[kid], (disclose(body)[1].words or "").removeprefix("信-"))
        for kid, body in _opened(tables, "letter_box")
    ]
    villages = {row["village_id"]: row["unit_id"] for row in tables["public.ballot_unit_village"]}
    unit_of = {
        int(row["person_id"]): int(villages[row["village_id"]]) for row in tables["public.binding"]
    }
    digests = {
        int(row["person_id"]): row["blinded_digest"]
        for row in tables["public.ballot_issue"]
        if row["period"] == f"{scene.month}"
    }
    return Loot(list(digests), digests, unit_of, said, written)


def _opened(tables: dict[str, list[Row]], name: str) -> Iterator[tuple[str, bytes]]:
    """What lies in a box, in the order of its file: the name of the key, and the body."""
    opening = box_keys.open_with(name)
    for row in tables[f"anonymous.{name}"]:
        content = opening.decrypt(bytes.fromhex(row["sealed"].removeprefix("\\\\x")))
        yield f"\\\\x{content[:KID].hex()}", content[KID:]


Guess = dict[str, int]


def by_order(
    issued: Sequence[int], said: Sequence[tuple[int, str]], unit_of: dict[int, int]
) -> Guess:
    """The k-th of a unit who fetched said the k-th thing said in that unit."""
    found: Guess = {}
    for unit in {unit for unit, _ in said}:
        people = [person for person in issued if unit_of[person] == unit]
        things = [words for of_unit, words in said if of_unit == unit]
        found |= dict(zip(things, people, strict=False))
    return found


def hits(scene: Scene, guess: Guess) -> int:
    truth = {villager.words: villager.person_id for villager in scene.villagers}
    return sum(truth[words] == person for words, person in guess.items())


def strategies(loot: Loot, tables: dict[str, list[Row]]) -> dict[str, Guess]:
    """Every way to join the two lists that order, ids or hashes allow."""
    said, unit_of = loot.said, loot.unit_of
    by_digest = sorted(loot.issued, key=loot.digests.__getitem__)
    spent = [row["nullifier"] for row in tables["anonymous.spent"]]
    paired = [person for _, person in sorted(zip(spent, loot.issued, strict=False))]
    chosen: dict[str, Callable[[], Guess]] = {
        "rows as they lie in the files": lambda: by_order(loot.issued, said, unit_of),
        "rows from the end": lambda: by_order(loot.issued[::-1], said, unit_of),
        "people by number": lambda: by_order(sorted(loot.issued), said, unit_of),
        "people by the digest of what they had signed": lambda: by_order(by_digest, said, unit_of),
        "people by the token spent in their place": lambda: by_order(paired, said, unit_of),
    }
    return {name: make() for name, make in chosen.items()}


def letters_by_order(loot: Loot) -> Guess:
    return by_order(loot.issued, loot.letters, loot.unit_of)


def naive_guess(tables: dict[str, list[Row]], unit_of: dict[int, int]) -> Guess:
    issued = [int(row["person_id"]) for row in tables["naive.issue"]]
    return by_order(issued, naive_said(tables), unit_of)


def naive_said(tables: dict[str, list[Row]]) -> list[tuple[int, str]]:
    return [(int(row["unit_id"]), row["words"]) for row in tables["naive.answer"]]


def transactions(lines: Sequence[str]) -> list[int]:
    """Whose records these are."""
    return [int(match[1]) for line in lines if (match := re.search(r"tx:\s+(\d+)", line))]


def search(folders: Sequence[Path], canaries: dict[str, bytes]) -> dict[str, list[str]]:
    """In which files each canary sings."""
    found: dict[str, list[str]] = {name: [] for name in canaries}
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if not file.is_file():
                continue
            content = file.read_bytes()
            for name, canary in canaries.items():
                if canary in content:
                    found[name].append(str(file.relative_to(folder)))
    return found
