"""Migrations: from empty, back and forth, and nothing left to migrate."""

import re
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, text

from backend.app.core.db import db, dispose
from backend.app.core.settings import Settings
from backend.app.factory import create_app


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
    assert tables() == 1
    db.session.rollback()
    upgrade()


EARLIER = """
    INSERT INTO region (level, name, code, opened_on) VALUES
        ('county', '富平县', '610528000000', '2020-01-01');
    UPDATE region SET county_id = id;
    INSERT INTO person (display_name, created_at) VALUES ('周', now()), ('吴', now());
    INSERT INTO role_grant (person_id, role, region_id, starts_on, granted_at)
        SELECT id, 'administrator', (SELECT id FROM region), '2024-01-01', now() FROM person;
    INSERT INTO console_login (person_id, username, password_hash, last_login_at)
        SELECT id, 'u' || id, 'x', CASE display_name WHEN '周' THEN now() END FROM person;
    INSERT INTO points_draw (county_id, region_id, title, first_month, last_month, prizes,
        seed_source, seed_at, state, tickets, commitment, published_at, made_by_id, made_at)
        SELECT r.id, r.id, '抽奖', '2026-10-01', '2026-10-01', '[]', '双色球', now(), 'published',
            1, decode(repeat('00', 32), 'hex'), now(), p.id, now()
        FROM region r, person p WHERE p.display_name = '周';
"""


def test_administrators_become_county_managers_and_open_draws_are_called_off(
    empty_app: Flask,
) -> None:
    upgrade(revision="0029")
    db.session.execute(text(EARLIER))
    db.session.commit()
    upgrade()
    roles = db.session.scalars(text("SELECT DISTINCT role FROM role_grant")).all()
    assert roles == ["county_manager"]
    how = db.session.execute(
        text("SELECT display_name, activated_how FROM console_login JOIN person p ON p.id"
             " = person_id ORDER BY p.id")
    ).all()  # fmt: skip
    assert [tuple(row) for row in how] == [("周", "earlier"), ("吴", None)]
    draw = db.session.execute(text("SELECT state, called_off_reason FROM points_draw")).one()
    assert draw.state == "called_off"
    assert "没有写明" in draw.called_off_reason
    db.session.rollback()
    downgrade(revision="0029")
    roles = db.session.scalars(text("SELECT DISTINCT role FROM role_grant")).all()
    assert roles == ["administrator"]


def test_who_migrates_is_in_the_audit_log(empty_app: Flask) -> None:
    upgrade()
    entry = db.session.execute(
        text("SELECT subject_kind, subject_id, origin, detail FROM audit_entry")
    ).one()
    assert tuple(entry[:3]) == ("command", "db", "shell")
    assert entry.detail["user"]
    assert "0001" in entry.detail["version"]
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


PAST = """
    INSERT INTO region (level, code, name, opened_on) VALUES ('county', '610528000000', '富平县', '2020-01-01');
    UPDATE region SET county_id = id;
    INSERT INTO region (level, code, name, parent_id, county_id, township_id, opened_on)
    SELECT 'village', '610528100201', '东村', id, id, id, '2020-01-01' FROM region;
    INSERT INTO ticket (number, county_id, village_id, unit_region_id, channel, kind, urgency, words, state,
                        created_at, round_started_at, first_answer_due_at, first_answered_at, due_at,
                        assigned_at, answered_at, closed_at, reply_result, verdict, verdict_at, outcome)
    SELECT number, c.id, v.id, unit.id, 'hotline', 'help', 'ordinary', '路灯不亮', state, day, day,
           day + interval '1 day', answered, day + interval '7 days', assigned, answered, closed,
           CASE WHEN answered IS NOT NULL THEN 'done' END,
           CASE WHEN closed IS NOT NULL THEN 'solved' END, closed,
           CASE WHEN closed IS NOT NULL THEN 'solved' END
    FROM region c JOIN region v ON v.level = 'village'
    CROSS JOIN (VALUES
        ('A', 'submitted', NULL, NULL, NULL),
        ('B', 'archived', timestamptz '2026-11-20', timestamptz '2026-11-21',
         timestamptz '2026-11-22')) AS told (number, state, assigned, answered, closed)
    CROSS JOIN (SELECT timestamptz '2026-11-02' AS day) AS first
    LEFT JOIN region unit ON unit.id = v.id AND assigned IS NOT NULL
    WHERE c.level = 'county';
    INSERT INTO ticket_event (ticket_id, at, party, move, from_state, to_state, round, unit_region_id, detail)
    SELECT t.id, at, party, move, from_state, to_state, 1, t.unit_region_id, detail::jsonb
    FROM (VALUES
        ('A', timestamptz '2026-11-02', 'desk', 'submit', NULL, 'submitted', '{}'),
        ('B', '2026-11-02', 'desk', 'submit', NULL, 'submitted', '{}'),
        ('B', '2026-11-20', 'desk', 'assign', 'accepted', 'assigned', '{}'),
        ('B', '2026-11-21', 'handler', 'reply', 'handling', 'answered', '{"result": "done"}'),
        ('B', '2026-11-22', 'author', 'confirm', 'answered', 'resolved', '{"answer": "solved"}'),
        ('B', '2026-11-29', 'system', 'archive', 'resolved', 'archived', '{}')
    ) AS e (number, at, party, move, from_state, to_state, detail)
    JOIN ticket t ON t.number = e.number ORDER BY at
"""  # noqa: E501


