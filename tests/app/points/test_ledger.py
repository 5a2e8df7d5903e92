"""The ledger: appended, never changed; the database keeps the balance."""

from collections.abc import Callable
from contextvars import copy_context
from datetime import date, timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, DomainError, NotFound
from backend.app.points.errors import AccountFrozen, AlreadyReversed, BalanceTooLow
from backend.app.points.ledger import (
    Batch,
    adjust,
    credit,
    credit_all,
    expire,
    reverse_entry,
    spend,
    undo,
)
from backend.app.points.models import PointsEntry
from backend.app.points.operations import set_rule
from backend.app.points.point_sources import RATING, SURVEY
from backend.app.points.queries import balance_of, rule_amount, statement_of
from tests.app.ratings.conftest import open_phone
from tests.factories.county import OPENED_ON, make_county, make_person

numbers = iter(range(1, 10_000_000))


def add_entry(person_id: int, amount: int, rule_id: int = 1) -> int:
    number = next(numbers)
    earned = amount > 0
    entry = PointsEntry(
        person_id=person_id, kind="earned" if earned else "spent", amount=amount, county_id=1,
        rule_id=rule_id if earned else None, cause_kind="test", cause_id=number,
        earned_on=clock.today(), nth=number % 30_000 if earned else None,
        created_at=clock.now(),
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
        (-5, "冲正：评价服务"),
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


def at_once(app: Flask, *acts: Callable[[], object]) -> list[object]:
    """Every act in a thread and a transaction of its own, all at one time; what each came to."""
    start, outcomes = Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    outcomes.append(act())
            except DomainError as error:
                outcomes.append(error.code)

    threads = [Thread(target=copy_context().run, args=[run, act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def sum_of_entries(person_id: int) -> int:
    query = text("SELECT COALESCE(sum(amount), 0) FROM points_entry WHERE person_id = :id")
    return db.session.scalar(query, {"id": person_id})


def test_of_four_phones_spending_the_last_points_at_once_one_wins(app: Flask) -> None:
    make_county()
    person = make_person()
    with transaction():
        add_entry(person, 5)
    outcomes = at_once(
        app, *(partial(spend, person, 1, 5, "redemption", cause) for cause in range(4))
    )
    assert outcomes.count("balance_too_low") == 3
    assert balance_of(person) == sum_of_entries(person) == 0


def test_one_purchase_sent_from_four_threads_is_paid_once(app: Flask) -> None:
    make_county()
    person = make_person()
    with transaction():
        add_entry(person, 50)
    outcomes = at_once(app, *[partial(spend, person, 1, 5, "redemption", 77)] * 4)
    assert len(outcomes) == 4
    assert len(set(outcomes)) == 1
    assert balance_of(person) == 45


def test_acts_at_once_do_not_pass_a_cap_together(app: Flask) -> None:
    county = make_county()
    with transaction():
        set_rule(county.id, "ticket", "提诉求", 3, 2, OPENED_ON, monthly_cap=2)
    person = make_person()
    outcomes = at_once(
        app,
        *(partial(credit, person, county.id, "ticket", "ticket", cause) for cause in range(6)),
    )
    assert sorted(outcomes) == [0, 0, 0, 0, 3, 3]


def test_the_months_cap_holds_when_each_day_would_allow_more(app: Flask, stop_clock) -> None:
    county = make_county()
    with transaction():
        set_rule(county.id, "ticket", "提诉求", 3, 2, OPENED_ON, monthly_cap=3)
    person = make_person()
    given = []
    for number, day in enumerate((date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 9),
                                  date(2026, 3, 10), date(2026, 4, 1))):  # fmt: skip
        stop_clock(clock.midnight(day))
        with transaction():
            given.append(credit(person, county.id, "ticket", "ticket", number))
    assert given == [3, 3, 3, 0, 3]


def test_a_villages_rule_goes_before_its_countys(app: Flask) -> None:
    county = make_county()
    village, other = county.village_ids
    with transaction():
        set_rule(county.id, "ticket", "提诉求", 3, 9, OPENED_ON)
        set_rule(village, "ticket", "提诉求", 5, 9, OPENED_ON)
    with transaction():
        assert credit(make_person(), county.id, "ticket", "ticket", 1, village) == 5
        assert credit(make_person(), county.id, "ticket", "ticket", 2, other) == 3
        assert credit(make_person(), county.id, "ticket", "ticket", 3) == 3


def test_frozen_points_are_earned_but_not_spent(app: Flask) -> None:
    county = make_county()
    person = make_person()
    with transaction():
        add_entry(person, 9)
    with transaction() as session:
        session.execute(text("UPDATE points_balance SET frozen = true"))
    with pytest.raises(AccountFrozen), transaction():
        spend(person, county.id, 5, "redemption", 1)
    with pytest.raises(IntegrityError, match="frozen"), transaction():
        add_entry(person, -5)
    with transaction():
        add_entry(person, 4)
    assert balance_of(person) == 13


def test_goods_that_come_back_bring_their_points_back_once(app: Flask) -> None:
    county = make_county()
    person = make_person()
    with transaction():
        add_entry(person, 9)
    with transaction():
        spend(person, county.id, 5, "redemption", 1)
    with transaction():
        undo("redemption", 1)
    assert balance_of(person) == 9
    with pytest.raises(AlreadyReversed), transaction():
        undo("redemption", 1)
    with pytest.raises(NotFound), transaction():
        undo("redemption", 2)


def test_what_was_spent_cannot_be_taken_back(app: Flask) -> None:
    county = make_county()
    person = make_person()
    with transaction():
        entry = add_entry(person, 9)
        spend(person, county.id, 5, "redemption", 1)
    with pytest.raises(BalanceTooLow), transaction():
        reverse_entry(entry)
    assert balance_of(person) == 4


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["earn", "spend", "expire", "adjust", "undo"]),
        st.integers(1, 30),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=8,
)


def _act(person: int, kind: str, amount: int, cause: int) -> Callable[[], object]:
    match kind:
        case "earn":
            return partial(add_entry, person, amount)
        case "spend":
            return partial(spend, person, 1, amount, "redemption", person * 10 + cause)
        case "expire":
            # What expires is counted from the balance, so it never exceeds it.
            return lambda: expire(person, 1, min(1, balance_of(person)) or 1, person * 10 + cause)
        case "adjust":
            signed = amount if cause % 2 else -amount
            return partial(adjust, person, 1, signed, "day_freeze", person * 10 + cause)
    return partial(undo, "redemption", person * 10 + cause)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rounds=st.lists(MOVES, min_size=1, max_size=3))
