"""三色图 as a workbook: the digits and colours of the page, month after month."""

import io
from collections.abc import Sequence
from datetime import date

from backend.app.assessments.states import SubjectKind
from backend.app.assessments.subjects.rating_queries import RatedSubject, RatingView, light_of
from backend.app.core.files.workbooks import Column, Row, Sheet, notes_sheet, write_book
from backend.app.scoring.assessing.rolling import ROLLING_LIGHTS

NOTES = [
    ("得分", "每项取十二个月内最近一次的数，得分之和 ÷ 分值之和 × 100"),
    *(
        (f"{light.icon} {light.word}", f"{light.least:f} 分以上" if light.least else "其余")
        for light in ROLLING_LIGHTS
    ),
    ("退出", "6 月、12 月连续两次为红，或者有点名的违规，两个人审定后退出，十二个月后可以回来"),
]


def rating_book(title: str, view: RatingView) -> bytes:
    written = io.BytesIO()
    kinds = SubjectKind.names()
    columns = [
        Column("名称", 26), Column("编码", 20, codes=True), Column("类别", 10),
        Column("行业", 8), Column("联系人", 10), Column("得分", 9, digits=2), Column("颜色", 12),
        *(Column(f"{month:%Y-%m}", 12) for month in view.months), Column("退出日期", 12),
    ]  # fmt: skip
    rows = [_cells(row, kinds, view.months) for row in view.rows]
    sheets = [Sheet("三色图", columns, rows), notes_sheet("说明", title, NOTES)]
    write_book(written, title, sheets, lambda _: None)
    return written.getvalue()


def _cells(row: RatedSubject, kinds: dict[str, str], months: Sequence[date]) -> Row:
    unit, latest = row.unit, row.latest
    by_month = {rating.period: rating for rating in row.ratings}
    return [
        unit.name, unit.code, kinds[unit.kind], unit.industry, unit.officer,
        float(latest.points) if latest and latest.points is not None else None,
        f"{row.light.icon} {row.light.word}",
        *(
            f"{light_of(by_month[month].colour).icon} {by_month[month].points or ''}"
            if month in by_month else None
            for month in months
        ),
        unit.exited_on.isoformat() if unit.exited_on else None,
    ]  # fmt: skip
