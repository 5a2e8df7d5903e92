"""Paper votes: one slip a person, ten or more at a time, entered twice by two people apart."""

import re
from datetime import timedelta
from typing import Any

import pytest

from backend.app.access import Actor, Role
from backend.app.core import calendar
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.surveys import paper, rounds
from backend.app.surveys.models import SurveyRound
from tests.app.surveys.conftest import NOW
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.tickets import forget, villager

PAPER = "/console/surveys/2026-11/paper"
FIRST, SECOND, THIRD = Actor(1), Actor(2), Actor(3)
SHEET: list[Any] = [0, [1, 2], None]


@pytest.fixture
def unit(survey, county) -> int:
    found = next(iter(rounds.villages_of_units(county.id, rounds.calendar.month_of(NOW.date()))))
    db.session.rollback()
    return found


@pytest.fixture
def people(county) -> list[int]:
    return [make_staff(Role.COUNTY_STAFF, county.id, f"clerk{n}") for n in range(3)]


@pytest.fixture
def desk(client, people) -> Desk:
    return sit_down(client, people[0])


@pytest.fixture
def round_row(survey) -> Any:
    def get() -> SurveyRound:
        return db.session.get_one(SurveyRound, survey)

    return get


def give(county_id: int, unit: int, count: int) -> None:
    forget()
    with transaction():
        for nth in range(count):
            paper.give_slip(Actor(1), county_id, unit, f"村民{nth:02d}", f"{nth:04d}")


@pytest.fixture
def given(county, unit, people) -> int:
    give(county.id, unit, 12)
    return unit


def start(round_row: Any, unit: int, sheets: list[Any], actor: Actor) -> int:
    forget()
    with transaction():
        return paper.start_batch(actor, round_row(), unit, sheets).id


def again(round_row: Any, batch: int, sheets: list[Any], actor: Actor) -> str:
    forget()
    with transaction():
        return paper.enter_again(actor, round_row(), batch, sheets).state


@pytest.fixture
def clerks(people) -> list[Actor]:
    return [Actor(person) for person in people]


def test_a_person_gets_one_slip_a_month_in_the_whole_county(county, given, clerks) -> None:
    forget()
    with pytest.raises(paper.SlipGiven), transaction():
        paper.give_slip(clerks[0], county.id, given, "村民 03", "0003")


def test_the_roll_keeps_no_name_and_says_nothing_without_the_secret(given, scalar) -> None:
    assert scalar("SELECT count(*) FROM paper_issue") == 12
    kept = scalar("SELECT string_agg(p::text, '') FROM paper_issue p")
    assert "村民" not in kept
    logged = scalar("SELECT string_agg(a::text, '') FROM audit_entry a")
    assert "村民" not in logged


@pytest.mark.parametrize(
    ("name", "digits", "field"), [("", "1234", "name"), ("王建国", "12", "digits"),
                                  ("王建国", "abcd", "digits"), ("王", "1234", "name")],
)  # fmt: skip
def test_a_broken_entry_on_the_roll_names_its_field(desk, unit, name, digits, field) -> None:
    answer = desk.post(f"{PAPER}/slips", unit=str(unit), name=name, digits=digits)
    assert answer.status_code == 422
    assert {"name": "请写姓名", "digits": "后四位"}[field] in answer.text


def test_two_agreeing_entries_are_counted_apart_and_forgotten(
    round_row, given, clerks, scalar
) -> None:
    batch = start(round_row, given, [SHEET] * 10, clerks[0])
    assert scalar("SELECT count(*) FROM survey_tally") == 0
    assert again(round_row, batch, [SHEET] * 10, clerks[1]) == "counted"
    assert scalar("SELECT counts FROM survey_tally WHERE question = 0") == [10, 0, 0, 0, 0]
    assert scalar("SELECT channel FROM survey_tally WHERE question = 0") == "paper"
    assert scalar("SELECT first_entry IS NULL AND second_entry IS NULL FROM paper_batch")


def test_entries_lie_sealed_until_both_are_there(round_row, given, clerks, scalar) -> None:
    start(round_row, given, [[0, None, "墨迹看得出是谁"]] * 10, clerks[0])
    assert "墨迹".encode() not in bytes(scalar("SELECT first_entry FROM paper_batch"))


def test_one_person_alone_counts_nothing(round_row, given, clerks, scalar) -> None:
    batch = start(round_row, given, [SHEET] * 10, clerks[0])
    with pytest.raises(NotAllowed, match="另一个人"):
        again(round_row, batch, [SHEET] * 10, clerks[0])
    assert scalar("SELECT state FROM paper_batch") == "first"


