"""「你说我办」: one village's month on one A4 sheet for the notice board; touches no table.

The same content gives the same bytes. Whatever the content, it is one page: the letters get a
little smaller, then fewer lines are shown and the sheet says how many are left out.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import FILL_NON_ZERO, Canvas

from backend.app.core.files.pdf_fonts import (
    BOLD,
    REGULAR,
    check_glyphs,
    is_printable,
    use_fonts,
    width_of,
    wrap,
)
from backend.app.core.files.qr import dark_runs, qr_matrix
from backend.app.publications.pdf_lights import COLOURS, draw_light
from backend.app.publications.village_sheet_text import done_lines, left_lines, said_lines
from backend.app.scorecards.figures import NOTHING
from backend.app.scorecards.plain_words import bracketed, lost_most

INK, SOFT, LEAF, LINE, WASH = (
    HexColor(c) for c in ("#22201C", "#6A645A", "#1F6B4A", "#D9D2C3", "#F3EEE2")
)
WIDTH, HEIGHT = A4
MARGIN, FOOT = 16 * mm, 47 * mm
ROOM = WIDTH - 2 * MARGIN
TOP = HEIGHT - 85 * mm
QR = 33 * mm
OVERLAP = 0.03 * mm
FOUR = (("发现", "found"), ("受理", "accepted"), ("办结", "done"), ("满意", "content"))
LONGEST_LINE = 2
DEMO = "演示数据:人和评价都是编的,村名是真的"
# Tried one after the other: how large the letters, how many lines a block.
FITS = (
    (1.4, 9),
    (1.3, 9),
    (1.2, 9),
    (1.1, 9),
    (1.0, 9),
    (1.0, 7),
    (0.94, 6),
    (0.88, 6),
    (0.88, 4),
    (0.82, 4),
    (0.76, 3),
    (0.7, 2),
)


@dataclass(frozen=True)
class Block:
    """A heading with lines; `more` is said where some are left out."""

    title: str
    lines: list[str]
    more: str = "还有 {} 条,扫码看"


def draw_sheets(
    pages: Iterable[tuple[Mapping[str, Any], str]], title: str, note: str = ""
) -> bytes:
    """One PDF, one page for each village and the address of its page; `note` stands on each.

    Raises GlyphMissing rather than print a box.
    """
    use_fonts()
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("村声 Village Voice")
    for content, address in pages:
        draw_sheet(canvas, content, address)
        _text(canvas, MARGIN, 6 * mm, note, REGULAR, 9, SOFT)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def draw_sheet(canvas: Canvas, content: Mapping[str, Any], address: str) -> None:
    """One page, from top to bottom."""
    blocks = blocks_of(content)
    name = f"{content['township']}{content['village']}"
    for block in blocks:
        check_glyphs("".join([block.title, *block.lines]), name, "单子")
    check_glyphs(f"{content['county']}{name}{content['headline']}", name, "单子")
    _head(canvas, content)
    _score(canvas, content)
    _four(canvas, content["done"])
    scale, most = next(
        (fit for fit in FITS if _height(blocks, *fit) <= TOP - FOOT - 4 * mm), FITS[-1]
    )
    _blocks(canvas, blocks, scale, most)
    _foot(canvas, content, address)


def blocks_of(content: Mapping[str, Any]) -> list[Block]:
    """What villagers said, what was done, what is left and why, where points went."""
    lost = [
        f"{one['name']} 扣 {one['lost']} 分:{one['words']}"
        for one in lost_most(content["indicators"])
    ]
    texts = [f"「{words}」" for words in content["said"]["texts"] if is_printable(words)]
    unprinted = len(content["said"]["texts"]) - len(texts)
    said = [*said_lines(content), *texts]
    if unprinted:
        said.append(f"另有 {unprinted} 条话里有印不出的字,扫码看")
    blocks = [
        Block("您说了什么", said),
        Block("我们办了什么", done_lines(content)),
        Block("还没办好的,为什么", left_lines(content)),
        Block("分扣在哪里", lost or _nothing_lost(content)),
    ]
    return [block for block in blocks if block.lines]


def _nothing_lost(content: Mapping[str, Any]) -> list[str]:
    return [] if content["score"]["total"] == NOTHING else ["没有扣分"]


def _head(canvas: Canvas, content: Mapping[str, Any]) -> None:
    baseline = HEIGHT - 19 * mm
    canvas.setFillColor(LEAF)
    for step, height in enumerate((5, 9, 13, 7)):
        canvas.roundRect(
            MARGIN + step * 2.6 * mm, baseline - 1.2 * mm, 1.5 * mm, height / 2 * mm, 0.7 * mm,
            stroke=0, fill=1,
        )  # fmt: skip
    year, month = content["month"].split("-")
    _text(canvas, MARGIN + 12.5 * mm, baseline - 0.6 * mm, "村声 · 你说我办", BOLD, 17, INK)
    canvas.setFont(REGULAR, 12)
    canvas.setFillColor(SOFT)
    canvas.drawRightString(
        WIDTH - MARGIN, baseline, f"{content['county']} {year} 年 {int(month)} 月"
    )
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, HEIGHT - 24 * mm, WIDTH - MARGIN, HEIGHT - 24 * mm)
    name = f"{content['township']} {content['village']}"
    size = min(30.0, 30.0 * ROOM / max(width_of(name, BOLD, 30), 1))
    _text(canvas, MARGIN, HEIGHT - 37 * mm, name, BOLD, size, INK)


def _score(canvas: Canvas, content: Mapping[str, Any]) -> None:
    score, baseline = content["score"], HEIGHT - 56 * mm
    light = score["light"]
    total = bracketed(score["total"], score["few"])
    _text(canvas, MARGIN, baseline, total, BOLD, 44, INK)
    left = MARGIN + width_of(total, BOLD, 44) + 8 * mm
    draw_light(canvas, light["code"], left + 3 * mm, baseline + 4.4 * mm, 3.6 * mm)
    colour = HexColor(COLOURS.get(light["code"], COLOURS["grey"]))
    _text(canvas, left + 9 * mm, baseline + 2 * mm, light["word"], BOLD, 24, colour)
    said = left + 9 * mm + width_of(light["word"], BOLD, 24) + 8 * mm
    words = content["headline"]
    if score["low"] != NOTHING:
        words += f"实际多半在 {score['low']} 到 {score['high']} 之间。"
    for nth, line in enumerate(wrap(words, REGULAR, 12, WIDTH - MARGIN - said, 3)):
        _text(canvas, said, baseline + 7 * mm - nth * 5.6 * mm, line, REGULAR, 12, SOFT)


def _four(canvas: Canvas, done: Mapping[str, Any]) -> None:
    """发现 受理 办结 满意, large enough to be read from across the yard."""
    gap, bottom, height = 4 * mm, HEIGHT - 83 * mm, 18 * mm
    side = (ROOM - 3 * gap) / 4
    for nth, (label, key) in enumerate(FOUR):
        left = MARGIN + nth * (side + gap)
        canvas.setFillColor(WASH)
        canvas.roundRect(left, bottom, side, height, 2.5 * mm, stroke=0, fill=1)
        number = str(done[key])
        _text(canvas, left + 4 * mm, bottom + 5.6 * mm, number, BOLD, 26, INK)
        beside = left + 7 * mm + width_of(number, BOLD, 26)
        _text(canvas, beside, bottom + 6 * mm, label, REGULAR, 14, SOFT)


def _lines(block: Block, scale: float, most: int) -> list[list[str]]:
    """The block's lines, each wrapped, with a word about those left out."""
    shown = block.lines[:most]
    left = len(block.lines) - len(shown)
    if left:
        shown = [*shown, block.more.format(left)]
    return [
        wrap(line, REGULAR, 13.5 * scale, ROOM - 7 * mm, LONGEST_LINE) for line in shown
    ]  # fmt: skip


