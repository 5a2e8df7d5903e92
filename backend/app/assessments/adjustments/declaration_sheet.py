"""加减分申报表: out with one line an example, back in all or nothing, faults by line."""

from collections.abc import Mapping, Sequence

from backend.app.assessments.adjustments.clauses import DECLARED, Clause
from backend.app.assessments.adjustments.operations import AdjustmentDraft
from backend.app.assessments.programmes.queries import MemberUnit
from backend.app.assessments.targets.sheet_columns import WORTH, day_of
from backend.app.assessments.targets.sheet_tables import LineFaults, table_of
from backend.app.core.errors import InvalidInput
from backend.app.core.files.spreadsheets import read_sheet
from backend.app.core.files.workbooks import form_sheet

SHEET = "加减分申报表"
UNIT, KIND, POINTS, CLAUSE = "单位", "类别", "分值", "依据条款"
CASE, DOCUMENT, DAY = "事项", "文号", "时间"
HEADINGS = (UNIT, KIND, POINTS, CLAUSE, CASE, DOCUMENT, DAY)
KINDS = {kind.words: kind for kind in DECLARED}
Lines = Sequence[tuple[int, AdjustmentDraft]]


def declaration_book(units: Sequence[MemberUnit], clauses: Sequence[Clause], year: int) -> bytes:
    """One line for each clause, with the first unit, to be overwritten."""
    name = units[0].name if units else ""
    names = {kind.value: kind.words for kind in DECLARED}
    rows = [
        [name, names[row.kind], f"{row.points}", row.name, "（事项，请改）", f"〔{year}〕 号",
         f"{year}-"]
        for row in clauses
    ]  # fmt: skip
    return form_sheet(SHEET, HEADINGS, rows)


def read_declarations(
    units: Sequence[MemberUnit], year: int, content: bytes
) -> tuple[Lines, LineFaults]:
    """The lines that can be read, each with its number, and what is wrong with the others."""
    table = table_of(read_sheet(content, SHEET, HEADINGS), HEADINGS)
    known = {unit.name: unit.id for unit in units} | {
        unit.code: unit.id for unit in units if unit.code
    }
    faults, lines = LineFaults(table.faults[:]), []
    for number, cells in zip(table.numbers, table.rows, strict=True):
        named = dict(zip(table.headings, cells, strict=False))
        draft = _draft(number, named, known, year, faults)
        if draft is not None:
            lines.append((number, draft))
    if not lines and not faults.lines:
        raise InvalidInput(errors={"file": ["表里没有一行，请填好再传"]})
    return lines, faults


def _draft(
    number: int, cells: Mapping[str, str], units: Mapping[str, int], year: int, faults: LineFaults
) -> AdjustmentDraft | None:
    """Of one line; None and a fault where a cell cannot be read."""
    named = {heading: cells.get(heading, "").strip() for heading in HEADINGS}
    unit_id, kind = units.get(named[UNIT]), KINDS.get(named[KIND])
    points, day = WORTH.read(named[POINTS] or "0"), day_of(named[DAY], year)
    wrong = []
    if unit_id is None:
        wrong.append(f"「{UNIT}」{named[UNIT][:20]} 不是这个项目的单位")
    if kind is None:
        wrong.append(f"「{KIND}」填 {'、'.join(KINDS)} 之一")
    if points is None:
        wrong.append(f"「{POINTS}」应为数字，最多两位小数")
    if day is None:
        wrong.append(f"「{DAY}」应为日期，如 {year}-05-20")
    for fault in wrong:
        faults.note(number, fault)
    if unit_id is None or kind is None or day is None or points is None:
        return None
    return AdjustmentDraft(
        unit_id, kind.value, named[CLAUSE], named[CASE], named[DOCUMENT], day, points or None
    )