def test_where_two_differ_either_corrects_and_no_third_person_does(
    round_row, given, clerks, scalar
) -> None:
    batch = start(round_row, given, [SHEET] * 10, clerks[0])
    other = [*[SHEET] * 9, [4, [1, 2], None]]
    assert again(round_row, batch, other, clerks[1]) == "differs"
    assert scalar("SELECT count(*) FROM survey_tally") == 0
    with pytest.raises(NotAllowed, match="前两个人"):
        again(round_row, batch, other, clerks[2])
    assert again(round_row, batch, other, clerks[0]) == "counted"
    assert scalar("SELECT counts FROM survey_tally WHERE question = 0") == [9, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("sheets", "words"),
    [
        ([SHEET] * 9, "10 到 60 张"), ([SHEET] * 61, "10 到 60 张"),
        ([*[SHEET] * 9, [5, None, None]], "第 10 张第 1 题"),
        ([*[SHEET] * 9, [0, None]], "第 10 张"), ([SHEET] * 13, "只发了 12 张"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(round_row, given, clerks, sheets, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        start(round_row, given, sheets, clerks[0])
    assert words in str(refused.value.errors)


def test_no_more_slips_are_counted_than_were_given(round_row, given, clerks) -> None:
    start(round_row, given, [SHEET] * 10, clerks[0])
    with pytest.raises(InvalidInput) as refused:
        start(round_row, given, [SHEET] * 10, clerks[1])
    assert "已录 10 张" in str(refused.value.errors)


def test_a_slip_chosen_on_the_phone_counts_as_given(client, county, unit, survey) -> None:
    villager(client, county).call("POST", "/ballots/paper", json={"period": "2026-11"})
    assert paper.slips_of(survey, unit).given == 1


def test_a_dropped_batch_can_be_entered_again(round_row, given, clerks, scalar) -> None:
    batch = start(round_row, given, [SHEET] * 10, clerks[0])
    forget()
    with transaction():
        paper.drop_batch(clerks[1], round_row(), batch)
    assert scalar("SELECT first_entry FROM paper_batch") is None
    assert start(round_row, given, [SHEET] * 12, clerks[1]) > batch


def test_after_publication_no_paper_is_taken(round_row, given, clerks, survey, monkeypatch):
    monkeypatch.setattr(calendar, "now", lambda: NOW + timedelta(days=11))
    forget()
    with transaction():
        rounds.close_round(survey)
    batch = start(round_row, given, [SHEET] * 10, clerks[0])
    forget()
    with transaction():
        rounds.publish_round(survey)
    with pytest.raises(Conflict, match="已经公布"):
        again(round_row, batch, [SHEET] * 10, clerks[1])


def test_a_counted_round_waits_three_days_for_slips_that_were_given(
    given, survey, monkeypatch
) -> None:
    monkeypatch.setattr(calendar, "now", lambda: NOW + timedelta(days=11))
    forget()
    with transaction():
        rounds.close_round(survey)
    assert rounds.rounds_to_publish() == []
    monkeypatch.setattr(calendar, "now", lambda: NOW + timedelta(days=13, hours=1))
    assert rounds.rounds_to_publish() == [survey]


def grid(count: int, level: str = "1", several: str = "2 3") -> dict[str, str]:
    return {
        f"s{slip}q{question}": value
        for slip in range(count)
        for question, value in enumerate((level, several, ""))
    }


def test_the_pages_lead_through_a_batch(client, people, given, county, scalar) -> None:
    desk = sit_down(client, people[0])
    page = desk.get(f"{PAPER}?unit={given}").text
    assert "发了 <strong>12</strong> 张,已录 <strong>0</strong> 张" in page
    assert "录第一遍" in desk.get(f"{PAPER}/entry?unit={given}&slips=10").text
    sent = desk.post(f"{PAPER}/entry", unit=str(given), slips="10", **grid(10))
    assert sent.status_code == 302
    assert "您录了第一遍" in desk.get(PAPER).text
    batch = scalar("SELECT id FROM paper_batch")
    other = sit_down(client, people[1])
    assert "录第二遍" in other.get(f"{PAPER}/{batch}").text
    differs = other.post(f"{PAPER}/{batch}", **{**grid(10), "s4q0": "5"})
    assert differs.status_code == 302
    page = other.get(f"{PAPER}/{batch}").text
    assert "有 1 张两人录的不一样:第 5 张" in page
    assert re.search(r'name="s4q0" value="5"', page)
    assert "另一人:1" in page
    assert other.post(f"{PAPER}/{batch}", **grid(10)).status_code == 302
    assert "已计票" in other.get(PAPER).text
    assert scalar("SELECT counts FROM survey_tally WHERE question = 1") == [0, 10, 10]


@pytest.mark.parametrize(("value", "words"), [("6", "没有这个序号"), ("好", "应填序号")])
def test_a_slip_typed_wrong_is_said_and_the_rest_is_kept(desk, given, value, words) -> None:
    answer = desk.post(f"{PAPER}/entry", unit=str(given), slips="10", **{**grid(10), "s2q0": value})
    assert answer.status_code == 422
    assert f"第 3 张「最近办事方便吗」{words}" in answer.text
    assert answer.text.count('value="2 3"') == 10


def test_slips_are_printed_four_a_page_without_a_place_for_a_name(desk, given) -> None:
    page = desk.get(f"{PAPER}/print?unit={given}").text
    assert page.count('class="slip"') == 4
    assert "不写名字" in page
    assert "□ 1. 非常满意" in page


def test_a_townships_staff_see_their_own_units_only(client, county, given) -> None:
    stranger = make_staff(Role.TOWNSHIP_STAFF, county.village_ids[0], "stranger")
    desk = sit_down(client, stranger)
    assert desk.get(f"{PAPER}/print?unit={given}").status_code == 404
    own = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "own"))
    assert own.get(f"{PAPER}/print?unit={given}").status_code == 200
