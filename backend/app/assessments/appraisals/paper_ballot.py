"""The ballot on paper: what a phone is shown, with boxes to tick; nothing on it tells two apart."""

from collections.abc import Iterator, Sequence

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from backend.app.assessments.appraisals.questions import QuestionWords
from backend.app.core.files.paper import (
    BOX,
    HEIGHT,
    INK,
    MARGIN,
    ROOM,
    SOFT,
    draw_fitted,
    draw_pages,
    draw_rule,
    draw_text,
)
from backend.app.core.files.pdf_fonts import BOLD, REGULAR, check_glyphs

LINE, HEAD = 7 * mm, 26 * mm
# Where the five levels of a unit begin beside its name.
NAME_ROOM, LEVEL_ROOM = 62 * mm, 23 * mm
HOW = "每行在一个方框里打勾；不熟悉的空着。不写名字，不做记号。和小条装进同一个信封，投进收票箱。"


def draw_ballot(title: str, group: str, questions: Sequence[QuestionWords]) -> bytes:
    """One ballot, to be copied as often as it is needed."""
    whole = f"{title}{group}" + "".join(
        words for row in questions for words in (row.name, *row.anchors)
    )
    check_glyphs(whole, title, "评价票")

    def draw(canvas: Canvas, page: Sequence[QuestionWords]) -> None:
        y = HEIGHT - 20 * mm
        draw_text(canvas, MARGIN, y, f"{title} · {group}", BOLD, 14, INK)
        draw_fitted(canvas, MARGIN, y - LINE, HOW, REGULAR, 9.5, SOFT, ROOM)
        y = HEIGHT - 20 * mm - 2 * LINE
        for row in page:
            draw_rule(canvas, y + 5 * mm)
            (_draw_scale if row.element else _draw_levels)(canvas, row, y)
            y -= _height(row)

    return draw_pages(list(_pages(questions)), draw, f"{title}评价票")


def _height(row: QuestionWords) -> float:
    return LINE * (1 + len(row.anchors)) if row.element else LINE


def _pages(questions: Sequence[QuestionWords]) -> Iterator[list[QuestionWords]]:
    page: list[QuestionWords] = []
    left = room = HEIGHT - HEAD - 3 * LINE
    for row in questions:
        if page and left < _height(row):
            yield page
            page, left = [], room
        page.append(row)
        left -= _height(row)
    yield page


def _draw_levels(canvas: Canvas, row: QuestionWords, y: float) -> None:
    """A unit and its five levels in one line."""
    draw_fitted(canvas, MARGIN, y, row.unit, REGULAR, 11, INK, NAME_ROOM - 2 * mm)
    for place, level in enumerate(row.anchors):
        x = MARGIN + NAME_ROOM + place * LEVEL_ROOM
        words = f"{BOX} {level}"
        draw_fitted(canvas, x, y, words, REGULAR, 10, INK, LEVEL_ROOM - 1 * mm)


def _draw_scale(canvas: Canvas, row: QuestionWords, y: float) -> None:
    """An element with a sentence a line, the best first."""
    draw_text(canvas, MARGIN, y, row.name, BOLD, 11, INK)
    for place, sentence in enumerate(row.anchors, 1):
        words, left = f"{BOX} {sentence}", MARGIN + 4 * mm
        draw_fitted(canvas, left, y - place * LINE, words, REGULAR, 10, INK, ROOM - 4 * mm)
