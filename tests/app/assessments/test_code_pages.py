"""Slips on the console, and the ballot that a phone is shown."""

import io
import re

import pypdfium2
import pytest
from sqlalchemy import text

from backend.app.access import Actor
from backend.app.assessments.appraisals import (
    anonymous,
    operations,
)
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RoundDraft
from backend.app.ballots.one_time_codes import show_code
from backend.app.core.db import transaction
from backend.jobs import surveys as jobs
from tests.app.assessments.acting import decider
from tests.app.assessments.rating import DOOR, print_run, rate
from tests.app.assessments.test_appraisals import PAGE, group_ids
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import Assessed, add_target, issue
from tests.factories.console import as_shown

pytestmark = pytest.mark.usefixtures("december")


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
    draft = RoundDraft("2026年终", usual_groups({}))
    with transaction():
        return operations.open_round(running.office, running.programme_id, draft).id


def test_the_round_counts_what_came_back_and_no_more(app, running, round_id, door) -> None:
    first, *_ = group_ids(round_id)
    codes = print_run(running, first)
    for code in codes[:11]:
        rate(door, code, 1)
    desk = seat(app, running.office)
    assert "已交 0 张" in as_shown(desk.get(f"{PAGE}/{round_id}"))
    jobs.flush_inbox()
    page = as_shown(desk.get(f"{PAGE}/{round_id}"))
    assert "小条 20 张，已交 11 张" in page
    assert "非常满意" not in page


def test_the_slips_are_a_pdf_to_cut_with_the_ways_to_hand_them_out(
    app, running, round_id, settings, monkeypatch
) -> None:
    first, *_ = group_ids(round_id)
    desk = seat(app, running.office)
    path = f"{PAGE}/groups/{first}/codes"
    monkeypatch.setattr(
        "backend.app.assessments.appraisals.console_codes._address",
        lambda: "https://niming.example.gov.cn/anon/ballot",
    )
    assert desk.post(path, count="5").status_code == 422
    sent = desk.post(path, count="20")
    assert (sent.status_code, sent.mimetype) == (200, "application/pdf")
    paper = pypdfium2.PdfDocument(io.BytesIO(sent.data))
    words = [page.get_textpage().get_text_range() for page in paper]
    assert len(words) == 4
    codes = [code for page in words for code in re.findall(r"(?:[2-9A-Z]{4} ){3}[2-9A-Z]{4}", page)]
    assert len(set(codes)) == 20
    assert "怎么发小条" in words[-1]
    assert "不登记" in words[-1]
    page = as_shown(desk.get(f"{PAGE}/groups/{first}"))
    assert "整批作废" in page
    assert not any(code in page for code in codes)


def test_a_desk_without_an_anonymous_address_prints_nothing(app, running, round_id, scalar) -> None:
    first, *_ = group_ids(round_id)
    desk = seat(app, running.office)
    refused = desk.post(f"{PAGE}/groups/{first}/codes", count="20")
    assert "ANONYMOUS_HOST" in as_shown(refused)
    assert scalar("SELECT count(*) FROM anonymous.appraisal_code") == 0


def test_the_ballot_needs_no_script_and_names_every_unit(running, round_id, door, scalar) -> None:
    first, *_ = group_ids(round_id)
    code = print_run(running, first)[0]
    page = door.get(f"{DOOR}/{code}").text
    assert "<script" not in page
    assert page.count('type="radio"') == 2 * 6
    assert scalar("SELECT r.name FROM region r JOIN assessed_unit u ON u.region_id = r.id") in page
    for words in ("县教育局", "非常满意", "非常不满意", "不评", "width=device-width", "dark"):
        assert words in page


def test_a_code_may_be_typed_in_parts_and_in_small_letters(running, round_id, door) -> None:
    first, *_ = group_ids(round_id)
    code = print_run(running, first)[0]
    assert "填评价票" in door.get(DOOR).text
    typed = door.post(DOOR, data={"code": show_code(code).lower()})
    assert "交票" in typed.text
    assert "交好了" in door.post(DOOR, data={"code": show_code(code), "sent": "1", "q1": "2"}).text


@pytest.mark.parametrize("answers", [{}, {"q0": "9"}, {"q0": "好"}, {"q7": "1"}])
def test_a_ballot_that_says_nothing_spends_no_code(running, round_id, door, answers) -> None:
    first, *_ = group_ids(round_id)
    code = print_run(running, first)[0]
    refused = door.post(DOOR, data={"code": code, "sent": "1", **answers})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert rate(door, code, 3) == 200


def test_wrong_codes_cost_nothing_and_are_slowed_down_without_knowing_whose(
    running, round_id, door, scalar
) -> None:
    first, *_ = group_ids(round_id)
    code = print_run(running, first)[0]
    wrong = ["", "12", "ABCD2345EFGH678O", *(f"{n:A>16}".replace("0", "B") for n in range(2, 50))]
    answers = [door.post(DOOR, data={"code": words}).status_code for words in wrong]
    assert answers[: anonymous.MOST_WRONG] == [404] * anonymous.MOST_WRONG
    assert set(answers[anonymous.MOST_WRONG :]) == {429}
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 0
    assert rate(door, code, 1) == 200, "who has a right code never waits"


def test_a_ballot_on_paper_shows_what_the_phone_shows(app, running, round_id) -> None:
    first, *_ = group_ids(round_id)
    sent = seat(app, running.office).get(f"{PAGE}/groups/{first}.pdf")
    (page,) = pypdfium2.PdfDocument(io.BytesIO(sent.data))
    words = page.get_textpage().get_text_range()
    for part in ("2026年终", "单位民主测评", "县教育局", "非常不满意", "不写名字"):
        assert part in words
    assert words.count("□") == 10


def test_more_ballots_than_people_asked_are_pointed_out(app, running, round_id, door) -> None:
    first, *_ = group_ids(round_id)
    with transaction() as session:
        session.execute(text("UPDATE appraisal_group SET invited = 5"))
    codes = print_run(running, first)
    desk = seat(app, running.office)
    for code in codes[:6]:
        assert "多于请的" not in as_shown(desk.get(f"{PAGE}/{round_id}"))
        rate(door, code, 1)
    jobs.merge_boxes()
    assert "交回 6 张，多于请的 5 人" in as_shown(desk.get(f"{PAGE}/{round_id}"))
