"""Kill -9 of every process in the middle of a load: nothing acknowledged is lost, none doubled."""

import http.client
import json
import os
import secrets
import signal
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg
import pytest

from backend.app.ballots import blind_signatures
from backend.app.surveys.answers import pad
from backend.demo.ballot import blind as hide
from backend.demo.ballot import finalize
from backend.local.postgres import Postgres
from tests.attack.traffic import bytes_of, text_of
from tests.failure.conftest import Month, month_of, read
from tests.running import Running, three_nights

pytestmark = pytest.mark.load
CLIENTS, RATINGS_EACH, GIVE_UP_AFTER = 4, 60, 150
# How many ratings are acknowledged before which program is killed.
KILLS = ((40, "granian"), (80, "postgres"), (120, "redis-server"), (160, "backend.jobs.worker"))
TRANSIENT = (500, 502, 503, 504, 429)
VOTERS, VOTERS_AT_ONCE = 24, 3
KILLS_OF_ANSWERS = (
    (4, "create_anonymous_app"), (8, "postgres"), (12, "wsgi:app"), (16, "create_anonymous_app"),
)  # fmt: skip


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
            except (OSError, http.client.HTTPException):
                # Killed before or in the middle of its answer: asked again under the same key.
                pass
            time.sleep(0.05)
        raise AssertionError(f"{path}: not answered in time")

    def log_in(self) -> None:
        given = {"code": f"demo:{self.openid}:{uuid4()}", "consent": "2026-11"}
        self.token = self.call("POST", "/sessions", given)["token"]

    def rate(self, code: str, ledger: Ledger) -> None:
        landing = self.call("GET", f"/codes/{code}")
        key = str(uuid4())
        body = {"scan_token": landing["scan_token"], "level": 1 + len(ledger.acknowledged) % 5}
        ledger.note(key, self.call("POST", "/ratings", body, **{"Idempotency-Key": key}))