def test_the_turns_of_tickets_that_were_there_are_made_from_their_events(empty_app: Flask) -> None:
    upgrade(revision="0027")
    for statement in PAST.split(";"):
        db.session.execute(text(statement))
    db.session.commit()
    upgrade()
    turns = db.session.execute(
        text(
            "SELECT t.number, n.village_id IS NOT NULL, n.started_at::date::text,"
            " n.due_at::date::text, n.ended_at::date::text, n.verdict, n.finished_at IS NOT NULL"
            " FROM ticket_turn n JOIN ticket t ON t.id = ticket_id ORDER BY 1, n.id"
        )
    ).all()
    assert [tuple(turn) for turn in turns] == [
        ("A", False, "2026-11-02", "2026-11-03", None, None, False),
        ("B", False, "2026-11-02", "2026-11-03", "2026-11-20", None, False),
        # What had lain at the desk for 18 days moves the deadline that ran from submission.
        ("B", True, "2026-11-20", "2026-11-27", "2026-11-21", "solved", True),
    ]
    kept = db.session.execute(
        text("SELECT state, archived_at::date::text FROM ticket ORDER BY number")
    ).all()
    assert [tuple(one) for one in kept] == [("submitted", None), ("resolved", "2026-11-29")]


# The village 东村, with 老庄 merged into it; its cadre; and five tickets, all assigned in October.
CALLED_BACK = """
    INSERT INTO region (level, code, name, opened_on) VALUES
        ('county', '610528000000', '富平县', '2020-01-01');
    UPDATE region SET county_id = id;
    INSERT INTO region (level, code, name, parent_id, county_id, opened_on)
    SELECT 'township', '610528100000', '庄里镇', id, id, '2020-01-01' FROM region;
    UPDATE region SET township_id = id WHERE level = 'township';
    INSERT INTO region (level, code, name, parent_id, county_id, township_id, opened_on)
    SELECT 'village', told.*, id, county_id, id, '2020-01-01' FROM region,
        (VALUES ('610528100201', '东村'), ('610528100202', '老庄')) AS told
    WHERE level = 'township';
    UPDATE region SET closed_on = '2025-01-01',
        merged_into_id = (SELECT id FROM region WHERE name = '东村') WHERE name = '老庄';
    INSERT INTO person (display_name, created_at) VALUES ('村支书', now());
    INSERT INTO role_grant (person_id, role, region_id, starts_on, granted_at)
    SELECT p.id, 'cadre', r.id, '2024-01-01', now() FROM person p, region r WHERE r.name = '东村';
    INSERT INTO ticket (number, county_id, village_id, unit_region_id, channel, about_cadres, kind,
        urgency, words, state, created_at, round_started_at, citizen_due_at, assigned_at,
        sign_due_at, due_at, paused_at, answered_at, reply_result)
    SELECT told.number, v.county_id, v.id, u.id, channel, accused, 'help', 'rating', '没人管',
        state, day, day, day + interval '7 days', day, day + interval '1 day',
        day + interval '7 days', paused, answered, CASE WHEN answered IS NOT NULL THEN 'done' END
    FROM region v CROSS JOIN (SELECT timestamptz '2026-10-12 09:00+08' AS day) AS first
    CROSS JOIN (VALUES
        ('open', 'rating', false, '东村', 'handling', NULL::timestamptz, NULL::timestamptz),
        ('asked', 'rating', false, '东村', 'waiting', '2026-10-13 09:00+08', NULL),
        ('answered', 'rating', false, '东村', 'answered', NULL, '2026-10-14 09:00+08'),
        ('accused', 'mini', true, '老庄', 'assigned', NULL, NULL),
        ('lamp', 'mini', false, '东村', 'handling', NULL, NULL)
    ) AS told (number, channel, accused, unit, state, paused, answered)
    JOIN region u ON u.name = unit WHERE v.name = '东村';
    INSERT INTO ticket_turn (ticket_id, county_id, round, unit_region_id, village_id, call_back,
        started_at, sign_due_at, first_answer_due_at, due_at, paused_at, extra_days, answered_at,
        ended_at, result)
    SELECT id, county_id, 1, unit_region_id,
        CASE WHEN unit_region_id = village_id THEN village_id END, channel = 'rating', assigned_at,
        sign_due_at, assigned_at + interval '3 days', due_at, paused_at, 0, answered_at,
        answered_at, reply_result
    FROM ticket ORDER BY id;
    INSERT INTO ticket_pause (ticket_id, round, paused_at)
    SELECT id, 1, paused_at FROM ticket WHERE paused_at IS NOT NULL
"""
TURNS = """
    SELECT t.number, r.name, n.call_back, n.started_at >= :before, n.ended_at >= :before,
           n.due_at - n.started_at
    FROM ticket_turn n JOIN ticket t ON t.id = n.ticket_id JOIN region r ON r.id = n.unit_region_id
    ORDER BY t.number, n.id
"""


