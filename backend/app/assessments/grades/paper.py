"""定等建议表: what the meeting reads, as a workbook and on A4."""

import io
from collections.abc import Sequence

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, PageBreak

from backend.app.assessments.grades.queries import GradePool, GradeRow
from backend.app.core.files.documents import (
    HEADING,
    TITLE,
    printable,
    table_block,
    text_block,
    write_document,
)
from backend.app.core.files.workbooks import Column, Sheet, notes_sheet, write_book
from backend.app.scoring.assessing.grades import GRADE_NAMES

UNIT = (
    Column("定等组", 22), Column("单位", 22), Column("类别", 22), Column("得分", 9, digits=2),
)  # fmt: skip
PLACE = (
    Column("名次", 7), Column("分数段", 8), Column("校准分（供参考）", 12, digits=2),
)  # fmt: skip
DECISION = (
    Column("社会评价", 10, digits=2), Column("建议等次", 10), Column("须写明理由", 10),
    Column("建议说明", 40), Column("定等结果", 10), Column("理由", 40), Column("纪要文号", 20),
)  # fmt: skip
NOTES = (
    ("得分", "年终得分，含加减分、红黄牌和容错"),
    ("分数段", "同一段里的单位差别在偶然波动之内，分不出先后"),
    ("校准分", "类别内按名次折成的分，只用来在类别之间比较，不改变类别内的先后"),
    ("建议等次", "系统按方案提出，由会议决定；优秀有名额上限，其他等次没有名额要求"),
    ("须写明理由", "同分争最后一个优秀名额，或同一分数段内定成不同等次的"),
)
# Columns of the paper, in mm; the last is left free for the meeting.
HEADINGS = (
    ("单位", 40), ("得分", 16), ("段", 9), ("社会评价", 17), ("建议", 15), ("建议说明", 55),
    ("会议决定", 22),
)  # fmt: skip
WHAT = "定等建议表"
# A group of many units begins below the title and goes on over pages.
GROUP = ParagraphStyle("group", parent=HEADING, keepWithNext=0)


def write_book_of(title: str, pools: Sequence[GradePool]) -> bytes:
    """The same figures as the page's."""
    is_ranked = any(row.rank for pool in pools for row in pool.rows)
    rows = [_cells(pool, row, is_ranked) for pool in pools for row in pool.rows]
    places = [
        [pool.name, "、".join(pool.groups), len(pool.rows), pool.places, pool.taken]
        for pool in pools
    ]
    columns = (
        Column("定等组", 22), Column("含类别", 40), Column("单位数", 10),
        Column("优秀名额", 10), Column("已定优秀", 10),
    )  # fmt: skip
    book = io.BytesIO()
    sheets = [
        Sheet("定等建议表", [*UNIT, *(PLACE if is_ranked else ()), *DECISION], rows),
        Sheet("优秀名额", columns, places, wide=False),
        notes_sheet("说明", title, NOTES),
    ]  # fmt: skip
    write_book(book, title, sheets, lambda _: None)
    return book.getvalue()


def _cells(pool: GradePool, row: GradeRow, is_ranked: bool) -> list[object]:
    return [
        pool.name, row.unit, row.group_name, row.total,
        *((row.rank, row.band, row.calibrated) if is_ranked else ()), row.social,
        GRADE_NAMES.get(row.proposed or "", "没有得分"),
        "是" if row.is_open else "", "；".join(row.reasons or ()),
        GRADE_NAMES.get(row.grade or "", ""), row.reason or "", row.minutes_number or "",
    ]  # fmt: skip


def write_sheets(title: str, pools: Sequence[GradePool]) -> bytes:
    """A4 pages, a table for each group; long reasons go on in the next line."""
    story: list[Flowable] = [text_block(printable(title), TITLE, WHAT)]
    names, widths = zip(*HEADINGS, strict=True)
    for number, pool in enumerate(pools):
        head = f"{pool.name}　{len(pool.rows)} 个单位，优秀最多 {pool.places} 个"
        rows = [[printable(cell) for cell in _paper_cells(row)] for row in pool.rows]
        story += [
            *([PageBreak()] if number else ()), text_block(printable(head), GROUP, WHAT),
            table_block([names, *rows], widths, len(names), WHAT),
        ]  # fmt: skip
    return write_document(printable(title), printable(title), story)


def _paper_cells(row: GradeRow) -> Sequence[str]:
    mark = "◆ " if row.is_open else ""
    return (
        row.unit, _figure(row.total), str(row.band or "—"), _figure(row.social),
        GRADE_NAMES.get(row.proposed or "", "—"), mark + "；".join(row.reasons or ()),
        GRADE_NAMES.get(row.grade or "", ""),
    )  # fmt: skip


def _figure(value: object) -> str:
    return "—" if value is None else f"{value:.2f}"
