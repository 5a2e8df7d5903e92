"""Terms of office as lists write them: two columns, or one of 2024.5 至 2029.4."""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from backend.app.core import clock
from backend.app.imports.headings import FileColumn
from backend.app.imports.kinds import FileRow
from backend.app.imports.moments import WrittenMoment, read_moment

MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
BETWEEN = re.compile(r"\s*(?:至|到|—+|–|~|～|--+)\s*|(?<=[\d月日])\s*-\s*(?=(?:19|20)\d{2})")
WITHOUT_END = frozenset({"长期", "至今", "无", "无固定期限", "/", "-", "—", "今"})


@dataclass(frozen=True)
class Term:
    """From one day to another, both included; `unread` is what named no days."""

    starts_on: date | None = None
    ends_on: date | None = None
    unread: str = ""

    @property
    def first_day(self) -> date:
        """A role begins today where the term began before: nothing is given for days gone by."""
        return max(self.starts_on or clock.today(), clock.today())

    @property
    def words(self) -> str:
        """What the preview says of it, behind what becomes of the row."""
        words = ""
        if self.first_day > clock.today():
            words += f"，{self.first_day} 起"
        if self.ends_on is not None:
            words += f"，到 {self.ends_on} 为止"
        if self.unread:
            words += f"；「任期」的「{self.unread}」没写到哪天，不设结束日期"
        return words


def read_term(row: FileRow, starts: FileColumn, ends: FileColumn, term: FileColumn) -> Term:
    """By the two columns; by the one where they are empty. What is no day is asked."""
    first, last = _day(row, starts, is_last=False), _day(row, ends, is_last=True)
    if first or last or row.reasons or row.is_asked:
        return _refused_if_over(row, Term(first, last))
    written = unicodedata.normalize("NFKC", row.text(term)).strip()
    if not written or written in WITHOUT_END:
        return Term()
    parts = BETWEEN.split(written)
    if len(parts) == 2:
        first = _known(parts[0], is_last=False)
        last = _known(parts[1], is_last=True)
        if first is not None and (last is not None or parts[1].strip() in WITHOUT_END):
            return _refused_if_over(row, Term(first, last))
    return Term(unread=written[:20])


def _refused_if_over(row: FileRow, term: Term) -> Term:
    if term.ends_on is not None and term.ends_on < max(term.starts_on or date.min, clock.today()):
        over = term.ends_on < clock.today()
        row.refuse(f"任期到 {term.ends_on}，{'已经满了' if over else '比开始的日子还早'}")
    return term


def _day(row: FileRow, column: FileColumn, is_last: bool) -> date | None:
    written = row.text(column).strip()
    if not written or written in WITHOUT_END:
        return None
    known = _of_month(written, is_last)
    if known is not None:
        return known
    moment = row.moment(column)
    return moment.at.date() if moment else None


def _known(written: str, is_last: bool) -> date | None:
    """A day without a doubt, or the first or last one of a month."""
    moment = read_moment(written)
    if isinstance(moment, WrittenMoment):
        return moment.at.date()
    return _of_month(written, is_last)


def _of_month(written: str, is_last: bool) -> date | None:
    parts = MONTH.fullmatch(unicodedata.normalize("NFKC", written).strip())
    if parts is None or not 1 <= int(parts[2]) <= 12:
        return None
    year, month = int(parts[1]), int(parts[2])
    return date(year, month, monthrange(year, month)[1] if is_last else 1)
