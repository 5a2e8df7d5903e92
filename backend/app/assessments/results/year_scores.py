"""From a year's facts to totals with their reasons. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any

from backend.app.assessments.adjustments.clauses import GIVEN_BACK
from backend.app.assessments.results.loss_words import lost_words
from backend.app.assessments.results.year_facts import (
    MoveFacts,
    PartFacts,
    UnitYearFacts,
    YearFacts,
)
from backend.app.scoring.assessing.appraisal import social_score
from backend.app.scoring.assessing.figures import ZERO, exact
from backend.app.scoring.assessing.grades import LEAST_CALIBRATED, calibrated
from backend.app.scoring.assessing.moves import MoveKind, UnitMove
from backend.app.scoring.assessing.points import LEAST_RANKED, points_of
from backend.app.scoring.assessing.progress import BEGUN, ProgressKind
from backend.app.scoring.assessing.rules import Missing, Rule, RuleCode, rule_of
from backend.app.scoring.assessing.unit_total import (
    SOCIAL,
    Loss,
    Part,
    UnitTotal,
    standard_error,
    unit_total,
)
from backend.app.scoring.ranking import bands, rank_intervals
from backend.app.scoring.totals import CENT, rounded

HUNDRED, NOTHING = 100, Decimal(0)
# Who stands behind what the machine proposed: nobody, so not the person who decided.
MACHINE = 0
# Rules whose goal and baseline are the target's own unless the rule names others.
OWN_GOAL = frozenset({RuleCode.PROPORTIONAL, RuleCode.ALL_OR_NOTHING})


@dataclass(frozen=True)
class ScoredPart:
    """An element with its points, exact; None where it leaves its weight to the others."""

    facts: PartFacts
    points: Fraction | None
    error: float = 0.0
    # Of the group's mean, which lifts whoever reports nothing.
    is_group_mean: bool = False

    @property
    def shown(self) -> Decimal | None:
        return None if self.points is None else rounded(self.points)


@dataclass(frozen=True)
class LostLine:
    """What an element (or the social appraisal) cost of the total, and why."""

    code: str
    name: str
    points: Decimal
    words: str


@dataclass(frozen=True)
class MovedLine:
    """What an adjustment moved the total, and its case; by a rule itself without a number."""

    kind: str
    points: Decimal
    words: str
    basis: str
    adjustment_id: int | None = None


@dataclass(frozen=True)
class ScoredUnit:
    """A unit's total with its reasons; rank and band within its group."""

    unit_id: int
    name: str
    group_id: int
    group_name: str
    total: UnitTotal
    social: Fraction | None
    parts: tuple[ScoredPart, ...]
    losses: tuple[LostLine, ...]
    moved: tuple[MovedLine, ...]
    error: float
    rank: int | None = None
    band: int | None = None
    calibrated: float | None = None


def score_year(facts: YearFacts) -> list[ScoredUnit]:
    """Every unit, in the order of the facts; that order changes nothing."""
    by_group: dict[int, list[UnitYearFacts]] = defaultdict(list)
    for unit in sorted(facts.units, key=lambda unit: unit.unit_id):
        by_group[unit.group_id].append(unit)
    scored: dict[int, ScoredUnit] = {}
    for group_id, units in by_group.items():
        for row in _score_group(units, facts, seed=facts.programme_id * 10_000 + group_id):
            scored[row.unit_id] = row
    return [scored[unit.unit_id] for unit in facts.units]


def _score_group(units: Sequence[UnitYearFacts], facts: YearFacts, seed: int) -> list[ScoredUnit]:
    """Units that are compared with each other, if anybody is."""
    elements = _elements_of(units)
    scored = [_score_unit(unit, elements) for unit in units]
    if facts.ranks_nobody:
        return scored
    ranked = [row for row in scored if row.total.total is not None]
    totals = [float(row.total.total or 0) for row in ranked]
    intervals = rank_intervals(totals, [row.error for row in ranked], seed)
    calibration: list[float | None] = [None] * len(ranked)
    if facts.calibration and len(ranked) >= LEAST_CALIBRATED:
        mean, deviation = facts.calibration
        calibration = [*calibrated(totals, float(mean), float(deviation))]
    placed = {
        row.unit_id: replace(row, rank=interval.rank, band=band, calibrated=score)
        for row, interval, band, score in zip(
            ranked, intervals, bands(intervals), calibration, strict=True
        )
    }
    return [placed.get(row.unit_id, row) for row in scored]


@dataclass(frozen=True)
class _GroupElement:
    """An element's values over a group, and each unit's place among them."""

    values: tuple[Fraction | None, ...]
    difficulty: tuple[Fraction, ...]
    places: Mapping[int, int]


def _elements_of(units: Iterable[UnitYearFacts]) -> dict[int, _GroupElement]:
    rows: dict[int, list[tuple[UnitYearFacts, PartFacts]]] = defaultdict(list)
    for unit in units:
        for part in unit.parts:
            rows[part.element_id].append((unit, part))
    return {
        element_id: _GroupElement(
            tuple(None if part.untrue else part.exact_value for _, part in pairs),
            tuple(Fraction(unit.difficulty) for unit, _ in pairs),
            {unit.unit_id: place for place, (unit, _) in enumerate(pairs)},
        )
        for element_id, pairs in rows.items()
    }


