"""A month of many units: from counts to totals with their reasons, lights and ranks. Pure.

Figures are whole numbers: values in ten-thousandths of a point, points lost and totals in
hundredths. Whatever order the units come in, the result is the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import numpy as np

from backend.app.scoring import comparison, measuring, ranking
from backend.app.scoring.comparison import Fit
from backend.app.scoring.measuring import STEP, Column, Floats, Ints, UnitFacts
from backend.app.scoring.schemes import NOT_STARTED, Indicator, Light, Scheme
from backend.app.scoring.totals import Adjustment, Part, displayed, explain

FULL = 10_000
HUNDRED = 100


class IndicatorScore(NamedTuple):
    """One indicator of one unit.

    `weight` in hundredths; `value`, `low`, `high`, `z`, `shrunk`, `achievement` in ten-thousandths
    (value -1: 未定义); `lost` in hundredths of a point; n = 0: not measured, and out of the total.
    """

    code: str
    weight: int
    n: int
    value: int
    low: int
    high: int
    z: int
    shrunk: int
    achievement: int
    lost: int
    few: bool


@dataclass(frozen=True, slots=True)
class UnitScore:
    """One unit's month. Lost points, less what adjustments give back, are 10000 - total.

    `total` is None where nothing was measured. Without a rank: too little is known to compare.
    `adjustments` are the signed hundredths of the adjustments that were given, in their order.
    """

    unit: int
    kind: str | None
    total: int | None
    error: float
    light: Light
    indicators: tuple[IndicatorScore, ...]
    adjustments: tuple[int, ...] = ()
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    band: int | None = None
    calibrated: int | None = None


Fits = Mapping[str | None, Mapping[str, Fit | None]]


@dataclass(frozen=True)
class Month:
    """All units, by unit, and the fits they were scored against."""

    units: tuple[UnitScore, ...]
    fits: Fits


def score_month(
    facts: Sequence[UnitFacts],
    scheme: Scheme,
    adjustments: Mapping[int, Sequence[Adjustment]] | None = None,
    seed: int = 0,
    fits: Fits | None = None,
) -> Month:
    """Scores the units of each kind against each other.

    With `fits` given (a correction), units are scored against those and get no ranks.
    """
    ordered = sorted(facts, key=lambda one: one.unit)
    found: dict[int, UnitScore] = {}
    used: dict[str | None, Mapping[str, Fit | None]] = {}
    for kind, places in comparison.groups([one.kind for one in ordered]).items():
        group = [ordered[place] for place in places]
        indicators = scheme.indicators_for(kind)
        columns = {
            i.code: measuring.measure(i.code, group, scheme.level_points) for i in indicators
        }
        used[kind] = (
            {code: comparison.fit(code, column) for code, column in columns.items()}
            if fits is None
            else fits.get(kind, {})
        )
        drafts = _drafts(indicators, columns, used[kind], scheme, len(group))
        for place, one in enumerate(group):
            given = (adjustments or {}).get(one.unit)
            if given and drafts[place].total is not None:
                drafts[place] = _adjusted(drafts[place], kind, given, scheme)
        standings = _standings(drafts, scheme, seed) if fits is None else {}
        for place, one in enumerate(group):
            found[one.unit] = _scored(one, drafts[place], standings.get(place), scheme)
    return Month(tuple(found[one.unit] for one in ordered), used)


class _Draft(NamedTuple):
    """A unit before it is compared with the others."""

    total: int | None
    error: float
    indicators: tuple[IndicatorScore, ...]
    adjustments: tuple[int, ...] = ()


class _Standing(NamedTuple):
    """Where a unit stands among the others of its kind."""

    interval: ranking.RankInterval
    band: int
    calibrated: int | None


def _drafts(
    indicators: Sequence[Indicator],
    columns: Mapping[str, Column],
    fits: Mapping[str, Fit | None],
    scheme: Scheme,
    units: int,
) -> list[_Draft]:
    if not indicators:
        return [_Draft(None, 0.0, ())] * units
    shrunk = {
        code: comparison.shrink(code, column, fits.get(code)) for code, column in columns.items()
    }
    points = _points(indicators, columns, shrunk)
    rows = zip(
        *(
            _rows(indicator, columns[indicator.code], shrunk[indicator.code], points, at, scheme)
            for at, indicator in enumerate(indicators)
        ),
        strict=True,
    )
    totals, errors = points.totals.tolist(), points.errors.tolist()
    return [
        _Draft(total if total >= 0 else None, error, row)
        for total, error, row in zip(totals, errors, rows, strict=True)
    ]


def _scored(
    facts: UnitFacts, draft: _Draft, standing: _Standing | None, scheme: Scheme
) -> UnitScore:
    light = NOT_STARTED if draft.total is None else light_at(draft.total, scheme.lights)
    if standing is None:
        return UnitScore(facts.unit, facts.kind, draft.total, draft.error, light, *draft[2:])
    return UnitScore(
        facts.unit, facts.kind, draft.total, draft.error, light, *draft[2:],
        *standing.interval, standing.band, standing.calibrated,
    )  # fmt: skip


def light_at(total: int, lights: Sequence[Light]) -> Light:
    """The first light whose bound a total (hundredths) reaches; the last one below all bounds."""
    return next((one for one in lights if total >= int(one.least * HUNDRED)), lights[-1])


@dataclass(frozen=True)
class _Points:
    """Per unit and indicator: achievement (ten-thousandths) and points lost (hundredths)."""

    achievements: Ints
    lost: Ints
    totals: Ints
    errors: Floats


def _points(
    indicators: Sequence[Indicator],
    columns: Mapping[str, Column],
    shrunk: Mapping[str, comparison.Shrunk],
) -> _Points:
    """What each indicator earns and costs: exact until the last step, which rounds so that the
    parts add up (by largest remainder)."""
    spans = [_ticks(i.target) - _ticks(i.floor) for i in indicators]
    common = lcm(*(abs(span) for span in spans))
    weights = np.array([int(i.weight * HUNDRED) for i in indicators], dtype=object)
    measured = np.array([columns[i.code].n > 0 for i in indicators]).T
    missing = []
    for indicator, span in zip(indicators, spans, strict=True):
        gained = (shrunk[indicator.code].value - _ticks(indicator.floor)) * (1 if span > 0 else -1)
        undefined = columns[indicator.code].value == measuring.UNDEFINED
        short = abs(span) - np.clip(np.where(undefined, 0, gained), 0, abs(span))
        missing.append(short.astype(object) * (common // abs(span)))
    short = np.array(missing, dtype=object).T
    weighed = np.where(measured, weights, 0)
    whole = weighed.sum(axis=1)
    divisor = np.where(whole > 0, whole, 1) * common
    # Hundredths of a point: weight / weights * short / span * 100 points * 100.
    parts = weighed * short * FULL
    lost = _largest_remainder(parts, divisor)
    achievements = (2 * (common - short) * FULL * HUNDRED + common) // (2 * common)
    totals = np.where(whole > 0, FULL - lost.sum(axis=1), -1)
    slopes = np.array([HUNDRED * STEP / abs(span) for span in spans])
    errors = np.array([shrunk[i.code].error for i in indicators]).T
    share = weighed.astype(float) / np.where(whole > 0, whole, 1).astype(float)[:, None]
    error = np.sqrt(((share * slopes * errors) ** 2).sum(axis=1))
    return _Points(achievements, lost, totals, error)


def _largest_remainder(parts: Ints, divisor: Ints) -> Ints:
    """Each part / divisor as a whole number, so that a row adds up to its rounded sum."""
    floors = parts // divisor[:, None]
    rest = parts - floors * divisor[:, None]
    wanted = (2 * parts.sum(axis=1) + divisor) // (2 * divisor)
    extra = (wanted - floors.sum(axis=1)).astype(np.int64)
    order = np.argsort(-rest, axis=1, kind="stable")
    places = np.empty(order.shape, dtype=np.int64)
    np.put_along_axis(places, order, np.broadcast_to(np.arange(order.shape[1]), order.shape), 1)
    whole: Ints = (floors + (places < extra[:, None])).astype(np.int64)
    return whole


def _rows(
    indicator: Indicator,
    column: Column,
    shrunk: comparison.Shrunk,
    points: _Points,
    at: int,
    scheme: Scheme,
) -> list[IndicatorScore]:
    """One indicator of all units."""
    code, weight = indicator.code, int(indicator.weight * HUNDRED)
    z = np.floor(shrunk.z * STEP + 0.5).astype(np.int64)
    columns = (
        column.n, column.value, column.low, column.high, z, shrunk.value,
        points.achievements[:, at], points.lost[:, at], column.n < scheme.n_min,
    )  # fmt: skip
    lists = [values.tolist() for values in columns]
    return [IndicatorScore(code, weight, *row) for row in zip(*lists, strict=True)]


def _ticks(value: Decimal) -> int:
    return int(value * STEP)


def _adjusted(
    draft: _Draft, kind: str | None, given: Sequence[Adjustment], scheme: Scheme
) -> _Draft:
    """Adds the adjustments; all parts together are rounded anew so that they add up."""
    measured = [one for one in draft.indicators if one.n]
    parts = [
        Part(one.code, Decimal(one.weight), exact_achievement(one, scheme, kind))
        for one in measured
    ]
    found = explain(parts, given, dict(scheme.caps))
    moved = {id(adjustment): points for adjustment, points in found.adjustments}
    given_back = [-moved[id(adjustment)] for adjustment in given]
    cents = [
        int(one * HUNDRED) for one in displayed([loss.points for loss in found.losses] + given_back)
    ]
    lost = iter(cents)
    rows = tuple(one._replace(lost=next(lost)) if one.n else one for one in draft.indicators)
    signed = tuple(-one for one in cents[len(measured) :])
    return _Draft(FULL - sum(cents), draft.error, rows, signed)


def exact_achievement(score: IndicatorScore, scheme: Scheme, kind: str | None) -> Fraction:
    """0 … 100, unrounded, of an indicator as it was scored."""
    return _achieved(score, scheme, kind, score.shrunk)


def own_achievement(score: IndicatorScore, scheme: Scheme, kind: str | None) -> Fraction:
    """As exact_achievement, of the unit's own value before it was drawn toward the others."""
    return _achieved(score, scheme, kind, score.value)


