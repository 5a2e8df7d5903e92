"""What staff see of a round: nothing before its time, then what may be said."""

from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import event

from backend.app.access import Role
from backend.app.core import calendar
from backend.app.core.db import db, transaction
from backend.app.surveys import rounds
from tests.app.surveys.conftest import NOW, get_vote, put
from tests.app.surveys.test_published import count
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.county import bind, make_county, make_person
from tests.factories.surveys import make_round
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
    rounds.box.flush_inbox()
    db.session.commit()
    page = desk.get(PAGE).text
    assert "已有人参与" in page
    assert "1 人" not in page


def test_results_show_what_may_be_said(desk, closed, scalar) -> None:
    assert "公布结果" in desk.get(PAGE).text
    assert desk.post(f"{PAGE}/publish").status_code == 302
    page = desk.get(PAGE).text
    assert "75%(9 人)" in page
    assert "12 人答" in page
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'publish_survey'") == 1


def test_words_are_read_by_the_county_and_then_shown(desk, closed, scalar) -> None:
    desk.post(f"{PAGE}/publish")
    page = desk.get(f"{PAGE}/texts").text
    assert page.count("路灯坏了") == 3
    assert "第1村" in page
    ids = [str(one) for one in scalar("SELECT array_agg(id) FROM survey_text")]
    assert desk.post(f"{PAGE}/texts", texts=ids[:2], show="1").status_code == 302
    assert desk.post(f"{PAGE}/texts", texts=ids[2:], show="0").status_code == 302
    assert desk.get(PAGE).text.count("路灯坏了") == 2
    assert "不公布 1" in desk.get(f"{PAGE}/texts").text


@pytest.mark.parametrize("texts", [[], ["x"], ["00000000-0000-0000-0000-000000000000"]])
def test_nothing_ticked_is_said(desk, closed, texts: list[str]) -> None:
    answer = desk.post(f"{PAGE}/texts", texts=texts, show="1")
    assert answer.status_code == 422
    assert "请先勾选" in answer.text


def test_words_of_few_people_come_without_their_units_name(desk, county, survey) -> None:
    count(county.id, survey, [[0, [0], "只有我一个人说"]])
    with transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE survey_round SET closes_at = '2026-11-20 03:00Z'"
        )
    forget()
    with transaction():
        rounds.close_round(survey)
    page = desk.get(f"{PAGE}/texts").text
    assert "只有我一个人说" in page
    assert "(人太少,不显示)" in page
    assert "第1村" not in page


def test_words_stay_in_the_box_until_the_close(desk, survey, county) -> None:
    count(county.id, survey, [[0, [0], "还没截止"]], "paper")
    answer = desk.post(f"{PAGE}/texts", texts=["00000000-0000-0000-0000-000000000000"], show="1")
    assert answer.status_code == 409


@pytest.mark.parametrize("role", [Role.LEADER, Role.TOWNSHIP_STAFF])
def test_others_see_results_and_no_unread_words(client, county, closed, role: Role) -> None:
    region = county.township_ids[0] if role is Role.TOWNSHIP_STAFF else county.id
    forget()
    with transaction():
        rounds.publish_round(closed)
    reader = sit_down(client, make_staff(role, region, "reader"))
    page = reader.get(PAGE).text
    assert "75%(9 人)" in page
    assert "待看" not in page
    assert reader.get(f"{PAGE}/texts").status_code == 403
    assert reader.get(f"{PAGE}/edit").status_code == 403


def test_a_township_sees_its_own_units_only(client, county, closed) -> None:
    other = make_county(code="610529", name="别的县")
    forget()
    with transaction():
        rounds.publish_round(closed)
    stranger = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, other.township_ids[0], "far"))
    assert stranger.get(PAGE).status_code == 404


def test_the_lists_name_every_month_and_its_state(desk, county, survey) -> None:
    make_round(
        county.id, NOW.date().replace(month=12, day=1), NOW + timedelta(days=20),
        NOW + timedelta(days=30), state="draft",
    )  # fmt: skip
    page = desk.get("/console/surveys").text
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


def test_the_page_of_results_asks_the_same_for_any_number_of_units(
    client, monkeypatch, spare_keys, scalar, app
) -> None:
    monkeypatch.setattr(calendar, "now", lambda: NOW)
    counts = []
    for code, villages in (("610528", 2), ("610529", 12)):
        large = make_county(villages=villages, code=code, name=f"县{villages}")
        for village in large.village_ids:
            make_people(large, village)
        period = calendar.month_of(calendar.today())
        few = cycle(spare_keys)
        with transaction():
            rounds.prepare_period(large.id, period, few.__next__)
        found = make_round(large.id, period, NOW - timedelta(days=2), NOW - timedelta(hours=1))
        for act in (rounds.open_round, rounds.close_round, rounds.publish_round):
            forget()
            with transaction():
                assert act(found)
        desk = sit_down(client, make_staff(Role.COUNTY_STAFF, large.id, f"desk{villages}"))
        desk.get(PAGE)
        counts.append(statements(desk, PAGE))
    assert counts[0] == counts[1] <= 20


def make_people(large: Any, village: int) -> None:
    for _ in range(30):
        bind(make_person(), large, village)
