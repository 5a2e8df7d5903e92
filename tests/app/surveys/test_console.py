"""What staff see of a round: nothing before its time, then what may be said."""

from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import event

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.surveys import operations as rounds
from backend.app.surveys.models import PaperBatch
from tests.app.surveys.conftest import NOW, PERIOD, get_vote, put
from tests.app.surveys.test_published import count
from tests.factories.console import Desk, as_shown, make_staff, sit_down
from tests.factories.county import make_county
from tests.factories.surveys import add_township, make_round, populate
from tests.factories.tickets import forget, villager

PAGE = "/console/surveys/2026-11"


@pytest.fixture
def desk(client, county) -> Desk:
    return sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "desk"))


@pytest.fixture
def closed(survey, county, monkeypatch) -> int:
    """Twelve sheets, three with words, counted."""
    count(county.id, survey, [[0, [0], None]] * 9 + [[2, [1], "路灯坏了"]] * 3)
    # Within a session's life, after the close.
    with transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE survey_round SET closes_at = '2026-11-20 03:00Z'"
        )
    forget()
    with transaction():
        rounds.close_round(survey)
    return survey


def test_while_it_is_open_nobody_sees_a_number(desk, client, county, survey, box, key_file) -> None:
    put(box, get_vote(villager(client, county), key_file).request([1, None, None]))
    page = desk.get(PAGE).text
    assert "还没有人参与" in page
    forget()
    rounds.ballot_box.flush(fewest=1)
    rounds.ballot_box.merge()
    db.session.commit()
    page = desk.get(PAGE).text
    assert "已有人参与" in page
    assert "1 人" not in page


def test_results_show_what_may_be_said(desk, closed, scalar) -> None:
    assert "公布结果" in desk.get(PAGE).text
    assert desk.post(f"{PAGE}/publish").status_code == 302
    page = desk.get(PAGE).text
    assert "75%（9 人）" in page
    assert "12 人答" in page
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'publish_survey'") == 1


@pytest.mark.parametrize("role", [Role.LEADER, Role.TOWNSHIP_STAFF])
def test_others_see_results_and_no_unread_words(client, county, closed, role: Role) -> None:
    region = county.township_ids[0] if role is Role.TOWNSHIP_STAFF else county.id
    forget()
    with transaction():
        rounds.publish_round(closed)
    reader = sit_down(client, make_staff(role, region, "reader"))
    page = reader.get(PAGE).text
    assert "75%（9 人）" in page
    assert "待看" not in page
    assert reader.get(f"{PAGE}/texts").status_code == 403
    assert reader.get(f"{PAGE}/edit").status_code == 403


@pytest.fixture
def two_townships(app, stop_clock, spare_keys) -> tuple[Any, int]:
    """Two townships with a village each, large enough for units of their own; published."""
    stop_clock(NOW)
    large = make_county(villages=1)
    populate(large.id, large.village_ids + add_township(large, "薛镇", 1))
    return large, publish_month(large.id, spare_keys)


def publish_month(county_id: int, spare_keys) -> int:
    """A month that was asked, answered by twelve people a unit, closed and published."""
    few = cycle(spare_keys)
    with transaction():
        rounds.prepare_period(county_id, PERIOD, few.__next__)
    found = make_round(county_id, PERIOD, NOW - timedelta(days=2), NOW - timedelta(hours=1))
    forget()
    with transaction():
        assert rounds.open_round(found)
    forget()
    with transaction():
        for unit, questions in rounds.questions_of_round(found).items():
            rounds.keep_counts(found, unit, questions, [[0, [0], None]] * 7 + ODD * 5, "phone")
    for act in (rounds.close_round, rounds.publish_round):
        forget()
        with transaction():
            assert act(found)
    return found


ODD: list[list[Any]] = [[2, [1, 2], None]]