def _score_unit(unit: UnitYearFacts, elements: Mapping[int, _GroupElement]) -> ScoredUnit:
    parts = tuple(_score_part(part, elements[part.element_id], unit) for part in unit.parts)
    social = social_score((row.weight, row.mean, row.n, row.least) for row in unit.social)
    scored = [Part(part.facts.code, part.points, exact(part.facts.full)) for part in parts]

    def total_with(moves: Sequence[MoveFacts]) -> UnitTotal:
        return unit_total(
            scored, social, [_move(move) for move in moves], unit.weights, unit.caps
        )  # fmt: skip

    lost = {loss.code: loss.points for loss in total_with(()).losses}
    lost_of = {part.facts.target_id: lost.get(part.facts.code, NOTHING) for part in parts}
    total = total_with([_bounded(move, lost_of) for move in unit.moves])
    return ScoredUnit(
        unit.unit_id, unit.name, unit.group_id, unit.group_name, total, social, parts,
        tuple(_lost(loss, parts, social) for loss in total.losses),
        tuple(_moved(unit, total, parts)), _error(unit, parts, social),
    )  # fmt: skip


def rule_for(part: PartFacts) -> Rule:
    """The element's rule with the unit's own goal, where the rule names none."""
    data: dict[str, Any] = dict(part.rule)
    if part.goal is not None and part.kind in (*BEGUN, ProgressKind.LEVEL):
        data = _with_goal(data, part)
    return rule_of(data, part.full, part.missing)


def _with_goal(data: dict[str, Any], part: PartFacts) -> dict[str, Any]:
    if data["rule"] == RuleCode.OVER:
        return {**data, "base": _with_goal(data["base"], part)}
    # What milestones reach is a share of 1 already.
    if data["rule"] not in OWN_GOAL or "target" in data or part.kind == ProgressKind.MILESTONE:
        return data
    return {"baseline": str(part.baseline), **data, "target": str(part.goal)}


def _score_part(part: PartFacts, element: _GroupElement, unit: UnitYearFacts) -> ScoredPart:
    if part.untrue:
        return ScoredPart(part, rule_for(part).least)
    if part.scored is not None:
        return ScoredPart(part, exact(min(part.scored, part.full)))
    rule = replace(rule_for(part), difficulty=element.difficulty, common=part.exact_common)
    place = element.places[unit.unit_id]
    if rule.code == RuleCode.RANK and len(element.values) < LEAST_RANKED:
        return ScoredPart(part, None)
    points = points_of(rule, part.exact_value, element.values, place)
    is_mean = part.value is None and rule.missing == Missing.GROUP_MEAN and points is not None
    return ScoredPart(part, points, _points_error(rule, part, element, place), is_mean)


def _points_error(rule: Rule, part: PartFacts, element: _GroupElement, place: int) -> float:
    """Of the points: half of what they change from one standard error below to one above."""
    if not part.error or part.exact_value is None:
        return 0.0
    error = Fraction(part.error)
    ends = []
    for value in (part.exact_value - error, part.exact_value + error):
        values = (*element.values[:place], value, *element.values[place + 1 :])
        ends.append(points_of(rule, value, values, place) or ZERO)
    low, high = ends
    return float(abs(high - low)) / 2


def _error(unit: UnitYearFacts, parts: Sequence[ScoredPart], social: Fraction | None) -> float:
    """Of the total: the errors of measured elements and of the raters' means, as they weigh."""
    measured = [part for part in parts if part.points is not None]
    full = sum((exact(part.facts.full) for part in measured), ZERO)
    task, says, _ = (exact(weight) for weight in unit.weights)
    task = task if full else ZERO
    says = says if social is not None else ZERO
    whole = task + says
    if not whole:
        return 0.0
    shares = [(HUNDRED * task / whole / full, part.error) for part in measured if part.error]
    used = [row for row in unit.social if row.mean is not None and row.n >= row.least]
    weights = sum((exact(row.weight) for row in used), ZERO)
    shares += [
        (says / whole * exact(row.weight) / weights, row.error) for row in used if row.error
    ]  # fmt: skip
    return standard_error(shares)


def _bounded(move: MoveFacts, lost_of: Mapping[int, Decimal]) -> MoveFacts:
    """An exemption gives back no more than its share of what its target lost."""
    lost = lost_of.get(move.target_id or 0)
    if move.kind != MoveKind.EXEMPTION or lost is None:
        return move
    most = GIVEN_BACK.get(move.rule_code, Fraction(1)) * Fraction(lost)
    cents = Decimal(most.numerator) / most.denominator
    return replace(move, points=min(move.points, cents.quantize(CENT, ROUND_DOWN)))


def _move(move: MoveFacts) -> UnitMove:
    return UnitMove(
        move.kind, move.points, str(move.id), move.rule_code, move.author_id or MACHINE,
        move.decided_by_id, move.returned,
    )  # fmt: skip


def _lost(loss: Loss, parts: Sequence[ScoredPart], social: Fraction | None) -> LostLine:
    if loss.code == SOCIAL:
        words = f"社会评价 {rounded(social or ZERO)} 分"
        return LostLine(loss.code, "社会评价", loss.points, words)
    part = next(part for part in parts if part.facts.code == loss.code)
    return LostLine(
        loss.code, part.facts.name, loss.points, lost_words(part.facts, part.points, loss.points)
    )


def _moved(
    unit: UnitYearFacts, total: UnitTotal, parts: Sequence[ScoredPart]
) -> Iterable[MovedLine]:
    """Adjustments in their order, then what a rule itself took below 0 or gave above full."""
    names = {part.facts.code: part.facts.name for part in parts}
    for place, line in enumerate(total.moved):
        if place < len(unit.moves):
            move = unit.moves[place]
            yield MovedLine(line.kind, line.points, move.case_words, move.basis, move.id)
        else:
            words = "超额完成加分" if line.kind == MoveKind.BONUS else "没有完成，按计分方法倒扣"
            yield MovedLine(line.kind, line.points, f"{names[line.ref]}{words}", line.ref)
