"""A sheet of another system by a mapping that was kept: one column names the unit, others figures.

Each line holds a unit's figures of several elements, such as the three rates of 12345.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from backend.app.access import Permission
from backend.app.assessments.measures import operations
from backend.app.assessments.measures.fact_files import (
    MeasureImporter,
    read_figure,
    words_of,
)
from backend.app.assessments.measures.handed_in import (
    FIGURE,
    HandedIn,
    read_month,
    value_faults,
)
from backend.app.assessments.measures.mapping_queries import MOST_FIGURES, get_mapping
from backend.app.assessments.measures.queries import MeasuredTarget
from backend.app.imports.headings import FileColumn, plain
from backend.app.imports.kinds import (
    AppliedRow,
    FileRow,
    ImportKind,
    RowEffect,
    RowOutcome,
    RowPlan,
)

UNIT = FileColumn("unit", "单位", True, ("单位", "单位名称", "承办单位", "乡镇", "镇街"))
PERIOD = FileColumn("period", "周期", False, ("周期", "月份", "统计月份"))
FIGURES = tuple(
    FileColumn(f"figure_{n}", f"第 {n} 项", False, ()) for n in range(1, MOST_FIGURES + 1)
)
WHOLES = tuple(
    FileColumn(f"whole_{n}", f"第 {n} 项的分母", False, ()) for n in range(1, MOST_FIGURES + 1)
)
NOT_A_UNIT = "-"


def columns_of(params: Mapping[str, Any], county_id: int) -> dict[str, str]:
    """Which heading is which column of ours, as the mapping says."""
    mapping = get_mapping(int(params["mapping"]), county_id)
    headings = {UNIT.code: mapping.key_column, PERIOD.code: mapping.period_column}
    for column, whole, figure in zip(FIGURES, WHOLES, mapping.figures, strict=False):
        headings |= {column.code: figure["heading"], whole.code: figure["whole"]}
    return {code: plain(heading) for code, heading in headings.items() if heading}


@dataclass(frozen=True)
class ReadLine:
    """The figures of one unit in one line, with what stood before each."""

    handed: tuple[HandedIn, ...]


class FeedImporter(MeasureImporter):
    """One line, several elements; a unit's name that is not ours is asked once and remembered."""

    def prepare(self, rows: Sequence[FileRow]) -> None:
        super().prepare(rows)
        self.mapping = get_mapping(int(self.context.params["mapping"]), self.context.county_id)
        self.names = {
            name: target.unit
            for of_code in self.targets.values()
            for name, targets in of_code.items()
            for target in targets
        }

    def plan(self, row: FileRow) -> RowPlan:
        unit, period = self._unit(row), self._period(row)
        if unit is None or period is None:
            return RowPlan(RowOutcome.NEW)
        listed = zip(FIGURES, WHOLES, self.mapping.figures, strict=False)
        read = [
            handed
            for column, whole, figure in listed
            if (handed := self._handed(row, unit, period, (column, whole), figure)) is not None
        ]
        if not read and not row.reasons:
            row.refuse("这一行没有一个数")
        for handed in read:
            line = self.lines.setdefault(handed.key, row.line)
            if line != row.line:
                row.refuse(f"和第 {line} 行是同一个指标、单位和周期")
        return self._planned(read)

    def _unit(self, row: FileRow) -> str | None:
        """The unit by its name or code, or as a clerk said of theirs."""
        options = {name: name for name in sorted(set(self.names.values()))}
        name = row.choice(
            UNIT, self.names, options | {NOT_A_UNIT: "不是单位，不收"},
            "这是哪个单位？选一次，下回记得", needed=True,
        )  # fmt: skip
        if name == NOT_A_UNIT:
            row.refuse("不是被考核单位")
            return None
        return name

    def _period(self, row: FileRow) -> date | None:
        written = row.text(PERIOD) or str(self.context.params.get("period", ""))
        period = read_month(written)
        if period is None or period.year != self.programme.year:
            row.refuse(f"「{PERIOD.name}」应为 {self.programme.year} 年的月份，如 2026-11")
            return None
        return period

    def _handed(
        self, row: FileRow, unit: str, period: date, columns: tuple[FileColumn, FileColumn],
        figure: dict[str, str],
    ) -> HandedIn | None:  # fmt: skip
        """One figure, under its heading in the words of the file."""
        heading, code = figure["heading"], figure["code"]
        column, of_whole = (
            replace(column, name=name)
            for column, name in zip(columns, (heading, figure["whole"]), strict=True)
        )
        if column.code not in row.cells:
            row.refuse(f"表里没有「{heading}」这一列")
            return None
        target = self._mapped(row, code, unit)
        value = read_figure(row, column, FIGURE)
        whole = read_figure(row, of_whole, FIGURE) if figure["whole"] else None
        if target is None or value is None:
            return None
        if figure["whole"] and (whole is None or not 0 <= value <= whole != 0):
            row.refuse(f"「{figure['whole']}」应大于 0，「{heading}」应在 0 和它之间")
            return None
        for fault in [] if whole else value_faults(target, value, heading):
            row.refuse(fault)
        handed = HandedIn(target.element_id, target.unit_id, period, origin=self.mapping.name)
        return replace(handed, yes=value, whole=whole) if whole else replace(handed, value=value)

    def _mapped(self, row: FileRow, code: str, unit: str) -> MeasuredTarget | None:
        """The target of an element and a unit; a unit without one has no such figure."""
        targets = self.targets.get(code.upper(), {}).get(unit, [])
        if code.upper() not in self.targets:
            row.refuse(f"没有指标 {code}，或者还没有下达；请改映射")
        if not targets:
            return None
        if targets[0].is_own:
            row.refuse(f"「{targets[0].name}」由本系统计算，不用导入")
        elif not self._may(targets[0]):
            row.refuse(self.refusal)
        return targets[0]

    def _planned(self, read: Sequence[HandedIn]) -> RowPlan:
        """What changes, beside what stood."""
        words, changed, is_new = [], [], False
        for handed in read:
            standing = self.before.get(handed.key)
            if standing is not None and standing.said == handed.said:
                continue
            stood = standing is not None and not standing.is_withdrawn
            before = f"（原 {words_of(standing)}）" if standing is not None and stood else ""
            words.append(f"{self._name(handed)} {words_of(handed)}{before}")
            changed.append(handed)
            is_new = is_new or not stood
        if not changed:
            return RowPlan(RowOutcome.KNOWN, "和现有的一样")
        outcome = RowOutcome.NEW if is_new else RowOutcome.CHANGED
        return RowPlan(outcome, "；".join(words), value=ReadLine(tuple(changed)))

    def _name(self, handed: HandedIn) -> str:
        return next(
            target.name
            for of_code in self.targets.values()
            for targets in of_code.values()
            for target in targets
            if target.element_id == handed.element_id
        )

    def apply(self, plans: Sequence[RowPlan]) -> Sequence[RowEffect]:
        operations.check_open(self.programme)
        lines: list[ReadLine] = [plan.value for plan in plans]
        handed = [figure for line in lines for figure in line.handed]
        self.note(handed)
        ids = iter(
            operations.add_facts(self.programme, self.source, self.context.person_id, handed)
        )
        effects = []
        for plan, line in zip(plans, lines, strict=True):
            facts = [[next(ids), self._before(figure.key)] for figure in line.handed]
            effects.append(RowEffect(plan.outcome, facts[0][0], {"facts": facts}))
        return effects

    def undo(self, rows: Sequence[AppliedRow]) -> dict[int, str]:
        facts = [
            AppliedRow(row.line, fact_id, {"before": before})
            for row in rows
            for fact_id, before in (row.before or {}).get("facts", ())
        ]
        return super().undo(facts)


FEEDS = ImportKind(
    "feeds", "外部数据", Permission.REVIEW_REPORTS, (UNIT, PERIOD, *FIGURES, *WHOLES),
    FeedImporter, source_words="请选数据映射",
    any_of=tuple(column.code for column in FIGURES),
    undo_words="后来又改过的行不能撤销，其余的可以。", seen_by_maker=True,
    columns_of=columns_of,
)  # fmt: skip
