"""Workbooks for WPS and Excel, and CSV: the same rows, ready to read, filter and print.

Text is written as text, so nothing can be opened as a formula; figures are real numbers with the
digits of the page.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import Format, write_worksheets

from backend.app.core.files.csv_safety import safe_cell

Progress = Callable[[int], None]
Row = Sequence[Any]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STEP = 500
A4 = 9
HEAD = Format().set_bold().set_background_color("#F1ECE0").set_border("thin").set_text_wrap()
BOLD = Format().set_bold()
WRAPPED = Format().set_text_wrap()
TEXT = Format().set_num_format("@")
PLAIN = Format()


@dataclass(frozen=True)
class Column:
    """`digits` are the decimal places of a figure; None for text and whole numbers.

    In a column of codes whatever is typed later stays text.
    """

    name: str
    width: float = 12
    digits: int | None = None
    codes: bool = False


@dataclass(frozen=True)
class Sheet:
    """Rows of cells in the order of columns: text, numbers or None. `nothing` where there are none.

    `row_formats` are for single rows: totals, or where a column holds different figures.
    `frozen` columns stay in sight, and the heading with them; None freezes nothing.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    frozen: int | None = 2
    nothing: str = "没有"
    row_formats: Mapping[int, Format] = field(default_factory=dict)
    wide: bool = True
    filtered: bool = True
    heading: Format = HEAD


def form_sheet(name: str, headings: Sequence[str], rows: Sequence[Row]) -> bytes:
    """A workbook to be filled in and handed back; every cell is text, so that codes stay whole."""
    widths = [16, *[12] * (len(headings) - 1)]
    columns = [
        Column(heading, width, codes=True) for heading, width in zip(headings, widths, strict=True)
    ]
    whole = [[*row, *[None] * (len(headings) - len(row))] for row in rows]
    sheet = Sheet(name, columns, whole, 0, filtered=False, heading=BOLD)
    written = io.BytesIO()
    write_book(written, name, [sheet], lambda _: None)
    return written.getvalue()


def notes_sheet(title: str, state: str, notes: Sequence[Row]) -> Sheet:
    """说明 of a workbook: what its columns mean."""
    columns = (Column(title, 16), Column(state, 60))
    return Sheet("说明", columns, notes, None, wide=False, heading=PLAIN)


def write_book(
    target: Path | io.BytesIO, title: str, sheets: Sequence[Sheet], progress: Progress
) -> None:
    """A workbook with frozen headers, filters, widths, and A4 with the header on every page."""
    counted = _counter(sum(len(sheet.rows) for sheet in sheets), progress)
    write_worksheets(
        [(sheet.name, _records(sheet, counted)) for sheet in sheets],
        target if isinstance(target, io.BytesIO) else str(target),
        freeze_panes={
            sheet.name: {"row": 1, "col": sheet.frozen}
            for sheet in sheets
            if sheet.frozen is not None
        },
        column_widths={
            sheet.name: {column.name: column.width for column in sheet.columns} for sheet in sheets
        },
        column_formats={sheet.name: _formats(sheet) for sheet in sheets},
        header_format={sheet.name: sheet.heading for sheet in sheets},
        row_formats={
            sheet.name: {row + 1: format_ for row, format_ in sheet.row_formats.items()}
            for sheet in sheets
        },
        autofilter={
            sheet.name: sheet.wide and sheet.filtered and bool(sheet.rows) for sheet in sheets
        },
        page_setup={sheet.name: _page(sheet, title) for sheet in sheets},
    )


def _counter(whole: int, progress: Progress) -> Callable[[], None]:
    """Called for every row; says how far all sheets together are."""
    done = 0

    def count() -> None:
        nonlocal done
        if done % STEP == 0:
            progress(done * 100 // max(whole, 1))
        done += 1

    return count


def _records(sheet: Sheet, count: Callable[[], None]) -> Iterator[dict[str, Any]]:
    names = [column.name for column in sheet.columns]
    if not sheet.rows:
        yield dict.fromkeys(names) | {names[0]: sheet.nothing}
    for row in sheet.rows:
        count()
        yield dict(zip(names, row, strict=True))


def decimals(digits: int) -> Format:
    """Numbers with so many decimal places."""
    return Format().set_num_format("0." + "0" * digits if digits else "0")


def _formats(sheet: Sheet) -> dict[str, Format]:
    formats = {
        column.name: decimals(column.digits)
        for column in sheet.columns
        if column.digits is not None
    }
    formats |= {column.name: TEXT for column in sheet.columns if column.codes}
    return formats | {column.name: WRAPPED for column in sheet.columns if column.width > 50}


def _page(sheet: Sheet, title: str) -> dict[str, Any]:
    plain = title.replace("&", "&&")
    return {
        "landscape": sheet.wide, "paper_size": A4, "fit_to_pages": (1, 0), "repeat_rows": 0,
        "footer": f"&L{plain}&R第 &P 页，共 &N 页",
    }  # fmt: skip


def write_csv(path: Path, columns: Iterable[str], rows: Sequence[Row], progress: Progress) -> None:
    """UTF-8 with a byte order mark, as WPS and Excel expect it."""
    count = _counter(len(rows), progress)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            count()
            writer.writerow([safe_cell(cell) for cell in row])
