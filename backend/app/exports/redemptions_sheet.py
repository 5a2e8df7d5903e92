"""The month's redemptions, line by line: a workbook and CSV. Of names only the surname."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from backend.app.core.console_menu import local_time
from backend.app.core.db import db
from backend.app.core.files.csv_safety import safe_text
from backend.app.exports.books import Progress
from backend.app.exports.request_params import Asked
from backend.app.rewards import console_queries
from backend.app.rewards.redemptions.operations import masked
from backend.app.rewards.redemptions.queries import STATE_NAMES

HEADERS = (
    "编号", "预留时间", "领走时间", "村", "谁", "积分号", "奖品", "积分", "兑换点", "谁核销",
    "扫码还是手填", "状态", "退货原因",
)  # fmt: skip
WIDTHS = (9, 16, 16, 16, 8, 10, 20, 8, 20, 12, 12, 10, 24)
NUMBERS = frozenset({0, 5, 7})
STEP = 500
SCANNED = {True: "扫码", False: "手填", None: ""}
DICTIONARY = (
    ("谁", "只有姓,如 张*;没留姓的写 村民"),
    ("积分号", "村民手机「我的积分」里能看到自己的号,有疑问按号核对"),
    ("积分", "预留时扣的分;取消、过期、退货的已经退回"),
    ("扫码还是手填", "手填的是村民念 8 位数字,店里填的"),
)


def _line(row: Any) -> list[Any]:
    return [
        row.id, local_time(row.reserved_at),
        local_time(row.handed_out_at) if row.handed_out_at else "", row.village,
        masked(row.surname), row.number, row.reward, row.price, row.shop, row.keeper or "",
        SCANNED[row.was_scanned], STATE_NAMES[row.state], row.return_reason or "",
    ]  # fmt: skip


def write_xlsx(path: Path, title: str, rows: Sequence[Any], progress: Progress) -> None:
    """兑换 and 说明; text always as text, so nothing can be opened as a formula."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        head = book.add_format({"bold": True, "bg_color": "#F1ECE0", "border": 1})
        sheet = book.add_worksheet("兑换")
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(rows)), len(HEADERS) - 1)
        for column, (name, width) in enumerate(zip(HEADERS, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, head)
        for number, row in enumerate(rows, 1):
            if number % STEP == 0:
                progress(number * 100 // len(rows))
            for column, value in enumerate(_line(row)):
                write = sheet.write_number if column in NUMBERS else sheet.write_string
                write(number, column, value)
        notes = book.add_worksheet("说明")
        notes.set_column(0, 0, 16)
        notes.set_column(1, 1, 60)
        for number, (name, meaning) in enumerate(((title, ""), *DICTIONARY)):
            notes.write_string(number, 0, name)
            notes.write_string(number, 1, meaning)


def write_csv(path: Path, rows: Sequence[Any]) -> None:
    """UTF-8 with a byte order mark, as WPS and Excel expect it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for row in rows:
            line = enumerate(_line(row))
            writer.writerow([v if i in NUMBERS else safe_text(v) for i, v in line])


def write(path: Path, asked: Asked, progress: Progress) -> int:
    """Writes the lines; returns how many there are."""
    rows = console_queries.export_rows(asked.region_id, asked.month)
    db.session.rollback()
    if asked.format == "csv":
        write_csv(path, rows)
    else:
        write_xlsx(path, asked.title, rows, progress)
    return len(rows)
