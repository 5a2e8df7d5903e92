"""差评整改: what a village learns of its bad ratings, weekly and from three on, as a task."""

from datetime import date, datetime, timedelta

import pytest

from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.queue import JobName
from backend.app.ratings.bad_ratings import BadReason
from backend.app.tickets.bad_ratings.mending import summary
from backend.app.tickets.facts import ticket_facts
from backend.jobs import schedule
from backend.jobs import tickets as jobs
from backend.jobs.scorecards import recompute_nightly
from tests.app.ratings.conftest import open_phone
from tests.factories.console import as_shown, sit_down
from tests.factories.county import bind, make_person
from tests.factories.tickets import forget, upload

WEDNESDAY = datetime(2026, 11, 4, 15, 20, tzinfo=COUNTY_ZONE)
MONDAY = datetime(2026, 11, 9, 7, 31, tzinfo=COUNTY_ZONE)


@pytest.fixture
def clock(stop_clock):
    def turn(at: datetime) -> None:
        stop_clock(at)

    turn(WEDNESDAY)
    return turn


@pytest.fixture
def unhappy(clock, client, offices):
    """So many villagers who give the village's only point a bad rating."""

    def rate(count: int, words: str = "药柜老锁着") -> None:
        for _ in range(count):
            person = make_person()
            bind(person, offices.county)
            answer = open_phone(client, person).rate(offices.county.code, 5, words=words)
            assert answer.status_code == 201
        forget()

    return rate


def test_two_bad_ratings_wait_and_the_third_makes_a_task(unhappy, clock, cadre) -> None:
    unhappy(2)
    clock(MONDAY)
    assert jobs.open_mendings() == 0
    unhappy(1)
    # The third belongs to a week that still runs.
    assert jobs.open_mendings() == 0
    clock(MONDAY + timedelta(days=7))
    assert jobs.open_mendings() == 1
    assert jobs.open_mendings() == 0
    [card] = cadre.call("GET", "/cadre/tickets").json["items"]
    assert "最近有 3 条差评" in card["words"]


def test_the_task_names_no_person_day_level_or_word(unhappy, clock, cadre, scalar) -> None:
    unhappy(4)
    clock(MONDAY)
    jobs.open_mendings()
    [card] = cadre.call("GET", "/cadre/tickets").json["items"]
    shown = str(cadre.call("GET", f"/cadre/tickets/{card['id']}").json)
    assert "4 条" in shown
    for told in ("药柜老锁着", "11-04", "非常不满意", "person"):
        assert told not in shown
    assert scalar("SELECT person_id FROM ticket") is None


def test_a_task_is_answered_with_proof_and_makes_the_villages_fix_rate(
    unhappy, clock, cadre, offices
) -> None:
    unhappy(3)
    clock(MONDAY)
    jobs.open_mendings()
    [card] = cadre.call("GET", "/cadre/tickets").json["items"]
    path = f"/cadre/tickets/{card['id']}"
    signed = cadre.call("POST", f"{path}/signature", json={"version": card["version"]}).json
    proof = upload(cadre).json["id"]
    answer = cadre.call(
        "POST",
        f"{path}/reply",
        json={
            "version": signed["version"], "result": "done", "words": "药柜每天八点开",
            "file_ids": [proof], "typing_seconds": 20,
        },
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer.json["due_text"] == "等县里核实"
    forget()
    facts = ticket_facts(date(2026, 11, 1), [offices.county.id], MONDAY + timedelta(days=21))
    assert facts[offices.village_id].counts == {"bad_fix": [1, 0]}


def test_a_task_left_lying_counts_against_the_village(unhappy, clock, offices) -> None:
    unhappy(3)
    clock(MONDAY)
    jobs.open_mendings()
    facts = ticket_facts(date(2026, 11, 1), [offices.county.id], MONDAY + timedelta(days=22))
    assert facts[offices.village_id].counts == {"bad_fix": [0, 1]}


def test_a_call_back_counts_for_who_makes_it_and_its_verdict_for_the_village(
    unhappy, clock, offices, client
) -> None:
    unhappy(1)
    clock(MONDAY)
    jobs.call_back_ratings()
    facts = ticket_facts(date(2026, 11, 1), [offices.county.id], MONDAY + timedelta(days=20))
    assert facts[offices.village_id].counts == {"bad_reply": [0, 1]}
    clock(MONDAY + timedelta(days=20))
    recompute_nightly()
    forget()
    town = offices.county.township_ids[0]
    desk = sit_down(client.application.test_client(), offices.desk.person_id)
    page = as_shown(desk.get(f"/console/townships/{town}?month=2026-11"))
    assert "本月到期 1 件，按时回复 0 件，差评回复率 0.0%（样本 1）" in page


def bad(point: str, *reasons: str) -> BadReason:
    return BadReason(0, point, list(reasons))


def test_points_with_fewer_than_three_are_pooled() -> None:
    told = summary([bad("甲", "慢")] * 3 + [bad("乙", "脏"), bad("丙"), bad("丁", "慢")])
    assert "「甲」3 条：慢 3 次" in told
    assert "其他地方 3 条：也有人说慢、脏" in told
    assert "乙" not in told


def test_a_small_rest_takes_the_smallest_named_point_along() -> None:
    told = summary([bad("甲", "慢")] * 4 + [bad("乙", "脏")] * 3 + [bad("丙", "远")])
    assert "「甲」4 条：慢 4 次" in told
    assert "其他地方 4 条：脏 3 次，也有人说远" in told
    assert "乙" not in told


def test_tasks_are_opened_once_a_week_from_monday_on() -> None:
    [entry] = [one for one in schedule.TIMETABLE if one.job is JobName.OPEN_MENDINGS]
    assert entry.period(MONDAY.replace(minute=29)) is None
    assert entry.period(MONDAY) == entry.period(MONDAY + timedelta(days=6)) == "2026-W46"
