"""SMART: whether a target names an object, can be measured and reached, is somebody's, and ends."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from backend.app.scoring.assessing.figures import Figure, exact, written


class SmartLetter(StrEnum):
    """One of the five, in their order."""

    SPECIFIC = "S"
    MEASURABLE = "M"
    ATTAINABLE = "A"
    RELEVANT = "R"
    TIMED = "T"


# Against last year's value, towards the better and towards the worse; beyond, a reason is asked.
MOST_BETTER, MOST_WORSE = Fraction(1, 2), Fraction(1, 5)
LEAST_NAMED = 2
# Left out of a task's words, they leave what it is about.
VAGUE = re.compile(
    r"进一步|年度|全年|全面|积极|大力|不断|努力|切实|有效|着力|持续|认真|确保|力争|争取|加强|强化|提高|提升|推进|推动"
    r"|抓好|做好|搞好|落实|完成|开展|改进|改善|优化|保持|加大|完善|扎实|圆满|各项|重点|相关|有关|本职|分管|日常|其他"
    r"|工作|任务|目标|事项|水平|能力|质量|效率|力度|管理|建设|情况|要求|达到|不低于|不少于|以上|以下|左右|和|与|及|的|好"
)


@dataclass(frozen=True)
class SmartTarget:
    """What is looked at; `anchors` are the sentences that a level is chosen by, of `levels`."""

    name: str
    task: str
    value: Figure | None
    measured_in: str
    levels: int
    anchors: int
    steps: int
    last_value: Figure | None
    lower_is_better: bool
    reason: str
    has_owner: bool
    basis: str
    starts_on: date
    due_on: date | None


@dataclass(frozen=True)
class SmartFault:
    """What one letter misses, in words that say what to do."""

    letter: SmartLetter
    words: str


def smart_faults(target: SmartTarget) -> list[SmartFault]:
    """Everything that is missing, in the order of the letters."""
    return [
        SmartFault(letter, words)
        for letter, check in CHECKS
        if (words := check(target)) is not None
    ]


def anchors_in(criteria: str) -> int:
    """How many sentences a printed standard has: each ends with ； or stands on a line."""
    return sum(bool(part.strip()) for part in re.split(r"[；;\n]", criteria))


def _specific(target: SmartTarget) -> str | None:
    left = re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", VAGUE.sub("", target.task))
    if len(left) >= LEAST_NAMED:
        return None
    return "没有写清做什么：任务内容要写出对象，如「二车间退货」「新客户回访」"


def _measurable(target: SmartTarget) -> str | None:
    if target.levels:
        if target.anchors >= target.levels:
            return None
        return f"评分标准要写明 {target.levels} 档各是什么样，每档一句，用「；」隔开"
    if target.steps:
        return None
    parts = {"目标值": target.value is not None, "计量单位": bool(target.measured_in)}
    missing = [name for name, is_there in parts.items() if not is_there]
    return f"没有{'和'.join(missing)}，不能衡量" if missing else None


def _attainable(target: SmartTarget) -> str | None:
    if target.value is None or target.last_value is None or target.reason.strip():
        return None
    value, last = exact(target.value), exact(target.last_value)
    if value == last:
        return None
    if not last:
        return f"去年是 0，今年定 {written(value)}，请在备注里写明怎么做到"
    change = (value - last) / abs(last)
    better, worse = (-change, change) if target.lower_is_better else (change, -change)
    if better <= MOST_BETTER and worse <= MOST_WORSE:
        return None
    percent = round(abs(change) * 100)
    words = "高" if change > 0 else "低"
    return f"比去年的 {written(last)} {words} {percent}%，请在备注里写明为什么这样定"


def _relevant(target: SmartTarget) -> str | None:
    parts = {"评分责任单位": target.has_owner, "依据": bool(target.basis.strip())}
    missing = [name for name, is_there in parts.items() if not is_there]
    return f"没有{'和'.join(missing)}" if missing else None


def _timed(target: SmartTarget) -> str | None:
    if target.due_on is None:
        return "没有完成时限"
    return "完成时限早于开始时间" if target.due_on < target.starts_on else None


CHECKS: Sequence[tuple[SmartLetter, Callable[[SmartTarget], str | None]]] = (
    (SmartLetter.SPECIFIC, _specific),
    (SmartLetter.MEASURABLE, _measurable),
    (SmartLetter.ATTAINABLE, _attainable),
    (SmartLetter.RELEVANT, _relevant),
    (SmartLetter.TIMED, _timed),
)
