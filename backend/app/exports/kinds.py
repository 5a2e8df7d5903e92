"""Which files can be asked for, and who writes each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backend.app.core.files.workbooks import Progress
from backend.app.exports import (
    month_book,
    points_sheet,
    redemptions_sheet,
    ticket_list,
    village_sheets,
)
from backend.app.exports.request_params import Asked


@dataclass(frozen=True)
class Kind:
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
KINDS = {
    MONTH: Kind("村庄得分", ("xlsx", "csv"), "个村", month_book.write),
    POINTS: Kind("积分汇总", ("xlsx", "csv"), "个村", points_sheet.write),
    REDEMPTIONS: Kind("兑换明细", ("xlsx", "csv"), "笔", redemptions_sheet.write),
    SHEETS: Kind("你说我办", ("pdf",), "张", village_sheets.write),
    TICKETS: Kind("诉求清单", ("xlsx", "csv"), "件", ticket_list.write),
}
