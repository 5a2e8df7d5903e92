"""Kill -9 of the worker or the database while boxes are written: every answer counts once."""

import base64
import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from backend.app.ballots import blind_signatures, box_keys, signing_keys
from backend.app.ballots.models import SigningKey
from backend.app.core import clock
from backend.app.core.anonymous_settings import PEPPER_BYTES, AnonymousSettings
from backend.app.core.db import db, dispose, transaction
from backend.app.core.settings import Settings
from backend.app.factory import create_anonymous_app, create_app
from backend.app.surveys import operations as rounds
from backend.app.surveys.answers import pad
from backend.demo.ballot import blind as hide
from backend.demo.ballot import finalize
from backend.jobs import surveys as jobs
from backend.local.postgres import embedded_postgres
from backend.local.redis import embedded_redis
from backend.local.surroundings import ANONYMOUS_ROLE, as_role
from tests.factories.county import make_county
from tests.factories.surveys import open_round
from tests.factories.tickets import forget

pytestmark = pytest.mark.load
AT_A_TIME, RECOVERED_WITHIN = 12, 60
DESTROYING = "after the commit"
FLUSHING = (
    "LOCK TABLE anonymous.inbox", "INSERT INTO resealed", "TRUNCATE anonymous.day_box",
    "INSERT INTO anonymous.day_box", "INSERT INTO anonymous.day_spent", "TRUNCATE anonymous.inbox",
    "INSERT INTO anonymous.flushed", "COMMIT", DESTROYING,
)  # fmt: skip
MERGING = (
    "INSERT INTO resealed", "TRUNCATE anonymous.box", "INSERT INTO anonymous.box ",
    "TRUNCATE anonymous.day_box", "INSERT INTO anonymous.spent", "TRUNCATE anonymous.day_spent",
    "COMMIT", DESTROYING,
)  # fmt: skip


@dataclass
class Phone:
    """Holds its answer until it lies safe; resend.js has the rule."""

    request: dict[str, str]
    mark: dict[str, Any] = field(default_factory=dict)
    held: bool = True


@dataclass
class County:
    app: Flask
    door: Flask
    round_id: int
    token: Callable[[], dict[str, str]]
    phones: list[Phone] = field(default_factory=list)

    @property
    def client(self) -> FlaskClient:
        return self.door.test_client(use_cookies=False)

    def answer(self, count: int = AT_A_TIME) -> None:
        fresh = [Phone(self.token()) for _ in range(count)]
        for phone in fresh:
            self.send(phone)
        self.phones += fresh

    def send(self, phone: Phone) -> None:
        sent = self.client.post("/anon/response", json=phone.request)
        assert sent.status_code == 200, sent.json
        phone.mark = sent.json

    def open_phones(self) -> list[str]:
        """Everybody's next opening; returns what became of what was still held."""
        inbox = self.app.test_client().get("/surveys/inbox.json").json
        fates = []
        for phone in [one for one in self.phones if one.held]:
            epoch, through = phone.mark["epoch"], phone.mark["flushed_through"]
            if inbox["flushed_through"].get(epoch, 0) > through:
                fates.append("safe")
                phone.held = False
            elif epoch in inbox["inbox_epochs"]:
                fates.append("waiting")
            else:
                fates.append("lost")
                self.send(phone)
        return fates


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    folder = tmp_path
    with (
        embedded_postgres(folder / "postgres") as url,
        embedded_redis(folder / "redis") as redis_url,
    ):
        settings = Settings(
            environment="test", secret_key="known to this test alone", database_url=url,
            redis_url=redis_url, storage_dir=folder / "files", ballot_key_dirs=(folder / "keys",),
        )  # fmt: skip
        app = create_app(settings)
        with app.app_context():
            upgrade()
            door = create_anonymous_app(
                AnonymousSettings("test", as_role(url, ANONYMOUS_ROLE), (bytes(PEPPER_BYTES),))
            )
            yield _opened(app, door)
            dispose()


def _opened(app: Flask, door: Flask) -> County:
    made, now = make_county(), clock.now()
    period = clock.month_of(clock.today())
    with transaction():
        signing_keys.prepare_period(made.id, period)
    round_id = open_round(made.id, period, now - timedelta(days=1), now + timedelta(days=1))
    row = db.session.scalars(select(SigningKey).where(SigningKey.use == "survey")).first()
    assert row is not None
    key, ctx = (
        signing_keys.open_key(row),
        blind_signatures.context("survey", signing_keys.period_name(period), row.unit_id),
    )
    forget()

    def token() -> dict[str, str]:
        random = secrets.token_bytes(blind_signatures.RANDOM_PREFIX)
        hidden = hide(key.n, random + ctx)
        parts = {
            "kid": blind_signatures.key_id(ctx, key.n), "r": random, "body": pad([1, [0], None]),
            "sig": finalize(key.n, hidden, blind_signatures.sign(key, hidden.blinded)),
        }  # fmt: skip
        return {
            name: base64.urlsafe_b64encode(raw).decode().rstrip("=") for name, raw in parts.items()
        }

    return County(app, door, round_id, token)


