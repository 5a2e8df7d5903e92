"""领导一屏: lights, four numbers compared only where intervals allow, what is late; read-only."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.scorecards.leader.queries import four_numbers
from backend.app.tickets.desk.funnel import Flow
from tests.app.ratings.conftest import open_phone
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.county import bind, make_person
from tests.factories.objections import Bench, make_bench
from tests.factories.ratings import LAST_MONTH, THIS_MONTH
from tests.factories.tickets import forget, make_offices, submit


@pytest.fixture
def bench(app) -> Bench:
    return make_bench()


@pytest.fixture
def leader(client, bench: Bench) -> Desk:
    return sit_down(client, make_staff(Role.LEADER, bench.county.id, "boss"))


def late_ticket(client, bench: Bench) -> dict:
    offices = make_offices(bench.county)
    person = make_person()
    bind(person, bench.county)
    made = submit(open_phone(client, person), offices).json
    past = clock.now() - timedelta(days=3)
    with transaction() as session:
        session.execute(
            text("UPDATE ticket SET due_at = :past, sign_due_at = :past"), {"past": past}
        )
    forget()
    return made


def test_changes_are_said_only_where_the_intervals_keep_apart() -> None:
    before = Flow(found=40, accepted=40, done=20, content=10)
    more = four_numbers(Flow(80, 78, 76, 40), before, is_over=True)
    assert [one.value for one in more] == [80, 78, 76, 40]
    assert more[0].change == "▲ 件数比上月高"
    assert more[2].change == "▲ 办结率比上月高"
    assert more[3].change == "满意率和上月差不多"
    same = four_numbers(Flow(44, 43, 23, 11), before, is_over=True)
    assert all(one.change.endswith("和上月差不多") for one in same)
    fewer = four_numbers(Flow(15, 15, 0, 0), before, is_over=True)
    assert (fewer[0].change, fewer[2].change) == ("▼ 件数比上月低", "▼ 办结率比上月低")


def test_a_running_month_is_not_compared_and_nothing_is_not_zero_percent() -> None:
    running = four_numbers(Flow(3, 0, 0, 0), Flow(40, 40, 20, 10), is_over=False)
    assert {one.change for one in running} == {"这个月还没完，不和上月比"}
    none = four_numbers(Flow(), Flow(), is_over=True)
    assert none[1].change == "没有可比的上月"
    assert none[1].note == "还没有可比的"


def test_the_screen_shows_lights_in_words_and_leads_to_the_late_case(
    client, leader: Desk, bench: Bench
) -> None:
    ticket = late_ticket(client, bench)
    page = leader.get("/console/leader").text
    for words in ("优", "良", "需关注", "差", "无数据", "■"):
        assert words in page
    assert f"/console/tickets/{ticket['id']}" in page
    assert leader.get(f"/console/tickets/{ticket['id']}").status_code == 200
    assert "第1村" in page
    assert "1 件诉求超时" in page
    assert f"{LAST_MONTH:%Y} 年 {LAST_MONTH.month} 月" in page
    running = leader.get(f"/console/leader?month={THIS_MONTH:%Y-%m}").text
    assert "还没完" in running
    assert leader.get("/console/leader?month=2099-01").status_code == 422


def test_the_wall_refreshes_itself_without_a_script_and_has_nothing_to_press(
    leader: Desk,
) -> None:
    page = leader.get("/console/leader?wall=1").text
    assert '<meta http-equiv="refresh" content="60">' in page
    assert "<form" not in page


def test_nobody_without_the_permission_sees_it(client, bench: Bench) -> None:
    town = make_staff(Role.TOWNSHIP_STAFF, bench.county.township_ids[0], "town2")
    assert sit_down(client, town).get("/console/leader").status_code == 403


def test_a_leader_changes_nothing(leader: Desk) -> None:
    for path in ("/console/adjustments", "/console/scores/imports", "/console/village-types",
                 "/console/objections/days"):  # fmt: skip
        assert leader.post(path).status_code == 403


def test_the_screen_takes_at_most_twelve_questions(client, leader: Desk, bench: Bench) -> None:
    late_ticket(client, bench)
    seen: list[str] = []
    count = lambda *given: seen.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert leader.get("/console/leader").status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert len(seen) <= 12, "\n".join(seen)
