"""Whether the host's clock can be believed. Jobs act by it, and some acts cannot be taken back.

The host's clock is compared with the database's, with the timetable's last tick, and, where that
is more than an hour away, with WeChat's server (clock_tick.py). A host that was down for a day
comes back by itself; one whose clock jumped does nothing until it is right again or confirmed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core import clock
from backend.app.core.db import Model, db, transaction

MOST_APART = timedelta(hours=1)
READ = text("SELECT clock_timestamp() AS database, (SELECT ticked_at FROM clock_tick) AS last")


class ClockTick(Model):
    """When the timetable last believed the clock; one row."""

    __tablename__ = "clock_tick"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ticked_at: Mapped[datetime]


class Doubt(StrEnum):
    """Why the clock is not believed, in words for who runs the host."""

    DATABASE = "本机的时钟和数据库的时钟相差超过一小时"
    OTHERS = "时钟比上一次记下的时间跳了一小时以上，和微信服务器的时间也对不上"
    ALONE = "时钟比上一次记下的时间跳了一小时以上，又连不上微信服务器核对"


class ClockDoubted(Exception):
    """Nothing was done. The first argument is the Doubt."""


@dataclass(frozen=True)
class ClockReading:
    """One look at all clocks (aware); `last` is None before the first tick."""

    host: datetime
    database: datetime
    last: datetime | None

    @property
    def is_near_last(self) -> bool:
        return self.last is None or abs(self.host - self.last) <= MOST_APART

    def doubt(self, second: datetime | None) -> Doubt | None:
        """Why the host's clock cannot be believed; `second` is what another server says."""
        if abs(self.host - self.database) > MOST_APART:
            return Doubt.DATABASE
        if self.is_near_last:
            return None
        if second is None:
            return Doubt.ALONE
        return Doubt.OTHERS if abs(self.host - second) > MOST_APART else None


def read_clocks() -> ClockReading:
    row = db.session.execute(READ).one()
    return ClockReading(clock.of_host(), row.database, row.last)


def require_clock() -> None:
    """Before a job acts: raises ClockDoubted where the clock left the timetable's last tick."""
    with transaction():
        doubt = read_clocks().doubt(None)
    if doubt is not None:
        raise ClockDoubted(doubt)
