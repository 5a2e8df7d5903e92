"""「你说我办」: one village's month on one A4 sheet for the notice board; touches no table.

The same content gives the same bytes. Whatever the content, it is one page: the letters get
smaller, then fewer lines are shown and the sheet says how many are left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame, Paragraph, Table, TableStyle

from backend.app.core.files.paper import (
    HEIGHT,
    INK,
    LEAF,
    MARGIN,
    ROOM,
    SOFT,
    WASH,
    WIDTH,
    draw_brand,
    draw_pages,
    draw_qr,
    draw_rule,
    draw_text,
)
from backend.app.core.files.pdf_fonts import BOLD, REGULAR, check_glyphs, is_printable, width_of
from backend.app.core.files.qr import qr_matrix
from backend.app.publications.pdf_lights import COLOURS, draw_light
from backend.app.publications.village_sheet_text import done_lines, left_lines, said_lines
from backend.app.scorecards.figures import NOTHING
from backend.app.scorecards.phone.plain_words import bracketed, lost_most

FOOT, QR = 47 * mm, 33 * mm
TOP = HEIGHT - 88 * mm
BLOCKS_HEIGHT = TOP - FOOT - 4 * mm
FOUR = (("发现", "found"), ("受理", "accepted"), ("办结", "done"), ("满意", "content"))
LONGEST_LINE = 80
DEMO = "演示数据：人和评价都是编的，村名是真的"
# Tried one after the other: how many lines a block, and how small letters may get for them.
FITS = ((9, 0.71), (7, 0.71), (6, 0.67), (5, 0.63), (4, 0.58), (3, 0.54))
FEWEST = 2
LINE_STYLE = ParagraphStyle(
    "line", fontName=REGULAR, fontSize=19, leading=27.4, textColor=INK, wordWrap="CJK",
    leftIndent=9 * mm, bulletIndent=2.5 * mm, bulletFontName=BOLD, bulletFontSize=15,
    bulletColor=SOFT,
)  # fmt: skip
TITLE_STYLE = ParagraphStyle("title", fontName=BOLD, fontSize=23.8, leading=24, textColor=INK)
TITLE_BAR = TableStyle(
    [
        ("BACKGROUND", (0, 0), (0, 0), LEAF), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2.4 * mm), ("TOPPADDING", (0, 0), (-1, -1), -2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]
)  # fmt: skip
SMALL_STYLE = ParagraphStyle(
    "small", fontName=REGULAR, fontSize=12, leading=5.6 * mm, textColor=SOFT, wordWrap="CJK"
)
ADDRESS_STYLE = ParagraphStyle("address", parent=SMALL_STYLE, fontSize=9, leading=4 * mm)


@dataclass(frozen=True)
class Block:
    """A heading with lines."""

    title: str
    lines: list[str]

    def shown(self, most: int) -> list[str]:
        """At most so many lines, each cut where it is long, and a word about those left out."""
        lines = [
            line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"
            for line in self.lines[:most]
        ]
        left = len(self.lines) - len(lines)
        return [*lines, f"还有 {left} 条，扫码看"] if left else lines


def draw_sheets(
    pages: Iterable[tuple[Mapping[str, Any], str]], title: str, note: str = ""
) -> bytes:
    """One PDF, one page for each village and the address of its page; `note` stands on each.

    A village whose sheet cannot be printed is named on the last page.
    """
    return draw_pages(pages, partial(_draw_sheet, note=note), title)


def _draw_sheet(canvas: Canvas, page: tuple[Mapping[str, Any], str], note: str) -> None:
    """One page, from top to bottom."""
    content, address = page
    blocks = blocks_of(content)
    name = f"{content['township']}{content['village']}"
    for block in blocks:
        check_glyphs("".join([block.title, *block.lines]), name, "单子")
    check_glyphs(f"{content['county']}{name}{content['headline']}", name, "单子")
    _head(canvas, content)
    _score(canvas, content)
    _four(canvas, content["done"])
    _place(canvas, _fitting(blocks), MARGIN, TOP, ROOM, BLOCKS_HEIGHT)
    _foot(canvas, content, address)
    draw_text(canvas, MARGIN, 6 * mm, note, REGULAR, 9, SOFT)


def blocks_of(content: Mapping[str, Any]) -> list[Block]:
    """What villagers said, what was done, what is left and why, where points went."""
    lost = [
        f"{indicator['name']} 扣 {indicator['lost']} 分：{indicator['words']}"
        for indicator in lost_most(content["indicators"])
    ]
    texts = [f"「{words}」" for words in content["said"]["texts"] if is_printable(words)]
    unprinted = len(content["said"]["texts"]) - len(texts)
    voices = [*said_lines(content), *texts]
    if unprinted:
        voices.append(f"另有 {unprinted} 条话里有印不出的字，扫码看")
    blocks = [
        Block("您说了什么", voices),
        Block("我们办了什么", done_lines(content)),
        Block("还没办好的，为什么", left_lines(content)),
        Block("分扣在哪里", lost or _nothing_lost(content)),
    ]
    return [block for block in blocks if block.lines]


def _nothing_lost(content: Mapping[str, Any]) -> list[str]:
    return [] if content["score"]["total"] == NOTHING else ["没有扣分"]


def _head(canvas: Canvas, content: Mapping[str, Any]) -> None:
    baseline = HEIGHT - 19 * mm
    draw_brand(canvas, baseline, "村声 · 你说我办")
    year, month = content["month"].split("-")
    canvas.setFont(REGULAR, 12)
    canvas.setFillColor(SOFT)
    canvas.drawRightString(
        WIDTH - MARGIN, baseline, f"{content['county']} {year} 年 {int(month)} 月"
    )
    draw_rule(canvas, HEIGHT - 24 * mm)
    name = f"{content['township']} {content['village']}"
    size = min(30.0, 30.0 * ROOM / max(width_of(name, BOLD, 30), 1))
    draw_text(canvas, MARGIN, HEIGHT - 37 * mm, name, BOLD, size, INK)


def _score(canvas: Canvas, content: Mapping[str, Any]) -> None:
    score, baseline = content["score"], HEIGHT - 56 * mm
    light = score["light"]
    total = bracketed(score["total"], score["few"])
    draw_text(canvas, MARGIN, baseline, total, BOLD, 44, INK)
    left = MARGIN + width_of(total, BOLD, 44) + 8 * mm
    draw_light(canvas, light["code"], left + 3 * mm, baseline + 4.4 * mm, 3.6 * mm)
    colour = HexColor(COLOURS.get(light["code"], COLOURS["grey"]))
    draw_text(canvas, left + 9 * mm, baseline + 2 * mm, light["word"], BOLD, 24, colour)
    beside = left + 9 * mm + width_of(light["word"], BOLD, 24) + 8 * mm
    words = content["headline"]
    if score["low"] != NOTHING:
        words += f"实际多半在 {score['low']} 到 {score['high']} 之间。"
    room = WIDTH - MARGIN - beside
    _place(canvas, [_paragraph(words, SMALL_STYLE)], beside, baseline + 12 * mm, room, 17 * mm)


def _four(canvas: Canvas, done: Mapping[str, Any]) -> None:
    """发现 受理 办结 满意, large enough to be read from across the yard."""
    gap, bottom, height = 4 * mm, HEIGHT - 83 * mm, 18 * mm
    side = (ROOM - 3 * gap) / 4
    for nth, (label, key) in enumerate(FOUR):
        left = MARGIN + nth * (side + gap)
        canvas.setFillColor(WASH)
        canvas.roundRect(left, bottom, side, height, 2.5 * mm, stroke=0, fill=1)
        number = str(done[key])
        draw_text(canvas, left + 4 * mm, bottom + 5.6 * mm, number, BOLD, 26, INK)
        beside = left + 7 * mm + width_of(number, BOLD, 26)
        draw_text(canvas, beside, bottom + 6 * mm, label, REGULAR, 14, SOFT)


def _fitting(blocks: Sequence[Block]) -> list[Flowable]:
    """As many lines as fit in letters of a size that can be read."""
    for most, scale in FITS:
        story = _story(blocks, most)
        width, height = ROOM / scale, BLOCKS_HEIGHT / scale
        if sum(part.wrap(width, height)[1] for part in story) <= height:
            return story
    return _story(blocks, FEWEST)


def _story(blocks: Sequence[Block], most: int) -> list[Flowable]:
    story: list[Flowable] = []
    for block in blocks:
        bar = Table(
            [["", _paragraph(block.title, TITLE_STYLE)]], [1.6 * mm, 160 * mm], style=TITLE_BAR,
            hAlign="LEFT", spaceBefore=16, spaceAfter=5,
        )  # fmt: skip
        lines = [_paragraph(line, LINE_STYLE, "•") for line in block.shown(most)]
        story += [bar, *lines]
    return story


def _paragraph(words: str, style: ParagraphStyle, bullet: str | None = None) -> Paragraph:
    return Paragraph(escape(words), style, bulletText=bullet)


def _place(
    canvas: Canvas, story: list[Flowable], left: float, top: float, width: float, height: float
) -> None:
    """Draws from the top on, shrunk where it would not fit."""
    frame = KeepInFrame(width, height, story, mode="shrink")
    _, taken = frame.wrapOn(canvas, width, height)
    frame.drawOn(canvas, left, top - taken)


def _foot(canvas: Canvas, content: Mapping[str, Any], address: str) -> None:
    draw_rule(canvas, FOOT)
    draw_qr(canvas, qr_matrix(address), WIDTH - MARGIN - QR, FOOT - 4 * mm, QR)
    room = ROOM - QR - 8 * mm
    coming = content["next_survey"]
    survey = (
        f"下期问卷：{coming['opens_on']}—{coming['closes_on']}，谁答的，谁也查不到。"
        if coming
        else "下期问卷定了日子，会在小程序里说。"
    )
    draw_text(canvas, MARGIN, FOOT - 11 * mm, "扫右边的码，看本村的全部数字", BOLD, 15, INK)
    draw_text(canvas, MARGIN, FOOT - 19 * mm, survey, REGULAR, 12, INK)
    ask = "看不明白、觉得不对：扫海报上的码说，或打 12345"
    draw_text(canvas, MARGIN, FOOT - 26.5 * mm, ask, REGULAR, 12, INK)
    _place(canvas, [_paragraph(address, ADDRESS_STYLE)], MARGIN, FOOT - 30.5 * mm, room, 8 * mm)
