"""Satisfaction of one unit in one month, from how many ratings stand at each level."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from backend.app.scoring.intervals import Interval, mean_t_from_counts, wilson
from backend.app.scoring.levels import LEVEL_POINTS, positive_of

N_MIN = 10
PLACES = Decimal("0.0001")


class Status(StrEnum):
    """Small numbers are said to be small: 样本不足 is a value, not zero."""

    OK = "ok"
    TOO_FEW = "too_few"
    NONE = "none"


@dataclass(frozen=True)
class Measurement:
    """Percent points from 0 to 100 with 95% limits and the number of ratings behind them."""

    value: Decimal
    low: Decimal
    high: Decimal
    n: int


@dataclass(frozen=True)
class Satisfaction:
    """One unit's month: `satisfaction_mean` 满意度 and `positive_rate` 好评率."""

    n: int
    status: Status
    satisfaction_mean: Measurement | None
    positive_rate: Measurement | None


def status_of(n: int, n_min: int = N_MIN) -> Status:
    if n == 0:
        return Status.NONE
    return Status.OK if n >= n_min else Status.TOO_FEW


def satisfaction(counts: Sequence[int], n_min: int = N_MIN) -> Satisfaction:
    """Measures one unit from its counts, 非常满意 first (scoring.md section 2).

    satisfaction_mean = sum(points x count) / n, Student's t limits cut to 0..100;
    positive_rate = (levels that are not bad) / n, Wilson limits.
    Figures are rounded half up to 4 places.
    """
    if len(counts) != len(LEVEL_POINTS) or min(counts) < 0:
        raise ValueError(f"one count a level that is not negative expected, got {counts}")
    n = sum(counts)
    if n == 0:
        return Satisfaction(0, Status.NONE, None, None)
    mean = mean_t_from_counts(counts, LEVEL_POINTS)
    exact = Decimal(sum(p * c for p, c in zip(LEVEL_POINTS, counts, strict=True))) / n
    positive = positive_of(counts)
    rate = wilson(positive, n)
    return Satisfaction(
        n,
        status_of(n, n_min),
        _measurement(exact, mean, n),
        _measurement(
            Decimal(positive * 100) / n, Interval(rate.value, rate.low * 100, rate.high * 100), n
        ),
    )


def _measurement(value: Decimal, interval: Interval, n: int) -> Measurement:
    return Measurement(
        value.quantize(PLACES, ROUND_HALF_UP),
        _limit(max(0.0, interval.low)),
        _limit(min(100.0, interval.high)),
        n,
    )


def _limit(value: float) -> Decimal:
    return Decimal(value).quantize(PLACES, ROUND_HALF_UP)
