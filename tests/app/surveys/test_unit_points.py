"""The points of a survey are the unit's: all of its ballots alike, or none of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count as count_from

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.app.ballots import queries as ballots
from backend.app.ballots.models import BallotUnit
from backend.app.core.db import db, transaction
from backend.app.places.operations import keep_settings
from backend.app.points.queries import balance_of, statement_of
from backend.app.surveys import operations as rounds
from backend.app.surveys import results, unit_points
from backend.jobs import surveys as jobs
from tests.app.surveys.conftest import NOW, PERIOD
from tests.factories.county import bind, make_person
from tests.factories.surveys import QUESTIONS, make_round, populate
from tests.factories.tickets import forget

POINTS = 5
months = count_from()
PEOPLE = text("SELECT person_id FROM binding WHERE village_id = :id ORDER BY person_id LIMIT :many")
ISSUE = text(
    "INSERT INTO ballot_issue (person_id, period, unit_id, blinded_digest)"
    " SELECT id, :period, :unit_id, decode(repeat('00', 32), 'hex')"
    " FROM unnest(CAST(:people AS bigint[])) AS p (id) ORDER BY id"
)
LEDGER = text(
    "SELECT person_id, amount, created_at, cause_id FROM points_entry"
    " WHERE cause_kind = 'survey' ORDER BY id"
)


@dataclass
class Unit:
    """How many answered by phone and on paper, and who has a ballot."""

    id: int
    phone: int
    paper: int
    people: list[int]

    @property
    def is_heard(self) -> bool:
        shown_phone = self.phone if self.phone >= 10 else 0
        shown_paper = self.paper if self.paper >= 10 else 0
        heard = shown_phone + min(shown_phone, shown_paper)
        return heard >= 10 and heard / len(self.people) >= 0.2


@pytest.fixture
def crowd(county) -> list[int]:
    """Everybody of the county's first village."""
    populate(county.id, county.village_ids[:1], 90)
    with transaction() as session:
        return list(session.scalars(PEOPLE, {"id": county.village_ids[0], "many": 90}))


