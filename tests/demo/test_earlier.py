"""A demo county's phones hold ballots of the running month, as if they had fetched them before."""

from base64 import urlsafe_b64decode
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from backend.app.ballots import blind_signatures, signing_keys
from backend.app.core import clock
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from backend.app.surveys import operations as rounds
from backend.demo.earlier import ballots_of, prepare_running_month
from tests.factories.county import bind, make_county, make_person
from tests.factories.tickets import forget

NOW = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)


@pytest.fixture
def demo(app):
    county = make_county()
    bind(make_person("demo-1-v1"), county)
    return county


def test_a_demo_phone_can_answer_in_the_countys_first_month(demo, scalar) -> None:
    with clock_at(NOW):
        assert ballots_of("demo-1-v1") is None
        prepare_running_month(demo.id)
        held = ballots_of("demo-1-v1")
        forget()
        assert ballots_of("demo-1-v1") == held
        assert ballots_of("nobody") is None
    assert (held["period"], held["state"], len(held["tickets"])) == ("2026-11", "ready", 2)
    context = blind_signatures.context("survey", "2026-11", held["unit"])
    modulus = int.from_bytes(scalar("SELECT modulus FROM ballot_signing_key WHERE use = 'survey'"))
    token, signature = (urlsafe_b64decode(held["survey"][part] + "==") for part in ("r", "sig"))
    assert blind_signatures.verify(modulus, token + context, signature)
    assert scalar("SELECT count(*) FROM ballot_issue") == 1


def test_the_running_months_keys_are_made_once_and_the_timetable_makes_none(demo) -> None:
    with clock_at(NOW):
        prepare_running_month(demo.id)
        file = signing_keys.key_file(demo.id, clock.month_of(clock.today()))
        prepare_running_month(demo.id)
        assert signing_keys.key_file(demo.id, clock.month_of(clock.today())) == file
        assert rounds.months_without_keys(demo.id)[0] == date(2026, 12, 1)


def test_whoever_is_on_paper_gets_no_ballot_from_the_demo_either(demo) -> None:
    with clock_at(NOW):
        prepare_running_month(demo.id)
        ballots_of("demo-1-v1")
        with transaction() as session:
            session.execute(text("UPDATE ballot_issue SET on_paper = true"))
        assert ballots_of("demo-1-v1") is None


def test_whoever_bound_this_month_has_no_ballot_of_it(demo) -> None:
    with clock_at(NOW):
        prepare_running_month(demo.id)
        with transaction() as session:
            session.execute(text("UPDATE binding SET bound_at = '2026-11-12T00:00:00Z'"))
        assert ballots_of("demo-1-v1") is None
