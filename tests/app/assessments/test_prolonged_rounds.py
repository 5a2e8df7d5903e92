"""An open round gets a later last day, never an earlier one, and printed codes stay good."""

from datetime import date

import pytest

from backend.app.access import Actor
from backend.app.assessments.appraisals import operations
from backend.app.assessments.appraisals.errors import AppraisalMoved
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RoundDraft
from backend.app.assessments.appraisals.queries import get_round
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from tests.app.assessments.acting import decider
from tests.app.assessments.rating import DOOR, close, print_run, rate
from tests.app.assessments.test_appraisals import PAGE, group_ids
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import YEAR, Assessed, add_target, at, issue
from tests.factories.console import as_shown
from tests.factories.tickets import forget

pytestmark = pytest.mark.usefixtures("december")
FIRST_END, LATER = date(YEAR, 12, 10), date(YEAR, 12, 20)
AFTER_FIRST_END = at(12, 12)


@pytest.fixture
def running(assessed: Assessed) -> Assessed:
    add_target(assessed)
    issue(assessed)
    return assessed


@pytest.fixture
def boss(running: Assessed) -> Actor:
    return decider(running)


@pytest.fixture
def round_id(running: Assessed) -> int:
    draft = RoundDraft("2026年终", usual_groups({}), ends_on=FIRST_END)
    with transaction():
        return operations.open_round(running.office, running.programme_id, draft).id


def prolong(
    actor: Actor, round_id: int, until: date | None = LATER, reason: str = "乡镇会议改期"
) -> None:
    with transaction():
        operations.prolong_round(actor, round_id, until, reason)
    forget()


def test_a_printed_code_is_good_until_the_new_last_day(running, round_id, door) -> None:
    code, other, *_ = print_run(running, group_ids(round_id)[0])
    with clock_at(AFTER_FIRST_END):
        assert rate(door, code, 1) == 410
    prolong(running.office, round_id)
    with clock_at(AFTER_FIRST_END):
        assert f"{LATER}" in door.get(f"{DOOR}/{code}").text
        assert rate(door, code, 1) == 200
    with clock_at(at(12, 21)):
        assert rate(door, other, 1) == 410


def test_slips_are_printed_until_then_too(running, round_id) -> None:
    prolong(running.office, round_id)
    with clock_at(AFTER_FIRST_END):
        assert len(print_run(running, group_ids(round_id)[0])) == 20


def test_the_reason_and_both_days_are_logged_and_shown(app, running, round_id, scalar) -> None:
    desk = seat(app, running.office)
    sent = desk.post(f"{PAGE}/{round_id}/end", ends_on=f"{LATER}", reason="乡镇会议改期")
    assert sent.status_code == 303
    page = as_shown(desk.get(sent.headers["Location"]))
    assert f"小条 {LATER} 截止（原定 {FIRST_END}，延期：乡镇会议改期）" in page
    logged = scalar("SELECT detail FROM audit_entry WHERE action = 'prolong_appraisal'")
    assert logged == {"before": f"{FIRST_END}", "after": f"{LATER}", "reason": "乡镇会议改期"}


@pytest.mark.parametrize("until", [FIRST_END, date(YEAR, 12, 9), date(YEAR + 1, 3, 1), None])
def test_a_round_is_never_shortened_nor_prolonged_beyond_the_year(running, round_id, until) -> None:
    with pytest.raises(InvalidInput) as refused:
        prolong(running.office, round_id, until)
    assert list(refused.value.errors) == ["ends_on"]


def test_the_form_names_what_is_missing(app, running, round_id) -> None:
    refused = seat(app, running.office).post(
        f"{PAGE}/{round_id}/end", ends_on=f"{FIRST_END}", reason=" "
    )
    assert refused.status_code == 422
    page = as_shown(refused)
    assert "只能延后" in page
    assert "请写明为什么延期" in page


def test_after_it_was_closed_nothing_is_prolonged(running, boss, round_id, door) -> None:
    code, *_ = print_run(running, group_ids(round_id)[0])
    rate(door, code, 1)
    close(boss, round_id)
    with pytest.raises(AppraisalMoved):
        prolong(running.office, round_id)


def test_only_the_assessment_office_prolongs(running, round_id) -> None:
    with pytest.raises(NotAllowed):
        prolong(running.town, round_id)
    assert get_round(round_id, running.county.id).ends_on == FIRST_END
