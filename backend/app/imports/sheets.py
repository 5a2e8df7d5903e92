"""A file as rows in our columns: the sheet, its heading, which column is which, what is no row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.app.core.errors import InvalidInput
from backend.app.core.files.spreadsheets import MOST_ROWS, CellFault, ReadSheet, read_sheet
from backend.app.imports.headings import (
    ColumnMatch,
    FileColumn,
    find_heading,
    keys_of,
    match_columns,
    plain,
)
from backend.app.imports.kinds import Cell, FileRow, ImportContext

# A line with a single cell below a heading of several is a remark: 制表人, 合计.
REMARK_CELLS = 1


@dataclass
class ImportSheet:
    """The lines below the heading, and what the page says of the sheet."""

    headings: list[str]
    match: ColumnMatch
    lines: list[tuple[int, list[Cell]]]
    since_1904: bool
    about: dict[str, Any] = field(default_factory=dict)

    def rows(self, context: ImportContext) -> list[FileRow]:
        places = self.match.places
        return [
            FileRow(
                line,
                {
                    code: cells[place] if place < len(cells) else Cell("")
                    for code, place in places.items()
                },
                context,
            )
            for line, cells in self.lines
        ]


def read_import(
    columns: Sequence[FileColumn],
    content: bytes,
    wanted: str | None = None,
    remembered: Mapping[str, str] | None = None,
) -> ImportSheet:
    """Raises InvalidInput for what is no spreadsheet, or has too many rows."""
    remembered = remembered or {}
    known = {heading for column in columns for heading in column.headings}
    sheet = read_sheet(content, wanted, known | set(remembered.values()))
    place, headings = find_heading(sheet.rows, columns, remembered.values())
    match = match_columns(headings, columns, remembered)
    lines, skipped = _lines(sheet, place)
    if len(lines) > MOST_ROWS:
        raise InvalidInput(errors={"file": [f"一次最多 {MOST_ROWS} 行，请分几次导入"]})
    if not lines:
        raise InvalidInput(errors={"file": ["表头下面没有数据"]})
    about = {
        "sheet": sheet.name, "others": sheet.others, "hidden": sheet.hidden,
        "heading_line": place + 1, "headings": headings, "keys": keys_of(headings),
        "skipped": skipped[:20], "doubtful": match.doubtful,
        "sample": [[cell.text for cell in cells] for _, cells in lines[:3]],
    }  # fmt: skip
    return ImportSheet(headings, match, lines, sheet.since_1904, about)


def missing_columns(
    columns: Sequence[FileColumn], match: ColumnMatch, any_of: Collection[str] = ()
) -> list[str]:
    """Needed columns that nobody has pointed to yet; a doubtful one waits for somebody, too."""
    missing = [
        column.code
        for column in columns
        if column.code in match.doubtful or (column.needed and column.code not in match.places)
    ]
    if any_of and not set(any_of) & set(match.places):
        missing += [code for code in any_of if code not in missing]
    return missing


def _lines(sheet: ReadSheet, place: int) -> tuple[list[tuple[int, list[Cell]]], list[int]]:
    """The lines below the heading, and the numbers of those that are remarks or headings again."""
    faults = {(row, column): CellFault(fault) for row, column, fault in sheet.faults}
    faulty = {row for row, _ in faults}
    heading = [plain(cell) for cell in sheet.rows[place]]
    wide = sum(map(bool, heading)) > REMARK_CELLS + 1
    lines, skipped = [], []
    for index, row in enumerate(sheet.rows[place + 1 :], place + 1):
        filled = sum(map(bool, row))
        if not filled and index not in faulty:
            continue
        remark = wide and filled <= REMARK_CELLS and index not in faulty
        if remark or [plain(cell) for cell in row] == heading:
            skipped.append(index + 1)
            continue
        cells = [Cell(text, faults.get((index, column))) for column, text in enumerate(row)]
        lines.append((index + 1, cells))
    return lines, skipped
