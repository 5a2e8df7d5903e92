"""Migrations: from empty, back and forth, and nothing left to migrate."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, text

from backend.app.core.db import db, dispose
from backend.app.core.settings import Settings
from backend.app.factory import create_app
from tests.architecture.test_source import ROOT

BASELINE = "0053"
LEFT = """
    SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
    WHERE nspname IN ('public', 'anonymous')
"""


@pytest.fixture
def empty_app(settings: Settings) -> Iterator[Flask]:
    """An application on a database of its own, without tables."""
    url = settings.database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS migrations_test WITH (FORCE)")
        connection.execute("CREATE DATABASE migrations_test")
    other = settings.database_url.replace("/village_voice?", "/migrations_test?")
    assert other != settings.database_url
    app = create_app(Settings(**{**settings.__dict__, "database_url": other}))
    with app.app_context():
        yield app
        dispose()


def tables() -> int:
    return db.session.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))


def test_upgrading_from_nothing_and_from_the_revision_before(empty_app: Flask) -> None:
    upgrade()
    built = tables()
    db.session.rollback()
    downgrade(revision="-1")
    upgrade()
    assert tables() == built > 15
    db.session.rollback()
    downgrade(revision="base")
    assert tables() == 1, "alembic's own"
    assert db.session.scalar(text(LEFT)) == 0, "functions and the anonymous tables go, too"
    db.session.rollback()
    upgrade()


def test_who_migrates_is_in_the_audit_log(empty_app: Flask) -> None:
    upgrade()
    entry = db.session.execute(
        text("SELECT subject_kind, subject_id, origin, detail FROM audit_entry")
    ).one()
    assert tuple(entry[:3]) == ("command", "db", "shell")
    assert entry.detail["user"]
    assert BASELINE in entry.detail["version"]
    db.session.rollback()
    upgrade()
    assert db.session.scalar(text("SELECT count(*) FROM audit_entry")) == 1


def test_models_and_migrations_agree(empty_app: Flask) -> None:
    upgrade()
    done = empty_app.test_cli_runner().invoke(args=["db", "check"])
    assert done.exit_code == 0, done.output


# What `flask db check` does not compare.
CONDITIONS = """
    SELECT conrelid::regclass::text || ' ' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype = 'c' AND connamespace = CAST(:schema AS regnamespace)
    UNION ALL
    SELECT indrelid::regclass::text || ' ' || relname, pg_get_expr(indpred, indrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indpred IS NOT NULL AND relnamespace = CAST(:schema AS regnamespace)
"""
LISTED = re.compile(r"ARRAY\[(.*?)\]")


def conditions(connection: Connection, schema: str) -> dict[str, str]:
    """Each check and each condition of an index; the order of listed words does not matter."""
    return {
        name.removeprefix(f"{schema}."): LISTED.sub(
            lambda listed: str(sorted(listed[1].split(", "))), condition
        )
        for name, condition in connection.execute(text(CONDITIONS), {"schema": schema})
    }


def test_checks_and_conditions_of_indexes_are_those_of_the_models(empty_app: Flask) -> None:
    upgrade()
    translated = {"schema_translate_map": {None: "as_models"}}
    with db.engine.connect().execution_options(**translated) as connection:
        connection.execute(text("CREATE SCHEMA as_models"))
        db.metadata.create_all(connection, checkfirst=False)
        assert conditions(connection, "public") == conditions(connection, "as_models")


def before(migration: str) -> str:
    """The revision that a migration follows."""
    (path,) = (ROOT / "migrations/versions").glob(f"*_{migration}.py")
    return re.findall(r'^down_revision = "(\d+)"', path.read_text("utf-8"), re.M)[0]


# Rows of one table each, without what they refer to.
BEFORE_EXPIRY = """
    SET LOCAL session_replication_role = replica;
    INSERT INTO redemption (county_id, village_id, person_id, reward_id, exchange_point_id, price,
        state, month, nth_in_month, nth, idempotency_key, reserved_at, keep_until)
    VALUES (1, 2, 3, 4, 5, 6, 'lapsed', '2026-11-01', 1, 1, gen_random_uuid(), now(), now());
    INSERT INTO points_entry (person_id, amount, cause_kind, cause_id, earned_on, created_at, kind,
        county_id)
    VALUES (3, -2, 'lapse', 1, '2026-11-01', now(), 'expired', 1);
    INSERT INTO notice (person_id, kind, title, words, subject_kind, subject_id, created_at)
    VALUES (3, 'points', '快到期了', '', 'points_lapse', 1, now())
"""
AFTER_EXPIRY = """
    SELECT (SELECT state FROM redemption), (SELECT cause_kind FROM points_entry),
           (SELECT subject_kind FROM notice)
"""


def test_what_lapsed_before_has_expired(empty_app: Flask) -> None:
    earlier = before("expiry")
    upgrade(revision=earlier)
    for statement in BEFORE_EXPIRY.split(";"):
        db.session.execute(text(statement))
    db.session.commit()
    upgrade()
    words = db.session.execute(text(AFTER_EXPIRY)).one()
    assert tuple(words) == ("expired", "expiry", "points_expiry")
    db.session.rollback()
    downgrade(revision=earlier)
    words = db.session.execute(text(AFTER_EXPIRY)).one()
    assert tuple(words) == ("lapsed", "lapse", "points_lapse")


BEFORE_MODERATION = """
    SET LOCAL session_replication_role = replica;
    INSERT INTO survey_text (id, round_id, unit_id, question, words)
    VALUES (gen_random_uuid(), 1, 2, 1, '要修路');
    INSERT INTO points_entry (person_id, amount, cause_kind, cause_id, earned_on, created_at, kind,
        county_id)
    VALUES (3, -2, 'hold', 1, '2026-11-01', now(), 'adjusted', 1);
    INSERT INTO notice (person_id, kind, title, words, subject_kind, subject_id, created_at)
    VALUES (3, 'points', '先暂扣', '', 'points_hold', 1, now())
"""
AFTER_MODERATION = """
    SELECT (SELECT state FROM survey_text), (SELECT cause_kind FROM points_entry),
           (SELECT subject_kind FROM notice)
"""


def test_what_was_held_before_is_moderated_or_frozen(empty_app: Flask) -> None:
    earlier = before("moderated_flagged_frozen")
    upgrade(revision=earlier)
    for statement in BEFORE_MODERATION.split(";"):
        db.session.execute(text(statement))
    db.session.commit()
    upgrade()
    words = db.session.execute(text(AFTER_MODERATION)).one()
    assert tuple(words) == ("moderated", "day_freeze", "points_day_freeze")
    db.session.rollback()
    downgrade(revision=earlier)
    words = db.session.execute(text(AFTER_MODERATION)).one()
    assert tuple(words) == ("held", "hold", "points_hold")
