"""The month's files: a workbook for WPS and Excel, and CSV.

Text is always written as text, so nothing can be opened as a formula; numbers are real numbers with
the digits of the page.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from backend.app.core.cells import safe_text
from backend.app.scorecards.figures import STATUS_WORDS
from backend.app.scoring.measurements import LEVEL_NAMES

Progress = Callable[[int], None]
HEADERS = (
    "行政区划代码", "村", "乡镇", "评价数", *LEVEL_NAMES, "待核", "样本", "满意度",
    "满意度下限", "满意度上限", "好评率%", "好评率下限%", "好评率上限%",
)  # fmt: skip
WIDTHS = (15, 22, 16, 8, 9, 7, 9, 8, 11, 7, 10, 9, 11, 11, 9, 12, 12)
STATUS_COLUMN = 10
TEXT_COLUMNS = frozenset({0, 1, 2, STATUS_COLUMN})
DECIMAL_COLUMNS = frozenset(range(11, 17))
DICTIONARY = (
    ("评价数", "当月有效评价的条数,不含待核的"),
    ("非常满意 … 非常不满意", "选这一级的条数;有追评的按追评算"),
    ("待核", "因异常被暂缓的评价,不进任何数字"),
    ("样本", "不足 10 条的写「样本不足」,没有评价的写「无评价」;都不是零分"),
    ("满意度", "五级依次 100、80、60、30、0 分的平均,0 到 100"),
    ("满意度下限、上限", "95% 区间(学生 t);条数越少,区间越宽"),
    ("好评率%", "前三级的条数 ÷ 有效评价条数"),
    ("好评率下限、上限", "95% 区间(Wilson)"),
)
STEP = 500


def _lines(rows: Sequence[Any], progress: Progress) -> Iterator[tuple[int, list[Any]]]:
    """Lines of cells, in the order of HEADERS, with word about how far they are."""
    for number, row in enumerate(rows):
        if number % STEP == 0:
            progress(number * 100 // len(rows))
        line = list(row)
        line[STATUS_COLUMN] = STATUS_WORDS[line[STATUS_COLUMN]]
        yield number, line


def write_xlsx(
    path: Path, title: str, rows: Sequence[Any], summary: Sequence[tuple[str, Any]],
    progress: Progress,
) -> None:  # fmt: skip
    """汇总, 村庄得分 and 说明; constant memory, so a whole province is no problem."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True, "font_size": 14})
        head = book.add_format(
            {"bold": True, "bg_color": "#F1ECE0", "border": 1, "text_wrap": True, "align": "center"}
        )
        decimal = book.add_format({"num_format": "0.0"})
        _write_summary(book.add_worksheet("汇总"), title, summary, bold, decimal)
        sheet = book.add_worksheet("村庄得分")
        _prepare(sheet, title, head, decimal, len(rows))
        for number, line in _lines(rows, progress):
            _write_line(sheet, number + 1, line)
        notes = book.add_worksheet("说明")
        notes.set_column(0, 0, 26)
        notes.set_column(1, 1, 70)
        notes.set_paper(9)
        for number, (name, meaning) in enumerate(DICTIONARY):
            notes.write_string(number, 0, name)
            notes.write_string(number, 1, meaning)


def _write_summary(
    sheet: Worksheet, title: str, summary: Sequence[tuple[str, Any]], bold: Any, decimal: Any
) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 30)
    sheet.set_paper(9)
    sheet.write_string(0, 0, title, bold)
    for number, (label, value) in enumerate(summary, 2):
        sheet.write_string(number, 0, label)
        if isinstance(value, str):
            sheet.write_string(number, 1, value)
        else:
            sheet.write_number(
                number, 1, float(value), decimal if isinstance(value, Decimal) else None
            )


def _prepare(sheet: Worksheet, title: str, head: Any, decimal: Any, count: int) -> None:
    """Frozen header, filters, widths, and A4 lying down with the header on every page."""
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width, decimal if column in DECIMAL_COLUMNS else None)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{title.replace('&', '&&')}&R第 &P 页,共 &N 页")
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(1, count), len(HEADERS) - 1)
    for column, name in enumerate(HEADERS):
        sheet.write_string(0, column, name, head)


def _write_line(sheet: Worksheet, number: int, line: list[Any]) -> None:
    """Text as text; figures take the number format of their column."""
    write_string, write_number = sheet.write_string, sheet.write_number
    for column, value in enumerate(line):
        if column in TEXT_COLUMNS:
            # An empty word is no cell at all.
            if value:
                write_string(number, column, value)
        elif value is not None:
            write_number(number, column, value)


def write_csv(path: Path, rows: Sequence[Any], progress: Progress) -> None:
    """UTF-8 with a byte order mark, as WPS and Excel expect it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for _, line in _lines(rows, progress):
            writer.writerow([safe_text(v) if i in TEXT_COLUMNS else v for i, v in enumerate(line)])
