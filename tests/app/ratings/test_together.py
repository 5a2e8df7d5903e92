"""Ratings that arrive together: one statement, and yet each stands or falls alone."""

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

from backend.app.core import calendar
from backend.app.core.db import db, transaction
from backend.app.ratings import operations, scan, storing
from backend.app.ratings.statements import RECOUNT
from tests.app.ratings.conftest import open_phone
from tests.factories.county import County, make_county, make_person

NOBODY = 999_999
LEVELS = "level_1, level_2, level_3, level_4, level_5, held"
COUNTERS = (
    f"SELECT service_point_id, rated_on, {LEVELS} FROM rating_day_count ORDER BY 1, 2",
    f"SELECT village_id, month, {LEVELS} FROM rating_month_count ORDER BY 1, 2",
)


def rating(county: County, person_id: int, point: int = 0, level: int = 1, **other: Any) -> dict:
    """What `operations.rate` hands to the statement."""
    at = calendar.now()
    return {
        "qr_code_id": code_ids(county)[county.service_point_ids[point]],
        "person_id": person_id,
        "scan_nonce": uuid4().bytes[:12].hex(),
        "created_at": at,
        "rated_on": calendar.local_day(at),
        "level": level,
        "reason_ids": [],
        "words": None,
        "words_state": "none",
        "hold_reason": None,
        "idempotency_key": uuid4(),
        "request_digest": "00",
        "took_seconds": 9,
        "network": "0a" * 8,
        "device": None,
        **other,
    }


def code_ids(county: County) -> dict[int, int]:
    rows = db.session.execute(text("SELECT service_point_id, id FROM qr_code"))
    return dict(rows.all())


def together(*ratings: dict) -> list[Any]:
    return storing._store_together(ratings)


def counters() -> list[list[tuple[Any, ...]]]:
    with db.engine.connect() as connection:
        return [[tuple(row) for row in connection.execute(text(ask))] for ask in COUNTERS]


def test_each_is_told_its_own_id_points_and_balance(county: County, scalar) -> None:
    people = [make_person() for _ in range(3)]
    stored = together(*(rating(county, person, level=n) for n, person in enumerate(people, 1)))
    for (rating_id, village, point, awarded, balance, state), person, level in zip(
        stored, people, (1, 2, 3), strict=True
    ):
        assert scalar("SELECT person_id FROM rating WHERE id = :id", id=rating_id) == person
        assert scalar("SELECT level FROM rating WHERE id = :id", id=rating_id) == level
        assert (village, point, awarded, balance, state) == ("第1村", "办事窗口1", 2, 2, "none")
    assert scalar("SELECT level_1 + level_2 + level_3 FROM rating_day_count") == 3


def test_two_of_one_person_share_the_cap_and_the_second_sees_the_balance_after_both(app) -> None:
    county = make_county(villages=7)
    person = make_person()
    stored = together(*(rating(county, person, point) for point in range(7)))
    by_id = sorted(stored)
    assert [row[3] for row in by_id] == [2, 2, 2, 2, 2, 0, 0]
    assert [row[4] for row in by_id] == [2, 4, 6, 8, 10, 10, 10]


def test_the_same_request_twice_on_one_crossing_is_stored_once_and_answered_alike(
    county: County, scalar
) -> None:
    request = rating(county, make_person())
    first, second = together(request, request)
    assert first == second
    assert scalar("SELECT count(*) FROM rating") == 1
    assert scalar("SELECT level_1 FROM rating_month_count") == 1


def test_other_content_under_the_same_key_on_one_crossing_is_not_taken_for_stored(
    county: County, scalar
) -> None:
    request = rating(county, make_person())
    stored = together(request, {**request, "level": 5, "request_digest": "01"})
    assert sorted(outcome is None for outcome in stored) == [False, True]
    assert scalar("SELECT count(*) FROM rating") == 1


def test_one_that_the_database_refuses_does_not_take_the_others_along(
    county: County, scalar
) -> None:
    before, ghost, after = together(
        rating(county, make_person()), rating(county, NOBODY), rating(county, make_person())
    )
    assert before[0]
    assert after[0]
    assert isinstance(ghost, ForeignKeyViolation)
    assert scalar("SELECT count(*) FROM rating") == 2
    assert scalar("SELECT level_1 FROM rating_day_count") == 2


