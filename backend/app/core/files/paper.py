"""What printed papers share: colours, margins, the brand and the QR code, drawn as vectors."""

import io
from collections.abc import Callable, Iterable
from typing import TypeVar

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import FILL_NON_ZERO, Canvas

from backend.app.core.files.pdf_fonts import (
    BOLD,
    REGULAR,
    GlyphMissing,
    is_printable,
    use_fonts,
    width_of,
)
from backend.app.core.files.qr import dark_runs

INK, SOFT, LEAF, LINE, WASH = (
    HexColor(c) for c in ("#22201C", "#6A645A", "#1F6B4A", "#D9D2C3", "#F3EEE2")
)
WIDTH, HEIGHT = A4
MARGIN = 16 * mm
ROOM = WIDTH - 2 * MARGIN
CREATOR = "村声 Village Voice"
BARS = (5, 9, 13, 7)
# Neighbouring rows overlap a little, or some printers leave hairlines between them.
OVERLAP = 0.03 * mm
# Of the page that lists what was left out: each takes two lines or three.
LEFT_OUT_A_PAGE, LETTERS_A_LINE, BOX = 12, 44, "□"
Page = TypeVar("Page")


def draw_pages(pages: Iterable[Page], draw: Callable[[Canvas, Page], None], title: str) -> bytes:
    """One PDF, one A4 page each; the same pages give the same bytes, so files can be compared.

    A page with a character that the font lacks is left out and named on the last one; GlyphMissing
    where none is left. So `draw` looks for such characters before it draws anything.
    """
    use_fonts()
    drawn, left_out = 0, []
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator(CREATOR)
    for page in pages:
        try:
            draw(canvas, page)
        except GlyphMissing as missing:
            left_out.append(missing)
            continue
        canvas.showPage()
        drawn += 1
    if left_out and not drawn:
        raise left_out[0]
    for first in range(0, len(left_out), LEFT_OUT_A_PAGE):
        listed = left_out[first : first + LEFT_OUT_A_PAGE]
        _draw_left_out(canvas, len(left_out), [missing.message for missing in listed])
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _draw_left_out(canvas: Canvas, count: int, messages: list[str]) -> None:
    """Which pages are missing and why; what cannot be printed is a box here."""
    y = HEIGHT - 30 * mm
    draw_text(canvas, MARGIN, y, f"有 {count} 张没有印出来", BOLD, 20, INK)
    for message in messages:
        words = "".join(letter if is_printable(letter) else BOX for letter in message)
        y -= 4 * mm
        for start in range(0, len(words), LETTERS_A_LINE):
            y -= 6 * mm
            draw_text(canvas, MARGIN, y, words[start : start + LETTERS_A_LINE], REGULAR, 11, INK)


def draw_brand(canvas: Canvas, baseline: float, words: str) -> None:
    """The four bars of 村声 and the name, at the left margin."""
    canvas.setFillColor(LEAF)
    for step, height in enumerate(BARS):
        canvas.roundRect(
            MARGIN + step * 2.6 * mm, baseline - 1.2 * mm, 1.5 * mm, height / 2 * mm, 0.7 * mm,
            stroke=0, fill=1,
        )  # fmt: skip
    draw_text(canvas, MARGIN + 12.5 * mm, baseline - 0.6 * mm, words, BOLD, 17, INK)


def draw_qr(canvas: Canvas, matrix: list[list[bool]], left: float, top: float, side: float) -> None:
    """The dark modules of a code in one path, without the quiet zone."""
    module = side / len(matrix)
    path = canvas.beginPath()
    for row, start, length in dark_runs(matrix):
        bottom = top - (row + 1) * module
        path.rect(left + start * module, bottom - OVERLAP, length * module, module + OVERLAP)
    canvas.setFillColor(HexColor("#000000"))
    canvas.drawPath(path, stroke=0, fill=1, fillMode=FILL_NON_ZERO)


def draw_rule(canvas: Canvas, y: float) -> None:
    """A thin line from margin to margin."""
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.6)
    canvas.line(MARGIN, y, WIDTH - MARGIN, y)


def draw_fitted(
    canvas: Canvas, x: float, y: float, words: str, font: str, size: float, colour: HexColor,
    room: float,
) -> None:  # fmt: skip
    """Made smaller until it fits."""
    size = min(size, size * room / max(width_of(words, font, size), 1))
    draw_text(canvas, x, y, words, font, size, colour)


def draw_text(
    canvas: Canvas, x: float, y: float, words: str, font: str, size: float, colour: HexColor
) -> None:
    canvas.setFont(font, size)
    canvas.setFillColor(colour)
    canvas.drawString(x, y, words)
