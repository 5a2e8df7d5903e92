"""Why an indicator lost its points: the share of each case. Pure.

All figures are hundredths of a point; the lines of an indicator add up to what it lost.
"""

from dataclasses import dataclass
from fractions import Fraction

from backend.app.scoring.catalog import CASE_LISTS, MEASURES, Family
from backend.app.scoring.levels import BAD_LEVELS, LEVEL_NAMES
from backend.app.scoring.measuring import UnitFacts, counts_of, points_of
from backend.app.scoring.month import HUNDRED, IndicatorScore
from backend.app.scoring.schemes import Scheme
from backend.app.scoring.totals import displayed

MINUTES = 60


@dataclass(frozen=True)
class Cause:
    """What cost points: one case of a list, or `n` answers that name nobody."""

    name: str
    case_id: int | None
    n: int
    share: Fraction


@dataclass(frozen=True)
class LossLine:
    """A cause with what it cost."""

    name: str
    case_id: int | None
    n: int
    lost: int


def causes(code: str, facts: UnitFacts, cases: dict[str, list[int]], scheme: Scheme) -> list[Cause]:
    """Everything that kept a measurement from its best, in proportion to what it cost the value."""
    if MEASURES[code].family is Family.TIME:
        return _long_waits(code, facts, cases, scheme)
    named = [
        Cause(name, case_id, 1, Fraction(cost))
        for name, cost in _costs(code, scheme).items()
        for case_id in cases.get(name, ())
    ]
    return named + _unnamed(code, facts, {cause.name for cause in named}, scheme)


def _costs(code: str, scheme: Scheme) -> dict[str, int]:
    """What one case of each list behind a measurement costs its value, 0 … 100."""
    if code == "positive_rate":
        return {level.column: 100 for level in BAD_LEVELS}
    points = points_of(code, scheme.level_points)
    return {
        listed.name: 100 - points[listed.place]
        for listed in CASE_LISTS.values()
        if listed.source == MEASURES[code].source and listed.place is not None
    }


def _unnamed(code: str, facts: UnitFacts, named: set[str], scheme: Scheme) -> list[Cause]:
    """Counts without cases: who said it stays unknown, or nobody keeps a list of it."""
    counts = counts_of(MEASURES[code].source, facts)
    points = points_of(code, scheme.level_points)
    if MEASURES[code].chosen:
        names = list(LEVEL_NAMES)
        known = {level.name for level in BAD_LEVELS if level.column in named}
    else:
        names = [code] * len(points)
        known = {code} if named else set()
    return [
        Cause(name, None, count, Fraction(count * (100 - worth)))
        for name, count, worth in zip(names, counts, points, strict=False)
        if count and worth < 100 and name not in known
    ]


def _long_waits(
    code: str, facts: UnitFacts, cases: dict[str, list[int]], scheme: Scheme
) -> list[Cause]:
    """Tickets that waited longer than the target, by how much."""
    (indicator,) = (i for i in scheme.indicators_for(facts.kind) if i.code == code)
    allowed = int(indicator.target * MINUTES)
    return [
        Cause(name, case_id, 1, Fraction(waited - allowed))
        for name, minutes in (("waits", facts.waits), ("open_waits", facts.open_waits))
        for case_id, waited in zip(cases.get(name, ()), minutes, strict=False)
        if waited > allowed
    ]


def lines(
    score: IndicatorScore,
    facts: UnitFacts,
    cases: dict[str, list[int]],
    scheme: Scheme,
) -> list[LossLine]:
    """What each cause cost, the dearest first; they add up to `score.lost` exactly."""
    if not score.lost:
        return []
    found = causes(score.code, facts, cases, scheme) or [
        Cause(score.code, None, score.n, Fraction(1))
    ]
    shares = sum((cause.share for cause in found), Fraction(0))
    cents = displayed([Fraction(score.lost, HUNDRED) * cause.share / shares for cause in found])
    written = [
        LossLine(cause.name, cause.case_id, cause.n, int(part * HUNDRED))
        for cause, part in zip(found, cents, strict=True)
    ]
    written.sort(key=lambda line: (-line.lost, line.name, line.case_id or 0))
    return written
