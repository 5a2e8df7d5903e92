"""The A4 poster beside a service point, drawn as vectors; touches no table."""

from collections.abc import Iterable
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from backend.app.core.files.paper import (
    HEIGHT,
    INK,
    LEAF,
    LINE,
    MARGIN,
    ROOM,
    SOFT,
    WIDTH,
    draw_brand,
    draw_pages,
    draw_qr,
    draw_rule,
)
from backend.app.core.files.pdf_fonts import BOLD, REGULAR, check_glyphs, width_of
from backend.app.core.files.qr import QUIET_MODULES, qr_matrix
from backend.app.places.rating_faces import draw_face
from backend.app.scoring.levels import LEVEL_NAMES

PAPER = HexColor("#FAF7F0")
CODE_SIZE = 131 * mm
CODE_TOP = 98 * mm


@dataclass(frozen=True)
class Poster:
    """What stands on one poster."""

    county: str
    township: str
    village: str
    service_point: str
    url: str
    serial: str
    key_digest: str | None = None

    @property
    def place(self) -> str:
        return f"{self.township}{self.village}「{self.service_point}」"


def draw_posters(posters: Iterable[Poster], title: str) -> bytes:
    """One PDF, one page for each poster; one that cannot be printed is named on the last page."""
    return draw_pages(posters, draw_poster, title)


def draw_poster(canvas: Canvas, poster: Poster) -> None:
    """One page, from top to bottom."""
    fields = (poster.county, poster.township, poster.village, poster.service_point)
    check_glyphs("".join([*fields, poster.serial, poster.key_digest or ""]), poster.place)
    canvas.setFillColor(PAPER)
    canvas.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)
    _draw_head(canvas, poster)
    _text(canvas, "扫一扫，评一评", 43 * mm, BOLD, 46, INK)
    _text(canvas, "微信扫码，点一张脸就好，不用打字", 52.5 * mm, REGULAR, 15, SOFT)
    _text(canvas, f"{poster.township} {poster.village}", 64 * mm, REGULAR, 20, INK)
    _text(canvas, poster.service_point, 76.5 * mm, BOLD, 30, LEAF)
    _draw_code(canvas, poster.url)
    _draw_faces(canvas)
    _draw_promise(canvas)
    _draw_foot(canvas, poster)


def _draw_head(canvas: Canvas, poster: Poster) -> None:
    baseline = HEIGHT - 20 * mm
    draw_brand(canvas, baseline, "村声")
    canvas.setFont(REGULAR, 11)
    canvas.setFillColor(SOFT)
    canvas.drawRightString(WIDTH - MARGIN, baseline, f"编号 {poster.serial}")
    draw_rule(canvas, HEIGHT - 25 * mm)


def _draw_code(canvas: Canvas, url: str) -> None:
    matrix = qr_matrix(url)
    left, top = (WIDTH - CODE_SIZE) / 2, HEIGHT - CODE_TOP
    # The card is white and reaches one quiet zone, four modules, beyond the code.
    quiet = QUIET_MODULES * CODE_SIZE / len(matrix)
    canvas.setFillColor(HexColor("#FFFFFF"))
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.6)
    side = CODE_SIZE + 2 * quiet
    canvas.roundRect(left - quiet, top - CODE_SIZE - quiet, side, side, 6 * mm, stroke=1, fill=1)
    draw_qr(canvas, matrix, left, top, CODE_SIZE)


def _draw_faces(canvas: Canvas) -> None:
    """The five answers, so that people see what will be asked before they scan."""
    radius, step = 4.6 * mm, ROOM / len(LEVEL_NAMES)
    for place, label in enumerate(LEVEL_NAMES):
        middle = MARGIN + (place + 0.5) * step
        draw_face(canvas, place + 1, middle, HEIGHT - 253 * mm, radius)
        canvas.setFont(REGULAR, 11)
        canvas.setFillColor(INK)
        canvas.drawCentredString(middle, HEIGHT - 262.8 * mm, label)


def _draw_promise(canvas: Canvas) -> None:
    bottom, height = HEIGHT - 280.5 * mm, 14 * mm
    canvas.setFillColor(LEAF)
    canvas.roundRect(MARGIN, bottom, ROOM, height, 4 * mm, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#FFFFFF"))
    canvas.setFont(BOLD, 23)
    canvas.drawString(MARGIN + 8 * mm, bottom + 4.7 * mm, "不收费、不要密码")
    canvas.setFont(BOLD, 18)
    canvas.drawRightString(WIDTH - MARGIN - 8 * mm, bottom + 5.1 * mm, "急事、假码请打 12345")


def _draw_foot(canvas: Canvas, poster: Poster) -> None:
    baseline = HEIGHT - 288 * mm
    canvas.setFillColor(SOFT)
    canvas.setFont(REGULAR, 9.5)
    canvas.drawString(MARGIN, baseline, f"{poster.county} · {poster.township}")
    if poster.key_digest:
        canvas.drawRightString(WIDTH - MARGIN, baseline, f"问卷公钥指纹 {poster.key_digest}")
        return
    canvas.drawRightString(WIDTH - MARGIN - 42 * mm, baseline, "问卷公钥指纹")
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.6)
    canvas.line(WIDTH - MARGIN - 40 * mm, baseline - 0.8 * mm, WIDTH - MARGIN, baseline - 0.8 * mm)


def _text(
    canvas: Canvas, words: str, from_top: float, font: str, size: float, colour: HexColor
) -> None:
    """Centred; long names shrink until they fit the page."""
    size = min(size, size * ROOM / max(width_of(words, font, size), 1))
    canvas.setFont(font, size)
    canvas.setFillColor(colour)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - from_top, words)
