"""Slips of a print run, eight alike on a page to be cut, and how they are drawn by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from backend.app.ballots.one_time_codes import show_code
from backend.app.core.files.paper import (
    HEIGHT,
    INK,
    LINE,
    MARGIN,
    SOFT,
    WIDTH,
    draw_fitted,
    draw_pages,
    draw_qr,
    draw_text,
)
from backend.app.core.files.pdf_fonts import BOLD, REGULAR, check_glyphs
from backend.app.core.files.qr import qr_matrix

COLUMNS, ROWS = 2, 4
A_PAGE = COLUMNS * ROWS
SLIP_WIDTH, SLIP_HEIGHT = WIDTH / COLUMNS, HEIGHT / ROWS
PAD, QR_SIDE = 8 * mm, 27 * mm
# How the slips get into hands without anybody knowing into whose: on the page and on paper.
DRAWN_BY_HAND = (
    "沿虚线裁开。小条都一样，除了码没有别的记号。",
    "一张小条装一个空白信封，不写字，封好。",
    "全部倒进一个箱子里打乱，两个人在场，一个人不能经手到底。",
    "请每位评价人自己伸手抽一个信封。谁抽了哪张，不登记、不拍照、不记先后。",
    "剩下的信封当场剪碎，不打开看。",
    "有人丢了小条，只能整批作废、整批重印：已经用这一批交的票也不算，请大家重新评。",
    "愿意写在纸上的，把纸票和小条装进同一个信封投进收票箱；开箱时先录小条上的码，再数纸票。",
)
HOW = (
    "手机扫一扫，点一点，约 3 分钟。", "扫不了的，打开下面的网址，",
    "把码打进去。不用登录。", "一个码只能交一次，交了不能改。", "不熟悉的单位可以不评。",
)  # fmt: skip
PROMISE = "谁答的，谁也查不到：小条是抽的，系统只认码，不认人。"


@dataclass(frozen=True)
class SlipWords:
    """What stands on every slip of a run; `address` is where codes are typed."""

    title: str
    group: str
    ends_on: str
    address: str


def draw_slips(words: SlipWords, codes: Sequence[str]) -> bytes:
    """Pages of slips, then one page for whoever hands them out."""
    pages = [*(codes[n : n + A_PAGE] for n in range(0, len(codes), A_PAGE)), ()]
    check_glyphs(f"{words.title}{words.group}", words.title, "小条")

    def draw(canvas: Canvas, page: Sequence[str]) -> None:
        if not page:
            _draw_rules(canvas, words, len(codes))
        for place, code in enumerate(page):
            row, column = divmod(place, COLUMNS)
            _draw_slip(canvas, words, code, column * SLIP_WIDTH, HEIGHT - row * SLIP_HEIGHT)
        if page:
            _draw_cuts(canvas)

    return draw_pages(pages, draw, f"{words.title}小条")


def _draw_slip(canvas: Canvas, words: SlipWords, code: str, left: float, top: float) -> None:
    x, room = left + PAD, SLIP_WIDTH - 2 * PAD
    draw_fitted(canvas, x, top - 12 * mm, words.title, BOLD, 13, INK, room)
    draw_fitted(
        canvas, x, top - 18 * mm, f"{words.group} · {words.ends_on} 前", REGULAR, 9.5, INK, room
    )
    draw_qr(canvas, qr_matrix(f"{words.address}/{code}"), x, top - 22 * mm, QR_SIDE)
    beside = x + QR_SIDE + 4 * mm
    aside = room - QR_SIDE - 4 * mm
    for number, line in enumerate(HOW):
        draw_fitted(canvas, beside, top - (26 + 5 * number) * mm, line, REGULAR, 9, INK, aside)
    draw_fitted(canvas, x, top - 56 * mm, show_code(code), BOLD, 17, INK, room)
    draw_fitted(canvas, x, top - 61.5 * mm, words.address, REGULAR, 8.5, INK, room)
    draw_fitted(canvas, x, top - 67 * mm, PROMISE, REGULAR, 8.5, INK, room)


def _draw_cuts(canvas: Canvas) -> None:
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.6)
    canvas.setDash(3, 3)
    for column in range(1, COLUMNS):
        canvas.line(column * SLIP_WIDTH, 0, column * SLIP_WIDTH, HEIGHT)
    for row in range(1, ROWS):
        canvas.line(0, row * SLIP_HEIGHT, WIDTH, row * SLIP_HEIGHT)
    canvas.setDash()


def _draw_rules(canvas: Canvas, words: SlipWords, count: int) -> None:
    """Not a slip: for whoever hands them out."""
    y = HEIGHT - 28 * mm
    draw_text(canvas, MARGIN, y, "怎么发小条（这一页不发）", BOLD, 20, INK)
    head = f"{words.title} · {words.group} · 共 {count} 张"
    draw_text(canvas, MARGIN, y - 9 * mm, head, REGULAR, 11, SOFT)
    room = WIDTH - 2 * MARGIN
    for number, line in enumerate(DRAWN_BY_HAND, 1):
        draw_fitted(
            canvas, MARGIN, y - (14 + 10 * number) * mm, f"{number}. {line}", REGULAR, 12, INK, room
        )
