"""A small chart: an own line and another to compare with, on one scale; many stand together. Pure.

Months or years without a figure break a line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, EDGE = 220, 70, 6
Values = Sequence[Decimal | None]


@dataclass(frozen=True)
class SmallChart:
    """Pieces of both lines as SVG polylines have them, single figures as dots, and the scale."""

    own: list[str]
    other: list[str]
    dots: list[tuple[float, float]]
    low: Decimal
    high: Decimal


def small_chart(own: Values, other: Values = ()) -> SmallChart | None:
    """Nothing where there is nothing to draw."""
    known = [value for value in (*own, *other) if value is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    span = float(high - low) or 1.0
    count = max(len(own), len(other), 2)

    def place(position: int, value: Decimal) -> tuple[float, float]:
        x = EDGE + (WIDTH - 2 * EDGE) * position / (count - 1)
        share = float(value - low) / span if high > low else 0.5
        return round(x, 1), round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * share, 1)

    def pieces(values: Values) -> list[list[tuple[float, float]]]:
        runs: list[list[tuple[float, float]]] = [[]]
        for position, value in enumerate(values):
            if value is None:
                runs.append([])
            else:
                runs[-1].append(place(position, value))
        return [run for run in runs if run]

    lines = pieces(own)
    return SmallChart(
        [_line(run) for run in lines], [_line(run) for run in pieces(other)],
        [run[-1] for run in lines], low, high,
    )  # fmt: skip


def _line(run: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in run)