def _achieved(score: IndicatorScore, scheme: Scheme, kind: str | None, value: int) -> Fraction:
    (indicator,) = (i for i in scheme.indicators_for(kind) if i.code == score.code)
    floor, target = _ticks(indicator.floor), _ticks(indicator.target)
    if score.value == measuring.UNDEFINED:
        return Fraction(0)
    whole = Fraction(HUNDRED * (value - floor), target - floor)
    return max(Fraction(0), min(Fraction(HUNDRED), whole))


def _standings(drafts: Sequence[_Draft], scheme: Scheme, seed: int) -> dict[int, _Standing]:
    """By place: those about which enough is known, at most half of the weight resting on few."""
    places = [place for place, draft in enumerate(drafts) if _comparable(draft)]
    totals = [(drafts[place].total or 0) / HUNDRED for place in places]
    intervals = ranking.rank_intervals(totals, [drafts[place].error for place in places], seed)
    calibrated: list[int | None] = [None] * len(places)
    if scheme.calibration is not None:
        mean, deviation = (float(one) for one in scheme.calibration)
        found = ranking.normal_scores(totals, mean, deviation)
        calibrated = [int(value * HUNDRED + 0.5) for value in found]
    bands = ranking.bands(intervals)
    return {
        place: _Standing(intervals[nth], bands[nth], calibrated[nth])
        for nth, place in enumerate(places)
    }


def _comparable(draft: _Draft) -> bool:
    """At most half of the weight that was measured rests on too few."""
    few = sum(one.weight for one in draft.indicators if one.n and one.few)
    return draft.total is not None and 2 * few <= sum(o.weight for o in draft.indicators if o.n)
