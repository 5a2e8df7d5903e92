"""The ledger: appended, never changed; the database keeps the balance."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from backend.app.core import calendar
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict
from backend.app.points.models import PointsEntry
from backend.app.points.operations import AlreadyReversed, reverse_entry, set_rule
from backend.app.points.queries import balance_of, rule_amount, statement_of
from tests.app.ratings.conftest import open_phone
from tests.factories.county import OPENED_ON, make_county, make_person

numbers = iter(range(1, 10_000_000))


def add_entry(person_id: int, amount: int, rule_id: int = 1) -> int:
    number = next(numbers)
    entry = PointsEntry(
        person_id=person_id, amount=amount, rule_id=rule_id, cause_kind="test",
        cause_id=number, earned_on=calendar.today(), nth=number % 30_000, created_at=calendar.now(),
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    return entry.id


@pytest.mark.parametrize(
    "statement", ["UPDATE points_entry SET amount = 9", "DELETE FROM points_entry"]
)
def test_the_database_refuses_to_change_an_entry(app: Flask, statement: str) -> None:
    make_county()
    with transaction():
        add_entry(make_person(), 5)
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))


def test_a_reversal_is_an_opposite_entry_and_happens_once(app: Flask) -> None:
    make_county()
    person = make_person()
    with transaction():
        entry_id = add_entry(person, 5)
    with transaction():
        reverse_entry(entry_id)
    assert balance_of(person) == 0
    assert [(line.amount, line.text) for line in statement_of(person)] == [
        (-5, "冲正:评价服务"),
        (5, "评价服务"),
    ]
    with pytest.raises(AlreadyReversed), transaction():
        reverse_entry(entry_id)


def test_a_balance_never_falls_below_zero(app: Flask) -> None:
    make_county()
    person = make_person()
    with transaction():
        add_entry(person, 5)
    with pytest.raises(IntegrityError), transaction():
        add_entry(person, -6)
    assert balance_of(person) == 5
    with pytest.raises(IntegrityError), transaction():
        add_entry(make_person(), -1)


def test_of_two_people_spending_the_last_points_at_once_one_wins(app: Flask) -> None:
    make_county()
    person = make_person()
    with transaction():
        add_entry(person, 5)
    start, outcomes = Barrier(4), []

    def spend() -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    add_entry(person, -5)
            except IntegrityError:
                outcomes.append("refused")
            else:
                outcomes.append("spent")

    threads = [Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "refused", "refused", "spent"]
    assert balance_of(person) == 0


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=st.lists(st.integers(-20, 20).filter(bool), max_size=12))
def test_the_balance_is_the_sum_of_the_entries_that_were_accepted(
    app: Flask, moves: list[int]
) -> None:
    if db.session.scalar(text("SELECT count(*) FROM points_rule")) == 0:
        make_county()
    person, expected = make_person(), 0
    for amount in moves:
        try:
            with transaction():
                add_entry(person, amount)
        except IntegrityError:
            assert expected + amount < 0
        else:
            expected += amount
    assert balance_of(person) == expected >= 0
    total = db.session.scalar(
        text("SELECT COALESCE(sum(amount), 0) FROM points_entry WHERE person_id = :id"),
        {"id": person},
    )
    assert total == expected


def test_a_new_rule_begins_where_the_old_one_ends(app: Flask) -> None:
    county = make_county()
    start = OPENED_ON + timedelta(days=100)
    with transaction():
        rule = set_rule(county.id, "rating", "评价服务", 3, 5, start)
        assert rule.version == 2
    assert rule_amount(county.id, "rating", start - timedelta(days=1)) == 2
    assert rule_amount(county.id, "rating", start) == 3
    with pytest.raises(Conflict), transaction():
        set_rule(county.id, "rating", "评价服务", 4, 5, start)


def test_a_statement_is_turned_over_page_by_page(app: Flask, client) -> None:
    make_county()
    phone = open_phone(client)
    with transaction():
        for _ in range(35):
            add_entry(phone.person_id, 1)
    first = phone.call("GET", "/me/points").json
    assert (first["balance"], len(first["items"])) == (35, 30)
    second = phone.call("GET", f"/me/points?before={first['next']}").json
    assert len(second["items"]) == 5
    assert second["next"] is None
    assert not {i["id"] for i in first["items"]} & {i["id"] for i in second["items"]}


@pytest.mark.parametrize("before", ["x", "0", "-1", "99999999999999999999", "1.5"])
def test_a_wrong_page_mark_names_the_field(app: Flask, client, before: str) -> None:
    answer = open_phone(client).call("GET", f"/me/points?before={before}")
    assert answer.status_code == 422
    assert "before" in answer.json["errors"]
