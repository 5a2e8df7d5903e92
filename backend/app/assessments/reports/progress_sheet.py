"""月度进度表: a unit's month as a workbook, out with what is known and back in, all or nothing."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from backend.app.assessments.reports.facts import shown
from backend.app.assessments.reports.operations import LONGEST_CORRECTION, WORDS, ReportLine
from backend.app.assessments.reports.queries import FillRow, UnitRow
from backend.app.core.errors import InvalidInput
from backend.app.core.files.spreadsheets import read_sheet
from backend.app.core.files.workbooks import form_sheet
from backend.app.scoring.assessing.progress import ProgressKind

CODE, UNIT, VALUE = "指标编码", "单位", "本月累计完成"
STOPPED, SAME, CORRECTION = "停工", "无变化", "更正原因"
HEADINGS = (
    CODE, UNIT, "目标任务", "年度目标值", "本月累计计划", "上月累计完成", VALUE,
    *WORDS.values(), CORRECTION, STOPPED, SAME,
)  # fmt: skip
YES = frozenset({"是", "√", "✓", "1"})
NO = frozenset({"", "否", "0"})
MOST_FAULTS = 30
LONGEST = Decimal(10**13)


def progress_book(unit: UnitRow, rows: Sequence[FillRow]) -> bytes:
    """What may still be filled in; milestones are ticked on the page."""
    cells = [
        [
            row.code, unit.name, f"{row.name}：{row.task}", shown(row.goal), shown(row.planned),
            shown(row.last_value), shown(row.value), row.words, row.difficulty, row.next_step,
            row.correction, "是" if row.is_stopped else "", "是" if row.no_change else "",
        ]
        for row in _fillable(rows)
    ]  # fmt: skip
    return form_sheet("月度进度表", HEADINGS, cells)


def _fillable(rows: Sequence[FillRow]) -> list[FillRow]:
    return [
        row for row in rows
        if row.is_asked and not row.is_sent and row.kind != ProgressKind.MILESTONE
    ]  # fmt: skip


def read_progress(unit: UnitRow, rows: Sequence[FillRow], content: bytes) -> list[ReportLine]:
    """The lines of a filled-in workbook; raises InvalidInput with every fault by its line."""
    table = read_sheet(content, headings=HEADINGS).rows
    heading = next((n for n, cells in enumerate(table) if CODE in cells), None)
    if heading is None or VALUE not in table[heading]:
        raise InvalidInput(errors={"file": [f"表头要有「{CODE}」和「{VALUE}」，请用下载的表来填"]})
    known = {row.code: row for row in _fillable(rows)}
    lines: list[ReportLine] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(table[heading + 1 :], heading + 2):
        if not any(cells):
            continue
        named = dict(zip(table[heading], cells, strict=False))
        code = named.get(CODE, "").strip()
        line, wrong = _line(unit, known.get(code), named)
        if code in seen:
            wrong = [f"和第 {seen[code]} 行是同一个指标"]
        seen.setdefault(code, number)
        faults += [f"第 {number} 行：{fault}" for fault in wrong]
        lines.append(line)
    _refuse(faults)
    return lines


def _refuse(faults: Sequence[str]) -> None:
    if not faults:
        return
    listed = [*faults[:MOST_FAULTS]]
    if len(faults) > MOST_FAULTS:
        listed.append(f"还有 {len(faults) - MOST_FAULTS} 处没有列出")
    raise InvalidInput("这个文件没有导入，请改好后整份重传", {"file": listed})


def _line(
    unit: UnitRow, row: FillRow | None, cells: Mapping[str, str]
) -> tuple[ReportLine, list[str]]:  # fmt: skip
    """One line, and what is wrong with it."""
    if row is None:
        code = cells.get(CODE, "")[:20]
        return ReportLine(0), [f"「{CODE}」{code or '空着'}：这个月没有要您填的这项"]
    faults = []
    if cells.get(UNIT, unit.name).strip() not in ("", unit.name):
        faults.append(f"「{UNIT}」应为 {unit.name}")
    raw = cells.get(VALUE, "").strip()
    value = _number(raw)
    if raw and value is None:
        faults.append(f"「{VALUE}」{raw[:20]} 应为数字，最多四位小数")
    words: dict[str, Any] = {field: cells.get(name, "").strip() for field, name in WORDS.items()}
    if len(cells.get(CORRECTION, "")) > LONGEST_CORRECTION:
        faults.append(f"「{CORRECTION}」最多 {LONGEST_CORRECTION} 个字")
    for name in (STOPPED, SAME):
        if cells.get(name, "").strip() not in YES | NO:
            faults.append(f"「{name}」填「是」，或空着")
    return ReportLine(
        row.target_id, row.version or 0, value, **words,
        correction=cells.get(CORRECTION, "").strip(),
        is_stopped=cells.get(STOPPED, "").strip() in YES,
        no_change=cells.get(SAME, "").strip() in YES,
    ), faults  # fmt: skip


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    fits = value.is_finite() and abs(value) <= LONGEST and value == round(value, 4)
    return value if fits else None
