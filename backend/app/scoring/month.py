"""A month of many units: from counts to totals with their reasons, lights and ranks. Pure.

A unit is scored by its own values alone: total = sum of r x achievement / sum of r, where
r = weight x n / (n + k), so that little evidence weighs little. Figures are whole numbers: values
in ten-thousandths of a point, shares, points lost and totals in hundredths. Whatever order the
units come in, the result is the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from backend.app.scoring import apportioning, measuring, ranking
from backend.app.scoring.apportioning import FULL
from backend.app.scoring.catalog import MEASURES, Family
from backend.app.scoring.measuring import (
    ERROR_OF_ONE,
    STEP,
    Floats,
    Ints,
    MeasuredColumn,
    UnitFacts,
)
from backend.app.scoring.schemes import (
    LEAST_EVIDENCE,
    NO_DATA,
    TOO_FEW,
    Indicator,
    Scheme,
    SchemeLight,
)
from backend.app.scoring.totals import AppliedAdjustment, moved

# Raised by hand whenever the same facts and scheme would give another result; a test holds what
# each version gives (tests/app/scoring/test_rules_version.py).
RULES_VERSION = 2
HUNDRED = 100


class IndicatorScore(NamedTuple):
    """One indicator of one unit.

    `weight` is the scheme's and `share` what it came to, in hundredths; `value`, `low`, `high`,
    `achievement` in ten-thousandths (value -1: 未定义); `lost` in hundredths of a point, never
    more than `share`; n = 0: not measured, and out of the total.
    """

    code: str
    weight: int
    n: int
    share: int
    value: int
    low: int
    high: int
    achievement: int
    lost: int


@dataclass(frozen=True, slots=True)
class UnitScore:
    """One unit's month. Lost points, less what adjustments give back, are 10000 - total.

    `total` is None where nothing was measured. `people` rated or answered; `few` (样本不足): too
    few of them, or too little was measured at all, for a light or a rank. `adjustments` are the
    signed hundredths of the adjustments that were given, in their order.
    """

    unit: int
    kind: str | None
    total: int | None
    error: float
    light: SchemeLight
    people: int
    few: bool
    indicators: tuple[IndicatorScore, ...]
    adjustments: tuple[int, ...] = ()
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    band: int | None = None
    calibrated: int | None = None


def score_month(
    facts: Sequence[UnitFacts],
    scheme: Scheme,
    adjustments: Mapping[int, Sequence[AppliedAdjustment]] | None = None,
    seed: int = 0,
    ranked: bool = True,
) -> tuple[UnitScore, ...]:
    """Scores units, by unit, and ranks those of each kind; without ranks for a correction."""
    ordered = sorted(facts, key=lambda one: one.unit)
    found: dict[int, UnitScore] = {}
    for kind, group in _groups(ordered).items():
        drafts = _drafts(scheme.indicators_for(kind), group, scheme)
        for place, one in enumerate(group):
            given = (adjustments or {}).get(one.unit)
            if given:
                drafts[place] = _adjusted(drafts[place], given, scheme)
        standings = _standings(drafts, scheme, seed) if ranked else {}
        for place, one in enumerate(group):
            found[one.unit] = _scored(one, drafts[place], standings.get(place), scheme)
    return tuple(found[one.unit] for one in ordered)


def _groups(facts: Sequence[UnitFacts]) -> dict[str | None, list[UnitFacts]]:
    """The units of each kind."""
    found: dict[str | None, list[UnitFacts]] = {}
    for fact in facts:
        found.setdefault(fact.kind, []).append(fact)
    return found


class _Draft(NamedTuple):
    """A unit before it is compared with the others."""

    total: int | None
    error: float
    people: int
    few: bool
    indicators: tuple[IndicatorScore, ...]
    adjustments: tuple[int, ...] = ()


class _Standing(NamedTuple):
    """Where a unit stands among the others of its kind."""

    interval: ranking.RankInterval
    band: int
    calibrated: int | None


def _drafts(
    indicators: Sequence[Indicator], group: Sequence[UnitFacts], scheme: Scheme
) -> list[_Draft]:
    people = [measuring.people_of(one) for one in group]
    if not indicators:
        return [_Draft(None, 0.0, asked, True, ()) for asked in people]
    columns = [measuring.measure(i.code, group, scheme.level_points) for i in indicators]
    points = _points(indicators, columns)
    rows = zip(
        *(_rows(indicator, columns[at], points, at) for at, indicator in enumerate(indicators)),
        strict=True,
    )
    figures = (points.totals.tolist(), points.errors.tolist(), points.evident.tolist())
    return [
        _Draft(
            total if total >= 0 else None, error, asked, asked < scheme.n_min or not evident, row
        )
        for total, error, evident, asked, row in zip(*figures, people, rows, strict=True)
    ]  # fmt: skip


def _scored(
    facts: UnitFacts, draft: _Draft, standing: _Standing | None, scheme: Scheme
) -> UnitScore:
    light = NO_DATA
    if draft.total is not None:
        light = TOO_FEW if draft.few else light_at(draft.total, scheme.lights)
    score = UnitScore(
        facts.unit, facts.kind, draft.total, draft.error, light, draft.people, *draft[3:]
    )
    if standing is None:
        return score
    return UnitScore(
        facts.unit, facts.kind, draft.total, draft.error, light, draft.people, *draft[3:],
        *standing.interval, standing.band, standing.calibrated,
    )  # fmt: skip


def light_at(total: int, lights: Sequence[SchemeLight]) -> SchemeLight:
    """The first light whose bound a total (hundredths) reaches; the last one below all bounds."""
    return next((light for light in lights if total >= int(light.least * HUNDRED)), lights[-1])


@dataclass(frozen=True)
class _Points:
    """Per unit and indicator: achievement (ten-thousandths), shares and points lost (hundredths);
    per unit the total (-1: nothing measured), one standard error of it, and whether enough was
    measured to compare it."""

    achievements: Ints
    shares: Ints
    lost: Ints
    totals: Ints
    errors: Floats
    evident: Ints


def _points(indicators: Sequence[Indicator], columns: Sequence[MeasuredColumn]) -> _Points:
    """What each indicator earns and costs: exact until the last step, which rounds so that the
    parts add up."""
    earned = [_earned(one, column) for one, column in zip(indicators, columns, strict=True)]
    gained, span = (np.array(one, dtype=object).T for one in zip(*earned, strict=True))
    n = np.array([column.n for column in columns]).T.astype(object)
    weights = np.array([int(one.weight * HUNDRED) for one in indicators], dtype=object)
    # Cases and k of what was measured; their product is the common divisor of all r.
    whole = np.where(n > 0, n + np.array([one.k for one in indicators], dtype=object), 1)
    divisor = whole.prod(axis=1)
    r = weights * n * (divisor[:, None] // whole)
    sums = r.sum(axis=1)
    counted = np.where(sums > 0, sums, 1)
    spans = span.prod(axis=1)
    # Without anything measured the first indicator stands for the whole, which nobody reads.
    shares = FULL * r * spans[:, None]
    shares[:, 0] += np.where(sums > 0, 0, FULL * spans)
    lost = FULL * r * (span - gained) * (spans[:, None] // span)
    slopes = [_slope(indicator) for indicator in indicators]
    errors = np.array([c.error * slope for c, slope in zip(columns, slopes, strict=True)]).T
    errors = np.where((n == 1) & _is_time(indicators), ERROR_OF_ONE, errors)
    weight = (r / counted[:, None]).astype(np.float64)
    found = apportioning.rounded(shares, lost, counted * spans)
    return _Points(
        (2 * gained * FULL * HUNDRED + span) // (2 * span),
        found.shares,
        found.lost,
        np.where(sums > 0, found.totals, -1),
        np.sqrt(((weight * errors) ** 2).sum(axis=1)),
        sums >= LEAST_EVIDENCE * HUNDRED * divisor,
    )


def _earned(indicator: Indicator, column: MeasuredColumn) -> tuple[Ints, Ints]:
    """Achievement as an exact fraction: what was gained, and of how much."""
    floor, target = int(indicator.floor * STEP), int(indicator.target * STEP)
    top, bottom = column.top.astype(object), column.bottom.astype(object)
    if (floor, target) != (0, HUNDRED * STEP):
        top, bottom = HUNDRED * STEP * top - floor * bottom, (target - floor) * bottom
        if target < floor:
            top, bottom = -top, -bottom
    undefined = column.value == measuring.UNDEFINED
    return np.where(undefined, 0, np.clip(top, 0, bottom)), bottom


def _slope(indicator: Indicator) -> float:
    """Points of achievement for a point of the value."""
    return float(HUNDRED / abs(indicator.target - indicator.floor))


def _is_time(indicators: Sequence[Indicator]) -> Ints:
    return np.array([MEASURES[indicator.code].family is Family.TIME for indicator in indicators])


def _rows(
    indicator: Indicator, column: MeasuredColumn, points: _Points, at: int
) -> list[IndicatorScore]:
    """One indicator of all units."""
    code, weight = indicator.code, int(indicator.weight * HUNDRED)
    columns = (
        column.n, np.where(column.n > 0, points.shares[:, at], 0), column.value, column.low,
        column.high, points.achievements[:, at], points.lost[:, at],
    )  # fmt: skip
    lists = [values.tolist() for values in columns]
    return [IndicatorScore(code, weight, *row) for row in zip(*lists, strict=True)]


def _adjusted(draft: _Draft, given: Sequence[AppliedAdjustment], scheme: Scheme) -> _Draft:
    """Adds the adjustments to what was scored; they change no indicator."""
    if draft.total is None:
        return draft
    signed = moved(given, dict(scheme.caps), FULL - draft.total)
    return draft._replace(total=draft.total + sum(signed), adjustments=signed)


def _standings(drafts: Sequence[_Draft], scheme: Scheme, seed: int) -> dict[int, _Standing]:
    """By place: those about which enough is known."""
    places = [place for place, one in enumerate(drafts) if one.total is not None and not one.few]
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
