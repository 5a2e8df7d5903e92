"""A clock that jumped destroys nothing: jobs wait until it is right again or confirmed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core import batches, clock, clock_tick
from backend.app.core.clock_check import MOST_APART, ClockDoubted, ClockReading, Doubt
from backend.app.core.db import transaction
from backend.app.core.queue import JobName, redis_client
from backend.jobs.schedule import TIMETABLE, send_believed
from tests.factories.console import make_staff, sit_down
from tests.factories.county import make_county
from tests.wechat.server import World

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
FORTY_DAYS = timedelta(days=40)
offsets = st.timedeltas(timedelta(days=-400), timedelta(days=400))


@pytest.fixture
def unreachable(app, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_tick.wechat_client(), "_base", "http://127.0.0.1:1")


def last_tick(ago: timedelta) -> None:
    """As if the host's clock had jumped ahead by so much since the timetable looked last."""
    with transaction() as session:
        session.execute(clock_tick.TICK, {"at": datetime.now(UTC) - ago})


def ticked_at() -> datetime:
    with transaction() as session:
        return session.scalar(text("SELECT ticked_at FROM clock_tick"))


@given(database=offsets, last=st.none() | offsets, second=st.none() | offsets)
def test_a_clock_is_believed_where_another_one_agrees(
    database: timedelta, last: timedelta | None, second: timedelta | None
) -> None:
    reading = ClockReading(NOW, NOW + database, None if last is None else NOW + last)
    believed = reading.doubt(None if second is None else NOW + second) is None
    is_near = last is None or abs(last) <= MOST_APART
    agrees = second is not None and abs(second) <= MOST_APART
    assert believed == (abs(database) <= MOST_APART and (is_near or agrees))


def test_the_first_tick_writes_the_time_down(app) -> None:
    assert clock_tick.tick() is None
    assert abs(ticked_at() - datetime.now(UTC)) < timedelta(minutes=1)


def test_after_a_jump_the_timetable_sends_nothing_and_keeps_the_last_tick(
    app, unreachable: None
) -> None:
    last_tick(FORTY_DAYS)
    assert send_believed() == []
    assert datetime.now(UTC) - ticked_at() > timedelta(days=39)
    assert clock_tick.find_doubt() is Doubt.ALONE


def test_a_host_that_was_down_goes_on_where_wechats_server_agrees(app, world: World) -> None:
    last_tick(timedelta(days=7))
    assert send_believed()
    assert clock_tick.find_doubt() is None


def test_a_jump_is_refused_where_wechats_server_says_otherwise(app, monkeypatch) -> None:
    last_tick(FORTY_DAYS)
    said = datetime.now(UTC) - FORTY_DAYS
    monkeypatch.setattr(clock_tick.wechat_client(), "server_time", lambda: said)
    assert clock_tick.tick() is Doubt.OTHERS


def test_a_database_of_another_time_is_refused_even_at_the_first_tick(app, monkeypatch) -> None:
    ahead = datetime.now(UTC) + FORTY_DAYS
    monkeypatch.setattr(clock, "of_host", lambda: ahead)
    assert clock_tick.tick() is Doubt.DATABASE


def test_a_job_that_was_queued_before_the_jump_does_nothing(app) -> None:
    last_tick(FORTY_DAYS)
    done: list[int] = []
    with pytest.raises(ClockDoubted):
        batches.each(JobName.TEND_ROUNDS, [1, 2], done.append)
    assert done == []


def test_a_clock_set_right_again_needs_nobody(app, unreachable: None) -> None:
    last_tick(FORTY_DAYS)
    assert clock_tick.tick() is not None
    last_tick(timedelta(minutes=5))
    assert clock_tick.tick() is None


def test_confirming_sends_what_was_due_meanwhile(app, unreachable: None) -> None:
    last_tick(timedelta(0))
    sent = send_believed()
    last_tick(FORTY_DAYS)
    assert send_believed() == []
    runner = app.test_cli_runner()
    shown = runner.invoke(args=["clock", "show"]).output
    assert "不可信" in shown
    assert runner.invoke(args=["clock", "confirm"], input="n\n").exit_code == 1
    assert redis_client().keys(f"{clock_tick.CLAIMS}*")
    assert runner.invoke(args=["clock", "confirm", "--yes"]).exit_code == 0
    assert set(sent) <= set(send_believed()) <= {entry.job for entry in TIMETABLE}
    assert "时钟可信" in runner.invoke(args=["clock", "show"]).output


def test_the_page_of_jobs_says_that_the_clock_is_not_believed(
    app, client, unreachable: None
) -> None:
    county = make_county()
    desk = sit_down(client, make_staff(Role.SYSTEM_ADMIN, county.id, "system"))
    assert "时钟不可信" not in desk.get("/console/failed-items").text
    last_tick(FORTY_DAYS)
    assert "时钟不可信" in desk.get("/console/failed-items").text
