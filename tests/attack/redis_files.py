"""Somebody who took Redis's files of a day: the RDB and every command in the append-only file.

The commands lie there in the order of their coming, with the number of whoever asked. So the thief
puts what is said to the person who stands before it, and people to answers by order. The control
is the same day in an application that sends answers through a queue and keeps the day's key there.
"""

import base64
import re
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import redis
import requests
from rq import Queue
from rq.serializers import JSONSerializer

from backend.app.ballots.box_keys import SEAL
from backend.app.core import clock
from backend.app.core.encryption import unseal
from backend.jobs import ratings
from tests.attack import thief
from tests.attack.scene import TOTAL, Scene

RATED_EVERY = 3
PERSON = re.compile(rb"(?:requests|sessions_of|limit:\w+):(\d+)")
# Jobs are JSON: the last letter of the canary stands there as six others.
WORDS = re.compile(rb"(?:%s|\\u96c0)-(\d+)-([0-9a-f]{12})" % "雀".encode())
Command = list[bytes]


def plunder(found: Scene, loot: thief.Loot, naive: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """A day of ratings by name, what the thief makes of it, and of the control."""
    _rate(found)
    keys = [file.read_bytes() for file in found.trace_keys.iterdir()]
    boxes = [file.read_bytes() for file in found.box_keys.iterdir()]
    boxes += [unseal(SEAL, sealed) for sealed in boxes]
    own = _look(found, loot, keys + boxes)
    _play_naive(found, keys[-1])
    control = _look(found, replace(loot, said=naive), keys)
    tomorrow = clock.today() + timedelta(days=1)
    with clock.clock_at(datetime.combine(tomorrow, time(1, 30), clock.COUNTY_ZONE)):
        ratings.flag_suspicious()
    left = len(list(found.trace_keys.iterdir()))
    return {
        **own,
        "keys": len(keys),
        "box_keys": len(boxes) // 2,
        "keys_the_night_after": left,
        "control": control,
    }


def report(seen: dict[str, Any]) -> None:
    """For people."""
    control = seen["control"]
    print("Answers ascribed by a thief who has Redis's RDB and append-only file, and the box:")
    for name in ("what is said, by who stands before it", "people in the order of their coming"):
        print(f"  {name:<50} {seen[name]:>3} of {TOTAL} (control: {control[name]})")
    for whose, one in (("", seen), (" in the control", control)):
        files = ", ".join(one["files_with_a_key"]) or "none"
        print(f"Files in which a key of the traces or the boxes was found{whose}: {files}")
    print(f"Keys of the boxes: {seen['box_keys']}; of the day's traces: {seen['keys']};"
          f" of these left the night after: {seen['keys_the_night_after']}")  # fmt: skip


def _rate(found: Scene) -> None:
    """Villagers rate by name: the day's key is used, and their words must not stay in Redis."""
    points = dict(zip(found.county.village_ids, found.county.service_point_ids, strict=True))
    for villager in found.villagers[::RATED_EVERY]:
        named = {"Authorization": f"Bearer {villager.token}"}
        code = found.county.codes[points[villager.village_id]]
        scanned = requests.get(f"{found.web}/api/v1/codes/{code}", headers=named, timeout=20)
        requests.post(
            f"{found.web}/api/v1/ratings",
            json={"scan_token": scanned.json()["scan_token"], "level": 5, "words": villager.words},
            headers={**named, "Idempotency-Key": str(uuid4())},
            timeout=20,
        ).raise_for_status()


def _play_naive(found: Scene, key: bytes) -> None:
    """The same people in the same order, as many applications would have it."""
    with _client(found) as client:
        client.set(f"trace_key:{clock.today()}", key, ex=26 * 3600)
        queue = Queue("naive", connection=client, serializer=JSONSerializer)
        for villager in found.villagers:
            client.incr(f"requests:{villager.person_id}:0")
            queue.enqueue_call("naive.save_answer", args=[villager.village_id, villager.words])


def _look(found: Scene, loot: thief.Loot, keys: list[bytes]) -> dict[str, Any]:
    """What Redis's files say of people, and all files of the key."""
    with _client(found) as client:
        client.config_set("rdbcompression", "no")
        client.save()
    said = list(commands(found.folder / "redis"))
    people = [person for person in arrivals(said) if person in loot.unit_of]
    return {
        "what is said, by who stands before it": thief.hits(found, by_neighbour(said)),
        "people in the order of their coming": thief.hits(
            found, thief.by_order(people, loot.said, loot.unit_of)
        ),
        "files_with_a_key": _files_with(found, keys),
    }


def _client(found: Scene) -> redis.Redis:
    return redis.Redis.from_url(found.environment["REDIS_URL"])


def _files_with(found: Scene, keys: Iterable[bytes]) -> list[str]:
    """Files of the servers, of a dump and of a base backup in which a key stands, however spelt."""
    spelt = {
        f"{nth} {name}": form
        for nth, key in enumerate(keys)
        for name, form in (
            ("as it is", key),
            ("hex", key.hex().encode()),
            ("base64", base64.b64encode(key).rstrip(b"=")),
            ("url", base64.urlsafe_b64encode(key).rstrip(b"=")),
        )
    }
    with tempfile.TemporaryDirectory(dir=found.folder, prefix="taken-") as taken:
        backup = str(Path(taken) / "backup")
        thief.run("pg_dump", "-d", found.dsn, "-f", f"{taken}/dump.sql")
        thief.run("pg_basebackup", "-D", backup, "-d", found.dsn, "-X", "fetch", "-c", "fast")
        places = [found.folder / name for name in ("postgres", "redis", "files", "logs")]
        hits = thief.search([*places, Path(taken)], spelt)
    return sorted({file for files in hits.values() for file in files})


def commands(folder: Path) -> Iterator[Command]:
    """Every command that Redis wrote down, jobs unpacked."""
    for file in sorted(folder.rglob("*.aof")):
        with file.open("rb") as log:
            while line := log.readline():
                if line.startswith(b"*"):
                    yield [_argument(log) for _ in range(int(line[1:]))]


def _argument(log: IO[bytes]) -> bytes:
    size = int(log.readline()[1:])
    content = log.read(size + 2)[:-2]
    try:
        return zlib.decompress(content)
    except zlib.error:
        return content


def by_neighbour(said: Iterable[Command]) -> thief.Guess:
    """Whose number came last before the words."""
    person, guess = 0, {}
    for argument in (one for command in said for one in command):
        if named := PERSON.match(argument):
            person = int(named[1])
        for number, canary in WORDS.findall(argument):
            guess.setdefault(f"金丝雀-{number.decode()}-{canary.decode()}", person)
    return guess


def arrivals(said: Iterable[Command]) -> list[int]:
    """People in the order of their first request."""
    named = (PERSON.match(one) for command in said for one in command)
    return list(dict.fromkeys(int(one[1]) for one in named if one and one[0].startswith(b"requ")))
