"""What may be handed in of an element and a unit: figures, points and reasons. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from backend.app.assessments.measures.queries import MeasuredTarget
from backend.app.core.web.boxes import Amount
from backend.app.scoring.assessing.rules import RuleCode

FIGURE = Amount(places=4, most=10**13)
WORTH = Amount(places=2, most=1000)
LONGEST_REASON = 200
MONTH = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*(?:月|[-/.月]\s*\d{1,2}日?.*)?")
SEVERAL_LEVELS = "5"


@dataclass(frozen=True)
class HandedIn:
    """One figure of an element; without a unit the common result of a shared task."""

    element_id: int
    unit_id: int | None
    period: date
    value: Decimal | None = None
    yes: Decimal | None = None
    whole: Decimal | None = None
    points: Decimal | None = None
    reason: str = ""
    case_words: str = ""
    origin: str = ""

    @property
    def key(self) -> tuple[int, int | None, date]:
        return (self.element_id, self.unit_id, self.period)

    @property
    def said(self) -> tuple[object, ...]:
        """What is compared with what stands; where it came from is not."""
        return (self.value, self.yes, self.whole, self.points, self.reason, self.case_words)


def read_month(words: str) -> date | None:
    """2026-11, 2026年11月, 202611 or a day of it; None for anything else."""
    found = MONTH.fullmatch(unicodedata.normalize("NFKC", words).strip())
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    return date(int(found[1]), int(found[2]), 1)


def value_faults(target: MeasuredTarget, value: Decimal | None, name: str) -> list[str]:
    """What is wrong with a value by the element's rule."""
    if value is None:
        return []
    if target.rule == RuleCode.JUDGED and not 1 <= value <= int(target.levels or SEVERAL_LEVELS):
        return [f"「{name}」应为 1 到 {target.levels or SEVERAL_LEVELS} 档"]
    if target.rule == RuleCode.PASS and value not in (0, 1):
        return [f"「{name}」达标填 1，不达标填 0"]
    if target.rule == RuleCode.PER_CASE and (value < 0 or value != int(value)):
        return [f"「{name}」填出现了几例，应为 0 或更大的整数"]
    return []


def score_faults(target: MeasuredTarget, handed: HandedIn) -> list[str]:
    """What is wrong with a line of 评分表: whoever takes points says for what."""
    value, points = handed.value, handed.points
    faults = value_faults(target, value, "完成值")
    if value is None and points is None:
        faults.append("「完成值」「得分」至少填一个")
    if points is not None and not 0 <= points <= target.full:
        faults.append(f"「得分」应在 0 和分值 {target.full} 之间")
    elif points is not None and points < target.full and not handed.reason:
        faults.append(f"「扣分理由」没填：得分低于分值 {target.full}，请写明为什么")
    if max(len(handed.reason), len(handed.case_words)) > LONGEST_REASON:
        faults.append(f"「扣分理由」「案例」最多 {LONGEST_REASON} 个字")
    return faults
