"""The month of the points ledger, by village: a workbook and CSV."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from backend.app.core.db import db
from backend.app.core.files.csv_safety import safe_text
from backend.app.exports.books import Progress
from backend.app.exports.request_params import Asked
from backend.app.places.queries import get_place
from backend.app.points import months

HEADERS = (
    "行政区划代码", "村", "乡镇", "发出", "兑换", "到期", "调整和暂扣", "冲正", "净增", "笔数",
)  # fmt: skip
COLUMNS = (
    "code", "name", "township", "earned", "spent", "expired", "adjusted", "reversed", "net",
    "entries",
)  # fmt: skip
TEXTS = 3
DICTIONARY = (
    ("发出", "按办法给出的分"),
    ("兑换、到期", "用掉和作废的分，是负数；退货退回的已在兑换里减去"),
    ("调整和暂扣", "暂扣是负数,核实没问题退回是正数"),
    ("冲正", "撤销前面某一笔的相反一笔，退货的除外"),
    ("净增", "以上相加;全县各月净增加起来就是全部余额"),
    ("按村", "记在事情发生的村;没绑定村的单列一行。没有个人"),
)


def _line(row: Any) -> list[Any]:
    return [getattr(row, name) if getattr(row, name) is not None else "" for name in COLUMNS]


def write_xlsx(path: Path, title: str, rows: Sequence[Any], closed: str) -> None:
    """各村 with totals, and 说明."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        head = book.add_format({"bold": True, "bg_color": "#F1ECE0", "border": 1})
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("各村")
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, 2, 18)
        sheet.set_column(TEXTS, len(HEADERS) - 1, 12)
        for column, name in enumerate(HEADERS):
            sheet.write_string(0, column, name, head)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(_line(row)):
                if column < TEXTS:
                    sheet.write_string(number, column, value)
                else:
                    sheet.write_number(number, column, value)
        last = len(rows) + 1
        sheet.write_string(last, 0, "合计", bold)
        for column in range(TEXTS, len(HEADERS)):
            total = sum(getattr(row, COLUMNS[column]) for row in rows)
            sheet.write_number(last, column, total, bold)
        notes = book.add_worksheet("说明")
        notes.set_column(0, 0, 16)
        notes.set_column(1, 1, 60)
        for number, (name, meaning) in enumerate(((title, closed), *DICTIONARY)):
            notes.write_string(number, 0, name)
            notes.write_string(number, 1, meaning)


def write_csv(path: Path, rows: Sequence[Any]) -> None:
    """UTF-8 with a byte order mark, as WPS and Excel expect it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for row in rows:
            line = _line(row)
            writer.writerow([*(safe_text(value) for value in line[:TEXTS]), *line[TEXTS:]])


def write(path: Path, asked: Asked, progress: Progress) -> int:
    """Writes one month's report; returns how many villages it holds."""
    county_id = get_place(asked.region_id).county_id or asked.region_id
    report = months.report(county_id, asked.region_id, asked.month)
    db.session.rollback()
    closed = "已结账,数不再变" if report.closed else "还没结账,数还会变"
    progress(10)
    if asked.format == "csv":
        write_csv(path, report.villages)
    else:
        write_xlsx(path, asked.title, report.villages, closed)
    return len(report.villages)
