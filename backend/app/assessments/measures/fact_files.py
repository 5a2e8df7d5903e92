"""数据导入 and 评分表: files of measured values, a line for each element and unit."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from backend.app.access import Permission
from backend.app.accounts.queries import actor_today
from backend.app.assessments.measures import operations
from backend.app.assessments.measures.handed_in import (
    FIGURE,
    WORTH,
    HandedIn,
    read_month,
    score_faults,
    value_faults,
)
from backend.app.assessments.measures.queries import (
    FactRow,
    MeasuredTarget,
    may_hand_in,
    may_score,
    measured_targets,
    newest_of_source,
)
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.measures.warning_operations import bad_targets, warn_units
from backend.app.assessments.programmes.queries import get_programme
from backend.app.core.web.boxes import Amount
from backend.app.imports.headings import FileColumn
from backend.app.imports.kinds import (
    AppliedRow,
    FileRow,
    ImportContext,
    ImportKind,
    RowEffect,
    RowOutcome,
    RowPlan,
)

CODE = FileColumn("code", "指标编码", True, ("指标编码", "编码", "指标代码"))
UNIT = FileColumn("unit", "单位", True, ("单位", "被考核单位", "单位名称", "考核单位"))
PERIOD = FileColumn("period", "周期", True, ("周期", "月份", "统计月份", "统计周期"))
ORIGIN = FileColumn("origin", "来源", False, ("来源", "来源系统", "数据来源"))
VALUE = FileColumn("value", "数值", False, ("数值", "累计完成", "本月累计完成", "完成值"))
YES = FileColumn("yes", "分子", False, ("分子",))
WHOLE = FileColumn("whole", "分母", False, ("分母",))
DONE = FileColumn("done", "完成值", False, ("完成值", "数值"))
POINTS = FileColumn("points", "得分", False, ("得分", "评分"))
REASON = FileColumn("reason", "扣分理由", False, ("扣分理由", "扣分原因", "理由"))
CASE = FileColumn("case", "案例", False, ("案例", "具体案例"))
FACT_COLUMNS = (ORIGIN, CODE, UNIT, PERIOD, VALUE, YES, WHOLE)
SCORE_COLUMNS = (CODE, UNIT, DONE, POINTS, REASON, CASE)
COMMON = "共同结果"
LONGEST_ORIGIN = 80


class FigureImporter(ABC):
    """Rows of a programme that is under way; what stood before stays in sight."""

    source: MeasureSource

    def __init__(self, context: ImportContext) -> None:
        self.context = context
        self.actor = actor_today(context.person_id)
        self.programme = get_programme(int(context.params["programme"]), context.county_id)
        self.targets: dict[str, dict[str, list[MeasuredTarget]]] = defaultdict(dict)
        for target in measured_targets(self.programme.id):
            of_code = self.targets[target.code.upper()]
            for name in filter(None, (target.unit, target.place_code)):
                of_code.setdefault(name, []).append(target)
        self.lines: dict[tuple[int, int | None, date], int] = {}
        self.bad_before: dict[date, Collection[int]] = {}
        self.noted: set[tuple[int, int | None, date]] = set()

    def prepare(self, _: Sequence[FileRow]) -> None:
        """Raises MeasuresClosed once the year is locked."""
        operations.check_open(self.programme)
        self.before = newest_of_source(self.programme.id, self.source)

    @abstractmethod
    def _read(self, row: FileRow, target: MeasuredTarget, is_common: bool) -> HandedIn | None:
        """What the row says; faults are noted on it."""

    def plan(self, row: FileRow) -> RowPlan:
        target = self._target(row)
        is_common = row.text(UNIT) == COMMON
        handed = self._read(row, target, is_common) if target else None
        if handed is None or row.reasons:
            return RowPlan(RowOutcome.NEW)
        line = self.lines.setdefault(handed.key, row.line)
        if line != row.line:
            row.refuse(f"和第 {line} 行是同一个指标、单位和周期")
        standing = self.before.get(handed.key)
        words = words_of(handed)
        if standing is not None and standing.said == handed.said:
            return RowPlan(RowOutcome.KNOWN, words)
        is_new = standing is None or standing.is_withdrawn
        return RowPlan(RowOutcome.NEW if is_new else RowOutcome.CHANGED, words, value=handed)

    def apply(self, plans: Sequence[RowPlan]) -> Sequence[RowEffect]:
        operations.check_open(self.programme)
        handed = [plan.value for plan in plans]
        self.note(handed)
        ids = operations.add_facts(self.programme, self.source, self.context.person_id, handed)
        return [
            RowEffect(plan.outcome, fact_id, {"before": self._before(row.key)})
            for plan, row, fact_id in zip(plans, handed, ids, strict=True)
        ]

    def _before(self, key: tuple[int, int | None, date]) -> int | None:
        """The number of the row that stood."""
        standing = self.before.get(key)
        return standing.id if standing else None

    def note(self, handed: Sequence[HandedIn]) -> None:
        """What other systems say is held against the plan: who was behind before it came."""
        if self.source is not MeasureSource.FEED:
            return
        for period in {figure.period for figure in handed} - self.bad_before.keys():
            self.bad_before[period] = bad_targets(self.programme, period).keys()
        self.noted |= {figure.key for figure in handed}

    def finish(self) -> None:
        """Who fell behind is warned; totals follow with the next evaluation or at night."""
        if self.bad_before:
            warn_units(self.programme, self.bad_before, self.noted, self.context.import_id)

    def undo(self, rows: Sequence[AppliedRow]) -> dict[int, str]:
        """What stood before is said again; of what was changed since, the line stays."""
        operations.check_open(self.programme)
        return operations.take_back(self.programme, self.context.person_id, rows)

    def _target(self, row: FileRow) -> MeasuredTarget | None:
        code, unit = row.text(CODE).upper(), row.text(UNIT)
        of_code = self.targets.get(code)
        if of_code is None:
            if code:
                row.refuse(f"没有指标 {code[:20]}，或者还没有下达")
            return None
        every = next(iter(of_code.values()))
        targets = every if unit == COMMON else of_code.get(unit.strip("'"), [])
        if len(targets) != 1 and unit != COMMON:
            several = "有几个单位叫这个名字，请填 12 位代码"
            row.refuse(f"「{unit[:20]}」{several if targets else f'没有指标 {code} 的目标'}")
            return None
        target = targets[0]
        if target.is_own:
            row.refuse(f"「{target.name}」由本系统计算，不用导入")
        elif unit == COMMON and not target.is_shared:
            row.refuse(f"「{target.name}」不是组团指标，没有共同结果")
        elif not self._may(target):
            row.refuse(self.refusal)
        return target

    refusal = "不是您部门负责的指标，或者是您自己的单位"

    def _may(self, target: MeasuredTarget) -> bool:
        return may_hand_in(self.actor, target)


class MeasureImporter(FigureImporter):
    """数据导入: what other systems counted."""

    source = MeasureSource.FEED

    def _read(self, row: FileRow, target: MeasuredTarget, is_common: bool) -> HandedIn | None:
        period = read_month(row.text(PERIOD))
        if period is None or period.year != self.programme.year:
            row.refuse(f"「{PERIOD.name}」应为 {self.programme.year} 年的月份，如 2026-11")
        value, yes, whole = (read_figure(row, column, FIGURE) for column in (VALUE, YES, WHOLE))
        has_both = yes is not None and whole is not None
        if (value is None) == (not has_both) or (yes is None) != (whole is None):
            row.refuse("「数值」和「分子、分母」填一样：要么数值，要么分子和分母都填")
        elif yes is not None and whole is not None and not 0 <= yes <= whole != 0:
            row.refuse("「分母」应大于 0，「分子」应在 0 和分母之间")
        for fault in value_faults(target, value, VALUE.name):
            row.refuse(fault)
        if row.reasons or period is None:
            return None
        origin = (row.text(ORIGIN) or self.context.source)[:LONGEST_ORIGIN]
        unit_id = None if is_common else target.unit_id
        return HandedIn(target.element_id, unit_id, period, value, yes, whole, origin=origin)


class ScoreImporter(FigureImporter):
    """评分表: what an owner says of its elements, with a reason for every point taken."""

    source = MeasureSource.OWNER
    refusal = "只有评分责任单位能评分，而且不评自己的单位"

    def _may(self, target: MeasuredTarget) -> bool:
        return may_score(self.actor, target) and target.is_scored

    def _read(self, row: FileRow, target: MeasuredTarget, is_common: bool) -> HandedIn | None:
        value, points = read_figure(row, DONE, FIGURE), read_figure(row, POINTS, WORTH)
        handed = HandedIn(
            target.element_id, None if is_common else target.unit_id,
            date.fromisoformat(str(self.context.params["period"])), value, points=points,
            reason=row.text(REASON), case_words=row.text(CASE),
            origin=(target.owner or operations.OFFICE)[:LONGEST_ORIGIN],
        )  # fmt: skip
        for fault in [] if row.reasons else score_faults(target, handed):
            row.refuse(fault)
        return None if row.reasons else handed


def read_figure(row: FileRow, column: FileColumn, box: Amount) -> Decimal | None:
    """A number, thousands apart or not; what is none is noted on the row."""
    text = row.text(column).replace(",", "").replace("，", "")
    if not text:
        return None
    figure = box.read(text)
    if figure is None:
        row.refuse(f"「{column.name}」{box.limits}，现在是「{text[:20]}」")
    return figure


def words_of(handed: HandedIn | FactRow) -> str:
    """The month and the figures, as a clerk reads them."""
    parts = [f"{handed.period:%Y-%m}"]
    if handed.value is not None:
        parts.append(f"{handed.value.normalize():f}")
    if handed.whole is not None and handed.yes is not None:
        parts.append(f"{handed.yes.normalize():f}/{handed.whole.normalize():f}")
    if handed.points is not None:
        parts.append(f"得 {handed.points} 分")
    return "，".join([*parts, *filter(None, (handed.reason, handed.case_words))])


MEASURES = ImportKind(
    "measures", "考评数据", Permission.REVIEW_REPORTS, FACT_COLUMNS, MeasureImporter,
    source_words="请填来源系统，如「12345 平台」", any_of=(VALUE.code, YES.code),
    undo_words="后来又改过的行不能撤销，其余的可以。", seen_by_maker=True,
)  # fmt: skip
SCORES = ImportKind(
    "scores", "评分表", Permission.REVIEW_REPORTS, SCORE_COLUMNS, ScoreImporter,
    any_of=(DONE.code, POINTS.code),
    undo_words="后来又改过的行不能撤销，其余的可以。", seen_by_maker=True,
)  # fmt: skip
