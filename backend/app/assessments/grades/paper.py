"""定等建议表: what the meeting reads, as a workbook and on A4."""

import io
from collections.abc import Iterator, Sequence

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from backend.app.assessments.grades.queries import GradePool, GradeRow
from backend.app.core.files.paper import (
    HEIGHT,
    INK,
    MARGIN,
    ROOM,
    SOFT,
    draw_pages,
    draw_rule,
    draw_text,
)
from backend.app.core.files.pdf_fonts import BOLD, REGULAR, check_glyphs, width_of
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
# A page's rows, and where its columns begin from the left margin, in mm.
ROWS_A_PAGE = 30
HEADINGS = (
    (0, "单位"), (44, "得分"), (60, "段"), (68, "社会评价"), (86, "建议"), (100, "建议说明"),
    (152, "会议决定"),
)  # fmt: skip
STEP, TOP = 7.4 * mm, HEIGHT - 22 * mm


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
    """A4 pages; a column at the right is left free for the meeting."""
    pages = list(_pages(pools))

    def draw(canvas: Canvas, page: tuple[GradePool, Sequence[GradeRow]]) -> None:
        pool, rows = page
        for words in (title, *(row.unit for row in rows)):
            check_glyphs(words, pool.name, "定等建议表")
        draw_text(canvas, MARGIN, TOP, title, BOLD, 15, INK)
        head = f"{pool.name}　{len(pool.rows)} 个单位，优秀最多 {pool.places} 个"
        draw_text(canvas, MARGIN, TOP - STEP, head, REGULAR, 10, SOFT)
        y = TOP - 2.2 * STEP
        for left, words in HEADINGS:
            draw_text(canvas, MARGIN + left * mm, y, words, BOLD, 9, SOFT)
        for row in rows:
            draw_rule(canvas, y - 2.4 * mm)
            y -= STEP
            _draw_row(canvas, row, y)

    return draw_pages(pages, draw, title)


def _pages(pools: Sequence[GradePool]) -> Iterator[tuple[GradePool, Sequence[GradeRow]]]:
    for pool in pools:
        for first in range(0, len(pool.rows), ROWS_A_PAGE):
            yield pool, pool.rows[first : first + ROWS_A_PAGE]


def _draw_row(canvas: Canvas, row: GradeRow, y: float) -> None:
    mark = "◆ " if row.is_open else ""
    cells = (
        row.unit, _figure(row.total), str(row.band or "—"), _figure(row.social),
        GRADE_NAMES.get(row.proposed or "", "—"), mark + "；".join(row.reasons or ()),
        GRADE_NAMES.get(row.grade or "", ""),
    )  # fmt: skip
    edges = [left for left, _ in HEADINGS[1:]] + [ROOM / mm]
    for (left, _), edge, words in zip(HEADINGS, edges, cells, strict=True):
        size = 9.0
        while size > 5 and width_of(words, REGULAR, size) > (edge - left - 1) * mm:
            size -= 0.5
        draw_text(canvas, MARGIN + left * mm, y, words, REGULAR, size, INK)


def _figure(value: object) -> str:
    return "—" if value is None else f"{value:.2f}"
