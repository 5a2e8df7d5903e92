"""年度目标任务分解表: its columns, and what the cells of one line say."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from backend.app.assessments.programmes.rule_words import rule_from_words
from backend.app.assessments.programmes.source_words import source_from_words
from backend.app.assessments.states import Duty, ElementScope, Rhythm
from backend.app.core.errors import InvalidInput
from backend.app.core.web.boxes import Amount
from backend.app.scoring.assessing.progress import PROGRESS_NAMES, ProgressKind
from backend.app.scoring.assessing.rules import RuleCode

SHEET, STEPS_SHEET = "年度目标任务分解表", "节点"
CODE, UNIT, SCOPE = "指标编码", "被考核单位", "共性/个性"
DIMENSION, NAME, TASK = "一级指标", "二级指标", "目标任务内容"
MEASURED_IN, BASELINE, VALUE, DIRECTION = "计量单位", "基数", "年度目标值", "方向"
POINTS, RULE, PARAMETERS, CRITERIA = "分值", "计分方法", "计分参数", "评分标准(原文)"
SOURCE, OWNER, LEADER = "数据来源", "评分责任单位", "分管领导"
SECTION, CONTACT, STARTS, DUE = "责任科室", "责任人", "开始时间", "完成时限"
RHYTHM, KEY, TAGS, DUTY = "报送频次", "是否重点", "项目标签", "履职清单"
BASIS, NOTE, KIND = "依据文件", "备注", "进度方式"
MONTHS = tuple(f"{month}月累计计划" for month in range(1, 13))
COLUMNS = (
    "序号", CODE, UNIT, SCOPE, DIMENSION, NAME, TASK, MEASURED_IN, BASELINE, VALUE, DIRECTION,
    POINTS, RULE, PARAMETERS, CRITERIA, SOURCE, OWNER, LEADER, SECTION, CONTACT, STARTS, DUE,
    RHYTHM, KEY, *MONTHS, TAGS, DUTY, BASIS, NOTE, KIND,
)  # fmt: skip
REQUIRED = (
    CODE, UNIT, SCOPE, DIMENSION, NAME, TASK, POINTS, RULE, CRITERIA, SOURCE, OWNER, DUE,
)  # fmt: skip
STEP, WEIGHT = "节点", "权重"
STEP_COLUMNS = (CODE, UNIT, STEP, DUE, WEIGHT)
# Each sheet with the headings by which its first line is known.
FIRST, SECOND = (SHEET, (CODE, UNIT)), (STEPS_SHEET, (CODE, STEP))
LIMITS = {
    CODE: 20, NAME: 80, DIMENSION: 80, TASK: 1000, MEASURED_IN: 16, CRITERIA: 2000, LEADER: 20,
    SECTION: 40, CONTACT: 20, BASIS: 200, NOTE: 200,
}  # fmt: skip
DIRECTIONS = {"": "up", "越高越好": "up", "越低越好": "down"}
YES_NO = {"": False, "否": False, "是": True}
DAY = re.compile(r"(?:(\d{4})[-./年])?(\d{1,2})[-./月](\d{1,2})日?(?: 00:00:00)?")
# How progress is counted where the file does not say.
USUAL_KIND = {
    RuleCode.PER_CASE: ProgressKind.NEGATIVE, RuleCode.JUDGED: ProgressKind.JUDGED,
    RuleCode.PASS: ProgressKind.LEVEL, RuleCode.FLOOR_TARGET: ProgressKind.LEVEL,
    RuleCode.PER_STEP: ProgressKind.LEVEL, RuleCode.ALL_OR_NOTHING: ProgressKind.LEVEL,
    RuleCode.TIERS: ProgressKind.LEVEL, RuleCode.RANK: ProgressKind.LEVEL,
}  # fmt: skip
FIGURE = Amount(places=4, most=10**13)
WORTH = Amount(places=2, most=1000)


@dataclass(frozen=True)
class SheetLine:
    """One line as it was understood: what it says of the element, and of the target."""

    number: int
    unit: str
    owner: str
    element: Mapping[str, Any]
    target: Mapping[str, Any]


def read_line(number: int, cells: Mapping[str, str], year: int) -> tuple[SheetLine, list[str]]:
    """The line with every fault in it."""
    faults = [f"「{name}」没填" for name in REQUIRED if not cells.get(name)]
    faults += [
        f"「{name}」最多 {most} 个字"
        for name, most in LIMITS.items()
        if len(cells.get(name, "")) > most
    ]
    reader = _CellReader(cells, faults, year)
    element, target = _element(reader), _target(reader)
    if not faults and element["scope"] == ElementScope.UNIT and not cells.get(SECTION):
        faults.append(f"个性目标的「{SECTION}」没填")
    return SheetLine(number, cells.get(UNIT, ""), cells.get(OWNER, ""), element, target), faults


class _CellReader:
    """Cells of one line; what cannot be read is noted once."""

    def __init__(self, cells: Mapping[str, str], faults: list[str], year: int) -> None:
        self.cells, self.faults, self.year = cells, faults, year

    def text(self, name: str) -> str:
        return self.cells.get(name, "")

    def one_of(self, name: str, known: Mapping[str, Any]) -> Any:
        words = self.text(name)
        if words in known:
            return known[words]
        if words:
            self.faults.append(f"「{name}」应为{'、'.join(filter(None, known))}")
        return None

    def figure(self, name: str, box: Amount = FIGURE) -> Decimal | None:
        words = unicodedata.normalize("NFKC", self.text(name)).replace(",", "")
        if not words:
            return None
        value = box.read(words)
        if value is None:
            self.faults.append(f"「{name}」{box.limits}")
        return value

    def day(self, name: str) -> date | None:
        words = self.text(name)
        if not words:
            return None
        read = day_of(words, self.year)
        if read is None:
            self.faults.append(f"「{name}」应为日期，如 {self.year}-12-31")
        return read

    def known(self, name: str, read: Callable[[str], Any]) -> Any:
        words = self.text(name)
        found = read(words) if words else None
        if words and found is None:
            self.faults.append(f"「{name}」看不懂「{words[:20]}」")
        return found


def day_of(words: str, year: int) -> date | None:
    """2026-12-31, 2026年12月31日 or 12月31日 of the programme's year."""
    parts = DAY.fullmatch(unicodedata.normalize("NFKC", words).strip())
    try:
        return date(int(parts[1] or year), int(parts[2]), int(parts[3])) if parts else None
    except ValueError:
        return None


