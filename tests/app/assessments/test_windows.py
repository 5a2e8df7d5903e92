"""Windows by the working calendar: opened, reminded of, closed once, reopened once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from backend.app.assessments.reports import window_operations
from backend.app.assessments.reports.errors import WindowMoved
from backend.app.assessments.reports.window_times import USUAL, window_times
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.tickets.rules.queries import clock_of
from backend.jobs import assessments as jobs
from tests.factories.assessed import Assessed, add_target, at, issue, make_assessed
from tests.factories.county import make_county

SEPTEMBER = date(2026, 9, 1)


def rows(statement: str) -> list[dict]:
    with db.engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(statement)).mappings()]


def test_ends_fall_on_working_days_after_the_periods_last_one(assessed: Assessed) -> None:
    """30 September is day zero; the holiday of October 2026 lasts from the 1st to the 7th."""
    times = window_times(SEPTEMBER, USUAL, clock_of(assessed.county.id))
    assert times == (
        at(9, 25, 0), at(10, 8, 18), at(10, 10, 18), at(10, 14, 18), at(10, 16, 18), at(10, 19, 18)
    )  # fmt: skip


def test_day_zero_is_the_last_working_day_of_a_period_that_ends_on_a_weekend(assessed) -> None:
    times = window_times(date(2026, 5, 1), USUAL, clock_of(assessed.county.id))
    # 29 May 2026 is a Friday.
    assert (times.remind_at, times.closes_at) == (at(6, 1, 18), at(6, 3, 18))


def test_the_numbers_of_days_are_the_programmes(assessed: Assessed) -> None:
    times = window_times(SEPTEMBER, {**USUAL, "opens_day": 20, "close": 1},
                         clock_of(assessed.county.id))  # fmt: skip
    assert (times.opens_at, times.closes_at) == (at(9, 20, 0), at(10, 8, 18))


def test_a_window_opens_once_with_one_notice_a_person(assessed: Assessed) -> None:
    add_target(assessed)
    add_target(assessed, "A2")
    add_target(assessed, "A3", source="own:on_time_rate")
    issue(assessed)
    with clock_at(at(9, 24, 23)):
        assert jobs.open_windows() == 0
    with clock_at(at(9, 25, 0)):
        assert (jobs.open_windows(), jobs.open_windows()) == (1, 0)
    told = rows("SELECT person_id, words FROM notice ORDER BY person_id")
    assert {row["person_id"] for row in told} == {
        assessed.town.person_id, assessed.town_colleague.person_id
    }  # fmt: skip
    assert len(told) == 2
    assert told[0]["words"] == "要报 2 项，预计 6 分钟，2026-10-10 18:00 截止。"


def test_no_window_opens_for_months_before_the_issue_or_of_another_year(assessed) -> None:
    add_target(assessed)
    issue(assessed, month=9)
    with clock_at(at(8, 26)):
        assert jobs.open_windows() == 0
    with clock_at(at(1, 26, year=2027)):
        assert jobs.open_windows() == 0


def test_who_has_not_filed_is_reminded_once(assessed: Assessed, scalar) -> None:
    add_target(assessed)
    issue(assessed)
    with clock_at(at(9, 25)):
        jobs.open_windows()
    with clock_at(at(10, 8, 17)):
        jobs.escalate_targets()
    assert scalar("SELECT count(*) FROM notice WHERE dedup LIKE '%remind%'") == 0
    with clock_at(at(10, 9, 8)):
        jobs.escalate_targets()
        jobs.escalate_targets()
    assert scalar("SELECT count(*) FROM notice WHERE dedup LIKE '%remind%'") == 2


def test_a_window_closes_itself_once_and_what_was_not_sent_is_missed(assessed, scalar) -> None:
    missed = add_target(assessed)
    draft = add_target(assessed, "A2")
    add_target(assessed, "A3", rhythm="year")
    add_target(assessed, "A4", source="feed:budget")
    issue(assessed)
    with clock_at(at(9, 25)):
        jobs.open_windows()
    with transaction() as session:
        session.execute(
            text("INSERT INTO target_report (county_id, target_id, period, value)"
                 " VALUES (:county, :target, '2026-09-01', 5)"),
            {"county": assessed.county.id, "target": draft},
        )  # fmt: skip
    with clock_at(at(10, 10, 17, 59)):
        assert jobs.close_windows() == 0
    with clock_at(at(10, 10, 18)):
        assert (jobs.close_windows(), jobs.close_windows()) == (1, 0)
    states = rows("SELECT target_id, state FROM target_report")
    assert {row["target_id"]: row["state"] for row in states} == {missed: "missed", draft: "draft"}
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'close_window'") == 1


def test_of_two_closings_at_once_one_closes(assessed: Assessed, at_once, scalar) -> None:
    add_target(assessed)
    issue(assessed)
    with clock_at(at(9, 25)):
        jobs.open_windows()
    window_id = scalar("SELECT id FROM programme_window")

    def close() -> None:
        with clock_at(at(10, 10, 18)):
            window_operations.close_window(window_id)

    assert at_once(close, close) == ["done", "done"]
    assert scalar("SELECT count(*) FROM target_report") == 1
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'close_window'") == 1


def test_a_closing_that_dies_in_the_middle_closes_nothing_and_is_repeated(
    assessed: Assessed, scalar, monkeypatch
) -> None:
    add_target(assessed)
    issue(assessed)
    with clock_at(at(9, 25)):
        jobs.open_windows()
    with clock_at(at(10, 10, 18)):
        with monkeypatch.context() as broken:
            broken.setattr(window_operations, "tell_unit", lambda *_: 1 / 0)
            assert jobs.close_windows() == 0
        assert scalar("SELECT count(*) FROM target_report") == 0
        assert scalar("SELECT closed_at FROM programme_window") is None
        assert jobs.close_windows() == 1
    assert scalar("SELECT count(*) FROM target_report WHERE state = 'missed'") == 1


def test_one_bad_programme_never_stops_the_others(assessed: Assessed, scalar) -> None:
    add_target(assessed)
    issue(assessed)
    other = make_assessed_elsewhere()
    add_target(other)
    issue(other)
    with transaction() as session:
        session.execute(
            text("ALTER TABLE programme DISABLE TRIGGER programme_approved")
        )  # fmt: skip
        session.execute(
            text("""UPDATE programme SET content = '{"clocks": {"close": "x"}}' WHERE id = :id"""),
            {"id": assessed.programme_id},
        )
        session.execute(text("ALTER TABLE programme ENABLE TRIGGER programme_approved"))
    with clock_at(at(9, 25)):
        assert jobs.open_windows() == 1
    assert scalar("SELECT programme_id FROM programme_window") == other.programme_id


def make_assessed_elsewhere() -> Assessed:
    return make_assessed(make_county(code="610529", name="蒲城县"), "-far")


def test_the_ends_of_an_open_window_follow_the_calendar(assessed: Assessed, scalar) -> None:
    add_target(assessed)
    issue(assessed)
    with clock_at(at(9, 25)):
        jobs.open_windows()
    with transaction() as session:
        session.execute(
            text("INSERT INTO calendar_day (county_id, day, is_working, name)"
                 " VALUES (:id, '2026-10-09', false, '放假')"),
            {"id": assessed.county.id},
        )  # fmt: skip
    with clock_at(at(9, 26)):
        jobs.open_windows()
    assert scalar("SELECT closes_at FROM programme_window") == at(10, 12, 18)


@pytest.fixture
def closed(assessed: Assessed, scalar) -> int:
    add_target(assessed)
    issue(assessed)
    with clock_at(at(9, 25)):
        jobs.open_windows()
    with clock_at(at(10, 10, 18)):
        jobs.close_windows()
    return scalar("SELECT id FROM programme_window")


def reopen(assessed: Assessed, window_id: int, when, reason: str = "停电两天", **by) -> None:
    with clock_at(when), transaction():
        window_operations.reopen_window(by.get("actor", assessed.office), window_id, reason)


def test_the_office_reopens_once_with_a_reason_until_the_owners_last_day(
    assessed: Assessed, closed: int, scalar
) -> None:
    with pytest.raises(InvalidInput):
        reopen(assessed, closed, at(10, 12), reason=" ")
    for stranger in (assessed.town, assessed.owner):
        with pytest.raises(NotAllowed):
            reopen(assessed, closed, at(10, 12), actor=stranger)
    reopen(assessed, closed, at(10, 12))
    assert scalar("SELECT reopened_until FROM programme_window") == at(10, 14, 18)
    with pytest.raises(WindowMoved):
        reopen(assessed, closed, at(10, 13))
    assert scalar("SELECT count(*) FROM notice WHERE dedup LIKE '%reopened%'") == 2


def test_nothing_is_reopened_before_closing_or_after_the_owners_last_day(
    assessed: Assessed, closed: int
) -> None:
    with pytest.raises(WindowMoved):
        reopen(assessed, closed, at(10, 14, 18) + timedelta(minutes=1))
