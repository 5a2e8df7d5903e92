"""核查和社会评价 end by the year's own clock; what is open then counts as not done and not used."""

from datetime import date
from decimal import Decimal

import pytest

from backend.app.access import Role
from backend.app.assessments.appraisals import closing_operations
from backend.app.assessments.appraisals import operations as appraisals
from backend.app.assessments.appraisals.counting import BallotQuestion
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RoundDraft
from backend.app.assessments.appraisals.queries import groups_of, social_groups
from backend.app.assessments.checks.operations import draw_checks
from backend.app.assessments.errors import JudgementsClosed, ProgrammeMoved
from backend.app.assessments.models import Programme
from backend.app.assessments.reports.operations import ReportLine
from backend.app.assessments.reports.year_times import year_times_of
from backend.app.assessments.year_end.deadline_operations import reopen_judgements
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.jobs import assessments as jobs
from tests.app.assessments.acting import accept_all, decider, evaluate_month, open_month, send
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import YEAR, Assessed, add_target, at, issue
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.tickets import forget

JANUARY, AFTER = at(1, 18, year=YEAR + 1), at(2, 1, year=YEAR + 1)
COUNTS = [6, 4, 0, 0, 0]


@pytest.fixture
def judged(assessed: Assessed) -> Assessed:
    """A check is drawn, one group of ballots is counted twice alike and another once."""
    add_target(assessed, "A1", plan={11: Decimal(1200)})
    issue(assessed)
    open_month(11)
    send(assessed, ReportLine(assessed.targets["A1"], 0, Decimal(1200)), month=11)
    accept_all(assessed, 11)
    evaluate_month(11)
    with clock_at(JANUARY):
        with transaction():
            draw_checks(assessed.office, assessed.programme_id, date(YEAR, 11, 1))
        with transaction():
            held = appraisals.open_round(
                assessed.office, assessed.programme_id, RoundDraft("年终", usual_groups({}))
            ).id
    first, second = groups(held)[:2]
    count(assessed.office, assessed, first)
    count(assessed.other_office, assessed, first)
    count(assessed.office, assessed, second)
    return assessed


def groups(held: int) -> list[int]:
    ids = [group.id for group in groups_of(held)]
    forget()
    return ids


def count(actor, judged: Assessed, group_id: int, when=JANUARY) -> None:
    with clock_at(when), transaction():
        appraisals.enter_counts(actor, group_id, {BallotQuestion(judged.town_unit): COUNTS})


def the_round(scalar) -> int:
    return scalar("SELECT id FROM appraisal_round")


def run_clock(when=AFTER) -> None:
    with clock_at(when):
        jobs.close_windows()


def reopen(judged: Assessed, reason: str = "两位核查员同时生病", when=AFTER, actor=None) -> None:
    with clock_at(when), transaction():
        reopen_judgements(actor or judged.office, judged.programme_id, reason)


def test_the_deadline_is_the_twentieth_working_day(judged: Assessed) -> None:
    due = year_times_of(db.session.get_one(Programme, judged.programme_id)).checks_due_at
    assert JANUARY < due < AFTER


def test_nothing_is_closed_before_the_deadline(judged: Assessed, scalar) -> None:
    run_clock(JANUARY)
    assert scalar("SELECT count(*) FROM year_closing") == 0
    assert scalar("SELECT state FROM appraisal_round") == "open"


def test_the_clock_closes_once_and_says_what_was_left(judged: Assessed, scalar) -> None:
    run_clock()
    run_clock(at(2, 1, year=YEAR + 1))
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'close_judgements'") == 1
    assert scalar("SELECT checks FROM year_closing") == 1
    assert scalar("SELECT groups FROM year_closing") == len(usual_groups({})) - 1
    assert scalar("SELECT closed_by_id FROM appraisal_round") is None
    assert scalar("SELECT state FROM appraisal_round") == "closed"


def test_of_the_round_only_the_group_counted_twice_is_used(judged: Assessed) -> None:
    run_clock()
    said = social_groups(judged.programme_id)[judged.town_unit]
    assert [row.name for row in said] == [usual_groups({})[0].name]


def test_a_round_without_any_accepted_group_hides_no_earlier_one(judged: Assessed, scalar) -> None:
    boss = decider(judged)
    second = groups(the_round(scalar))[1]
    count(judged.other_office, judged, second)
    with clock_at(JANUARY), transaction():
        closing_operations.close_round(boss, the_round(scalar))
    with clock_at(JANUARY), transaction():
        appraisals.open_round(
            judged.office, judged.programme_id, RoundDraft("补测", usual_groups({}))
        )
    run_clock()
    assert len(social_groups(judged.programme_id)[judged.town_unit]) == 2


def test_afterwards_nothing_is_drawn_counted_or_opened(judged: Assessed, scalar) -> None:
    group = groups(the_round(scalar))[1]
    with pytest.raises(JudgementsClosed):
        count(judged.other_office, judged, group, AFTER)
    run_clock()
    with clock_at(AFTER), pytest.raises(JudgementsClosed), transaction():
        appraisals.open_round(
            judged.office, judged.programme_id, RoundDraft("再来", usual_groups({}))
        )
    with clock_at(AFTER), pytest.raises(JudgementsClosed), transaction():
        draw_checks(judged.office, judged.programme_id, date(YEAR, 11, 1))


def test_reopened_once_ballots_are_counted_on_and_closed_again(judged: Assessed, scalar) -> None:
    run_clock()
    reopen(judged)
    assert scalar("SELECT state FROM appraisal_round") == "open"
    assert social_groups(judged.programme_id) == {}
    count(judged.other_office, judged, groups(the_round(scalar))[1], AFTER)
    with pytest.raises(ProgrammeMoved):
        reopen(judged, "还要")
    run_clock(at(3, 1, year=YEAR + 1))
    assert scalar("SELECT state FROM appraisal_round") == "closed"
    assert len(social_groups(judged.programme_id)[judged.town_unit]) == 2


def test_only_the_office_reopens_with_a_reason_before_the_meeting(judged: Assessed) -> None:
    with pytest.raises(ProgrammeMoved):
        reopen(judged, when=JANUARY)
    run_clock()
    with pytest.raises(InvalidInput):
        reopen(judged, "  ")
    with pytest.raises(NotAllowed):
        reopen(judged, actor=judged.town)
    with pytest.raises(ProgrammeMoved):
        reopen(judged, when=at(3, 1, year=YEAR + 1))


def test_pages_say_what_was_left_and_offer_to_reopen(app, judged: Assessed, stop_clock) -> None:
    run_clock()
    stop_clock(AFTER)
    desk = seat(app, judged.office)
    year = f"/console/assessments/year/{judged.programme_id}"
    page = as_shown(desk.get(year))
    assert "1 项核查没有结论，按没有核查计" in page
    assert "组评价票没有录一致，不用" in page
    checks = as_shown(desk.get(f"/console/assessments/checks?programme={judged.programme_id}"))
    assert "到期没有结论，按没有核查计" in checks
    assert "按种子抽取</button>" not in checks
    assert desk.post(f"{year}/reopen", reason="").status_code == 422
    assert desk.post(f"{year}/reopen", reason="核查员生病").status_code == 303
    assert "：核查员生病" in as_shown(desk.get(year))
    leader = sit_down(app.test_client(), make_staff(Role.LEADER, judged.county.id, "leader"))
    assert leader.post(f"{year}/reopen", reason="想看").status_code == 403
