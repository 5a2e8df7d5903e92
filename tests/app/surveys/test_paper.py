"""Paper votes: one slip a person, ten or more at a time, entered twice by two people apart."""

import hashlib
import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle

import pytest

from backend.app.access import Actor, Role
from backend.app.ballots import queries as ballots
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.surveys import operations as rounds
from backend.app.surveys.paper import operations as paper
from backend.app.surveys.paper.slips import slips_of
from tests.app.surveys.conftest import NOW, PERIOD, choose_paper
from tests.app.surveys.slips import SHEET, again, give, round_of, start, unit_of
from tests.factories.console import Desk, as_shown, make_staff, put_in_the_hand_of, sit_down
from tests.factories.county import make_county
from tests.factories.surveys import add_township, open_round, populate
from tests.factories.tickets import forget, villager

PAPER = "/console/surveys/2026-11/paper"


@pytest.fixture
def unit(survey, county) -> int:
    return unit_of(county.id)


@pytest.fixture
def people(county) -> list[int]:
    return [make_staff(Role.COUNTY_STAFF, county.id, f"clerk{n}") for n in range(3)]


@pytest.fixture
def desk(client, people) -> Desk:
    return sit_down(client, people[0])


@pytest.fixture
def given(county, unit, people) -> int:
    give(county.id, unit, 12)
    return unit


@pytest.fixture
def clerks(people) -> list[Actor]:
    return [Actor(person) for person in people]


def test_a_person_gets_one_slip_a_month_in_the_whole_county(county, given, clerks) -> None:
    forget()
    with pytest.raises(paper.SlipGiven), transaction():
        paper.give_slip(clerks[0], county.id, given, "村民 03", "0003")


@pytest.mark.parametrize(
    ("name", "digits"), [("村民 03", "0003"), (" 村民03\u3000", "0003"), ("村民03", "0003")]
)
def test_however_a_name_is_typed_it_is_the_same_person(desk, given, name, digits) -> None:
    answer = desk.post(f"{PAPER}/slips", unit=str(given), name=name, digits=digits)
    assert answer.status_code == 409
    assert "已经领过纸票了" in answer.text


def test_the_same_person_gets_a_slip_again_next_month(county, given, scalar) -> None:
    digest = scalar("SELECT person_digest FROM paper_issue LIMIT 1")
    made = [paper._digests(county.id, month, f"村民{n:02d}", f"{n:04d}")[0]
            for n in range(12) for month in (date(2026, 12, 1), date(2027, 1, 1))]  # fmt: skip
    assert bytes(digest) not in made


def test_a_thief_without_the_secret_cannot_try_out_names(county, given, app, scalar) -> None:
    kept = {bytes(one) for one in scalar("SELECT array_agg(person_digest) FROM paper_issue")}
    people = [(f"村民{n:02d}", f"{n:04d}") for n in range(12)]
    tried = [f"{county.id}|2026-11|{name}|{digits}".encode() for name, digits in people]
    assert kept.isdisjoint(hashlib.sha256(one).digest() for one in tried)
    assert {paper._digests(county.id, PERIOD, *one)[0] for one in people} == kept
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, secret_key="another secret of the same length!!")
    try:
        assert kept.isdisjoint(paper._digests(county.id, PERIOD, *one)[0] for one in people)
    finally:
        app.config["SETTINGS"] = settings


@pytest.mark.parametrize("state", ["draft", "scheduled", "closed", "published"])
def test_slips_are_given_out_only_while_the_round_is_open(desk, unit, scalar, state: str) -> None:
    with transaction() as session:
        at = "now()" if state == "published" else "NULL"
        session.connection().exec_driver_sql(
            f"UPDATE survey_round SET state = '{state}', published_at = {at}"
        )
    answer = desk.post(f"{PAPER}/slips", unit=str(unit), name="王建国", digits="1234")
    assert answer.status_code == 409
    assert "现在不在问卷开放的时间里" in answer.text
    assert "登记领票" not in desk.get(f"{PAPER}?unit={unit}").text
    assert scalar("SELECT count(*) FROM paper_issue") == 0


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
    survey, given, clerks, scalar
) -> None:
    batch = start(survey, given, [SHEET] * 10, clerks[0])
    assert scalar("SELECT count(*) FROM survey_tally") == 0
    assert again(survey, batch, [SHEET] * 10, clerks[1]) == "counted"
    assert scalar("SELECT counts FROM survey_tally WHERE question = 0") == [10, 0, 0, 0, 0]
    assert scalar("SELECT channel FROM survey_tally WHERE question = 0") == "paper"
    assert scalar("SELECT first_entry IS NULL AND second_entry IS NULL FROM paper_batch")


