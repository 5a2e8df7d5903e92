"""A year of a county's target assessment, and of a province's: colours, ladder, points, totals.

The size of 富平: 96 units, 1,268 targets of their own and 33 common ones each, twelve months. The
baseline works colours, points and totals out in floating point, without reasons, ladder or grades:
what a spreadsheet does. Processor time of one core.
"""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import NamedTuple

from backend.app.scoring.assessing.grades import GradedUnit, grade
from backend.app.scoring.assessing.ladder import Evaluated, proposals_of_each
from backend.app.scoring.assessing.points import points_of
from backend.app.scoring.assessing.progress import (
    actual_share,
    colour,
    planned_share,
    unit_index,
)
from backend.app.scoring.assessing.rules import Rule, rule_of
from backend.app.scoring.assessing.unit_total import Part, unit_total

RUNS, UNITS, OWN, COMMON, COUNTIES = 5, 96, 1268, 33, 100
DAYS = [date(2026, month, 28) for month in range(1, 13)]
SOCIAL, WEIGHTS = Fraction(866, 10), (85, 15)
RULES = (
    {"rule": "proportional", "target": "1200"},
    {"rule": "per_step", "from": "1200", "step": "12", "deduct": "0.1"},
    {"rule": "floor_target", "floor": "0", "target": "1200"},
    {"rule": "all_or_nothing", "target": "1200"},
    {"rule": "tiers", "tiers": [["1200", "1"], ["900", "0.5"]]},
    {"rule": "rank", "places": ["1", "0.9", "0.8", "0.7", "0.6"], "otherwise": "0.5"},
)


class DrawnTarget(NamedTuple):
    """A target of 1,200 with its plan and the cumulative values of twelve months."""

    unit: int
    element: int
    rule: Rule
    plan: Sequence[tuple[date, Fraction]]
    values: Sequence[int]


def drawn(seed: int) -> list[DrawnTarget]:
    dice = random.Random(seed)
    rules = [rule_of(data, 1) for data in RULES]
    pairs = [(unit, element) for unit in range(UNITS) for element in range(COMMON)]
    # A target of a unit's own is not ranked: nobody is in its group.
    own = [(at % UNITS, COMMON + at) for at in range(OWN)]
    targets = []
    for unit, element in pairs + own:
        first = dice.randrange(4)
        plan = [
            (day, Fraction(max(month - first, 0), 11 - first)) for month, day in enumerate(DAYS)
        ]
        pace = dice.uniform(0.8, 1.15)
        values = [int(1200 * float(share) * pace * dice.uniform(0.9, 1.05)) for _, share in plan]
        rule = rules[element % (len(rules) if element < COMMON else len(rules) - 1)]
        targets.append(DrawnTarget(unit, element, rule, plan, values))
    return targets


def ours(targets: Sequence[DrawnTarget]) -> list[Decimal]:
    """Every month's colours, indexes and proposals, then the year's points, totals and grades."""
    due = defaultdict(list)
    for target in targets:
        history = []
        for month, day in enumerate(DAYS):
            actual = actual_share("cumulative", 0, 1200, target.values[month])
            planned = planned_share(target.plan, day)
            light = colour(actual, planned, finished=target.values[month] >= 1200)
            due[target.unit, month].append((1, actual, planned))
            history.append(Evaluated(light.code if light else None))
        proposals_of_each(history)
    for rows in due.values():
        unit_index(rows)
    groups = defaultdict(list)
    for target in targets:
        groups[target.element].append(target)
    parts = defaultdict(list)
    for element, members in groups.items():
        values = [Fraction(member.values[-1]) for member in members]
        for at, member in enumerate(members):
            points = points_of(member.rule, values[at], values, at)
            parts[member.unit].append(Part(str(element), points, Fraction(1)))
    totals = [unit_total(parts[unit], SOCIAL, [], WEIGHTS).total for unit in sorted(parts)]
    grade([GradedUnit(unit, total, SOCIAL) for unit, total in enumerate(totals)])
    return [total for total in totals if total is not None]


def bare(targets: Sequence[DrawnTarget]) -> list[float]:
    for month in range(len(DAYS)):
        for target in targets:
            _bare_colour(target.values[month] / 1200, float(target.plan[month][1]))
    points = defaultdict(float)
    groups = defaultdict(list)
    for target in targets:
        groups[target.element].append(target.values[-1])
    for target in targets:
        value = target.values[-1]
        points[target.unit] += _bare_points(target.rule.code, value, groups[target.element])
    counts = defaultdict(int)
    for target in targets:
        counts[target.unit] += 1
    return [85 * points[unit] / counts[unit] + 15 * 0.866 for unit in sorted(points)]


def _bare_colour(actual: float, planned: float) -> str:
    if actual >= 1:
        return "orange"
    if not planned and not actual:
        return ""
    if not actual:
        return "black"
    if actual < 0.9 * planned:
        return "red"
    return "blue" if actual >= 1.1 * planned and actual - planned >= 0.05 else "green"


def _bare_points(code: str, value: int, group: Sequence[int]) -> float:
    share = min(max(value / 1200, 0.0), 1.0)
    if code == "per_step":
        return max(0.0, 1 - 0.1 * max(1200 - value, 0) / 12)
    if code == "all_or_nothing":
        return float(value >= 1200)
    if code == "tiers":
        return 1.0 if value >= 1200 else 0.5 if value >= 900 else 0.0
    if code == "rank":
        places = [1.0, 0.9, 0.8, 0.7, 0.6]
        before = sum(other > value for other in group)
        tied = sum(other == value for other in group)
        return sum((places + [0.5] * len(group))[before : before + tied]) / tied
    return share


def timed(action: Callable[[Sequence[DrawnTarget]], object], targets: list[DrawnTarget]) -> float:
    began = time.process_time()
    action(targets)
    return time.process_time() - began


def main() -> None:
    targets = drawn(14)
    differ = max(abs(float(a) - b) for a, b in zip(ours(targets), bare(targets), strict=True))
    if differ > 0.0051:
        raise SystemExit(f"the totals differ by {differ}")
    figures: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(RUNS):
        figures["ours"].append(timed(ours, targets))
        figures["bare"].append(timed(bare, targets))
    ratio = median(a / b for a, b in zip(figures["ours"], figures["bare"], strict=True))
    county = median(figures["ours"])
    began = time.process_time()
    for _ in range(COUNTIES):
        ours(targets)
    province = time.process_time() - began
    print(
        f"a year of {UNITS} units, {len(targets)} targets and 12 months; totals equal to the cent"
    )
    print(f"  county {county:.2f} s (bar <= 1)")
    print(
        f"  floating point, nothing but figures {median(figures['bare']):.3f} s, ratio {ratio:.1f}"
    )
    print(f"  province, {COUNTIES} times that: {province:.1f} s (bar <= 60)")


if __name__ == "__main__":
    main()
