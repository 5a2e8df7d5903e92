"""Kill -9 of every process in the middle of a load: no acknowledged rating lost, none doubled."""

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg
import pytest

from backend.local.postgres import Postgres
from tests.running import Running, running_county

pytestmark = pytest.mark.load
CLIENTS, RATINGS_EACH, GIVE_UP_AFTER = 4, 60, 150
# How many ratings are acknowledged before which program is killed.
KILLS = ((40, "granian"), (80, "postgres"), (120, "redis-server"), (160, "backend.jobs.worker"))
TRANSIENT = (500, 502, 503, 504, 429)


@dataclass
class Ledger:
    """What the clients were promised."""

    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, key: str, answer: dict[str, Any]) -> None:
        with self.lock:
            self.acknowledged[key] = answer


class Phone:
    """Sends until it is answered, under the same key, as the outbox does."""

    def __init__(self, base: str, openid: str, deadline: float) -> None:
        self.base, self.openid, self.deadline, self.token = base, openid, deadline, ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        while time.monotonic() < self.deadline:
            request = urllib.request.Request(
                f"{self.base}/api/v1{path}",
                method=method,
                data=None if body is None else json.dumps(body).encode(),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {self.token}",
                    **headers,
                },
            )
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code == 401 and path != "/sessions":
                    self.log_in()
                elif error.code not in TRANSIENT:
                    raise AssertionError(error.read().decode()) from None
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{path}: not answered in time")

    def log_in(self) -> None:
        self.token = self.call("POST", "/sessions", {"code": f"demo:{self.openid}:{uuid4()}"})[
            "token"
        ]

    def rate(self, code: str, ledger: Ledger) -> None:
        landing = self.call("GET", f"/codes/{code}")
        key = str(uuid4())
        body = {"ticket": landing["ticket"], "level": 1 + len(ledger.acknowledged) % 5}
        ledger.note(key, self.call("POST", "/ratings", body, **{"Idempotency-Key": key}))


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_county(tmp_path_factory.mktemp("killed")) as running:
        yield running


def question(folder: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
    url = Postgres(folder).url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        return connection.execute(statement, values or None).fetchall()


def described(process: psutil.Process) -> str:
    try:
        return f"{process.name()} {' '.join(process.cmdline())}"
    except psutil.Error:
        return ""


def kill(county: Running, program: str) -> None:
    """Without a warning, the way a power cut or the kernel does it."""
    family = psutil.Process(county.process.pid).children(recursive=True)
    found = [process for process in family if program in described(process)]
    assert found, f"{program} is not running"
    for process in found:
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(county: Running) -> None:
    codes = [
        row[0]
        for row in question(
            county.folder, "SELECT code FROM qr_code ORDER BY id LIMIT %s", RATINGS_EACH
        )
    ]
    deadline, ledger = time.monotonic() + GIVE_UP_AFTER, Ledger()
    failures: list[BaseException] = []

    def villager(number: int) -> None:
        try:
            phone = Phone(county.base, f"load-{number}", deadline)
            phone.log_in()
            for code in codes:
                phone.rate(code, ledger)
        except BaseException as error:  # noqa: BLE001  reported in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=villager, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for count, program in KILLS:
        while len(ledger.acknowledged) < count and any(t.is_alive() for t in threads):
            time.sleep(0.01)
        kill(county, program)
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(ledger.acknowledged) == CLIENTS * len(codes)

    stored = dict(
        question(
            county.folder,
            "SELECT idempotency_key::text, r.id FROM rating r"
            " JOIN person p ON p.id = r.person_id WHERE p.openid LIKE 'load-%'",
        )
    )
    assert {key: answer["id"] for key, answer in ledger.acknowledged.items()} == stored
    wrong = question(
        county.folder,
        "SELECT b.person_id FROM points_balance b WHERE b.balance <>"
        " (SELECT sum(amount) FROM points_entry e WHERE e.person_id = b.person_id)",
    )
    assert wrong == []
    entries = question(
        county.folder,
        "SELECT cause_id FROM points_entry WHERE cause_kind = 'rating'"
        " GROUP BY cause_id HAVING count(*) > 1",
    )
    assert entries == []
    uncounted = question(
        county.folder,
        "SELECT service_point_id, rated_on FROM rating_day_count d"
        " WHERE level_1 + level_2 + level_3 + level_4 + level_5 <>"
        " (SELECT count(*) FROM rating r WHERE r.service_point_id = d.service_point_id"
        "  AND r.rated_on = d.rated_on)",
    )
    assert uncounted == []
