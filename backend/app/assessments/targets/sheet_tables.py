"""A sheet of the workbook as a table, and its faults by line."""

from collections.abc import Collection
from dataclasses import dataclass, field

from backend.app.core.errors import InvalidInput
from backend.app.core.files.spreadsheets import CellFault, ReadSheet, read_sheet

MOST_FAULTS = 30
FAULT_WORDS = {
    CellFault.ERROR: "里是错误值，请改好",
    CellFault.FORMULA: "里的公式没有算出结果，请打开文件存一次",
    CellFault.LONG: "里的数太长，末尾几位已丢失，请把这一列设成文本重填",
}


@dataclass(frozen=True)
class SheetTable:
    """Headings, rows, the line each row stands on, and cells that were spoilt."""

    headings: list[str]
    rows: list[list[str]]
    numbers: list[int]
    faults: list[tuple[int, str]] = field(default_factory=list)


NO_TABLE = SheetTable([], [], [])


@dataclass
class LineFaults:
    """Collected, so that a file is mended in one go."""

    lines: list[tuple[int, str]] = field(default_factory=list)

    def note(self, number: int, fault: str) -> None:
        self.lines.append((number, fault))

    def refuse(self) -> None:
        """Raises InvalidInput with the faults by line; nothing has been written by then."""
        if not self.lines:
            return
        listed = sorted(self.lines)[:MOST_FAULTS]
        words = [f"第 {number} 行：{fault}" for number, fault in listed]
        more = len(self.lines) - MOST_FAULTS
        if more > 0:
            words.append(f"还有 {more} 处没有列出")
        raise InvalidInput("这个文件没有导入，请改好后整份重传", {"file": words})


def table_of(sheet: ReadSheet, known: Collection[str]) -> SheetTable:
    """Below the first line that holds one of the known headings; raises InvalidInput."""
    plain = [[cell.replace(" ", "") for cell in row] for row in sheet.rows]
    head = next((place for place, row in enumerate(plain) if set(known) <= set(row)), None)
    if head is None:
        raise InvalidInput(errors={"file": [f"表头要有：{'、'.join(known)}，请用下载的表来填"]})
    below = [
        (number, row) for number, row in enumerate(sheet.rows[head + 1 :], head + 2) if any(row)
    ]
    faults = [
        (row + 1, f"「{plain[head][column]}」{FAULT_WORDS[CellFault(fault)]}")
        for row, column, fault in sheet.faults
        if row > head and column < len(plain[head]) and fault in FAULT_WORDS
    ]
    return SheetTable(
        plain[head], [row for _, row in below], [number for number, _ in below], faults
    )


def read_tables(
    content: bytes, first: tuple[str, Collection[str]],
    second: tuple[str, Collection[str]],
) -> tuple[SheetTable, SheetTable]:  # fmt: skip
    """The two sheets by name, each with headings it has to have; the second may be missing."""
    sheet = read_sheet(content, first[0], first[1])
    table = table_of(sheet, first[1])
    if second[0] not in sheet.others:
        return table, NO_TABLE
    return table, table_of(read_sheet(content, second[0]), second[1])
