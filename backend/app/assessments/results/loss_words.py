"""Why points were lost, in words that a unit and the public can check. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from backend.app.assessments.results.year_facts import PartFacts
from backend.app.scoring.assessing.progress import ProgressKind
from backend.app.scoring.assessing.rules import RuleCode
from backend.app.scoring.assessing.shared import shared_losses
from backend.app.scoring.totals import rounded

HUNDRED = 100
USUAL_LEVELS, USUAL_SHARE = "5", "0.5"
# Compared with others or counted from nothing: there is no figure to reach.
WITHOUT_AIM = frozenset(
    {
        RuleCode.PER_CASE, RuleCode.PASS, RuleCode.RANK, RuleCode.RATIO_TO_BEST, RuleCode.SHARED,
    }
)  # fmt: skip
FOUR_PLACES = 4


def lost_words(part: PartFacts, points: Fraction | None, of_total: Decimal) -> str:
    """「因河道污染整改不力扣 2 分」, or the value against what was to be reached.

    Where an element's points weigh more or less in the total, that is said, too.
    """
    if points is None:
        return ""
    lost = rounded(max(Fraction(part.full) - points, Fraction(0)))
    if not lost:
        return "得满分"
    weighed = "" if lost == of_total else f"，总分少 {cents_text(of_total)} 分"
    return f"{_because(part)}扣 {points_text(lost)} 分{weighed}"


def _because(part: PartFacts) -> str:
    if part.untrue:
        return "实地核查不属实，本项不得分，"
    if part.rule["rule"] == RuleCode.SHARED and part.scored is None and part.value is not None:
        return f"{_shared(part)}，合计"
    if part.case_words:
        return f"因{part.case_words}"
    return "没有数据，" if part.value is None else f"{_reached(part)}，"


def _shared(part: PartFacts) -> str:
    """The same case for all members, and each one's own part."""
    common, own = part.exact_common or Fraction(0), part.exact_value or Fraction(0)
    share = Fraction(str(part.rule.get("share", USUAL_SHARE)))
    of_all, of_one = shared_losses(Fraction(part.full), share, common, own)
    case = f"因{part.common_case}，" if part.common_case else ""
    who = f"{part.members} 个成员" if part.members else "各成员"
    return (
        f"{case}组团共同结果 {_percent(common)}，{who}同一个案例，各少"
        f" {points_text(rounded(of_all))} 分；本单位职责 {_percent(own)}，少"
        f" {points_text(rounded(of_one))} 分"
    )


def _percent(share: Fraction) -> str:
    return f"{figure_text(share * HUNDRED)}%"


def _reached(part: PartFacts) -> str:
    aim = aim_text(part)
    return value_text(part) + (f"，目标 {aim}" if aim else "")


def value_text(part: PartFacts) -> str:
    """What was reached, with its unit of measure; nothing where nothing was measured."""
    value = part.exact_value
    if value is None:
        return ""
    if part.kind == ProgressKind.MILESTONE:
        return f"节点完成 {figure_text(value * HUNDRED)}%"
    if part.rule["rule"] == RuleCode.SHARED:
        return f"本单位职责 {_percent(value)}"
    if part.rule["rule"] == RuleCode.PER_CASE:
        return f"出现 {figure_text(value)} 例"
    if part.rule["rule"] == RuleCode.PASS:
        return "达标" if value >= 1 else "不达标"
    if part.rule["rule"] == RuleCode.JUDGED:
        return f"{figure_text(value)} 档"
    return f"{figure_text(value)}{part.measured_in}"


def aim_text(part: PartFacts) -> str:
    """What was to be reached, as the rule or the target says it."""
    if part.kind == ProgressKind.MILESTONE or part.rule["rule"] in WITHOUT_AIM:
        return ""
    if part.rule["rule"] == RuleCode.JUDGED:
        return f"{part.rule.get('levels', USUAL_LEVELS)} 档"
    figure = _aim(part.rule) or (None if part.goal is None else f"{part.goal}")
    return "" if figure is None else f"{figure_text(Fraction(figure))}{part.measured_in}"


def _aim(rule: Mapping[str, object]) -> str | None:
    for name in ("target", "from"):
        if isinstance(rule.get(name), str):
            return str(rule[name])
    tiers = rule.get("tiers")
    return str(tiers[0][0]) if isinstance(tiers, list) and tiers else None


def figure_text(value: Fraction) -> str:
    """With at most four decimals, without zeros at the end."""
    text = f"{rounded(value, FOUR_PLACES):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cents_text(value: Decimal | str | float | None) -> str:
    """With two decimals, half up; nothing is a dash."""
    if value is None:
        return "—"
    return f"{rounded(Fraction(str(value))):.2f}".replace("-", "−")


def points_text(points: Decimal) -> str:
    return figure_text(Fraction(points))