def test_whatever_happens_at_once_the_balance_is_the_sum_and_never_negative(
    app: Flask, rounds: list[list[tuple[str, int, int]]]
) -> None:
    if db.session.scalar(text("SELECT count(*) FROM points_rule")) == 0:
        make_county()
    person = make_person()
    with transaction():
        add_entry(person, 40)
    for moves in rounds:
        outcomes = at_once(app, *(_act(person, *move) for move in moves))
        assert len(outcomes) == len(moves)
        db.session.rollback()
        assert balance_of(person) == sum_of_entries(person) >= 0


def test_a_new_rule_begins_where_the_old_one_ends(app: Flask) -> None:
    county = make_county()
    start = OPENED_ON + timedelta(days=100)
    with transaction():
        rule = set_rule(county.id, "rating", "评价服务", 3, 5, start)
        assert rule.version == 2
    assert rule_amount(RATING, start - timedelta(days=1), county.id) == 2
    assert rule_amount(RATING, start, county.id) == 3
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


def test_batches_at_once_wait_for_each_other_and_never_in_a_circle(app: Flask) -> None:
    county = make_county()
    people = [make_person() for _ in range(60)]
    acts = [
        partial(credit_all, county.id, SURVEY, 5, [Batch(cause, people[:: (-1) ** cause])])
        for cause in range(1, 7)
    ]
    assert at_once(app, *acts, *acts).count(60) == 6, "the same batch again gives nothing"
    assert {balance_of(person) for person in people} == {30}
