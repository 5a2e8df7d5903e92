"""A locked month stands: to the byte, and against whoever would change it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.scorecards.locks import corrections, verification
from backend.app.scorecards.locks import operations as locks
from backend.app.scorecards.operations import recompute_month
from backend.app.tickets.clocks.working_calendar import seed_calendar
from tests.factories.console import make_staff, sit_down
from tests.factories.county import County, actor_with, make_county
from tests.factories.locks import lock_month
from tests.factories.ratings import LAST_MONTH, THIS_MONTH, flag_first_rating, rate_village


@pytest.fixture
def county(app) -> County:
    county = make_county(villages=4)
    rate_village(county, 0, [1] * 8 + [2] * 3 + [5])
    rate_village(county, 1, [1, 2, 3, 4] * 4)
    rate_village(county, 2, [2] * 9)
    return county


def lock(county: County, month=LAST_MONTH, note="试点县，先锁"):
    return lock_month(actor_with(Role.COUNTY_STAFF, county.id), county.id, note, month)


def test_a_locked_month_computed_again_is_the_same_to_the_byte(county: County) -> None:
    lock(county)
    with transaction():
        found = verification.verify(county.id, LAST_MONTH)
    assert found.equal
    assert found.villages == 4


def test_the_database_refuses_to_change_a_locked_month(county: County) -> None:
    lock(county)
    for statement in (
        "DELETE FROM scorecard WHERE month = :month",
        "DELETE FROM month_fact WHERE month = :month",
        "UPDATE scorecard SET total = 100 WHERE month = :month",
        "UPDATE month_lock SET locked_at = now() WHERE month = :month",
        "DELETE FROM month_lock WHERE month = :month",
    ):
        with pytest.raises(DBAPIError, match=r"locked month|append-only"), transaction():
            db.session.execute(text(statement), {"month": LAST_MONTH})


def test_recomputing_leaves_a_locked_month_alone_and_the_others_not(county: County, scalar) -> None:
    lock(county)
    rate_village(county, 3, [5] * 20)
    with transaction():
        assert recompute_month(LAST_MONTH) == 0
        assert recompute_month(THIS_MONTH) == 4
    assert scalar("SELECT n FROM scorecard WHERE village_id = :v AND month = :m",
                  v=county.village_ids[3], m=LAST_MONTH) == 0  # fmt: skip


def test_what_comes_in_late_is_found_and_becomes_a_numbered_correction(county: County) -> None:
    lock(county)
    rate_village(county, 3, [1] * 20)
    staff = actor_with(Role.COUNTY_STAFF, county.id)
    with transaction():
        late = verification.late_facts(locks.get_lock(county.id, LAST_MONTH))
        assert [now.village_id for _, now in late] == [county.village_ids[3]]
        first = corrections.correct_late(
            staff, county.id, LAST_MONTH, county.village_ids[3], "补录漏传的评价"
        )
    assert (first.number, first.before["total"]) == (1, None)
    assert first.after["total"] is not None
    with transaction():
        assert verification.verify(county.id, LAST_MONTH).equal
        with pytest.raises(corrections.NothingToCorrect):
            corrections.correct_late(
                staff, county.id, LAST_MONTH, county.village_ids[3], "再来一次"
            )


@pytest.mark.parametrize(
    ("month", "day", "has_calendar"),
    [
        # Tuesday to Friday; a weekend; the new year's calendar is not out yet.
        (date(2026, 11, 1), date(2026, 12, 4), False),
        (date(2026, 10, 1), date(2026, 11, 5), False),
        (date(2027, 12, 1), date(2028, 1, 6), True),
        # The holiday ends on the 7th, Saturday the 10th is worked.
        (date(2026, 9, 1), date(2026, 10, 12), True),
        (date(2026, 9, 1), date(2026, 10, 6), False),
    ],
)
def test_a_month_is_locked_from_the_fourth_working_day_after_it_on(
    county: County, month: date, day: date, has_calendar: bool
) -> None:
    staff = actor_with(Role.COUNTY_STAFF, county.id)
    begins = clock.midnight(day)
    if has_calendar:
        with clock.clock_at(begins), transaction():
            seed_calendar(county.id)
    for early in (timedelta(seconds=1), timedelta(days=1), begins - clock.midnight(month)):
        with (
            clock.clock_at(begins - early),
            pytest.raises(locks.LockedTooEarly) as refused,
            transaction(),
        ):
            locks.lock_month(staff, county.id, month, "先锁")
        assert f"最早 {day.year} 年 {day.month} 月 {day.day} 日" in refused.value.message
    with clock.clock_at(begins), transaction():
        assert locks.lock_month(staff, county.id, month, "先锁").month == month


def test_before_the_fourth_working_day_the_page_names_it_and_has_no_button(
    client, county: County
) -> None:
    month = f"{LAST_MONTH:%Y-%m}"
    day = locks.first_lock_day(county.id, LAST_MONTH)
    with clock.clock_at(clock.midnight(day) - timedelta(minutes=1)):
        desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
        shown = desk.get(f"/console/months/{month}")
        refused = desk.post(f"/console/months/{month}/lock")
        listed = desk.get("/console/months").text
    assert (shown.status_code, refused.status_code) == (200, 409)
    named = f"最早 {day.year} 年 {day.month} 月 {day.day} 日（次月第 4 个工作日）才能锁定"
    for page in (shown.text, refused.text):
        assert named in page
        assert "锁定这个月" not in page
    assert f"{day.month} 月 {day.day} 日起可锁定" in listed


def test_a_month_is_locked_once(county: County) -> None:
    lock(county)
    with pytest.raises(locks.MonthLocked):
        lock(county)


def test_a_full_checklist_asks_for_a_reason(county: County) -> None:
    flag_first_rating()
    with pytest.raises(locks.ChecklistOpen) as refused:
        lock(county, note=" ")
    assert refused.value.errors == {"note": ["待复核的评价 1 件"]}
    assert lock(county, note="等不及了").checklist["note"] == "等不及了"


def test_altered_facts_do_not_verify(county: County) -> None:
    lock(county)
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(
            text("UPDATE month_fact SET counts = '{\"levels\": [99, 0, 0, 0, 0]}'"
                 " WHERE village_id = :v"), {"v": county.village_ids[1]},
        )  # fmt: skip
    with transaction():
        found = verification.verify(county.id, LAST_MONTH)
    assert not found.facts_equal
    assert not found.results_equal


def test_the_command_says_so_and_fails_when_something_differs(app, county: County) -> None:
    month = f"{LAST_MONTH:%Y-%m}"
    lock(county)
    runner = app.test_cli_runner()
    good = runner.invoke(args=["scorecards", "verify", month])
    assert good.exit_code == 0, good.output
    assert "事实一致，结果一致，得分卡一致，规则同一版" in good.output
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("UPDATE scorecard SET total = 100"))
    assert runner.invoke(args=["scorecards", "verify", month]).exit_code == 1
    assert runner.invoke(args=["scorecards", "verify", "2020-01"]).exit_code == 1


def test_locking_warns_of_an_open_objection_window_and_goes_on(county: County, stop_clock) -> None:
    inside = clock.midnight(locks.last_day(county.id, LAST_MONTH))
    stop_clock(inside)
    items = {item.code: item for item in locks.checklist(county.id, LAST_MONTH)}
    assert (items["window"].open, items["window"].warns) == (1, True)
    assert "才截止" in items["window"].words
    lock(county, note="")
    stop_clock(inside + timedelta(days=1))
    items = {item.code: item for item in locks.checklist(county.id, LAST_MONTH)}
    assert items["window"].open == 0


def test_a_lock_keeps_what_its_last_recount_moved(county: County) -> None:
    with transaction() as session:
        # What came in since the night: one village's good ratings are flagged.
        session.execute(
            text(
                "UPDATE rating_month_count SET level_1 = 0, flagged = level_1 WHERE village_id = :v"
            ),
            {"v": county.village_ids[0]},
        )
    locked = lock(county)
    (moved,) = locked.checklist["moved"]
    assert moved["village_id"] == county.village_ids[0]
    assert moved["before"] != moved["after"]


def test_locking_warns_of_ratings_that_wait_for_a_signal(county: County) -> None:
    month_end = clock.midnight(clock.next_month(LAST_MONTH))
    for after, is_open in ((timedelta(hours=71), 1), (timedelta(hours=72), 0)):
        with clock.clock_at(month_end + after):
            items = {item.code: item for item in locks.checklist(county.id, LAST_MONTH)}
        assert (items["on_their_way"].open, items["on_their_way"].warns) == (is_open, True)
    assert "4 日零点到齐" in items["on_their_way"].words
