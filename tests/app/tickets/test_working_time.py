"""The county's working time: office hours, lunch, nights, holidays, make-up days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.tickets.clocks.deadlines import (
    STARTING_LIMITS,
    Stage,
    Unit,
    Urgency,
    deadlines,
    due,
)
from backend.app.tickets.clocks.working_calendar import days_of_state_council
from backend.app.tickets.clocks.working_time import (
    DEFAULT_HOURS,
    EveryHour,
    OfficeHours,
    WorkingTime,
    add_running,
)

ZONE = ZoneInfo("Asia/Shanghai")
REAL_DAYS = {
    day: works
    for year in (2025, 2026)
    for day, (works, _) in (days_of_state_council(year) or {}).items()
}
CLOCK = WorkingTime(ZONE, REAL_DAYS)
WHOLE_DAY = timedelta(hours=7)
instants = st.datetimes(
    datetime(2025, 1, 1),  # noqa: DTZ001
    datetime(2027, 6, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)  # across three years, the last without announced holidays
lengths = st.timedeltas(timedelta(0), timedelta(days=20))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("arrived", "counts_from"),
    [
        ("2026-11-20 09:15", "2026-11-20 09:15"),  # within office hours: at once
        ("2026-11-20 06:00", "2026-11-20 08:30"),  # before the office opens
        ("2026-11-20 12:30", "2026-11-20 14:30"),  # at lunch
        ("2026-11-20 22:00", "2026-11-23 08:30"),  # Friday night: Monday morning
        ("2026-11-21 10:00", "2026-11-23 08:30"),  # Saturday
        ("2026-10-01 10:00", "2026-10-08 08:30"),  # National Day's week
        ("2026-02-14 10:00", "2026-02-14 10:00"),  # a Saturday that makes up for Spring Festival
        ("2026-12-31 19:00", "2027-01-01 08:30"),  # a year nobody announced: weekdays
    ],
)
def test_what_arrives_outside_office_hours_counts_from_the_next_open_moment(
    arrived: str, counts_from: str
) -> None:
    assert CLOCK.received(at(arrived)) == at(counts_from)


def test_the_make_up_saturday_of_2026_is_worked_and_the_festival_is_not() -> None:
    assert CLOCK.is_working_day(date(2026, 2, 14))
    assert not CLOCK.is_working_day(date(2026, 2, 17))
    assert CLOCK.between(at("2026-02-14 00:00"), at("2026-02-15 00:00")) == WHOLE_DAY


def test_day_zero_is_not_one_of_five_working_days() -> None:
    friday_noon = at("2026-11-20 11:00")
    assert CLOCK.close_of_nth_day(friday_noon, 5) == at("2026-11-27 18:00")
    assert CLOCK.close_of_nth_day(friday_noon, 0) == at("2026-11-20 18:00")


def test_what_comes_by_night_has_the_next_working_day_as_day_zero() -> None:
    assert CLOCK.close_of_nth_day(at("2026-11-20 23:00"), 1) == at("2026-11-24 18:00")


def test_fifteen_working_days_from_mid_december_cross_the_year_by_weekdays() -> None:
    assert CLOCK.close_of_nth_day(at("2026-12-15 10:00"), 15) == at("2027-01-05 18:00")


def test_the_national_week_does_not_count() -> None:
    assert CLOCK.close_of_nth_day(at("2026-09-30 10:00"), 1) == at("2026-10-08 18:00")


def test_lunch_is_no_working_time() -> None:
    assert CLOCK.between(at("2026-11-20 11:00"), at("2026-11-20 15:00")) == timedelta(minutes=90)
    assert CLOCK.add(at("2026-11-20 11:00"), timedelta(minutes=61)) == at("2026-11-20 14:31")


def test_summer_hours_hold_from_their_day_on() -> None:
    summer = OfficeHours(date(2026, 6, 1), ((time(8), time(12)), (time(15), time(18, 30))))
    clock = WorkingTime(ZONE, {}, (DEFAULT_HOURS, summer))
    assert clock.received(at("2026-06-01 07:00")) == at("2026-06-01 08:00")
    assert clock.received(at("2026-05-29 07:00")) == at("2026-05-29 08:30")


def test_hours_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="in order"):
        OfficeHours(date(2026, 1, 1), ((time(14), time(18)), (time(8), time(12))))


def test_a_calendar_without_a_working_day_does_not_hang() -> None:
    idle = WorkingTime(ZONE, {date(2026, 1, 1) + timedelta(n): False for n in range(4000)})
    with pytest.raises(ValueError, match="no working day"):
        idle.add(at("2026-01-01 08:00"), timedelta(hours=1))


@given(instants, lengths, lengths)
def test_adding_twice_is_adding_the_sum(
    start: datetime, first: timedelta, second: timedelta
) -> None:
    assert CLOCK.add(CLOCK.add(start, first), second) == CLOCK.add(start, first + second)


@given(instants, instants, instants)
def test_working_time_between_instants_adds_up(a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = sorted((a, b, c))
    assert CLOCK.between(a, b) + CLOCK.between(b, c) == CLOCK.between(a, c)
    assert timedelta() <= CLOCK.between(a, b) <= b - a
    assert CLOCK.between(b, a) == -CLOCK.between(a, b)


@given(instants, lengths)
def test_between_measures_what_was_added(start: datetime, length: timedelta) -> None:
    assert CLOCK.between(start, CLOCK.add(start, length)) == length


@given(instants, instants, lengths)
def test_who_starts_later_is_not_due_earlier(a: datetime, b: datetime, length: timedelta) -> None:
    a, b = sorted((a, b))
    assert CLOCK.add(a, length) <= CLOCK.add(b, length)
    for limit in STARTING_LIMITS.values():
        assert due(CLOCK, limit, a) <= due(CLOCK, limit, b)


@given(instants, st.integers(0, 40))
def test_one_more_working_day_is_exactly_one_more_office_day(start: datetime, count: int) -> None:
    earlier = CLOCK.close_of_nth_day(start, count)
    later = CLOCK.close_of_nth_day(start, count + 1)
    assert CLOCK.between(earlier, later) == WHOLE_DAY
    assert CLOCK.is_working_day(later.astimezone(ZONE).date())


@st.composite
def pauses(draw: st.DrawFn) -> tuple[datetime, list[tuple[datetime, datetime]]]:
    start = draw(instants)
    edges = sorted(draw(st.lists(st.timedeltas(timedelta(0), timedelta(days=9)), max_size=6)))
    times = [start + edge for edge in edges[: len(edges) // 2 * 2]]
    return start, list(zip(times[::2], times[1::2], strict=True))


@given(pauses(), lengths)
def test_a_pause_costs_the_office_exactly_the_working_time_inside_it(
    paused: tuple[datetime, list[tuple[datetime, datetime]]], length: timedelta
) -> None:
    start, stops = paused
    end = add_running(CLOCK, start, length, stops)
    inside = sum((CLOCK.between(a, min(b, end)) for a, b in stops if a < end), start=timedelta())
    assert CLOCK.between(start, end) - inside == length
    assert end >= CLOCK.add(start, length)


@given(instants, st.sampled_from(sorted(STARTING_LIMITS)), st.integers(1, 15))
def test_an_extension_never_brings_a_deadline_forward(
    start: datetime, which: tuple[Urgency, Stage], days: int
) -> None:
    limit = STARTING_LIMITS[which]
    extended = due(CLOCK, limit, start, extra_days=days)
    assert extended > due(CLOCK, limit, start)
    if limit.unit is Unit.WORKING_DAYS:
        assert extended == CLOCK.close_of_nth_day(start, limit.amount + days)


@given(instants)
def test_hours_by_the_clock_run_through_nights_and_holidays(start: datetime) -> None:
    urgent = STARTING_LIMITS[Urgency.URGENT, Stage.RESOLUTION]
    assert due(CLOCK, urgent, start) == start + timedelta(hours=2)
    utility = STARTING_LIMITS[Urgency.UTILITY, Stage.RESOLUTION]
    assert due(CLOCK, utility, start) == start + timedelta(hours=24)
    assert EveryHour(ZONE).between(start, start + timedelta(days=3)) == timedelta(days=3)


def test_only_the_resolution_is_moved_by_an_extension() -> None:
    start = at("2026-11-20 10:00")
    before = deadlines(CLOCK, STARTING_LIMITS, Urgency.ORDINARY, start)
    after = deadlines(CLOCK, STARTING_LIMITS, Urgency.ORDINARY, start, extra_days=3)
    assert (after.sign_due_at, after.answer_due_at) == (before.sign_due_at, before.answer_due_at)
    assert before.due_at == at("2026-11-27 18:00")
    assert after.due_at == at("2026-12-02 18:00")
