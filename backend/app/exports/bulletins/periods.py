"""周报送、月通报、季会议、年考核: which days each is about. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from backend.app.core.clock import month_of, next_month, previous_month


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
UNLOCKED = "未锁定，数字还会变"
MONTHS = {BulletinKind.MONTHLY: 1, BulletinKind.QUARTERLY: 3, BulletinKind.YEARLY: 12}
WEEK = timedelta(days=7)


class MonthMissing(ValueError):
    """Months that lie between locked ones and are not locked themselves, as it is said."""


@dataclass(frozen=True)
class Span:
    """From `start` up to, not including, `end`."""

    kind: BulletinKind
    start: date
    end: date

    @property
    def months(self) -> list[date]:
        """None of a week."""
        result = []
        month = self.start
        while self.kind is not BulletinKind.WEEKLY and month < self.end:
            result.append(month)
            month = next_month(month)
        return result

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


def standing_part(span: Span, locked: Collection[date]) -> tuple[Span, str]:
    """What of a month, quarter or year can be reported now, and the mark that says so.

    A quarter or a year is made of its locked months, which follow each other: raises MonthMissing
    without any, or for one left out between two. The mark is empty for a week and for a period
    all of whose months are locked.
    """
    standing = [month for month in span.months if month in locked]
    if len(standing) == len(span.months):
        return span, ""
    if span.kind is BulletinKind.MONTHLY:
        return span, UNLOCKED
    if not standing:
        raise MonthMissing("这一期还没有锁定的月份，锁定后才能做")
    part = Span(span.kind, standing[0], next_month(standing[-1]))
    left_out = [month for month in part.months if month not in locked]
    if left_out:
        raise MonthMissing(f"{left_out[0].year} 年 {left_out[0].month} 月还没锁定，先锁定再做")
    first, last = standing[0].month, standing[-1].month
    return part, f"未完 · 仅含 {first}月" if first == last else f"未完 · 仅含 {first}–{last}月"


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
