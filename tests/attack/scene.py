"""A county that is about to be robbed: real servers, real applications, five villages of sixty."""

import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from backend.app.ballots import signing_keys
from backend.app.core import clock
from backend.app.core.db import db, dispose, transaction
from backend.app.core.sessions import SessionKind, open_session
from backend.app.core.settings import REPOSITORY, Settings
from backend.app.factory import create_app
from backend.app.surveys import operations as rounds
from backend.local.ports import held_port
from backend.local.postgres import embedded_postgres
from backend.local.redis import embedded_redis
from backend.local.surroundings import of_anonymous
from tests.factories.county import County, bind, make_county, make_person
from tests.factories.surveys import let_act, make_round
from tests.factories.tickets import make_offices

VILLAGES, PEOPLE = 5, 60
TOTAL = VILLAGES * PEOPLE
# One a village is right by chance; more than fourteen happens once in five thousand runs.
MOST_BY_CHANCE = 14
SECRET = "a secret that only this attack knows"
PEPPER = "5b" * 32
ANONYMOUS = "backend.app.factory:create_anonymous_app"
# What the product would be if it were built as surveys usually are: the control.
NAIVE = """
CREATE SCHEMA naive;
CREATE TABLE naive.issue (person_id bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE naive.answer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, unit_id bigint NOT NULL,
    words text NOT NULL, at timestamptz NOT NULL DEFAULT now());
"""


@dataclass(frozen=True)
class Villager:
    """Somebody with a name, a session and something to say that only they would say."""

    person_id: int
    openid: str
    token: str
    village_id: int
    words: str


@dataclass
class Scene:
    """Where everything is, and what the thief must find out."""

    folder: Path
    app: Flask
    county: County
    month: date
    round_id: int
    web: str
    anonymous: str
    environment: dict[str, str]
    villagers: list[Villager] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        return self.environment["DATABASE_URL"].replace("+psycopg", "")

    @property
    def data(self) -> Path:
        """PostgreSQL's own files."""
        return self.folder / "postgres" / "postgres"

    @property
    def trace_keys(self) -> Path:
        """Where the key of the day's traces lies, which no thief is given."""
        return self.folder / "trace-keys"

    @property
    def box_keys(self) -> Path:
        """Where what opens the ballot boxes lies."""
        return self.folder / "ballot-keys"

    @property
    def period(self) -> str:
        return signing_keys.period_name(self.month)

    def begin_month(self) -> None:
        """The month for which ballots were fetched: questions are asked, letters taken."""
        with self.second_day(), transaction():
            assert rounds.open_round(self.round_id)
            assert rounds.open_ticket_desk(self.county.id)

    def second_day(self) -> AbstractContextManager[None]:
        """The county's own clock stands there inside."""
        return clock.clock_at(clock.midnight(self.month) + timedelta(days=1))

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[call-overload]

    def scalar(self, statement: str) -> Any:
        return self.ask(statement)[0][0]


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """Everything started; next month's keys made, and a round planned that asks then."""
    with ExitStack() as stack:
        environment = stack.enter_context(_servers(folder))
        app = create_app(Settings.from_env(environment))
        stack.enter_context(app.app_context())
        upgrade()
        stack.callback(dispose)
        month = clock.next_month(clock.month_of(clock.today()))
        county, round_id = _county(month)
        web = stack.enter_context(server_process(folder, "web", "wsgi:app", environment))
        anonymous = stack.enter_context(
            server_process(folder, "anonymous", ANONYMOUS, of_anonymous(environment, PEPPER))
        )
        found = Scene(folder, app, county, month, round_id, web, anonymous, environment)
        with psycopg.connect(found.dsn, autocommit=True) as connection:
            connection.execute(NAIVE)
        found.villagers = _villagers(county)
        yield found


@contextmanager
def _servers(folder: Path) -> Iterator[dict[str, str]]:
    with (
        embedded_postgres(folder / "postgres") as database_url,
        embedded_redis(folder / "redis", keep=True) as redis_url,
    ):
        yield {
            **os.environ,
            "APP_ENV": "test",
            "SECRET_KEY": SECRET,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "STORAGE_DIR": str(folder / "files"),
            "TRACE_KEY_DIR": str(folder / "trace-keys"),
            "BALLOT_KEY_DIR": str(folder / "ballot-keys"),
            "PUBLIC_HOST": "https://cunsheng.example.cn",
            "LOG_LEVEL": "INFO",
            "PYTHONPATH": str(REPOSITORY),
        }


def _county(month: date) -> tuple[County, int]:
    county = make_county(villages=VILLAGES)
    make_offices(county)
    for village_id in county.village_ids:
        for _ in range(PEOPLE):
            bind(make_person(f"openid-canary-{secrets.token_hex(8)}"), county, village_id)
    let_act(county.id)
    with transaction():
        signing_keys.prepare_period(county.id, month)
    opens_at = clock.midnight(month)
    return county, make_round(county.id, month, opens_at, opens_at + timedelta(days=25))


def _villagers(county: County) -> list[Villager]:
    """In the order in which they will come: nobody's number says where they live."""
    rows = db.session.execute(
        text(
            "SELECT p.id, p.openid, b.village_id FROM person p JOIN binding b ON b.person_id = p.id"
            " WHERE p.openid LIKE 'openid-canary-%'"
        )
    ).all()
    db.session.rollback()
    secrets.SystemRandom().shuffle(rows)
    at = clock.now().timestamp()
    return [
        Villager(
            row.id, row.openid, open_session(SessionKind.APP, row.id, at), row.village_id,
            f"金丝雀-{row.id}-{secrets.token_hex(6)}",
        )
        for row in rows
    ]  # fmt: skip


@contextmanager
def server_process(
    folder: Path, name: str, target: str, environment: dict[str, str]
) -> Iterator[str]:
    """A server of its own, as `make run` starts it; its log is the thief's too."""
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    with held_port(8800) as port, (logs / f"{name}.log").open("wb") as log:
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws",
            "--log-level", "warning", "--no-access-log", target,
        ]  # fmt: skip
        if target.endswith("create_anonymous_app"):
            command.append("--factory")
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait(port: int) -> None:
    for _ in range(1200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except OSError:
            time.sleep(0.05)
            continue
        return
    raise SystemExit("the server under attack did not open")