def question(folder: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Asks as soon as PostgreSQL has recovered."""
    url = Postgres(folder).url.replace("+psycopg", "")
    deadline = time.monotonic() + 60
    while True:
        try:
            with psycopg.connect(url) as connection:
                return connection.execute(statement, values or None).fetchall()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def described(process: psutil.Process) -> str:
    try:
        return f"{process.name()} {' '.join(process.cmdline())}"
    except psutil.Error:
        return ""


def processes_of(county: Running, program: str) -> list[psutil.Process]:
    family = psutil.Process(county.process.pid).children(recursive=True)
    return [process for process in family if program in described(process)]


def kill(county: Running, program: str) -> None:
    """Without a warning, the way a power cut or the kernel does it.

    What the kill before took down may still be coming up.
    """
    deadline = time.monotonic() + GIVE_UP_AFTER
    while not (running := processes_of(county, program)):
        assert time.monotonic() < deadline, f"{program} is not running"
        time.sleep(0.1)
    for process in running:
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
        " WHERE level_1 + level_2 + level_3 + level_4 + level_5 + flagged <>"
        " (SELECT count(*) FROM rating r WHERE r.service_point_id = d.service_point_id"
        "  AND r.rated_on = d.rated_on)",
    )
    assert uncounted == []


class Voter(Phone):
    """Fetches ballots ahead, answers with one it has, and sends the very same until it is kept."""

    def __init__(self, base: str, openid: str, deadline: float, month: Month) -> None:
        super().__init__(base, openid, deadline)
        self.month, self.request, self.is_kept = month, {}, False

    def fetch(self) -> None:
        """Next month's: the blinded messages are made once and sent as often as it takes."""
        village = self.call("GET", "/me")["binding"]["village"]["id"]
        keys = self.month.coming
        units = keys["units"].items()
        unit = next(int(unit) for unit, one in units if village in one["villages"])
        moduli = {k["use"]: int(k["n"], 16) for k in keys["keys"] if k["unit"] == unit}
        ctx, random = (
            blind_signatures.context("survey", keys["period"], unit),
            secrets.token_bytes(32),
        )
        hidden = hide(moduli["survey"], random + ctx)
        tickets = [hide(moduli["ticket"], secrets.token_bytes(64)).blinded for _ in range(2)]
        body = {
            "period": keys["period"], "survey": text_of(hidden.blinded),
            "tickets": [text_of(one) for one in tickets],
        }  # fmt: skip
        signed = self.call("POST", "/ballots", body)["survey"]
        finalize(moduli["survey"], hidden, bytes_of(signed))
        self.request = {**self.held(), "body": text_of(pad([1, 0, None]))}

    def held(self) -> dict[str, str]:
        """This month's token, which the phone has had since an earlier month."""
        while time.monotonic() < self.deadline:
            purse = read(f"{self.base}/preview/purse.json?person={self.openid}")
            if purse.get("ballots"):
                return dict(purse["ballots"][self.month.name]["survey"])
            time.sleep(0.05)
        raise AssertionError("no ballot of this month")

    def answer(self) -> dict[str, Any]:
        """Until it is accepted."""
        sent = json.dumps(self.request).encode()
        while time.monotonic() < self.deadline:
            request = urllib.request.Request(
                f"{self.month.anonymous}/anon/response", data=sent,
                headers={"Content-Type": "application/json"},
            )  # fmt: skip
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    found: dict[str, Any] = json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code not in TRANSIENT:
                    raise AssertionError(error.read().decode()) from None
            except (OSError, http.client.HTTPException):
                # Killed before or in the middle of its answer: asked again under the same key.
                pass
            else:
                self.is_kept = True
                return found
            time.sleep(0.05)
        raise AssertionError("the answer was not accepted in time")


def test_t9_one_ballot_one_answer_whatever_dies(county: Running) -> None:
    month = month_of(county)
    openids = [
        row[0]
        for row in question(
            county.folder,
            "SELECT p.openid FROM person p JOIN binding b ON b.person_id = p.id"
            " WHERE p.openid LIKE 'demo-%%-v1' ORDER BY p.id LIMIT %s",
            VOTERS,
        )
    ]
    deadline = time.monotonic() + GIVE_UP_AFTER
    voters = [Voter(county.base, openid, deadline, month) for openid in openids]
    for voter in voters:
        voter.log_in()
    failures: list[BaseException] = []

    def vote(mine: list[Voter]) -> None:
        try:
            for voter in mine:
                voter.fetch()
                voter.answer()
        except BaseException as error:  # noqa: BLE001  reported in the test's own thread
            failures.append(error)

    threads = [
        threading.Thread(target=vote, args=(voters[n::VOTERS_AT_ONCE],))
        for n in range(VOTERS_AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    for count, program in KILLS_OF_ANSWERS:
        while sum(v.is_kept for v in voters) < count and any(t.is_alive() for t in threads):
            time.sleep(0.01)
        kill(county, program)
    for thread in threads:
        thread.join()
    assert failures == []

    # What the crash of PostgreSQL took out of the inbox was never called durable: it comes again.
    for voter in voters:
        voter.answer()
    three_nights(county)
    assert all(voter.answer()["durable"] for voter in voters)
    spent = {
        bytes(row[0]) for row in question(county.folder, "SELECT nullifier FROM anonymous.spent")
    }
    units = {key["unit"] for key in month.keys["keys"]}
    contexts = {blind_signatures.context("survey", month.name, unit) for unit in units}
    ours = {
        blind_signatures.nullifier(bytes_of(voter.request["r"]), ctx)
        for voter in voters
        for ctx in contexts
    }
    assert len(spent & ours) == VOTERS
    assert question(
        county.folder,
        "SELECT i.period > CAST(%s AS date), count(*)"
        " FROM ballot_issue i JOIN person p ON p.id = i.person_id"
        " WHERE p.openid = ANY(%s) AND i.period >= CAST(%s AS date) GROUP BY 1 ORDER BY 1",
        f"{month.name}-01", openids, f"{month.name}-01",
    ) == [(False, VOTERS), (True, VOTERS)]  # fmt: skip
    boxed = question(
        county.folder,
        "SELECT (SELECT count(*) FROM anonymous.spent s JOIN anonymous.desk d ON d.id = s.desk_id"
        "        WHERE d.use = 'survey' AND NOT d.closed),"
        "       (SELECT count(*) FROM anonymous.box)",
    )
    assert boxed[0][0] == boxed[0][1] >= VOTERS