def test_old_call_backs_go_to_the_township_and_their_lateness_stays(empty_app: Flask) -> None:
    upgrade(revision="0031")
    for statement in CALLED_BACK.split(";"):
        db.session.execute(text(statement))
    db.session.commit()
    before = db.session.scalar(text("SELECT now()"))
    db.session.rollback()
    upgrade(revision="0032")
    week, three = timedelta(days=7), timedelta(days=21)
    turns = [tuple(row) for row in db.session.execute(text(TURNS), {"before": before})]
    assert turns == [
        ("accused", "老庄", False, False, True, week),
        ("accused", "庄里镇", False, True, None, three),
        # What the village answered is the village's; only who works on it further changes.
        ("answered", "东村", True, False, False, week),
        ("asked", "东村", True, False, True, week),
        ("asked", "庄里镇", True, True, None, three),
        ("lamp", "东村", False, False, None, week),
        ("open", "东村", True, False, True, week),
        ("open", "庄里镇", True, True, None, three),
    ]
    tickets = db.session.execute(
        text("SELECT t.number, r.name, t.state, t.paused_at, t.kept_from_people <> '{}',"
             " ARRAY(SELECT k.name FROM region k WHERE k.id = ANY(t.kept_from_regions)"
             " ORDER BY k.id) FROM ticket t JOIN region r ON r.id = t.unit_region_id"
             " ORDER BY t.number")
    )  # fmt: skip
    assert [tuple(row) for row in tickets] == [
        ("accused", "庄里镇", "assigned", None, True, ["东村", "老庄"]),
        ("answered", "庄里镇", "answered", None, True, ["东村", "老庄"]),
        ("asked", "庄里镇", "assigned", None, True, ["东村", "老庄"]),
        ("lamp", "东村", "handling", None, False, []),
        ("open", "庄里镇", "assigned", None, True, ["东村", "老庄"]),
    ]
    moves = db.session.execute(
        text("SELECT t.number, e.party, e.move FROM ticket_event e JOIN ticket t"
             " ON t.id = e.ticket_id ORDER BY t.number")
    )  # fmt: skip
    assert [tuple(row) for row in moves] == [
        (number, "system", "reassign") for number in ("accused", "asked", "open")
    ]
    assert db.session.scalar(text("SELECT resumed_at >= :at FROM ticket_pause"), {"at": before})
    db.session.rollback()
    upgrade()


DECIDED = """
    INSERT INTO region (level, name, code, opened_on) VALUES
        ('county', '富平县', '610528000000', '2020-01-01'),
        ('county', '合阳县', '610524000000', '2020-01-01');
    UPDATE region SET county_id = id;
    INSERT INTO ticket_settings (county_id, silent_days)
        SELECT id, 9 FROM region WHERE name = '富平县';
    INSERT INTO points_policy (county_id, lapse) SELECT id, 'yearly' FROM region;
    INSERT INTO score_policy (county_id, objection_days)
        SELECT id, 20 FROM region WHERE name = '合阳县';
"""


def test_what_counties_decided_moves_into_one_row_and_back(empty_app: Flask) -> None:
    upgrade(revision="0051")
    db.session.execute(text(DECIDED))
    db.session.commit()
    upgrade()
    kept = db.session.execute(
        text("SELECT silent_days, lapse, objection_days, proxy_cap FROM county_settings"
             " JOIN region ON id = county_settings.county_id ORDER BY code DESC")
    ).all()  # fmt: skip
    assert [tuple(row) for row in kept] == [(9, "yearly", 15, 20), (14, "yearly", 20, 20)]
    db.session.rollback()
    downgrade(revision="0051")
    days = db.session.scalars(text("SELECT silent_days FROM ticket_settings ORDER BY 1")).all()
    assert days == [9, 14]
    db.session.rollback()
