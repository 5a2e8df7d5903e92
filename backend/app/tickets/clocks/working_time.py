"""Working time of a county: pure arithmetic on office hours, holidays and make-up days.

Rules, stated once:
- Day zero is the day on which something counts as received; it is never one of "n working days".
- What arrives outside office hours counts from the next moment the office is open: at lunch the
  afternoon, by night or on a day off the next working morning.
- n working days end when the office closes on the n-th working day after day zero.
- Where a day is not in the calendar, Monday to Friday are worked.

All instants are aware; China keeps one zone without summer time, so a day has 24 hours.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

Span = tuple[time, time]
# Nobody plans further ahead; a calendar without a single working day must not hang the search.
HORIZON_DAYS = 3660


@dataclass(frozen=True)
class OfficeHours:
    """The spans of a working day from one day on, in order, without overlap."""

    valid_from: date
    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            raise ValueError("office hours must be non-empty, in order and apart")


DEFAULT_HOURS = OfficeHours(
    date(2000, 1, 1), ((time(8, 30), time(12, 0)), (time(14, 30), time(18, 0)))
)


@dataclass(frozen=True)
class WorkingTime:
    """One county's calendar: `days` overrules the weekday, `hours` are in order of validity."""

    zone: ZoneInfo
    days: Mapping[date, bool] = field(default_factory=dict)
    hours: Sequence[OfficeHours] = (DEFAULT_HOURS,)

    def is_working_day(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < 5)

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """When the office is open that day; nothing on a day off."""
        if not self.is_working_day(day):
            return []
        place = bisect_right([hours.valid_from for hours in self.hours], day) - 1
        spans = self.hours[max(place, 0)].spans
        return [
            (datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone))
            for start, end in spans
        ]

    def _open_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is left of the open spans from an instant on."""
        first = at.astimezone(self.zone).date()
        for offset in range(HORIZON_DAYS):
            for start, end in self.spans(first + timedelta(days=offset)):
                if end > at:
                    yield max(start, at), end
        raise ValueError("the calendar knows no working day within ten years")

    def received(self, at: datetime) -> datetime:
        """From when something that arrived at an instant counts."""
        return next(self._open_from(at))[0]

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from one instant to another; negative the other way round."""
        if end < start:
            return -self.between(end, start)
        total = timedelta()
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self.spans(day):
                total += max(min(closes, end) - max(opens, start), timedelta())
            day += timedelta(days=1)
        return total

    def add(self, start: datetime, length: timedelta) -> datetime:
        """The first instant by which that much working time has passed since `start`."""
        left = length
        if left <= timedelta():
            return start
        for opens, closes in self._open_from(start):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        raise AssertionError("the search above has no end of its own")

    def close_of_nth_day(self, start: datetime, count: int) -> datetime:
        """When the office closes on the n-th working day after day zero; n = 0 is day zero."""
        day = self.received(start).astimezone(self.zone).date()
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return self.spans(day)[-1][1]


@dataclass(frozen=True)
class EveryHour(WorkingTime):
    """For limits in hours by the clock: nights and holidays count like any other time."""

    def received(self, at: datetime) -> datetime:
        return at

    def between(self, start: datetime, end: datetime) -> timedelta:
        return end - start

    def add(self, start: datetime, length: timedelta) -> datetime:
        return start + max(length, timedelta())


def add_running(
    clock: WorkingTime,
    start: datetime,
    length: timedelta,
    pauses: Iterable[tuple[datetime, datetime]],
) -> datetime:
    """As `clock.add`, but time inside the pauses (in order, apart) does not count."""
    at = start
    for paused, resumed in pauses:
        if resumed <= at:
            continue
        runs = clock.between(at, max(paused, at))
        if runs >= length:
            break
        length -= runs
        at = resumed
    return clock.add(at, length)