def test_one_that_may_not_rate_stores_nothing_and_the_others_do(county: County, scalar) -> None:
    with transaction() as session:
        session.execute(
            text("UPDATE qr_code SET revoked_at = now() WHERE service_point_id = :id"),
            {"id": county.service_point_ids[1]},
        )
    stored = together(
        rating(county, make_person(), point=1), rating(county, make_person(), point=0)
    )
    assert stored[0] is None
    assert stored[1] is not None
    assert scalar("SELECT count(*) FROM rating") == 1


def test_ratings_of_two_days_count_for_their_own_days(county: County, scalar) -> None:
    yesterday = calendar.today() - calendar.timedelta(days=1)
    together(rating(county, make_person()), rating(county, make_person(), rated_on=yesterday))
    assert scalar("SELECT count(*) FROM rating_day_count WHERE level_1 = 1") == 2


def test_who_lost_the_race_for_a_number_tries_again(
    county: County, scalar, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute, tries = storing._execute, []

    def collide(ratings: list[dict]) -> list[Any]:
        tries.append(len(ratings))
        if len(tries) < 3:
            raise Collision
        return execute(ratings)

    monkeypatch.setattr(storing, "_execute", collide)
    (stored,) = together(rating(county, make_person()))
    assert stored[3] == 2
    assert tries == [1, 1, 1]


class Collision(UniqueViolation):
    """As the server tells it when two acts of one person took the same number."""

    @property
    def diag(self) -> Any:
        return type("Diag", (), {"constraint_name": "uq_points_entry_nth"})


def test_when_the_connection_is_lost_everybody_on_it_is_told(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_: list[dict]) -> list[Any]:
        raise psycopg.OperationalError

    monkeypatch.setattr(storing, "_execute", lost)
    with pytest.raises(psycopg.OperationalError):
        together(rating(county, make_person()), rating(county, make_person()))


def test_many_phones_at_once_are_all_stored_once_in_few_statements(
    app: Flask, client, scalar, monkeypatch: pytest.MonkeyPatch
) -> None:
    county = make_county(villages=3)
    phones = [open_phone(app.test_client()) for _ in range(12)]
    tickets = [[phone.scan(code)["ticket"] for code in county.codes.values()] for phone in phones]
    execute, sizes = storing._execute, []

    def note(ratings: list[dict]) -> list[Any]:
        sizes.append(len(ratings))
        return execute(ratings)

    monkeypatch.setattr(storing, "_execute", note)
    statuses: list[int] = []
    ready = threading.Barrier(len(phones))

    def rate(number: int) -> None:
        with app.app_context():
            ready.wait(10)
            for ticket in tickets[number]:
                statuses.append(phones[number].send(ticket, 1 + number % 5).status_code)

    threads = [threading.Thread(target=rate, args=(n,)) for n in range(len(phones))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert statuses == [201] * 36
    assert sum(sizes) == 36
    assert len(sizes) < 36
    assert scalar("SELECT count(*) FROM rating") == 36
    assert scalar("SELECT sum(balance) FROM points_balance") == 72


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 5)),
            min_size=1,
            max_size=8,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_travels_together_counters_equal_a_recount(
    app: Flask, crossings: list[list[tuple[int, int, int]]]
) -> None:
    county = make_county(villages=3, code=str(100000 + uuid4().int % 800000))
    people = [make_person() for _ in range(4)]
    for crossing in crossings:
        together(*(rating(county, people[p], point, level) for p, point, level in crossing))
    kept = counters()
    with transaction() as session:
        month = calendar.month_of(calendar.today())
        for statement in RECOUNT:
            session.execute(statement, {"first": month, "last": calendar.next_month(month)})
    assert kept == counters()


def test_a_ticket_and_its_digest_survive_the_journey_as_json(county: County, scalar) -> None:
    person = make_person()
    token, ticket = scan.issue(
        person, code_ids(county)[county.service_point_ids[0]], calendar.now()
    )
    words = '引号"、反斜杠\\、换行\n和👍🏽'
    key = UUID(int=7)
    operations.rate(person, token, key, operations.RatingInput(2, (), words))
    assert scalar("SELECT words FROM rating") == words
    assert bytes(scalar("SELECT scan_nonce FROM rating")) == ticket.nonce
    again = operations.rate(person, token, key, operations.RatingInput(2, (), words))
    assert again.rating.words == words
