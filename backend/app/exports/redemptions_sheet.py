"""The month's redemptions, line by line: a workbook and CSV. Of names only the surname."""

from collections.abc import Sequence
from pathlib import Path

from backend.app.core.db import db
from backend.app.core.files.workbooks import (
    Column,
    Progress,
    Row,
    Sheet,
    notes_sheet,
    write_book,
    write_csv,
)
from backend.app.core.web.console_menu import local_time
from backend.app.exports.request_params import Asked
from backend.app.rewards.redemptions import list_queries
from backend.app.rewards.redemptions.operations import masked
from backend.app.rewards.redemptions.queries import STATE_NAMES

HEADERS = (
    "编号", "预留时间", "领走时间", "村", "谁", "积分号", "奖品", "积分", "兑换点", "谁核销",
    "扫码还是手填", "状态", "退货原因",
)  # fmt: skip
WIDTHS = (9, 16, 16, 16, 8, 10, 20, 8, 20, 12, 12, 10, 24)
SCANNED = {True: "扫码", False: "手填", None: ""}
DICTIONARY = (
    ("谁", "只有姓，如 张*；没留姓的写 村民"),
    ("积分号", "村民手机「我的积分」里能看到自己的号，有疑问按号核对"),
    ("积分", "预留时扣的分；取消、过期、退货的已经退回"),
    ("扫码还是手填", "手填的是村民念 8 位数字，店里填的"),
)


def _line(row: list_queries.RedemptionLine) -> Row:
    return [
        row.id, local_time(row.reserved_at),
        local_time(row.handed_out_at) if row.handed_out_at else "", row.village,
        masked(row.surname), row.number, row.reward, row.price, row.shop, row.keeper or "",
        SCANNED[row.was_scanned], STATE_NAMES[row.state], row.return_reason or "",
    ]  # fmt: skip


def write_xlsx(
    path: Path, title: str, rows: Sequence[list_queries.RedemptionLine], progress: Progress
) -> None:
    """兑换 and 说明."""
    columns = [Column(name, width) for name, width in zip(HEADERS, WIDTHS, strict=True)]
    sheets = [
        Sheet("兑换", columns, list(map(_line, rows)), 0, nothing=""),
        notes_sheet(title, "", DICTIONARY),
    ]
    write_book(path, title, sheets, progress)


def write(path: Path, asked: Asked, progress: Progress) -> int:
    """Writes the lines; returns how many there are."""
    rows = list_queries.export_rows(asked.region_id, asked.month)
    db.session.rollback()
    if asked.format == "csv":
        write_csv(path, HEADERS, list(map(_line, rows)), progress)
    else:
        write_xlsx(path, asked.title, rows, progress)
    return len(rows)