@contextmanager
def dying_at(moment: str, die: Callable[[Any], None]) -> Iterator[None]:
    """Dies when a statement with these words, or the commit, is about to run; told which server
    process would run it."""

    def look(_: Any, cursor: Any, statement: str, *__: Any) -> None:
        if moment in " ".join(statement.split()):
            die(cursor.connection.info.backend_pid)

    def end(connection: Any) -> None:
        if moment == "COMMIT":
            die(connection.connection.dbapi_connection.info.backend_pid)

    destroy = box_keys._destroy
    if moment == DESTROYING:
        box_keys._destroy = die
    event.listen(db.engine, "before_cursor_execute", look)
    event.listen(db.engine, "commit", end)
    try:
        yield
    finally:
        box_keys._destroy = destroy
        event.remove(db.engine, "before_cursor_execute", look)
        event.remove(db.engine, "commit", end)


def kill_worker(moment: str, work: Callable[[], object]) -> None:
    """Another process does the work and is killed in the middle of it."""
    forget()
    child = os.fork()
    if child == 0:
        try:
            dispose(close=False)
            with dying_at(moment, lambda _: os.kill(os.getpid(), signal.SIGKILL)):
                work()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"{moment}: not reached"


def kill_database(county: County, moment: str, work: Callable[[], object]) -> None:
    """One server process dies, and PostgreSQL throws all others out and recovers."""
    forget()
    with dying_at(moment, kill_backend), pytest.raises(DBAPIError):
        work()
    recovered(county)


def kill_backend(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)


def recovered(county: County) -> None:
    county.door.extensions["anonymous_engine"].dispose()
    deadline = time.monotonic() + RECOVERED_WITHIN
    while True:
        dispose()
        try:
            db.session.execute(text("SELECT 1"))
        except DBAPIError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            forget()
            return


def close(county: County) -> int:
    """How many answers the month's count finds; no key of an earlier writing is left then."""
    with transaction() as session:
        session.execute(text("UPDATE survey_round SET closes_at = now()"))
    with transaction():
        assert rounds.close_round(county.round_id)
    counted = db.session.scalar(text("SELECT sum(people) FROM survey_tally WHERE question = 0"))
    named = set(db.session.scalars(text("SELECT file FROM anonymous.box_key")))
    (folder,) = county.app.config["SETTINGS"].ballot_key_dirs
    for file in folder.iterdir():
        os.utime(file, (0, 0))
    box_keys.forget_orphans()
    forget()
    assert {file.name for file in folder.iterdir()} == named
    return int(counted or 0)


def test_a_worker_killed_at_any_moment_costs_nothing(county: County) -> None:
    for moment in FLUSHING:
        county.answer()
        kill_worker(moment, jobs.flush_inbox)
        assert "lost" not in county.open_phones(), moment
    county.answer()
    for moment in MERGING:
        jobs.flush_inbox()
        county.answer()
        kill_worker(moment, jobs.merge_boxes)
        assert "lost" not in county.open_phones(), moment
    jobs.merge_boxes()
    county.open_phones()
    assert not [phone for phone in county.phones if phone.held]
    assert close(county) == len(county.phones)


def test_what_a_killed_database_loses_is_made_good_by_the_phones(county: County) -> None:
    for moment in (one for one in FLUSHING if one != DESTROYING):
        county.answer()
        kill_database(county, moment, jobs.flush_inbox)
        assert county.open_phones() == ["lost"] * AT_A_TIME, moment
        assert jobs.flush_inbox() == AT_A_TIME
        assert county.open_phones() == ["safe"] * AT_A_TIME, moment
    for moment in (one for one in MERGING if one != DESTROYING):
        county.answer()
        jobs.flush_inbox()
        kill_database(county, moment, jobs.merge_boxes)
        assert county.open_phones() == ["safe"] * AT_A_TIME, moment
    # The last time the inbox is full, and nobody is at work.
    county.answer()
    with db.engine.connect() as connection:
        kill_backend(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
        connection.invalidate()
    recovered(county)
    assert county.open_phones() == ["lost"] * AT_A_TIME
    assert close(county) == len(county.phones)
