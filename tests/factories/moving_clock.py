"""A county's clock that a test sets and moves on."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from backend.app.core.clock import COUNTY_ZONE


class MovingClock:
    """Stands where it was last set."""

    def __init__(self, stop_clock: Callable[[datetime], None], at: datetime) -> None:
        self._stop = stop_clock
        self.at = at

    @property
    def at(self) -> datetime:
        return self._at

    @at.setter
    def at(self, at: datetime) -> None:
        self._at = at
        self._stop(at)

    def set(self, day: date, hour: int = 10) -> None:
        self.at = datetime(day.year, day.month, day.day, hour, tzinfo=COUNTY_ZONE)

    def move(self, **span: int) -> None:
        self.at += timedelta(**span)
