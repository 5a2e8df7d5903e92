"""The boxes of forms and the parameters of addresses: what may stand in them.

Blanks around are cut, digits may be full-width, and an empty box counts as not sent. What cannot be
read is refused with the words of its box, unless the box says what it counts as `otherwise`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any
from uuid import UUID

from marshmallow import fields

from backend.app.core.clock import COUNTY_ZONE, parse_month
from backend.app.core.web.bodies import BIGGEST_ID

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
FIRST_YEAR, LAST_YEAR = 2000, 2199
LAST_PAGE = 100_000
SHOWN_BOUND = 1_000_000
UNSAID: Any = object()
REFUSED: Any = object()


class Box(fields.Field[Any], ABC):
    """`words` say that it cannot be read, `missing` that it has to be filled in."""

    empty: Any = None
    words = "内容不对"

    def __init__(
        self, words: str | None = None, *, missing: str | None = None, otherwise: Any = UNSAID
    ) -> None:
        messages: dict[str, Any] = {"invalid": words or missing or self.words, "required": missing}
        empty = self.empty if otherwise in (UNSAID, REFUSED) else otherwise
        options = {"required": True} if missing else {"load_default": empty}
        super().__init__(error_messages=messages, **options)
        self.otherwise = otherwise

    @abstractmethod
    def read(self, text: str) -> Any:
        """The value; None for what cannot be read."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        read = self.read(value)
        if read is None and self.otherwise in (UNSAID, REFUSED):
            raise self.make_error("invalid")
        return self.otherwise if read is None else read


class Text(Box):
    """Words; what is longer than `most` is cut off, `squeezed` makes them one line."""

    empty = ""

    def __init__(self, most: int | None = None, *, squeezed: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.most, self.squeezed = most, squeezed

    def read(self, text: str) -> str:
        # Empty lines in front stay: a fault names the number of its line.
        words = " ".join(text.split()) if self.squeezed else text.rstrip().lstrip(" \t\u3000")
        return words[: self.most]


class SingleLine(Box):
    """A line of at most `most` letters that has to be filled in."""

    def __init__(self, most: int, words: str | None = None) -> None:
        super().__init__(missing=words or f"请填 1 到 {most} 个字")
        self.most = most

    def read(self, text: str) -> str | None:
        text = text.strip()
        return text if len(text) <= self.most and not CONTROL.search(text) else None


class Secret(Text):
    """A password: blanks are a part of it."""

    def read(self, text: str) -> str:
        return text[: self.most]


class Number(Box):
    """A whole number from `least` to `most`."""

    words = "应为整数"

    def __init__(
        self, words: str | None = None, *, least: int = 0, most: int = 999_999_999, **options: Any
    ) -> None:
        super().__init__(words, **options)
        self.least, self.most = least, most

    def read(self, text: str) -> int | None:
        return whole(text, self.least, self.most)


def whole(text: str, least: int = 0, most: int = BIGGEST_ID) -> int | None:
    """A number written in digits alone, within bounds; None for anything else."""
    text = text.strip()
    if not text.isdecimal() or len(text) > len(str(BIGGEST_ID)):
        return None
    return int(text) if least <= int(text) <= most else None


class Id(Number):
    """A row that was chosen."""

    words = "请从列表中选一个"

    def __init__(self, words: str | None = None, **options: Any) -> None:
        super().__init__(words, least=1, most=BIGGEST_ID, **options)


class Page(Number):
    """Which page of a list: the first unless another is named."""

    empty = 1

    def __init__(self, most: int = LAST_PAGE) -> None:
        super().__init__(most=most)

    def read(self, text: str) -> int | None:
        number = whole(text, 1)
        return None if number is None else min(number, self.most)


def is_code(text: str, length: int) -> bool:
    """So many digits, none of them full-width: a code or a printed number."""
    return len(text) == length and text.isascii() and text.isdecimal()


def digits_of(text: str) -> str:
    """The digits alone of a telephone or a code, however it was spaced."""
    return "".join(letter for letter in text if letter.isdigit())


class Digits(Box):
    """A telephone or a code."""

    empty = ""

    def read(self, text: str) -> str:
        return digits_of(text)


class Month(Box):
    """A month; in Python its first day."""

    words = "应为月份，如 2026-10"

    def read(self, text: str) -> date | None:
        return parse_month(text.strip())


class Day(Box):
    """A day of the calendar."""

    words = "应为日期，如 2026-11-20"

    def read(self, text: str) -> date | None:
        try:
            day = date.fromisoformat(text.strip())
        except ValueError:
            return None
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


class Moment(Box):
    """A day and time by the county's clock."""

    words = "应为日期和时间，如 2026-11-01 08:00"

    def read(self, text: str) -> datetime | None:
        try:
            at = datetime.fromisoformat(text.strip()).replace(tzinfo=COUNTY_ZONE)
        except ValueError:
            return None
        return at if FIRST_YEAR <= at.year <= LAST_YEAR else None


class Amount(Box):
    """A number of at most `most` in either direction; more than `places` decimals are refused."""

    words = "应为数字"

    def __init__(self, words: str | None = None, *, places: int, most: int, **options: Any) -> None:
        super().__init__(words, **options)
        self.places, self.most = places, most

    @property
    def limits(self) -> str:
        """What fits into it, in words; a bound that nobody meets is left out."""
        bound = f"，不超过 {self.most}" if self.most <= SHOWN_BOUND else ""
        return f"应为数字，最多 {self.places} 位小数{bound}"

    def read(self, text: str) -> Decimal | None:
        try:
            value = Decimal(text.strip())
            fits = value.is_finite() and abs(value) <= self.most
            return value if fits and value == round(value, self.places) else None
        except InvalidOperation:
            return None


class Choice(Box):
    """One of these values, or one of an Enum's."""

    words = "请选一项"

    def __init__(self, values: Collection[Any], words: str | None = None, **options: Any) -> None:
        super().__init__(words, **options)
        self.values = {str(v.value if isinstance(v, Enum) else v): v for v in values}

    def read(self, text: str) -> Any:
        return self.values.get(text.strip())


class YesNo(Box):
    """A box that is ticked or not."""

    empty = False

    def read(self, text: str) -> bool:
        return text == "1"


class Key(Box):
    """A random key that a page wrote into its form."""

    def read(self, text: str) -> UUID | None:
        try:
            return UUID(text)
        except ValueError:
            return None


class Each(fields.List[Any]):
    """A box that may be there several times; those that cannot be read are left out."""

    def __init__(self, box: Box) -> None:
        super().__init__(box, load_default=list)
        self.box = box

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[Any]:
        return [read for text in value if (read := self.box.read(text)) is not None]
