"""Why a rule is refused with its programme, in words."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from backend.app.scoring.assessing.figures import Figure, exact, figure_of, written
from backend.app.scoring.assessing.points import LEAST_RANKED
from backend.app.scoring.assessing.rules import (
    MISSING_NAMES,
    PARAMETERS,
    RULE_NAMES,
    Missing,
    Parameter,
    ParameterKind,
    Rule,
    RuleCode,
    rule_of,
)
from backend.app.scoring.assessing.shared import LEAST_SHARE, MOST_SHARE


def rule_faults(
    data: Mapping[str, Any],
    points: Figure,
    missing: str = Missing.LEAVE_WEIGHT,
    units: int | None = None,
) -> list[str]:
    """Every fault of an element's rule: parameters, their order, and what `units` units allow."""
    code = data.get("rule")
    if code not in RULE_NAMES:
        return [f"不认识的计分方法「{code}」，请从列表里选" if code else "请选计分方法"]
    reasons = [] if missing in MISSING_NAMES else ["缺数据时怎么计分不明确，请从列表里选"]
    if exact(points) < 0:
        reasons.append("分值不能是负数")
    known = {"rule", *(one.name for one in PARAMETERS[code])}
    reasons += [f"多出不认识的参数「{name}」" for name in sorted(set(data) - known)]
    unread = [reason for one in PARAMETERS[code] for reason in _unread(one, data, points)]
    if unread:
        return reasons + unread
    rule = rule_of(data, points)
    return reasons + CHECKS.get(RuleCode(code), _nothing)(rule) + _few(rule, units)


def rule_warnings(missing: str) -> list[str]:
    """What is allowed and said aloud."""
    if missing == Missing.GROUP_MEAN:
        return ["缺数据按同类平均分计：不报数的单位会排到一半单位的前面，请确认确有必要"]
    return []


def _unread(parameter: Parameter, data: Mapping[str, Any], points: Figure) -> list[str]:
    raw, word = data.get(parameter.name, parameter.default), parameter.word
    if raw is None:
        return [f"缺少参数「{word}」"]
    if parameter.kind is ParameterKind.CHOICE:
        choices = "、".join(parameter.choices.values())
        return [] if raw in parameter.choices else [f"「{word}」应为：{choices}"]
    if parameter.kind is ParameterKind.RULE:
        if not isinstance(raw, Mapping) or raw.get("rule") == RuleCode.OVER:
            return [f"「{word}」应为另一种计分方法"]
        return [f"{word}：{reason}" for reason in rule_faults(raw, points)]
    if parameter.kind is ParameterKind.FIGURE:
        return [] if figure_of(raw) is not None else [f"「{word}」应为数字"]
    return _unread_list(parameter, raw)


def _unread_list(parameter: Parameter, raw: object) -> list[str]:
    width = 2 if parameter.kind is ParameterKind.PAIRS else 1
    rows = raw if isinstance(raw, list | tuple) else ()
    if not rows:
        return [f"「{parameter.word}」是空的，请至少填一档"]
    figures = [row if width == 2 else (row,) for row in rows]
    whole = all(isinstance(row, list | tuple) and len(row) == width for row in figures)
    if not whole or any(figure_of(one) is None for row in figures for one in row):
        return [f"「{parameter.word}」应为数字"]
    return []


def _few(rule: Rule, units: int | None) -> list[str]:
    if rule.code != RuleCode.RANK or units is None or units >= LEAST_RANKED:
        return []
    return [f"按位次得分至少要有 {LEAST_RANKED} 个单位，这里只有 {units} 个"]


def _nothing(_rule: Rule) -> list[str]:
    return []


def _span(low: str, high: str) -> Callable[[Rule], list[str]]:
    def check(rule: Rule) -> list[str]:
        return ["基数（底线）和目标值不能一样"] if rule.figure(low) == rule.figure(high) else []

    return check


def _above_zero(rule: Rule, *names: str) -> list[str]:
    words = {one.name: one.word for one in PARAMETERS[RuleCode(rule.code)]}
    return [f"「{words[name]}」应大于 0" for name in names if rule.figure(name) <= 0]


def _per_case(rule: Rule) -> list[str]:
    high = ["最低得分不能高于分值"] if rule.figure("least") > rule.full else []
    return _above_zero(rule, "deduct") + high


def _all_or_nothing(rule: Rule) -> list[str]:
    return ["没完成的得分应低于分值"] if rule.figure("otherwise") >= rule.full else []


def _falling(worth: Sequence[Fraction], rule: Rule) -> list[str]:
    """Points of the best first."""
    reasons = []
    if worth[0] > rule.full:
        reasons.append(f"各档得分不能超过分值 {written(rule.full)}")
    if any(after > before for before, after in pairwise([*worth, rule.figure("otherwise")])):
        reasons.append("得分应从好到差不增加")
    return reasons


def _tiers(rule: Rule) -> list[str]:
    bounds = [bound for bound, _ in rule.given["tiers"]]
    ordered = sorted(set(bounds), reverse=not rule.lower_is_better)
    reasons = [] if bounds == ordered else ["各档界限应从好到差排列，不能重复"]
    return reasons + _falling([worth for _, worth in rule.given["tiers"]], rule)


def _rank(rule: Rule) -> list[str]:
    return _falling(rule.given["places"], rule)


def _judged(rule: Rule) -> list[str]:
    levels = rule.figure("levels")
    return [] if levels.denominator == 1 and levels >= 2 else ["档数应为不小于 2 的整数"]


def _over(rule: Rule) -> list[str]:
    base: Rule = rule.given["base"]
    reasons = _above_zero(rule, "step", "add")
    if rule.figure("cap") < rule.full:
        reasons.append("最多得分不能低于分值")
    if "better" in base.given and base.lower_is_better is not rule.lower_is_better:
        reasons.append("超额和未超额的方向应一致")
    if base.code in (RuleCode.SHARED, RuleCode.PER_CASE, RuleCode.PASS):
        reasons.append(f"「{RULE_NAMES[base.code]}」不能再加超额分")
    return reasons


def _shared(rule: Rule) -> list[str]:
    within = LEAST_SHARE <= rule.figure("share") <= MOST_SHARE
    return [] if within else ["共同结果应占三成到七成（0.3 到 0.7）"]


CHECKS: Mapping[RuleCode, Callable[[Rule], list[str]]] = {
    RuleCode.PROPORTIONAL: _span("baseline", "target"),
    RuleCode.FLOOR_TARGET: _span("floor", "target"),
    RuleCode.PER_STEP: lambda rule: _above_zero(rule, "step", "deduct"),
    RuleCode.PER_CASE: _per_case,
    RuleCode.ALL_OR_NOTHING: _all_or_nothing,
    RuleCode.TIERS: _tiers,
    RuleCode.RANK: _rank,
    RuleCode.JUDGED: _judged,
    RuleCode.OVER: _over,
    RuleCode.SHARED: _shared,
}
