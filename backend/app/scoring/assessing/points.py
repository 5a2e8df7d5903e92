"""Points of one element: what its rule makes of a unit's value."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor

from backend.app.scoring.assessing.figures import WHOLE, ZERO, clip, exact
from backend.app.scoring.assessing.rules import Missing, Rule, RuleCode
from backend.app.scoring.assessing.shared import shared_points
from backend.app.scoring.schemes import achievement

HUNDRED = 100
# Fewer units are not put in an order: a place would say whom it was taken from.
LEAST_RANKED = 5

Group = Sequence[Fraction | None]


def points_of(
    rule: Rule, value: Fraction | int | None, group: Group = (), at: int = 0
) -> Fraction | None:
    """Points of the unit at place `at` of the group, whose values are `group`; None: left out.

    Values are: proportional, floor_target, per_step, tiers, rank, ratio_to_best, over the figure
    itself (a share of 1 where proportional names no target); per_case the number of cases; judged
    the mean level; pass 1 or 0; shared what the own duty achieved, of 1. Raises ValueError for a
    rank among fewer than five units.
    """
    if value is None:
        return _missing(rule, group, at)
    return EARNED[RuleCode(rule.code)](rule, exact(value), group, at)


def _missing(rule: Rule, group: Group, at: int) -> Fraction | None:
    if rule.missing == Missing.ZERO:
        return ZERO
    if rule.missing == Missing.FULL:
        return rule.full
    if rule.missing == Missing.LEAVE_WEIGHT:
        return None
    others = [
        points_of(rule, value, group, place)
        for place, value in enumerate(group)
        if value is not None and place != at
    ]
    measured = [points for points in others if points is not None]
    return sum(measured, ZERO) / len(measured) if measured else None


def _proportional(rule: Rule, value: Fraction, _group: Group, _at: int) -> Fraction:
    baseline, target = rule.figure("baseline"), rule.figure("target")
    return rule.full * achievement(value, baseline, target) / HUNDRED


def _floor_target(rule: Rule, value: Fraction, _group: Group, _at: int) -> Fraction:
    return rule.full * achievement(value, rule.figure("floor"), rule.figure("target")) / HUNDRED


def _steps(rule: Rule, distance: Fraction) -> Fraction:
    """How many steps lie in a distance, by the rule's rounding; none where it is negative."""
    steps = max(distance, ZERO) / rule.figure("step")
    rounding = {"whole_up": ceil, "whole_down": floor}.get(rule.given["rounding"])
    return Fraction(rounding(steps)) if rounding else steps


def _per_step(rule: Rule, value: Fraction, _group: Group, _at: int) -> Fraction:
    short = rule.figure("from") - value
    steps = _steps(rule, -short if rule.lower_is_better else short)
    return max(ZERO, rule.full - rule.figure("deduct") * steps)


def _per_case(rule: Rule, value: Fraction, _group: Group, _at: int) -> Fraction:
    points = rule.full - rule.figure("deduct") * value
    return clip(points, rule.figure("least"), rule.full)


def _reaches(rule: Rule, value: Fraction, bound: Fraction) -> bool:
    return value <= bound if rule.lower_is_better else value >= bound


def _all_or_nothing(rule: Rule, value: Fraction, _group: Group, _at: int) -> Fraction:
    reached = _reaches(rule, value, rule.figure("target"))
    return rule.full if reached else rule.figure("otherwise")


def _tiers(rule: Rule, value: Fraction, _group: Group, _at: int) -> Fraction:
    tiers: Sequence[tuple[Fraction, Fraction]] = rule.given["tiers"]
    reached = (points for bound, points in tiers if _reaches(rule, value, bound))
    return next(reached, rule.figure("otherwise"))


def _rank(rule: Rule, value: Fraction, group: Group, _at: int) -> Fraction | None:
    """By competition rank; who shares a value shares the mean of the places it takes."""
    if len(group) < LEAST_RANKED:
        raise ValueError(f"a rank among at least {LEAST_RANKED} units expected")
    measured = [one for one in group if one is not None]
    if len(measured) < LEAST_RANKED:
        return None
    before = sum(one < value if rule.lower_is_better else one > value for one in measured)
    shared_by = measured.count(value)
    places: Sequence[Fraction] = rule.given["places"]
    worth = [*places, *[rule.figure("otherwise")] * len(measured)][before : before + shared_by]
    return sum(worth, ZERO) / len(worth)


def _ratio_to_best(rule: Rule, value: Fraction, group: Group, at: int) -> Fraction | None:
    difficulty = rule.difficulty or (WHOLE,) * max(len(group), 1)
    weighed = [one * k for one, k in zip(group, difficulty, strict=bool(group)) if one is not None]
    own = value * difficulty[at]
    best = max([*weighed, own])
    return rule.full * max(own, ZERO) / best if best > 0 else None


def _judged(rule: Rule, value: Fraction, _group: Group, _at: int) -> Fraction:
    return rule.full * clip((value - 1) / (rule.figure("levels") - 1))


def _pass(rule: Rule, value: Fraction, _group: Group, _at: int) -> Fraction:
    return rule.full if value >= 1 else ZERO


def _over(rule: Rule, value: Fraction, group: Group, at: int) -> Fraction | None:
    base: Rule = rule.given["base"]
    points = points_of(base, value, group, at)
    over = value - rule.figure("from")
    steps = _steps(rule, -over if rule.lower_is_better else over)
    return None if points is None else min(points + rule.figure("add") * steps, rule.most)


def _shared(rule: Rule, value: Fraction, _group: Group, _at: int) -> Fraction | None:
    if rule.common is None:
        return None
    return shared_points(rule.full, rule.figure("share"), rule.common, value)


EARNED: Mapping[RuleCode, Callable[[Rule, Fraction, Group, int], Fraction | None]] = {
    RuleCode.PROPORTIONAL: _proportional,
    RuleCode.FLOOR_TARGET: _floor_target,
    RuleCode.PER_STEP: _per_step,
    RuleCode.PER_CASE: _per_case,
    RuleCode.ALL_OR_NOTHING: _all_or_nothing,
    RuleCode.TIERS: _tiers,
    RuleCode.RANK: _rank,
    RuleCode.RATIO_TO_BEST: _ratio_to_best,
    RuleCode.JUDGED: _judged,
    RuleCode.PASS: _pass,
    RuleCode.OVER: _over,
    RuleCode.SHARED: _shared,
}
