"""Digests of printed codes go once a year's results are final; how many there were stays."""

import pytest

from backend.app.assessments.appraisals import operations
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RoundDraft
from backend.app.assessments.results.operations import recompute_results
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from backend.jobs import assessments as jobs
from tests.app.assessments.closing_year import (
    MEETING,
    PUBLISHED,
    add_units,
    boss_of,
    decide_all,
    lock,
    make_year,
    propose,
    publish,
)
from tests.app.assessments.closing_year import close as close_year
from tests.app.assessments.rating import close, print_run, rate
from tests.app.assessments.result_year import Year
from tests.app.assessments.test_appraisals import PAGE, group_ids
from tests.app.assessments.test_report_pages import seat
from tests.app.assessments.test_year_appeals import DECIDED, LATE, appeal, decide, other_boss
from tests.factories.console import as_shown
from tests.factories.tickets import forget

LEFT = """
SELECT (SELECT count(*) FROM anonymous.appraisal_code) + (SELECT count(*) FROM anonymous.spent)
       + (SELECT count(*) FROM anonymous.day_spent)
"""
PRINTED, GIVEN = 20, 6


@pytest.fixture
def rated(app, door) -> Year:
    """Six of twenty slips came back, and the round is closed."""
    year = make_year()
    add_units(year, "甲", ("96", "91", "85", "70"), task=80)
    close_year(year)
    with clock_at(MEETING):
        with transaction():
            draft = RoundDraft("年终社会评价", usual_groups({}))
            held = operations.open_round(year.made.office, year.made.programme_id, draft).id
        for code in print_run(year.made, group_ids(held)[0], PRINTED)[:GIVEN]:
            assert rate(door, code, 1, 1, 1, 1) == 200
        close(boss_of(year.made), held)
        with transaction():
            recompute_results(year.made.programme_id)
    return year


@pytest.fixture
def published(rated: Year) -> Year:
    propose(rated)
    decide_all(rated)
    lock(rated)
    publish(rated)
    return rated


def run(when) -> None:
    forget()
    with clock_at(when):
        jobs.escalate_targets()


def test_they_stay_while_a_result_may_be_doubted(published, scalar) -> None:
    run(PUBLISHED)
    assert scalar(LEFT) == PRINTED + GIVEN


def test_they_stay_while_the_year_is_not_published(rated, scalar) -> None:
    run(LATE)
    assert scalar(LEFT) == PRINTED + GIVEN


def test_after_the_days_for_appeals_nothing_is_left_to_join(app, published, scalar) -> None:
    run(LATE)
    assert scalar(LEFT) == 0
    assert scalar("SELECT count(*) FROM appraisal_ballot") == GIVEN
    with clock_at(LATE):
        round_id = scalar("SELECT id FROM appraisal_round")
        page = as_shown(seat(app, published.made.office).get(f"{PAGE}/{round_id}"))
    assert f"小条 {PRINTED} 张，已交 {GIVEN} 张" in page


def test_it_happens_once_and_is_logged(published, scalar) -> None:
    run(LATE)
    run(DECIDED)
    logged = "SELECT json_agg(detail->'count') FROM audit_entry WHERE action = 'forget_codes'"
    assert scalar(logged) == [PRINTED]


def test_an_appeal_that_waits_keeps_them(published, scalar) -> None:
    number = appeal(published, "甲2")
    run(LATE)
    assert scalar(LEFT) == PRINTED + GIVEN
    decide(published, number, None, other_boss(published))
    run(DECIDED)
    assert scalar(LEFT) == 0