def test_a_township_sees_its_own_units_only(client, two_townships) -> None:
    county, _ = two_townships
    own = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, county.township_ids[1], "own"))
    page = own.get(PAGE).text
    assert "薛镇 薛1村" in page
    assert "庄里镇" not in page
    other = own.get(f"{PAGE}?township={county.township_ids[0]}").text
    assert "庄里镇 第1村" not in other
    assert "这里没有单位" in other
    assert own.get("/console/surveys").status_code == 200
    assert own.post(f"{PAGE}/publish").status_code == 403


def test_the_county_narrows_the_results_to_one_township(client, two_townships) -> None:
    county, _ = two_townships
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "desk"))
    assert "2 个单位，2 个够人数公布" in desk.get(PAGE).text
    page = desk.get(f"{PAGE}?township={county.township_ids[0]}").text
    assert "庄里镇 第1村" in page
    assert "薛镇 薛1村" not in page
    assert "1 个单位，1 个够人数公布" in page


def test_the_whole_is_the_sum_of_what_was_published(client, two_townships) -> None:
    county, _ = two_townships
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "desk"))
    page = desk.get(PAGE).text
    assert "手机（24 人）" in page
    assert "约 58%" in page


@pytest.mark.parametrize("number", ["x", "9" * 30, "-1"])
def test_a_strange_township_in_the_address_shows_all_or_none(desk, closed, number: str) -> None:
    desk.post(f"{PAGE}/publish")
    assert desk.get(f"{PAGE}?township={number}").status_code == 200


@pytest.mark.parametrize("role", [Role.LEADER, Role.TOWNSHIP_STAFF])
def test_what_is_asked_is_seen_by_all_who_may_see_surveys(
    client, county, survey, role: Role
) -> None:
    region = county.township_ids[0] if role is Role.TOWNSHIP_STAFF else county.id
    page = sit_down(client, make_staff(role, region, "reader")).get(PAGE).text
    assert "最近办事方便吗" in page
    assert "修路、供水、看病" in page


def test_another_county_has_no_round_here(client, county, closed) -> None:
    other = make_county(code="610529", name="别的县")
    stranger = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, other.township_ids[0], "far"))
    assert stranger.get(PAGE).status_code == 404


def test_slips_that_are_half_entered_hold_the_publication_up(desk, closed, scalar) -> None:
    unit = scalar("SELECT id FROM ballot_unit")
    with transaction() as session:
        session.add(
            PaperBatch(
                round_id=closed, unit_id=unit, slips=10, first_by_id=desk.person_id,
                first_entry=b"sealed",
            )
        )  # fmt: skip
    assert "还有 1 批纸票没录完" in desk.get(PAGE).text
    answer = desk.post(f"{PAGE}/publish")
    assert answer.status_code == 409
    assert "录完或作废后才能公布" in answer.text
    assert scalar("SELECT state FROM survey_round") == "closed"


def test_the_lists_name_every_month_and_its_state(desk, county, survey) -> None:
    make_round(
        county.id, NOW.date().replace(month=12, day=1), NOW + timedelta(days=20),
        NOW + timedelta(days=30), state="draft",
    )  # fmt: skip
    page = as_shown(desk.get("/console/surveys"))
    assert "● 正在问" in page
    assert "○ 草稿" in page
    assert "照抄 2026 年 11 月" in page


def statements(desk: Desk, path: str) -> int:
    seen = 0

    def note(*_: Any) -> None:
        nonlocal seen
        seen += 1

    forget()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert desk.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return seen


def test_the_page_of_results_asks_the_same_for_two_units_and_for_three_hundred(
    client, stop_clock, spare_keys, app
) -> None:
    stop_clock(NOW)
    counts = []
    for code, villages in (("610528", 2), ("610529", 300)):
        large = make_county(villages=villages, points=0, code=code, name=f"县{villages}")
        populate(large.id, large.village_ids)
        publish_month(large.id, spare_keys)
        desk = sit_down(client, make_staff(Role.COUNTY_STAFF, large.id, f"desk{villages}"))
        assert f"{villages} 个单位，{villages} 个够人数公布" in desk.get(PAGE).text
        counts.append(statements(desk, PAGE))
    assert counts[0] == counts[1] <= 20
