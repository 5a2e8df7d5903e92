"""Rolling rating: the newest value of each item that is still valid, and who leaves."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from backend.app.scoring.assessing.figures import ZERO, exact
from backend.app.scoring.month import light_at
from backend.app.scoring.schemes import NO_DATA, SchemeLight
from backend.app.scoring.totals import displayed

HUNDRED = 100
VALID_MONTHS, AWAY_MONTHS = 12, 12
RED_RUNNING = 2
RED = "red"
ROLLING_LIGHTS = (
    SchemeLight(Decimal(80), "green", "良好", "●"),
    SchemeLight(Decimal(60), "yellow", "需关注", "◆"),
    SchemeLight(Decimal(0), RED, "差", "■"),
)


class RatedItem(NamedTuple):
    """What an item earned of its full points on a day."""

    code: str
    points: Fraction
    full: Fraction
    rated_on: date


class RollingRating(NamedTuple):
    """Points of 100 (None: nothing is valid any more), the light, and which items counted."""

    points: Fraction | None
    light: SchemeLight
    counted: tuple[str, ...]


def rating(items: Iterable[RatedItem], day: date, validity: int = VALID_MONTHS) -> RollingRating:
    """100 x sum of points / sum of full points, over the newest value of each valid item."""
    newest: dict[str, RatedItem] = {}
    for item in sorted(items, key=lambda item: (item.rated_on, item.points)):
        if item.rated_on <= day and _counted(day) <= _counted(item.rated_on, validity):
            newest[item.code] = item
    whole = sum((exact(item.full) for item in newest.values()), ZERO)
    if not whole:
        return RollingRating(None, NO_DATA, ())
    points = HUNDRED * sum((exact(item.points) for item in newest.values()), ZERO) / whole
    (shown,) = displayed([points])
    light = light_at(int(shown * HUNDRED), ROLLING_LIGHTS)
    return RollingRating(points, light, tuple(sorted(newest)))


def _counted(day: date, months: int = 0) -> tuple[int, int]:
    """A day, so many months later, as month and day: every month is taken to have 31 of them."""
    return day.year * 12 + day.month + months, day.day


def leaves(half_years: Sequence[str], violated: bool = False) -> bool:
    """退出 is proposed: red at two half-year ratings running, or a named violation."""
    last = half_years[-RED_RUNNING:]
    return violated or (len(last) == RED_RUNNING and set(last) == {RED})


def may_return(left_on: date, day: date) -> bool:
    """Back after twelve months."""
    return _counted(left_on, AWAY_MONTHS) <= _counted(day)