def test_entries_lie_sealed_until_both_are_there(survey, given, clerks, scalar) -> None:
    start(survey, given, [[0, None, "墨迹看得出是谁"]] * 10, clerks[0])
    assert "墨迹".encode() not in bytes(scalar("SELECT first_entry FROM paper_batch"))


def test_one_hand_with_two_accounts_counts_nothing(survey, given, clerks, scalar) -> None:
    batch = start(survey, given, [SHEET] * 10, clerks[0])
    put_in_the_hand_of(clerks[0].person_id, clerks[1].person_id)
    with pytest.raises(NotAllowed, match="另一个人"):
        again(survey, batch, [SHEET] * 10, clerks[1])
    assert scalar("SELECT state FROM paper_batch") == "first"


def test_one_person_alone_counts_nothing(survey, given, clerks, scalar) -> None:
    batch = start(survey, given, [SHEET] * 10, clerks[0])
    with pytest.raises(NotAllowed, match="另一个人"):
        again(survey, batch, [SHEET] * 10, clerks[0])
    assert scalar("SELECT state FROM paper_batch") == "first"


def test_where_two_differ_either_corrects_and_no_third_person_does(
    survey, given, clerks, scalar
) -> None:
    batch = start(survey, given, [SHEET] * 10, clerks[0])
    other = [*[SHEET] * 9, [4, [1, 2], None]]
    assert again(survey, batch, other, clerks[1]) == "differs"
    assert scalar("SELECT count(*) FROM survey_tally") == 0
    with pytest.raises(NotAllowed, match="前两个人"):
        again(survey, batch, other, clerks[2])
    assert again(survey, batch, other, clerks[0]) == "counted"
    assert scalar("SELECT counts FROM survey_tally WHERE question = 0") == [9, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("sheets", "words"),
    [
        ([SHEET] * 9, "10 到 60 张"), ([SHEET] * 61, "10 到 60 张"),
        ([*[SHEET] * 9, [5, None, None]], "第 10 张第 1 题"),
        ([*[SHEET] * 9, [0, None]], "第 10 张"), ([SHEET] * 13, "只发了 12 张"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(survey, given, clerks, sheets, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        start(survey, given, sheets, clerks[0])
    assert words in str(refused.value.errors)


def test_no_more_slips_are_counted_than_were_given(survey, given, clerks) -> None:
    start(survey, given, [SHEET] * 10, clerks[0])
    with pytest.raises(InvalidInput) as refused:
        start(survey, given, [SHEET] * 10, clerks[1])
    assert "已录 10 张" in str(refused.value.errors)


def test_a_slip_chosen_on_the_phone_counts_as_given(client, county, unit, survey) -> None:
    choose_paper(villager(client, county))
    assert slips_of(unit).given == 1


def test_a_dropped_batch_can_be_entered_again(survey, given, clerks, scalar) -> None:
    batch = start(survey, given, [SHEET] * 10, clerks[0])
    forget()
    with transaction():
        paper.drop_batch(clerks[1], round_of(survey), batch)
    assert scalar("SELECT first_entry FROM paper_batch") is None
    assert start(survey, given, [SHEET] * 12, clerks[1]) > batch


def test_what_was_counted_or_dropped_is_entered_no_more(survey, given, clerks) -> None:
    batch = start(survey, given, [SHEET] * 10, clerks[0])
    again(survey, batch, [SHEET] * 10, clerks[1])
    with pytest.raises(Conflict, match="已计票"):
        again(survey, batch, [SHEET] * 10, clerks[1])
    with pytest.raises(Conflict), transaction():
        paper.drop_batch(clerks[1], round_of(survey), batch)


def test_publication_forgets_what_only_one_person_entered(
    survey, given, clerks, stop_clock, scalar
) -> None:
    start(survey, given, [SHEET] * 10, clerks[0])
    stop_clock(NOW + timedelta(days=11))
    for act in (rounds.close_round, rounds.publish_round):
        forget()
        with transaction():
            assert act(survey)
    assert scalar("SELECT state FROM paper_batch") == "dropped"
    assert scalar("SELECT first_entry FROM paper_batch") is None
    assert scalar("SELECT count(*) FROM survey_result WHERE channel = 'paper'") == 0


def test_after_the_close_slips_are_still_entered(survey, given, clerks, stop_clock, scalar):
    stop_clock(NOW + timedelta(days=11))
    forget()
    with transaction():
        rounds.close_round(survey)
    batch = start(survey, given, [SHEET] * 10, clerks[0])
    assert again(survey, batch, [SHEET] * 10, clerks[1]) == "counted"
    forget()
    with transaction():
        rounds.publish_round(survey)
    assert scalar("SELECT n FROM survey_result WHERE channel = 'paper' AND question = 0") == 10


def test_after_publication_no_paper_is_taken(given, clerks, survey, stop_clock):
    stop_clock(NOW + timedelta(days=11))
    forget()
    with transaction():
        rounds.close_round(survey)
    batch = start(survey, given, [SHEET] * 10, clerks[0])
    forget()
    with transaction():
        rounds.publish_round(survey)
    with pytest.raises(Conflict, match="已经公布"):
        again(survey, batch, [SHEET] * 10, clerks[1])


def test_a_counted_round_waits_three_days_for_slips_that_were_given(
    given, survey, stop_clock
) -> None:
    stop_clock(NOW + timedelta(days=11))
    forget()
    with transaction():
        rounds.close_round(survey)
    assert rounds.rounds_to_publish() == []
    stop_clock(NOW + timedelta(days=13, hours=1))
    assert rounds.rounds_to_publish() == [survey]


def grid(count: int, level: str = "1", several: str = "2 3") -> dict[str, str]:
    return {
        f"s{slip}q{question}": value
        for slip in range(count)
        for question, value in enumerate((level, several, ""))
    }


def test_the_pages_lead_through_a_batch(client, people, given, county, scalar) -> None:
    desk = sit_down(client, people[0])
    page = as_shown(desk.get(f"{PAPER}?unit={given}"))
    assert "发了 <strong>12</strong> 张，已录 <strong>0</strong> 张" in page
    assert "录第一遍" in desk.get(f"{PAPER}/entry?unit={given}&slips=10").text
    sent = desk.post(f"{PAPER}/entry", unit=str(given), slips="10", **grid(10))
    assert sent.status_code == 302
    assert "您录了第一遍" in desk.get(PAPER).text
    batch = scalar("SELECT id FROM paper_batch")
    other = sit_down(client, people[1])
    assert "录第二遍" in other.get(f"{PAPER}/{batch}").text
    differs = other.post(f"{PAPER}/{batch}", **{**grid(10), "s4q0": "5"})
    assert differs.status_code == 302
    page = as_shown(other.get(f"{PAPER}/{batch}"))
    assert "有 1 张两人录的不一样：第 5 张" in page
    assert re.search(r'name="s4q0" value="5"', page)
    assert "另一人：1" in page
    assert other.post(f"{PAPER}/{batch}", **grid(10)).status_code == 302
    assert "已计票" in other.get(PAPER).text
    assert scalar("SELECT counts FROM survey_tally WHERE question = 1") == [0, 10, 10]


def test_the_pages_tell_each_person_whose_turn_it_is(client, people, given, survey) -> None:
    clerks = [Actor(person) for person in people]
    batch = start(survey, given, [SHEET] * 10, clerks[0])
    first = sit_down(client, people[0])
    answer = first.get(f"{PAPER}/{batch}")
    assert answer.status_code == 403
    assert "第二遍要由另一个人录" in answer.text
    again(survey, batch, [*[SHEET] * 9, [4, None, None]], clerks[1])
    assert sit_down(client, people[2]).get(f"{PAPER}/{batch}").status_code == 403
    first = sit_down(client, people[0])
    assert "另一人：5" in first.get(f"{PAPER}/{batch}").text
    again(survey, batch, [*[SHEET] * 9, [4, None, None]], clerks[0])
    answer = sit_down(client, people[0]).get(f"{PAPER}/{batch}")
    assert answer.status_code == 409
    assert "已计票" in answer.text


def test_before_both_entered_nobody_sees_the_others_entry(client, people, given, survey) -> None:
    batch = start(survey, given, [[0, [1], "看得出是谁写的"]] * 10, Actor(people[0]))
    page = sit_down(client, people[1]).get(f"{PAPER}/{batch}").text
    assert "看得出是谁写的" not in page
    assert 'name="s0q0" value=""' in page
    assert "另一人" not in page


def test_full_width_digits_and_commas_are_read_as_they_are_meant(client, people, given, scalar):
    sent = sit_down(client, people[0]).post(
        f"{PAPER}/entry", unit=str(given), slips="10", **grid(10, "\uff11", "2\uff0c3")
    )
    assert sent.status_code == 302
    batch = scalar("SELECT id FROM paper_batch")
    sit_down(client, people[1]).post(f"{PAPER}/{batch}", **grid(10, "1", "2、3"))
    assert scalar("SELECT state FROM paper_batch") == "counted"


def test_two_ticks_where_one_was_asked_for_say_nothing(client, people, given, scalar) -> None:
    sheets = {**grid(10), "s0q0": "1 2"}
    sit_down(client, people[0]).post(f"{PAPER}/entry", unit=str(given), slips="10", **sheets)
    batch = scalar("SELECT id FROM paper_batch")
    sit_down(client, people[1]).post(f"{PAPER}/{batch}", **sheets)
    assert scalar("SELECT people FROM survey_tally WHERE question = 0") == 9


@pytest.mark.parametrize("slips", ["9", "61", "x", "", "9" * 30])
def test_a_batch_of_a_strange_size_is_not_begun(desk, given, slips: str) -> None:
    answer = desk.get(f"{PAPER}/entry?unit={given}&slips={slips}")
    assert answer.status_code == 422


def test_every_step_is_noted_without_a_name(client, people, given, scalar) -> None:
    first = sit_down(client, people[0])
    first.post(f"{PAPER}/entry", unit=str(given), slips="10", **grid(10))
    first.post(f"{PAPER}/{scalar('SELECT id FROM paper_batch')}/drop")
    noted = scalar("SELECT array_agg(DISTINCT action ORDER BY action) FROM audit_entry")
    assert {"drop_paper_batch", "enter_paper_batch", "give_paper_slip"} <= set(noted)


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


def test_a_townships_staff_give_out_and_enter_for_their_own_units_only(
    client, stop_clock, spare_keys, app, scalar
) -> None:
    stop_clock(NOW)
    large = make_county(villages=1)
    villages = large.village_ids + add_township(large, "薛镇", 1)
    populate(large.id, villages)
    with transaction():
        rounds.prepare_period(large.id, PERIOD, cycle(spare_keys).__next__)
    survey = open_round(large.id, PERIOD, NOW - timedelta(days=1), NOW + timedelta(days=3))
    forget()
    units = {ids[0]: one for one, ids in ballots.villages_of_units(large.id, PERIOD).items()}
    foreign, own = units[villages[0]], units[villages[1]]
    give(large.id, foreign, 10)
    batch = start(survey, foreign, [SHEET] * 10, Actor(make_staff(Role.COUNTY_STAFF, large.id)))
    desk = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, large.township_ids[1], "own"))
    page = desk.get(PAPER).text
    assert "薛镇 薛1村" in page
    assert "庄里镇" not in page
    slip = {"name": "王建国", "digits": "1234"}
    assert desk.post(f"{PAPER}/slips", unit=str(own), **slip).status_code == 302
    assert desk.post(f"{PAPER}/slips", unit=str(foreign), **slip).status_code == 404
    assert desk.get(f"{PAPER}/print?unit={own}").status_code == 200
    assert desk.get(f"{PAPER}/print?unit={foreign}").status_code == 404
    assert desk.get(f"{PAPER}/entry?unit={foreign}&slips=10").status_code == 404
    for path in (f"{PAPER}/{batch}", f"{PAPER}/{batch}/drop"):
        assert desk.post(path, **grid(10)).status_code == 404
    assert desk.get(f"{PAPER}/{batch}").status_code == 404
    assert scalar("SELECT state FROM paper_batch") == "first"


@pytest.mark.parametrize("role", [Role.LEADER, Role.DEPARTMENT_STAFF])
def test_nobody_else_touches_paper(client, county, given, role: Role) -> None:
    reader = sit_down(client, make_staff(role, county.id, "reader"))
    assert reader.get(PAPER).status_code == 403
    assert reader.post(f"{PAPER}/slips", unit=str(given)).status_code == 403