def _height(blocks: list[Block], scale: float, most: int) -> float:
    """How much paper the blocks take."""
    lines = sum(len(line) for block in blocks for line in _lines(block, scale, most))
    return scale * (len(blocks) * 14 * mm + lines * 6.9 * mm)


def _blocks(canvas: Canvas, blocks: list[Block], scale: float, most: int) -> None:
    y = TOP
    for block in blocks:
        y -= 8.5 * mm * scale
        canvas.setFillColor(LEAF)
        canvas.rect(MARGIN, y - 0.6 * mm, 1.6 * mm, 5 * mm * scale, stroke=0, fill=1)
        _text(canvas, MARGIN + 4 * mm, y, block.title, BOLD, 17 * scale, INK)
        y -= 1.5 * mm * scale
        for wrapped in _lines(block, scale, most):
            for nth, line in enumerate(wrapped):
                y -= 6.9 * mm * scale
                if nth == 0:
                    canvas.setFillColor(SOFT)
                    canvas.circle(MARGIN + 5 * mm, y + 1.6 * mm * scale, 0.6 * mm, stroke=0, fill=1)
                _text(canvas, MARGIN + 7 * mm, y, line, REGULAR, 13.5 * scale, INK)
        y -= 4 * mm * scale


def _foot(canvas: Canvas, content: Mapping[str, Any], address: str) -> None:
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, FOOT, WIDTH - MARGIN, FOOT)
    matrix = qr_matrix(address)
    module = QR / len(matrix)
    left, top = WIDTH - MARGIN - QR, FOOT - 4 * mm
    path = canvas.beginPath()
    for row, start, length in dark_runs(matrix):
        bottom = top - (row + 1) * module
        path.rect(left + start * module, bottom - OVERLAP, length * module, module + OVERLAP)
    canvas.setFillColor(HexColor("#000000"))
    canvas.drawPath(path, stroke=0, fill=1, fillMode=FILL_NON_ZERO)
    room = ROOM - QR - 8 * mm
    coming = content["next_survey"]
    survey = (
        f"下期问卷:{coming['opens_on']}—{coming['closes_on']},谁答的,谁也查不到。"
        if coming
        else "下期问卷定了日子,会在小程序里说。"
    )
    _text(canvas, MARGIN, FOOT - 11 * mm, "扫右边的码,看本村的全部数字", BOLD, 15, INK)
    _text(canvas, MARGIN, FOOT - 19 * mm, survey, REGULAR, 12, INK)
    ask = "看不明白、觉得不对:扫海报上的码说,或打 12345"
    _text(canvas, MARGIN, FOOT - 26.5 * mm, ask, REGULAR, 12, INK)
    for nth, line in enumerate(wrap(address, REGULAR, 9, room, 2)):
        _text(canvas, MARGIN, FOOT - (33.5 + 4 * nth) * mm, line, REGULAR, 9, SOFT)


def _text(
    canvas: Canvas, x: float, y: float, words: str, font: str, size: float, colour: HexColor
) -> None:
    canvas.setFont(font, size)
    canvas.setFillColor(colour)
    canvas.drawString(x, y, words)
