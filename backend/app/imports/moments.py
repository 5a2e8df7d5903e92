"""Days and times as spreadsheets and other systems write them; none is guessed.

What can be read in several orders (11/5/26) is told apart by its shape, so that it is asked once.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.app.core.clock import COUNTY_ZONE

FIRST_YEAR, LAST_YEAR = 1990, 2100
ORDERS = {"ymd": "年/月/日", "mdy": "月/日/年", "dmy": "日/月/年"}
# Serial numbers of days from 1954 to 2119; earlier ones look like other numbers.
SERIAL = re.compile(r"([2-7]\d{4})(?:\.(\d+))?")
DAY_ZERO, SHIFT_1904 = datetime(1899, 12, 30, tzinfo=COUNTY_ZONE), 1462
WEEKDAY = re.compile(r"\(?(?:星期|周|礼拜)[一二三四五六日天]\)?")
YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(.*)")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?(?:\d{3})?)?")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{2}|\d{4})(?!\d)(.*)")
HALF = "凌晨|早上|上午|中午|下午|晚上|[AaPp][Mm]"
TIME = re.compile(
    rf"({HALF})?\s*(\d{{1,2}})\s*[:时点]\s*(?:(\d{{1,2}})\s*分?)?"
    rf"(?:\s*:?\s*(\d{{1,2}})(?:\.\d+)?\s*秒?)?\s*({HALF})?"
)
ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})")
NOON = 12


@dataclass(frozen=True)
class WrittenMoment:
    """An instant; `whole_day` where no hour was written, or midnight stands for none."""

    at: datetime
    whole_day: bool


@dataclass(frozen=True)
class SeveralOrders:
    """A day that can be read in several orders: its shape, and what each order makes of it."""

    shape: str
    readings: dict[str, datetime]


def read_moment(
    text: str, orders: Mapping[str, str] | None = None, since_1904: bool = False
) -> WrittenMoment | SeveralOrders | None:
    """None for what is no day. `orders` says how each shape is to be read."""
    words = WEEKDAY.sub("", unicodedata.normalize("NFKC", text)).strip()
    if ZONED.fullmatch(words):
        return _zoned(words)
    if serial := SERIAL.fullmatch(words):
        return _serial(serial, since_1904)
    if compact := COMPACT.fullmatch(words):
        hour = compact[4] and f"{compact[4]}:{compact[5]}:{compact[6] or '00'}"
        return _moment(int(compact[1]), int(compact[2]), int(compact[3]), hour or "")
    if parts := YEAR_FIRST.fullmatch(words):
        return _moment(int(parts[1]), int(parts[2]), int(parts[3]), parts[4])
    if parts := YEAR_LAST.fullmatch(words):
        return _in_some_order(parts, orders or {})
    return None


def _zoned(words: str) -> WrittenMoment | None:
    try:
        return WrittenMoment(datetime.fromisoformat(words).astimezone(COUNTY_ZONE), whole_day=False)
    except ValueError:
        return None


def _serial(serial: re.Match[str], since_1904: bool) -> WrittenMoment:
    days = float(serial[0]) + (SHIFT_1904 if since_1904 else 0)
    at = DAY_ZERO + timedelta(seconds=round(days * 86400))
    return WrittenMoment(at, whole_day=serial[2] is None)


def _in_some_order(
    parts: re.Match[str], orders: Mapping[str, str]
) -> WrittenMoment | SeveralOrders | None:
    a, mark, b, c, rest = parts.groups()
    shape = f"{len(c)}{mark}"
    places = {"mdy": (c, a, b), "dmy": (c, b, a)}
    short_year = len(c) == 2
    if short_year:
        places["ymd"] = (a, b, c)
    readings: dict[str, WrittenMoment] = {}
    for order, (year, month, day) in places.items():
        whole_year = 2000 + int(year) if short_year else int(year)
        moment = _moment(whole_year, int(month), int(day), rest)
        if moment is not None:
            readings[order] = moment
    if orders.get(shape) in readings:
        return readings[orders[shape]]
    # A short year leaves a doubt even where the calendar leaves one order.
    if not short_year and len({moment.at for moment in readings.values()}) == 1:
        return next(iter(readings.values()))
    shown = {order: readings[order].at for order in ORDERS if order in readings}
    return SeveralOrders(shape, shown) if shown else None


def _moment(year: int, month: int, day: int, rest: str) -> WrittenMoment | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    rest = rest.strip().lstrip("T").strip()
    seconds = _seconds(rest) if rest else 0
    if seconds is None:
        return None
    try:
        at = datetime(year, month, day, tzinfo=COUNTY_ZONE)
    except ValueError:
        return None
    return WrittenMoment(at + timedelta(seconds=seconds), whole_day=seconds == 0)


def _seconds(text: str) -> int | None:
    """Since midnight; 24:00 ends the day."""
    parts = TIME.fullmatch(text)
    if parts is None:
        return None
    hour, minute, second = int(parts[2]), int(parts[3] or 0), int(parts[4] or 0)
    half = (parts[1] or parts[5] or "").lower()
    late = half in ("下午", "晚上", "pm") and hour < NOON
    if late or (half == "中午" and hour < 3):
        hour += NOON
    elif half in ("凌晨", "am", "上午", "早上") and hour == NOON:
        hour = 0
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and minute + second):
        return None
    return hour * 3600 + minute * 60 + second
