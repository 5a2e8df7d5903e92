"""Which files can be asked for, and who writes each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backend.app.core.files.workbooks import Progress
from backend.app.exports import (
    hotline_answers,
    month_book,
    points_sheet,
    redemptions_sheet,
    ticket_list,
    village_sheets,
)
from backend.app.exports.request_params import Asked


@dataclass(frozen=True)
class ExportKind:
    """`name` stands in the file's name, `unit` behind the number of its rows."""

    name: str
    formats: tuple[str, ...]
    unit: str
    write: Callable[[Path, Asked, Progress], int]


MONTH = "month_scorecards"
SHEETS = "village_sheets"
TICKETS = "tickets"
POINTS = "month_points"
REDEMPTIONS = "redemptions"
ANSWERS = "hotline_answers"
KINDS = {
    MONTH: ExportKind("村庄得分", ("xlsx", "csv"), "个村", month_book.write),
    POINTS: ExportKind("积分汇总", ("xlsx", "csv"), "个村", points_sheet.write),
    REDEMPTIONS: ExportKind("兑换明细", ("xlsx", "csv"), "笔", redemptions_sheet.write),
    SHEETS: ExportKind("你说我办", ("pdf",), "张", village_sheets.write),
    TICKETS: ExportKind("诉求清单", ("xlsx", "csv"), "件", ticket_list.write),
    ANSWERS: ExportKind("回填表", ("xlsx",), "件", hotline_answers.write),
}
