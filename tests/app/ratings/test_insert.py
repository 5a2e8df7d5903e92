"""Storing ratings: each is counted once and rewarded once, also when many arrive together."""

import threading
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import ForeignKeyViolation, UniqueViolation
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.ratings import operations, scan_token
from backend.app.ratings.counter_sql import RECOUNT
from backend.app.ratings.insert import StoredRating, insert_rating
from tests.app.ratings.conftest import open_phone
from tests.factories.county import County, make_county, make_person

LEVELS = "level_1, level_2, level_3, level_4, level_5, flagged"
COUNTERS = (
    f"SELECT service_point_id, rated_on, {LEVELS} FROM rating_day_count ORDER BY 1, 2",
    f"SELECT village_id, month, {LEVELS} FROM rating_month_count ORDER BY 1, 2",
)


def values(county: County, person_id: int, point: int = 0, level: int = 1, **other: Any) -> dict:
    """What `operations.rate` hands to the statement."""
    at = clock.now()
    today = clock.local_day(at)
    return {
        "qr_code_id": code_ids()[county.service_point_ids[point]],
        "person_id": person_id,
        "scan_nonce": uuid4().bytes[:12],
        "at": at,
        "channel": "scan",
        "scanned_on": today,
        "scan_month": clock.month_of(today),
        "today": today,
        "month": clock.month_of(today),
        "level": level,
        "reason_ids": [],
        "words": None,
        "words_state": "none",
        "moderation_reason": None,
        "folded": None,
        "asks_wechat": False,
        "idempotency_key": uuid4(),
        "request_digest": b"0",
        "took_seconds": 9,
        "network": "0a" * 8,
        "device": None,
        **other,
    }


def code_ids() -> dict[int, int]:
    rows = db.session.execute(text("SELECT service_point_id, id FROM qr_code"))
    return dict(rows.all())


def counters() -> list[list[tuple[Any, ...]]]:
    with db.engine.connect() as connection:
        return [[tuple(row) for row in connection.execute(text(sql))] for sql in COUNTERS]


def test_the_answer_names_village_point_points_and_balance(county: County, scalar) -> None:
    stored = insert_rating(values(county, make_person(), level=3))
    assert stored == StoredRating(stored.id, "第1村", "办事窗口1", 2, 2, "none", clock.today())
    assert scalar("SELECT level FROM rating WHERE id = :id", id=stored.id) == 3
    assert scalar("SELECT level_3 FROM rating_day_count") == 1


def test_points_stop_at_the_days_cap_and_the_balance_stays(app) -> None:
    county = make_county(villages=7)
    person = make_person()
    stored = [insert_rating(values(county, person, point)) for point in range(7)]
    assert [rating.points_awarded for rating in stored] == [2, 2, 2, 2, 2, 0, 0]
    assert [rating.balance for rating in stored] == [2, 4, 6, 8, 10, 10, 10]


def test_a_person_the_database_does_not_know_is_refused_and_nothing_is_counted(
    county: County, scalar
) -> None:
    with pytest.raises(ForeignKeyViolation):
        insert_rating(values(county, 999_999))
    assert scalar("SELECT count(*) FROM rating") == 0
    assert scalar("SELECT count(*) FROM rating_day_count") == 0


def test_a_revoked_code_stores_nothing(county: County, scalar) -> None:
    with transaction() as session:
        session.execute(text("UPDATE qr_code SET revoked_at = now()"))
    assert insert_rating(values(county, make_person())) is None
    assert scalar("SELECT count(*) FROM rating") == 0


class Collision(UniqueViolation):
    """As the server says it when two acts of one person took the same number."""

    @property
    def diag(self) -> Any:
        return type("Diag", (), {"constraint_name": "uq_points_entry_nth"})


@pytest.mark.parametrize(("collisions", "is_stored"), [(3, True), (4, False)])
def test_a_collision_of_points_is_tried_again_three_times(
    county: County, scalar, monkeypatch: pytest.MonkeyPatch, collisions: int, is_stored: bool
) -> None:
    rating = values(county, make_person())
    execute, tries = psycopg.Cursor.execute, []

    def collide(cursor: psycopg.Cursor, *rest: Any, **more: Any) -> Any:
        tries.append(rest)
        if len(tries) <= collisions:
            raise Collision
        return execute(cursor, *rest, **more)

    with monkeypatch.context() as patched:
        patched.setattr(psycopg.Cursor, "execute", collide)
        if is_stored:
            assert insert_rating(rating).points_awarded == 2
        else:
            with pytest.raises(UniqueViolation):
                insert_rating(rating)
    assert scalar("SELECT count(*) FROM rating") == int(is_stored)


def test_many_phones_at_once_are_all_stored_once(app: Flask, client, scalar) -> None:
    county = make_county(villages=3)
    phones = [open_phone(app.test_client()) for _ in range(12)]
    tokens = [
        [phone.scan(code)["scan_token"] for code in county.codes.values()] for phone in phones
    ]
    statuses: list[int] = []
    ready = threading.Barrier(len(phones))

    def rate(number: int) -> None:
        with app.app_context():
            ready.wait(10)
            for token in tokens[number]:
                statuses.append(phones[number].send(token, 1 + number % 5).status_code)

    threads = [threading.Thread(target=rate, args=(n,)) for n in range(len(phones))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert statuses == [201] * 36
    assert scalar("SELECT count(*) FROM rating") == 36
    assert scalar("SELECT sum(balance) FROM points_balance") == 72


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 5)), min_size=1, max_size=12
    )
)
def test_whatever_is_rated_counters_equal_a_recount(
    app: Flask, ratings: list[tuple[int, int, int]]
) -> None:
    county = make_county(villages=3, code=str(100000 + uuid4().int % 800000))
    people = [make_person() for _ in range(4)]
    for person, point, level in ratings:
        insert_rating(values(county, people[person], point, level))
    kept = counters()
    with transaction() as session:
        month = clock.month_of(clock.today())
        for statement in RECOUNT:
            session.execute(statement, {"first": month, "last": clock.next_month(month)})
    assert kept == counters()


def test_words_and_digest_are_stored_as_they_were_sent(county: County, scalar) -> None:
    person = make_person()
    _, scan = scan_token.issue(person, code_ids()[county.service_point_ids[0]], clock.now())
    words = '引号"、反斜杠\\、百分号%、换行\n和👍🏽'
    key = UUID(int=7)
    operations.rate(scan, key, operations.RatingInput(2, (), words))
    assert scalar("SELECT words FROM rating") == words
    assert bytes(scalar("SELECT scan_nonce FROM rating")) == scan.nonce
    again = operations.rate(scan, key, operations.RatingInput(2, (), words))
    assert again.rating.words == words
