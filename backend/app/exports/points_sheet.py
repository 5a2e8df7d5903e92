"""The month of the points ledger, by village: a workbook and CSV."""

from collections.abc import Sequence
from pathlib import Path

from backend.app.core.db import db
from backend.app.core.files.workbooks import (
    BOLD,
    Column,
    Progress,
    Row,
    Sheet,
    notes_sheet,
    write_book,
    write_csv,
)
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
    ("调整和暂扣", "暂扣是负数，核实没问题退回是正数"),
    ("冲正", "撤销前面某一笔的相反一笔，退货的除外"),
    ("净增", "以上相加；全县各月净增加起来就是全部余额"),
    ("按村", "记在事情发生的村；没绑定村的单列一行。没有个人"),
)


def _line(row: months.VillagePoints) -> Row:
    return [getattr(row, name) if getattr(row, name) is not None else "" for name in COLUMNS]


def _total(rows: Sequence[months.VillagePoints]) -> Row:
    sums = [sum(getattr(row, name) for row in rows) for name in COLUMNS[TEXTS:]]
    return ["合计", *[None] * (TEXTS - 1), *sums]


def write_xlsx(path: Path, title: str, rows: Sequence[months.VillagePoints], closed: str) -> None:
    """各村 with totals, and 说明."""
    columns = [Column(name, 18 if place < TEXTS else 12) for place, name in enumerate(HEADERS)]
    lines = [*map(_line, rows), _total(rows)]
    sheets = [
        Sheet("各村", columns, lines, row_formats={len(rows): BOLD}, filtered=False),
        notes_sheet(title, closed, DICTIONARY),
    ]
    write_book(path, title, sheets, lambda _: None)


def write(path: Path, asked: Asked, progress: Progress) -> int:
    """Writes one month's report; returns how many villages it holds."""
    county_id = get_place(asked.region_id).county_id or asked.region_id
    report = months.report(county_id, asked.region_id, asked.month)
    db.session.rollback()
    closed = "已结账，数不再变" if report.closed else "还没结账，数还会变"
    progress(10)
    if asked.format == "csv":
        write_csv(path, HEADERS, list(map(_line, report.villages)), progress)
    else:
        write_xlsx(path, asked.title, report.villages, closed)
    return len(report.villages)
