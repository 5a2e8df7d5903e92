"""The twelve point rules as data: their parameters, read from and written as text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from backend.app.scoring.assessing.figures import ZERO, Figure, exact, figure_of, written


class RuleCode(StrEnum):
    """How an element turns a value into points."""

    PROPORTIONAL = "proportional"
    FLOOR_TARGET = "floor_target"
    PER_STEP = "per_step"
    PER_CASE = "per_case"
    ALL_OR_NOTHING = "all_or_nothing"
    TIERS = "tiers"
    RANK = "rank"
    RATIO_TO_BEST = "ratio_to_best"
    JUDGED = "judged"
    PASS = "pass"  # noqa: S105
    OVER = "over"
    SHARED = "shared"


RULE_NAMES: dict[str, str] = {
    RuleCode.PROPORTIONAL: "按完成比例得分",
    RuleCode.FLOOR_TARGET: "底线—目标",
    RuleCode.PER_STEP: "每差一档扣分，扣完为止",
    RuleCode.PER_CASE: "每例扣分",
    RuleCode.ALL_OR_NOTHING: "完成得满分，否则不得分",
    RuleCode.TIERS: "分档得分",
    RuleCode.RANK: "按位次得分",
    RuleCode.RATIO_TO_BEST: "以第一名为满分",
    RuleCode.JUDGED: "行为锚定",
    RuleCode.PASS: "达标/不达标",
    RuleCode.OVER: "超额加分",
    RuleCode.SHARED: "组团",
}


class Missing(StrEnum):
    """What an element without a value earns."""

    LEAVE_WEIGHT = "leave_weight"
    GROUP_MEAN = "group_mean"
    ZERO = "zero"
    FULL = "full"


MISSING_NAMES: dict[str, str] = {
    Missing.LEAVE_WEIGHT: "不计，分值由其他指标承担",
    Missing.GROUP_MEAN: "按同类单位平均分",
    Missing.ZERO: "计 0 分",
    Missing.FULL: "计满分",
}


class ParameterKind(StrEnum):
    """A figure, a list of figures, a list of pairs of them, one of some words, or a rule."""

    FIGURE = "figure"
    FIGURES = "figures"
    PAIRS = "pairs"
    CHOICE = "choice"
    RULE = "rule"


@dataclass(frozen=True)
class Parameter:
    """One entry of a rule's data; without a default it must be given."""

    name: str
    word: str
    kind: ParameterKind = ParameterKind.FIGURE
    default: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)


ROUNDINGS = {"exact": "按比例", "whole_up": "不足一档按一档", "whole_down": "不足一档不计"}
BETTER = Parameter(
    "better", "方向", ParameterKind.CHOICE, "higher", {"higher": "越高越好", "lower": "越低越好"}
)
ROUNDING = Parameter("rounding", "零头", ParameterKind.CHOICE, "exact", ROUNDINGS)
STEP = Parameter("step", "每档多少")
OTHERWISE = Parameter("otherwise", "否则得分", default="0")
PARAMETERS: Mapping[str, tuple[Parameter, ...]] = {
    RuleCode.PROPORTIONAL: (
        Parameter("baseline", "基数", default="0"),
        Parameter("target", "目标值", default="1"),
    ),
    RuleCode.FLOOR_TARGET: (Parameter("floor", "底线"), Parameter("target", "目标值")),
    RuleCode.PER_STEP: (
        Parameter("from", "从多少算起"), STEP, Parameter("deduct", "每档扣多少分"),
        ROUNDING, BETTER,
    ),
    RuleCode.PER_CASE: (
        Parameter("deduct", "每例扣多少分"), Parameter("least", "最低得分", default="0"),
    ),
    RuleCode.ALL_OR_NOTHING: (Parameter("target", "目标值", default="1"), OTHERWISE, BETTER),
    RuleCode.TIERS: (Parameter("tiers", "各档界限和得分", ParameterKind.PAIRS), OTHERWISE, BETTER),
    RuleCode.RANK: (Parameter("places", "各位次得分", ParameterKind.FIGURES), OTHERWISE, BETTER),
    RuleCode.RATIO_TO_BEST: (),
    RuleCode.JUDGED: (Parameter("levels", "几档", default="5"),),
    RuleCode.PASS: (),
    RuleCode.OVER: (
        Parameter("base", "未超额时的计分方法", ParameterKind.RULE),
        Parameter("from", "从多少算起"), STEP, Parameter("add", "每超一档加多少分"),
        Parameter("cap", "最多得分"), ROUNDING, BETTER,
    ),
    RuleCode.SHARED: (Parameter("share", "共同结果占几成", default="0.5"),),
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One element's rule, checked; `full` are its points P, `given` its parameters by name.

    What is measured of the whole group enters beside the data: the `difficulty` of each unit in
    the group's order (`ratio_to_best`), and what the shared measurement achieved of 1 (`shared`).
    """

    code: str
    full: Fraction
    given: Mapping[str, Any] = field(default_factory=dict)
    missing: str = Missing.LEAVE_WEIGHT
    difficulty: tuple[Fraction, ...] = ()
    common: Fraction | None = None

    def figure(self, name: str) -> Fraction:
        value: Fraction = self.given[name]
        return value

    @property
    def lower_is_better(self) -> bool:
        return self.given.get("better") == "lower"

    @property
    def least(self) -> Fraction:
        """The fewest points it can come to; below 0 is a penalty."""
        if self.code == RuleCode.OVER:
            base: Rule = self.given["base"]
            return base.least
        low: Fraction = self.given.get("least", self.given.get("otherwise", ZERO))
        return min(low, ZERO)

    @property
    def most(self) -> Fraction:
        """The most points it can come to; above `full` only for what is passed."""
        return self.figure("cap") if self.code == RuleCode.OVER else self.full


def rule_of(data: Mapping[str, Any], points: Figure, missing: str = Missing.LEAVE_WEIGHT) -> Rule:
    """The rule behind an element's data; KeyError or ValueError where rule_faults finds a fault.

    {"rule": "per_step", "from": "20", "step": "1", "deduct": "0.1"} is one, with text for figures.
    """
    code, full = RuleCode(data["rule"]), exact(points)
    given = {one.name: _value(one, data, full) for one in PARAMETERS[code]}
    return Rule(code, full, given, Missing(missing))


def _value(parameter: Parameter, data: Mapping[str, Any], full: Fraction) -> Any:
    raw = data.get(parameter.name, parameter.default)
    if raw is None:
        raise ValueError(parameter.name)
    if parameter.kind is ParameterKind.CHOICE:
        if raw not in parameter.choices:
            raise ValueError(parameter.name)
        return raw
    if parameter.kind is ParameterKind.RULE:
        return rule_of(raw, full)
    if parameter.kind is ParameterKind.FIGURES:
        return tuple(_figure(parameter, one) for one in raw)
    if parameter.kind is ParameterKind.PAIRS:
        return tuple((_figure(parameter, low), _figure(parameter, worth)) for low, worth in raw)
    return _figure(parameter, raw)


def _figure(parameter: Parameter, raw: object) -> Fraction:
    value = figure_of(raw)
    if value is None:
        raise ValueError(parameter.name)
    return value


def as_data(rule: Rule) -> dict[str, Any]:
    """Plain data that rule_of reads; every parameter is written, figures as text."""
    return {"rule": str(rule.code), **{name: _plain(value) for name, value in rule.given.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, Rule):
        return as_data(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return written(value) if isinstance(value, Fraction) else value