def _element(reader: _CellReader) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    try:
        if reader.text(RULE):
            rule = rule_from_words(reader.text(RULE), reader.text(PARAMETERS))
    except InvalidInput as refused:
        reader.faults += [words for listed in refused.errors.values() for words in listed]
    scopes = {state.words: state.value for state in ElementScope}
    kinds = {name: str(kind) for kind, name in PROGRESS_NAMES.items()}
    duties = {"": Duty.NONE.value, **{duty.words: duty.value for duty in Duty}}
    kind = reader.one_of(KIND, {"": "", **kinds})
    usual = USUAL_KIND.get(rule.get("rule", ""), ProgressKind.CUMULATIVE)
    return {
        "code": reader.text(CODE), "name": reader.text(NAME), "dimension": reader.text(DIMENSION),
        "scope": reader.one_of(SCOPE, scopes), "kind": kind or str(usual), "rule": rule,
        "direction": reader.one_of(DIRECTION, DIRECTIONS),
        "measured_in": reader.text(MEASURED_IN),
        "source": reader.known(SOURCE, source_from_words),
        "criteria": reader.text(CRITERIA),
        "tags": tuple(tag for tag in re.split("[、,，;； ]+", reader.text(TAGS)) if tag),
        "duty": reader.one_of(DUTY, duties), "basis": reader.text(BASIS),
    }  # fmt: skip


def _target(reader: _CellReader) -> dict[str, Any]:
    plan = tuple(
        (month, value)
        for month, name in enumerate(MONTHS, 1)
        if (value := reader.figure(name)) is not None
    )
    rhythms = {"": Rhythm.QUARTER.value, **{rhythm.words: rhythm.value for rhythm in Rhythm}}
    return {
        "task": reader.text(TASK), "value": reader.figure(VALUE),
        "baseline": reader.figure(BASELINE) or Decimal(0), "points": reader.figure(POINTS, WORTH),
        "starts_on": reader.day(STARTS) or date(reader.year, 1, 1), "due_on": reader.day(DUE),
        "rhythm": reader.one_of(RHYTHM, rhythms), "is_key": reader.one_of(KEY, YES_NO),
        "duty_leader": reader.text(LEADER), "section": reader.text(SECTION),
        "contact": reader.text(CONTACT), "note": reader.text(NOTE), "plan": plan,
    }  # fmt: skip
