"""The curve of one target: accepted values against the plan, and a sentence of both. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 96, 18, 28
MONTHS = 12
# How many months say how fast it goes.
RECENT = 3
TENTH = Decimal("0.1")
Points = Sequence[tuple[int, Decimal]]


@dataclass(frozen=True)
class CurvePoint:
    """A place in the drawing with the figure it stands for."""

    month: int
    x: float
    y: float
    value: Decimal


@dataclass(frozen=True)
class Curve:
    """Two lines of one scale; `ticks` are its three figures."""

    planned: list[CurvePoint]
    actual: list[CurvePoint]
    ticks: list[CurvePoint]

    @staticmethod
    def line(marks: Sequence[CurvePoint]) -> str:
        """As an SVG polyline has it."""
        return " ".join(f"{mark.x:.1f},{mark.y:.1f}" for mark in marks)


def draw_curve(planned: Points, actual: Points, baseline: Decimal) -> Curve | None:
    """Nothing where there is nothing to draw."""
    values = [value for _, value in (*planned, *actual)]
    if not values:
        return None
    low, high = min(baseline, *values), max(baseline, *values)
    if low == high:
        high = low + 1
    span = float(high - low)

    def mark(month: int, value: Decimal) -> CurvePoint:
        x = LEFT + (WIDTH - LEFT - RIGHT) * (month - 1) / (MONTHS - 1)
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * float(value - low) / span
        return CurvePoint(month, x, y, value)

    return Curve(
        [mark(*point) for point in planned], [mark(*point) for point in actual],
        [mark(1, value) for value in (low, (low + high) / 2, high)],
    )  # fmt: skip


def forecast(actual: Points) -> Decimal | None:
    """The value at the year's end at the pace of the last months; None for too few of them."""
    if len(actual) < 2:
        return None
    month, value = actual[-1]
    start, before = next(point for point in actual if point[0] >= month - RECENT)
    if start == month:
        return None
    end = value + (value - before) / (month - start) * (MONTHS - month)
    return end.quantize(TENTH, ROUND_HALF_UP)


def monthly(rows: Sequence[tuple[date, Decimal | None]]) -> list[tuple[int, Decimal]]:
    return [(day.month, value) for day, value in rows if value is not None]
