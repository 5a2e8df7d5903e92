"""A colour explains itself: how far, how far it should be, and which rule chose it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from backend.app.scoring.assessing.lights import Light

TENTH = Decimal("0.1")
PLANS = {
    "plan": "按月度计划", "milestone": "按到期节点", "time": "按序时进度（已过的工作日）",
    "due": "已到考核期", "not_yet": "还没到要报的月份",
}  # fmt: skip


def percent(share: Fraction | Decimal | None) -> str:
    """A share in hundredths with one decimal at most; a stroke for none."""
    if share is None:
        return "—"
    exact = Fraction(share) * 100
    rounded = (Decimal(exact.numerator) / exact.denominator).quantize(TENTH, ROUND_HALF_UP)
    return f"{str(rounded).removesuffix('.0')}%"


def light_words(light: Light) -> str:
    """The tests of one light in words."""
    tests = []
    if light.finished:
        tests.append("完成全年目标，主管部门和考核办都审过")
    if light.periods_not_started_at_least:
        tests.append(f"停工，或该开工没有开工满 {light.periods_not_started_at_least} 期")
    if light.misses_at_least:
        tests.append(f"连续 {light.misses_at_least} 期未报")
    if light.ratio_at_least is not None:
        tests.append(f"实际达到计划的 {percent(light.ratio_at_least)}")
    if light.points_behind_at_most is not None:
        tests.append(_behind(light.points_behind_at_most))
    if light.points_behind_below is not None:
        tests.append(f"落后计划不到 {light.points_behind_below} 个百分点")
    return "，且".join(tests) or "前面几条都不是"


def _behind(points: Fraction) -> str:
    return f"超出计划至少 {-points} 个百分点" if points < 0 else f"落后计划不超过 {points} 个百分点"


def explain(
    colour: str | None, actual: Decimal | Fraction | None, planned: Decimal | Fraction | None,
    basis: dict[str, Any], lights: Sequence[Light],
) -> str:  # fmt: skip
    """One sentence: why this target has this colour.

    Colours of before a month knew which report it counts by name the plan alone.
    """
    if "reason" in basis:
        return f"{basis['reason']}，不亮灯。"
    plan = PLANS[basis["plan"]]
    if basis.get("measured_in") and not basis.get("is_due"):
        plan += f"，本月不用报，算到 {int(basis['measured_in'][-2:])} 月"
    said = f"实际 {percent(actual)}，计划 {percent(planned)}（{plan}）"
    if colour is None:
        return f"{said}：还没到该动的时间，不亮灯。"
    light = lights[basis["rule"] - 1]
    return (
        f"{said}；符合第 {basis['rule']} 条「{light_words(light)}」，亮{light.icon}{light.word}。"
    )
