"""Real PostgreSQL and Redis for every test that asks for them; each test starts from nothing."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import hypothesis
import psycopg
import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, dispose
from backend.app.core.settings import Settings
from backend.app.core.web import guards
from backend.app.core.wechat import WeChat
from backend.app.factory import create_app
from backend.app.ratings.queries import forget_reasons
from backend.local.postgres import embedded_postgres
from backend.local.redis import embedded_redis
from tests.factories.at_once import at_once
from tests.sms.gateway import Gateway
from tests.wechat.server import World, running

# Data that migrations or start-up put there and that no test changes.
KEPT = frozenset({"alembic_version"})
ANONYMOUS = [
    f"anonymous.{name}"
    for name in (
        "inbox", "inbox_epoch", "day_box", "day_spent", "box", "letter_box", "spent", "flushed",
        "key", "desk", "box_key", "thread", "appraisal_form", "appraisal_code",
    )
]  # fmt: skip
LONGEST_RUN = timedelta(minutes=45)
# Bytes.
BIG = 256 * 1024
# Every counter that a test has moved.
RESTART = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    live_ahead()
    # A busy machine is no fault of what is tested.
    hypothesis.settings.register_profile("suite", deadline=None)
    hypothesis.settings.load_profile("suite")
    if config.option.basetemp is None:
        own_folder(config)


def own_folder(config: pytest.Config) -> None:
    """A temporary folder for this run alone, gone at its end unless --basetemp names one.

    pytest's own lies in a folder of the user's that every run closes to other accounts as it
    starts, and PostgreSQL, which root starts as another account, could not get to its data.
    """
    config.option.basetemp = tempfile.mkdtemp(prefix="village-voice-tests-")
    config.add_cleanup(lambda: shutil.rmtree(config.option.basetemp, ignore_errors=True))


def live_ahead() -> None:
    """The whole suite can be run on another day: DEMO_SECONDS_AHEAD, as for `make run`.

    A run that would reach into the next month begins in it: tests name months when they are read.
    """
    ahead = seconds_ahead()
    clock.run_ahead(ahead)
    left = clock.midnight(clock.next_month(clock.today())) - clock.now()
    if left < LONGEST_RUN:
        ahead += int(left.total_seconds()) + 1
        clock.run_ahead(ahead)
        os.environ["DEMO_SECONDS_AHEAD"] = str(ahead)


def seconds_ahead() -> int:
    return int(os.environ.get("DEMO_SECONDS_AHEAD", "0"))


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded_postgres(tmp_path_factory.mktemp("postgres"), fast=True) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def settings(
    database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    return Settings(
        environment="test",
        secret_key="a secret that only these tests know",
        database_url=database_url,
        redis_url=redis_url,
        public_host="https://cunsheng.example.cn",
        storage_dir=tmp_path_factory.mktemp("files"),
        trace_key_dir=tmp_path_factory.mktemp("trace-keys"),
        ballot_key_dirs=(tmp_path_factory.mktemp("ballot-keys"),),
        wechat_app_id="wx-test",
        wechat_app_secret="wx-test-secret",
        sms_access_key_id="LTAI-demo",
        sms_access_key_secret="demo",
        sms_sign_name="村声",
        sms_template_code="SMS_100000001",
        sms_api_base="http://127.0.0.1:9/sms",
        demo_seconds_ahead=seconds_ahead(),
    )


@pytest.fixture(scope="session")
def migrated_app(settings: Settings) -> Flask:
    """One application on a database that the migrations built."""
    app = create_app(settings)
    with app.app_context():
        upgrade()
        dispose()
    return app


@pytest.fixture(scope="session")
def tables(migrated_app: Flask) -> list[str]:
    with migrated_app.app_context():
        names = db.metadata.tables.keys() - KEPT
        db.engine.dispose()
    return sorted(names)


@pytest.fixture(scope="session")
def sweeper(settings: Settings, tables: list[str]) -> Iterator[Callable[[], None]]:
    """Empties every table that holds anything.

    Rows are deleted by a session in which triggers sleep: to truncate a table is to write new files
    for it and its indexes, which takes longer than most tests. What has grown is truncated.
    """
    look = " UNION ALL ".join(
        f"SELECT '{name}', pg_relation_size('{name}') > {BIG} WHERE EXISTS (SELECT FROM {name})"
        for name in [*tables, *ANONYMOUS]
    )
    url = settings.database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")

        def sweep() -> None:
            used = connection.execute(look).fetchall()
            small = [name for name, is_big in used if not is_big]
            big = [name for name, is_big in used if is_big]
            commands = [f"DELETE FROM {name}" for name in small]
            commands += [f"TRUNCATE {', '.join(big)} CASCADE"] if big else []
            # A test whose every row was rolled back has moved counters too.
            connection.execute(";".join([*commands, RESTART]))

        yield sweep


@pytest.fixture
def app(migrated_app: Flask, settings: Settings, sweeper: Callable[[], None]) -> Iterator[Flask]:
    """An application context on empty tables and an empty Redis."""
    sweeper()
    forget_reasons()
    redis.Redis.from_url(settings.redis_url).flushdb()
    with migrated_app.app_context():
        yield migrated_app
        db.session.rollback()
        db.session.remove()
    clock.run_ahead(seconds_ahead())


@pytest.fixture
def stop_clock() -> Iterator[Callable[[datetime | None], None]]:
    """Sets the county's clock for the thread of the test; None lets it run again."""
    with ExitStack() as stopped:

        def stop(at: datetime | None) -> None:
            stopped.close()
            if at is not None:
                stopped.enter_context(clock.clock_at(at))

        yield stop


@pytest.fixture
def many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a walk over all pages: there are more than a person may ask for in a minute."""
    monkeypatch.setattr(guards, "REQUESTS", replace(guards.REQUESTS, most=10_000))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def scalar(app: Flask):
    """Asks the database one thing, outside the application's own reads."""

    def ask(statement: str, **values: object) -> object:
        with db.engine.connect() as connection:
            return connection.execute(text(statement), values).scalar()

    return ask


@pytest.fixture
def ballot_keys(settings: Settings) -> Path:
    return settings.ballot_key_dirs[0]


@pytest.fixture
def files(settings: Settings) -> Path:
    return settings.storage_dir


@pytest.fixture
def world(app: Flask, settings: Settings) -> Iterator[World]:
    """WeChat's server, as far as the application can tell."""
    world = World(settings.wechat_app_id, settings.wechat_app_secret)
    with running(world) as base:
        client = redis.Redis.from_url(settings.redis_url)
        app.extensions["wechat"] = WeChat(world.app_id, world.app_secret, client, base)
        yield world
    del app.extensions["wechat"]


@pytest.fixture
def gateway(app: Flask, world: World, monkeypatch) -> Iterator[Gateway]:
    """The SMS stand-in, where the application sends its messages."""
    with running(world) as base:
        settings = replace(app.config["SETTINGS"], sms_api_base=f"{base}/sms")
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        world.sms.ahead = timedelta(seconds=seconds_ahead())
        yield world.sms


@pytest.fixture(name="at_once")
def at_once_in_the_app(app: Flask) -> Callable[..., list[str]]:
    """`at_once` in this test's application."""
    return partial(at_once, app)
