"""城管四项 as a workbook: the same figures as the page's."""

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from backend.app.core.files.workbooks import Column, Sheet, notes_sheet, write_book

NOTES = (
    ("发现率", "巡查发现的部件、事件 ÷ 这段时间发现的全部部件、事件"),
    ("处置率", "其中已处置的 ÷ 全部"),
    ("月均处置", "这段时间处置的件数 ÷ 月数"),
    ("处置时长", "从发现到处置的小时数，中位数，夜里和休息日也算；没处置的按还在等计"),
)


class ComparedFigure(Protocol):
    """A number before and after, with how many each is counted from."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def before(self) -> Decimal | None: ...
    @property
    def before_n(self) -> str: ...
    @property
    def after(self) -> Decimal | None: ...
    @property
    def after_n(self) -> str: ...


def write_figures(before: str, after: str, parts: Sequence[ComparedFigure]) -> bytes:
    columns = (
        Column("指标", 12), Column("单位", 8), Column(f"前：{before}", 30, 2),
        Column("前的依据", 22), Column(f"后：{after}", 24, 2), Column("后的依据", 22),
    )  # fmt: skip
    rows = [
        (part.name, part.unit, _number(part.before), part.before_n, _number(part.after),
         part.after_n)
        for part in parts
    ]  # fmt: skip
    book = io.BytesIO()
    title = "城管四项"
    sheets = [Sheet("四项", columns, rows, 1), notes_sheet("说明", title, NOTES)]
    write_book(book, title, sheets, lambda _: None)
    return book.getvalue()


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
