"""Deadlines of a ticket: pure, from when it came in, its class, its pauses and extensions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backend.app.tickets.clocks.working_time import EveryHour, WorkingTime, add_running


class Urgency(StrEnum):
    """How fast; `rating` is the call-back after a bad rating."""

    URGENT = "urgent"
    UTILITY = "utility"
    ORDINARY = "ordinary"
    COMPLEX = "complex"
    RATING = "rating"


class Stage(StrEnum):
    """What must have happened by then."""

    SIGN = "sign"
    FIRST_ANSWER = "first_answer"
    RESOLUTION = "resolution"
    CALL_BACK = "call_back"


class Unit(StrEnum):
    """Minutes by the clock, minutes of office hours, or working days (to the close of the last)."""

    CLOCK_MINUTES = "clock_minutes"
    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"


URGENCY_NAMES = {
    Urgency.URGENT: "紧急",
    Urgency.UTILITY: "水电气等民生",
    Urgency.ORDINARY: "一般",
    Urgency.COMPLEX: "复杂",
    Urgency.RATING: "差评回访",
}
STAGE_NAMES = {
    Stage.SIGN: "签收",
    Stage.FIRST_ANSWER: "首次回应",
    Stage.RESOLUTION: "办结",
    Stage.CALL_BACK: "回访",
}
UNIT_NAMES = {
    Unit.CLOCK_MINUTES: "分钟",
    Unit.WORKING_MINUTES: "分钟（上班时间）",
    Unit.WORKING_DAYS: "个工作日",
}


@dataclass(frozen=True)
class DeadlineLimit:
    """One length, such as 5 working days."""

    amount: int
    unit: Unit


def limit_words(limit: DeadlineLimit) -> str:
    """24 小时, 4 小时(上班时间), 5 个工作日."""
    if limit.unit is Unit.WORKING_DAYS:
        return f"{limit.amount} 个工作日"
    hours, minutes = divmod(limit.amount, 60)
    length = f"{hours} 小时" if hours and not minutes else f"{limit.amount} 分钟"
    return length if limit.unit is Unit.CLOCK_MINUTES else f"{length}（上班时间）"


Limits = Mapping[tuple[Urgency, Stage], DeadlineLimit]
MINUTES, OFFICE, DAYS = Unit.CLOCK_MINUTES, Unit.WORKING_MINUTES, Unit.WORKING_DAYS
# What a county starts with. Two hours, a day, 5 and 15 working days follow the practice of
# 接诉即办; a bad rating is called back within a day and mended within 15, as 好差评 asks, from
# the Monday after it was given.
STARTING_LIMITS: Limits = {
    (urgency, stage): DeadlineLimit(amount, unit)
    for urgency, lengths in {
        Urgency.URGENT: ((30, MINUTES), (60, MINUTES), (120, MINUTES), (1, DAYS)),
        Urgency.UTILITY: ((120, MINUTES), (240, MINUTES), (1440, MINUTES), (1, DAYS)),
        Urgency.ORDINARY: ((240, OFFICE), (1, DAYS), (5, DAYS), (2, DAYS)),
        Urgency.COMPLEX: ((240, OFFICE), (2, DAYS), (15, DAYS), (3, DAYS)),
        Urgency.RATING: ((240, OFFICE), (1, DAYS), (15, DAYS), (2, DAYS)),
    }.items()
    for stage, (amount, unit) in zip(Stage, lengths, strict=True)
}
HOURS_OF_A_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Deadlines:
    """When the three things asked of the office are due."""

    sign_due_at: datetime
    answer_due_at: datetime
    due_at: datetime


def due(
    clock: WorkingTime,
    limit: DeadlineLimit,
    start: datetime,
    pauses: Sequence[tuple[datetime, datetime]] = (),
    extra_days: int = 0,
) -> datetime:
    """When a length that began at `start` is over: extra days lengthen it, pauses do not count.

    An extra day is a working day, or 24 hours where the limit is in hours by the clock.
    """
    if limit.unit is Unit.CLOCK_MINUTES:
        clock = EveryHour(clock.zone)
        length = timedelta(minutes=limit.amount) + extra_days * HOURS_OF_A_DAY
    elif limit.unit is Unit.WORKING_MINUTES:
        length = timedelta(minutes=limit.amount)
        if extra_days:
            end = clock.add(start, length)
            length += clock.between(end, clock.close_of_nth_day(end, extra_days))
    else:
        length = clock.between(start, clock.close_of_nth_day(start, limit.amount + extra_days))
    return add_running(clock, start, length, pauses)


def deadlines(
    clock: WorkingTime,
    limits: Limits,
    urgency: Urgency,
    start: datetime,
    pauses: Sequence[tuple[datetime, datetime]] = (),
    extra_days: int = 0,
) -> Deadlines:
    """All that is due from the office; only the resolution is moved by an extension."""
    return Deadlines(
        due(clock, limits[urgency, Stage.SIGN], start),
        due(clock, limits[urgency, Stage.FIRST_ANSWER], start, pauses),
        due(clock, limits[urgency, Stage.RESOLUTION], start, pauses, extra_days),
    )
