"""Documents of several A4 pages: titles, sentences and tables, in vectors and real letters."""

import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from backend.app.core.files.paper import CREATOR, INK, LEAF, LINE, MARGIN, SOFT, WASH
from backend.app.core.files.pdf_fonts import BOLD, REGULAR, check_glyphs, is_printable, use_fonts

TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=20, leading=27, textColor=INK)
HEADING = ParagraphStyle(
    "heading",
    fontName=BOLD,
    fontSize=13.5,
    leading=19,
    textColor=LEAF,
    spaceBefore=9,
    spaceAfter=3,
    keepWithNext=1,
)
BODY = ParagraphStyle(
    "body", fontName=REGULAR, fontSize=10.5, leading=16, textColor=INK, wordWrap="CJK"
)
CELL = ParagraphStyle("cell", parent=BODY, fontSize=9, leading=12.5)
FIGURE = ParagraphStyle("figure", parent=CELL, alignment=TA_RIGHT)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=9, leading=13, textColor=SOFT)
# Light's signs that the typeface has; ✕ is missing from it.
SIGNS, BOX = {"✕": "×"}, "□"
TABLE = TableStyle(
    [
        ("BACKGROUND", (0, 0), (-1, 0), WASH),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
)  # fmt: skip


def write_document(title: str, foot: str, story: list[Flowable]) -> bytes:
    """As many pages as it takes, each with its foot and number."""
    use_fonts()
    written = io.BytesIO()
    paper = SimpleDocTemplate(
        written, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=15 * mm,
        bottomMargin=17 * mm, title=title, creator=CREATOR, invariant=1,
    )  # fmt: skip

    def draw_foot(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont(REGULAR, 8.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(MARGIN, 9 * mm, f"村声 · {foot}")
        canvas.drawRightString(A4[0] - MARGIN, 9 * mm, f"第 {document.page} 页")

    paper.build(story, onFirstPage=draw_foot, onLaterPages=draw_foot)
    return written.getvalue()


def printable(words: str) -> str:
    """A rare letter that the typeface lacks is a box."""
    return "".join(letter if letter in SIGNS or is_printable(letter) else BOX for letter in words)


def text_block(words: str, style: ParagraphStyle, what: str = "简报") -> Paragraph:
    """Raises GlyphMissing rather than print a box."""
    for sign, instead in SIGNS.items():
        words = words.replace(sign, instead)
    check_glyphs(words, words[:12], what)
    return Paragraph(escape(words), style)


def table_block(
    rows: Sequence[Sequence[str]], widths: Sequence[float], figures_from: int, what: str = "简报"
) -> Table:
    """The header stands on every page; columns from `figures_from` on are figures, widths in mm."""
    cells = [
        [
            text_block(str(cell), CELL if place < figures_from else FIGURE, what)
            for place, cell in enumerate(row)
        ]
        for row in rows
    ]
    table = Table(cells, colWidths=[width * mm for width in widths], repeatRows=1)
    table.setStyle(TABLE)
    return table
