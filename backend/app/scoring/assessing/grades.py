"""Grades at the year's end: a cap for the best, no quota for anybody below."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import NamedTuple

from backend.app.scoring.assessing.figures import Figure
from backend.app.scoring.ranking import normal_scores

MOST_SHARE = Fraction(3, 10)
LEAST_GROUP, LEAST_CALIBRATED = 4, 10


class Grade(StrEnum):
    """Best first."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


GRADE_NAMES: dict[str, str] = {
    Grade.EXCELLENT: "优秀",
    Grade.GOOD: "良好",
    Grade.FAIR: "一般",
    Grade.POOR: "较差",
}


class GradeRules(NamedTuple):
    """From which total each grade begins; `social_least` is None where nobody is asked."""

    bounds: tuple[tuple[Grade, Decimal], ...] = (
        (Grade.EXCELLENT, Decimal(90)),
        (Grade.GOOD, Decimal(80)),
        (Grade.FAIR, Decimal(60)),
    )
    share: Figure = MOST_SHARE
    social_least: Figure | None = 80


def rules_from_data(data: Mapping[str, str]) -> GradeRules:
    """A programme's own bounds, figures as text; the usual ones where it names none."""
    usual = GradeRules()
    bounds = tuple((grade, Decimal(data.get(grade, str(least)))) for grade, least in usual.bounds)
    return GradeRules(bounds, social_least=Decimal(data.get("social", str(usual.social_least))))


class GradedUnit(NamedTuple):
    """One unit of a group with what decides; `band` is from `ranking.bands`.

    `agreed` is the total without raters who differ too much to decide a grade.
    """

    unit: int
    total: Decimal | None
    social: Fraction | None = None
    band: int | None = None
    veto: bool = False
    no_excellent: bool = False
    open_red: bool = False
    agreed: Decimal | None = None


class ProposedGrade(NamedTuple):
    """What the meeting is shown; it decides, and where `open` with a written reason."""

    unit: int
    grade: Grade | None
    reasons: tuple[str, ...] = ()
    open: bool = False


def quota(n: int, share: Figure | float = MOST_SHARE) -> int:
    """How many of n units may be 优秀: the share of them, rounded down.

    Raises ValueError for a share outside 0 … 30%.
    """
    part = Fraction(str(share))
    if not 0 <= part <= MOST_SHARE:
        raise ValueError("a share between 0 and 0.3 expected")
    return floor(part * n)


def grade(units: Sequence[GradedUnit], rules: GradeRules | None = None) -> list[ProposedGrade]:
    """Grades of a group's units, in their order; None without a total.

    Marked as open: who ties for the last place among the best, whose band a boundary divides, and
    whom raters who disagree bring over a boundary.
    """
    rules = rules or GradeRules()
    best = _best(units, rules)
    proposed = [_proposed(unit, rules, best) for unit in units]
    divided = _divided(units, proposed)

    def marked(unit: GradedUnit, row: ProposedGrade) -> ProposedGrade:
        if barred(unit, rules):
            return row
        reasons = ["同一分数段内定等，须写明理由"] if unit.band in divided else []
        if _rests_on_disputed(unit, rules):
            reasons.append("等次取决于看法差别大的评价组，须写明理由")
        return row._replace(open=True, reasons=(*row.reasons, *reasons)) if reasons else row

    return [marked(unit, row) for unit, row in zip(units, proposed, strict=True)]


def _rests_on_disputed(unit: GradedUnit, rules: GradeRules) -> bool:
    if unit.agreed is None or unit.total is None:
        return False
    return _by_total(unit.agreed, rules) is not _by_total(unit.total, rules)


class _Best(NamedTuple):
    """Who is 优秀 by the quota, and who ties for its last place."""

    sure: frozenset[int]
    tied: frozenset[int]


def _by_total(total: Decimal, rules: GradeRules) -> Grade:
    return next((grade for grade, least in rules.bounds if total >= least), Grade.POOR)


def ceiling(unit: GradedUnit, rules: GradeRules) -> Grade:
    """The best grade that a meeting may give a unit."""
    if unit.veto:
        return Grade.FAIR
    return Grade.GOOD if barred(unit, rules) else Grade.EXCELLENT


def barred(unit: GradedUnit, rules: GradeRules) -> list[str]:
    """Why a unit is not 优秀 whatever its total."""
    reasons = []
    if unit.veto:
        reasons.append("一票否决，最高为一般")
    if unit.no_excellent:
        reasons.append("一票否优")
    if unit.open_red:
        reasons.append("红牌未撤")
    if rules.social_least is not None:
        if unit.social is None:
            reasons.append("没有社会评价结果")
        elif unit.social < rules.social_least:
            reasons.append(f"社会评价低于 {rules.social_least}")
    return reasons


def _best(units: Sequence[GradedUnit], rules: GradeRules) -> _Best:
    places = quota(len(units), rules.share)
    able = [
        (unit.total, unit.unit)
        for unit in units
        if unit.total is not None
        and _by_total(unit.total, rules) is Grade.EXCELLENT
        and not barred(unit, rules)
    ]
    totals = sorted((total for total, _ in able), reverse=True)
    if len(totals) <= places:
        return _Best(frozenset(unit for _, unit in able), frozenset())
    first_out = totals[places]
    sure = frozenset(unit for total, unit in able if total > first_out)
    ties = frozenset(unit for total, unit in able if total == first_out)
    return _Best(sure, ties if len(sure) < places else frozenset())


def _proposed(unit: GradedUnit, rules: GradeRules, best: _Best) -> ProposedGrade:
    if unit.total is None:
        return ProposedGrade(unit.unit, None, ("没有得分",))
    by_total, against = _by_total(unit.total, rules), barred(unit, rules)
    if unit.veto and by_total in (Grade.EXCELLENT, Grade.GOOD):
        return ProposedGrade(unit.unit, Grade.FAIR, tuple(against))
    if by_total is not Grade.EXCELLENT or unit.unit in best.sure:
        return ProposedGrade(unit.unit, by_total)
    if against:
        return ProposedGrade(unit.unit, Grade.GOOD, tuple(against))
    if unit.unit in best.tied:
        return ProposedGrade(unit.unit, Grade.GOOD, ("与最后一个优秀名额同分，须写明理由",), True)
    return ProposedGrade(unit.unit, Grade.GOOD, ("优秀名额已满",))


def _divided(
    units: Sequence[GradedUnit], proposed: Sequence[ProposedGrade]
) -> frozenset[int | None]:
    """Bands whose units would get different grades, who is barred by a rule left aside."""
    grades: dict[int, set[Grade]] = defaultdict(set)
    by_rule = {"一票否优", "红牌未撤", "一票否决，最高为一般"}
    for unit, row in zip(units, proposed, strict=True):
        if unit.band is not None and row.grade and not by_rule & set(row.reasons):
            grades[unit.band].add(row.grade)
    return frozenset(band for band, several in grades.items() if len(several) > 1)


def pooled(sizes: Mapping[str, int], neighbours: Mapping[str, str]) -> dict[str, str]:
    """With whom each group is graded: itself, or its named neighbour where it has under four."""
    return {
        name: neighbours[name] if size < LEAST_GROUP and name in neighbours else name
        for name, size in sizes.items()
    }


def calibrated(totals: Sequence[float], mean: float, deviation: float) -> list[float]:
    """正态校准 inside one group, to choose across groups; it changes no order inside.

    Raises ValueError below ten units.
    """
    if len(totals) < LEAST_CALIBRATED:
        raise ValueError(f"at least {LEAST_CALIBRATED} units expected")
    return normal_scores(totals, mean, deviation)