def make_month(county_id: int, crowd: Sequence[int], said: Sequence[tuple[int, int, int]]):
    """A counted round of some units: answers by phone, on paper, ballots."""
    nth = next(months)
    period = date(2030 + nth // 12, 1 + nth % 12, 1)
    round_id = make_round(county_id, period, NOW, NOW + timedelta(hours=1), state="closed")
    units, left = [], iter(crowd)
    with transaction() as session:
        for phone, paper, ballots in said:
            unit = BallotUnit(county_id=county_id, period=period, name="", size=0)
            session.add(unit)
            session.flush()
            people = [next(left) for _ in range(ballots)]
            session.execute(ISSUE, {"period": period, "unit_id": unit.id, "people": people})
            for channel, many in (("phone", phone), ("paper", paper)):
                sheets = [[one % 5, None, None] for one in range(many)]
                rounds.keep_counts(round_id, unit.id, QUESTIONS, sheets, channel)
            units.append(Unit(unit.id, phone, paper, people))
    return round_id, units


def publish(county_id: int, round_id: int, units: Sequence[Unit]) -> int:
    with transaction():
        results.freeze(round_id, {unit.id: QUESTIONS for unit in units})
        results.forget_counts(round_id)
        return unit_points.give(county_id, round_id)


def ledger() -> list:
    forget()
    return list(db.session.execute(LEDGER))


SAID = st.lists(
    st.tuples(st.integers(0, 25), st.integers(0, 25), st.integers(1, 30)), min_size=1, max_size=3
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=SAID)
def test_all_of_a_unit_get_the_same_and_nobody_of_a_hidden_one(county, crowd, said) -> None:
    before = len(ledger())
    round_id, units = make_month(county.id, crowd, said)
    given_to = publish(county.id, round_id, units)
    entries = ledger()[before:]
    heard = [unit for unit in units if unit.is_heard]
    assert given_to == len(entries) == sum(len(unit.people) for unit in heard)
    for unit in units:
        of_unit = [entry for entry in entries if entry.cause_id == unit.id]
        assert {entry.person_id for entry in of_unit} == set(unit.people if unit.is_heard else ())
        assert {entry.amount for entry in of_unit} <= {POINTS}
        assert len({entry.created_at for entry in of_unit}) <= 1
    with transaction():
        assert unit_points.give(county.id, round_id) == 0
    assert ledger()[before:] == entries


@given(
    phone=st.integers(0, 100), paper=st.integers(0, 100), ballots=st.integers(0, 500),
    more=st.integers(0, 50),
)  # fmt: skip
def test_the_rule_never_turns_against_more_answers(phone, paper, ballots, more) -> None:
    is_heard = unit_points.is_heard(phone, paper, ballots)
    assert not is_heard or phone + paper >= 10
    assert not is_heard or unit_points.is_heard(phone + more, paper, ballots)
    assert not is_heard or unit_points.is_heard(phone, paper + more, ballots)
    assert not unit_points.is_heard(0, paper, ballots), "paper alone is what staff enter"
    assert unit_points.is_heard(phone, phone + more, ballots) == unit_points.is_heard(
        phone, phone, ballots
    )


@pytest.mark.parametrize(
    ("phone", "paper", "ballots", "heard"),
    [
        (10, 0, 50, True), (10, 0, 51, False), (9, 0, 9, False), (10, 10, 100, True),
        (10, 40, 101, False), (5, 5, 10, True), (5, 4, 10, False),
    ],
)  # fmt: skip
def test_ten_answers_and_a_fifth_of_the_ballots(phone, paper, ballots, heard) -> None:
    assert unit_points.is_heard(phone, paper, ballots) is heard


def test_the_order_of_a_batch_carries_nothing(county, crowd) -> None:
    orders = Counter()
    for _ in range(40):
        before = len(ledger())
        round_id, units = make_month(county.id, crowd, [(12, 0, 3)] * 3)
        publish(county.id, round_id, units)
        entries = ledger()[before:]
        for unit in units:
            written = [one.person_id for one in entries if one.cause_id == unit.id]
            orders[tuple(unit.people.index(person) for person in written)] += 1
    assert len(orders) == 6, "each order of three people comes up"
    assert max(orders.values()) < 60


def test_the_database_refuses_a_units_points_twice(county, crowd) -> None:
    round_id, units = make_month(county.id, crowd, [(12, 0, 20)])
    publish(county.id, round_id, units)
    with pytest.raises(IntegrityError, match="uq_points_entry_survey"), transaction() as session:
        session.execute(
            text(
                "INSERT INTO points_entry (person_id, kind, amount, county_id, cause_kind,"
                " cause_id, earned_on, created_at) SELECT person_id, kind, amount, county_id,"
                " cause_kind, cause_id, earned_on, created_at FROM points_entry LIMIT 1"
            )
        )


def test_a_closed_account_gets_nothing_and_its_ballot_still_counts(county, crowd) -> None:
    round_id, units = make_month(county.id, crowd, [(12, 0, 60)])
    with transaction() as session:
        session.execute(
            text("UPDATE person SET closed_at = now(), openid = NULL WHERE id = ANY(:ids)"),
            {"ids": units[0].people[:2]},
        )
    assert publish(county.id, round_id, units) == 58


def decide(county_id: int, points: int) -> None:
    with transaction():
        keep_settings(county_id, {"survey_points": points})


@pytest.mark.parametrize(("points", "people"), [(0, 0), (8, 20)])
def test_the_county_decides_what_a_survey_is_worth(county, crowd, points, people) -> None:
    decide(county.id, points)
    round_id, units = make_month(county.id, crowd, [(12, 0, 20)])
    assert publish(county.id, round_id, units) == people
    assert balance_of(units[0].people[0]) == points
    forget()


def test_the_statement_names_the_village_and_not_the_answer(county, crowd) -> None:
    round_id, units = make_month(county.id, crowd, [(12, 0, 20)])
    publish(county.id, round_id, units)
    assert [line.text for line in statement_of(units[0].people[0])] == ["本村问卷"]
    forget()


def answered(county_id: int, round_id: int, people: int) -> int:
    """So many answers in the county's only unit, the round at its end."""
    with transaction():
        unit_id = next(iter(ballots.villages_of_units(county_id, PERIOD)))
        sheets = [[one % 5, [0], None] for one in range(people)]
        rounds.keep_counts(round_id, unit_id, QUESTIONS, sheets, "phone")
    return unit_id


def test_published_by_the_timetable_and_published_again(county, survey, stop_clock, scalar) -> None:
    """Somebody who has moved away since keeps the ballot of the old unit."""
    unit_id = answered(county.id, survey, 12)
    person, moved = make_person(), make_person()
    bind(person, county)
    with transaction() as session:
        session.execute(ISSUE, {"period": PERIOD, "unit_id": unit_id, "people": [person, moved]})
    stop_clock(NOW + timedelta(days=11))
    for _ in range(2):
        forget()
        jobs.tend_rounds()
    assert scalar("SELECT state FROM survey_round") == "published"
    assert [balance_of(one) for one in (person, moved)] == [POINTS, POINTS]
    assert scalar("SELECT array_agg(village_id ORDER BY person_id) FROM points_entry") == [
        county.village_ids[0], None,
    ]  # fmt: skip
    assert scalar("SELECT count(*) FROM points_entry") == 2


@pytest.mark.parametrize("people", [3, 12])
def test_counts_are_gone_once_something_is_published(
    county, survey, stop_clock, scalar, people
) -> None:
    answered(county.id, survey, people)
    assert scalar("SELECT count(*) FROM survey_tally") == 2
    stop_clock(NOW + timedelta(days=11))
    forget()
    jobs.tend_rounds()
    assert scalar("SELECT state FROM survey_round") == "published"
    assert scalar("SELECT count(*) FROM survey_tally") == 0
    shown = scalar("SELECT count(*) FROM survey_result WHERE n IS NOT NULL")
    assert shown == (2 if people >= 10 else 0)
