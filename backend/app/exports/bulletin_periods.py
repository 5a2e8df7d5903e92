"""周报送、月通报、季会议、年考核: which days each is about. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from backend.app.core.calendar import month_of, next_month, previous_month


class BulletinKind(StrEnum):
    """How often the county's office reports."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


NAMES = {
    BulletinKind.WEEKLY: "周报送",
    BulletinKind.MONTHLY: "月通报",
    BulletinKind.QUARTERLY: "季会议材料",
    BulletinKind.YEARLY: "年考核材料",
}
# Behind the period in a title: 2026年10月 通报.
TITLES = {
    BulletinKind.WEEKLY: "周报",
    BulletinKind.MONTHLY: "通报",
    BulletinKind.QUARTERLY: "会议材料",
    BulletinKind.YEARLY: "考核材料",
}
MONTHS = {BulletinKind.MONTHLY: 1, BulletinKind.QUARTERLY: 3, BulletinKind.YEARLY: 12}
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Span:
    """From `start` up to, not including, `end`."""

    kind: BulletinKind
    start: date
    end: date

    @property
    def months(self) -> list[date]:
        """None of a week."""
        found = []
        month = self.start
        while self.kind is not BulletinKind.WEEKLY and month < self.end:
            found.append(month)
            month = next_month(month)
        return found

    @property
    def before(self) -> "Span":
        """The one just before it, to compare with."""
        return span_of(self.kind, self.start - timedelta(days=1))

    @property
    def name(self) -> str:
        year, month = self.start.year, self.start.month
        if self.kind is BulletinKind.WEEKLY:
            last = self.end - timedelta(days=1)
            return f"{year}年{month}月{self.start.day}日—{last.month}月{last.day}日"
        if self.kind is BulletinKind.MONTHLY:
            return f"{year}年{month}月"
        if self.kind is BulletinKind.QUARTERLY:
            return f"{year}年第{'一二三四'[month // 3]}季度"
        return f"{year}年"


def span_of(kind: BulletinKind, day: date) -> Span:
    """The week (from Monday), month, quarter or year a day lies in."""
    if kind is BulletinKind.WEEKLY:
        monday = day - timedelta(days=day.weekday())
        return Span(kind, monday, monday + WEEK)
    start = month_of(day)
    while (start.month - 1) % MONTHS[kind]:
        start = previous_month(start)
    end = start
    for _ in range(MONTHS[kind]):
        end = next_month(end)
    return Span(kind, start, end)


def last_over(kind: BulletinKind, today: date) -> Span:
    """The newest one that is over."""
    return span_of(kind, today).before
