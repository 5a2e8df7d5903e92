"""Drawn pictures of what points are swapped for: a demo county has no photographs."""

import io
from collections.abc import Callable

from PIL import Image, ImageDraw

SIZE = (640, 480)
WALL, BOARD, INK, CARD = "#F3EBDA", "#D8CFB8", "#22201C", "#FAF7F0"
LEAF, LAKE, STRAW, BRICK, PERSIMMON = "#1F6B4A", "#1F5C99", "#C98A00", "#A3231F", "#B4450F"
Draw = ImageDraw.ImageDraw


def _box(draw: Draw, box: tuple[int, int, int, int], fill: str, radius: int = 18) -> None:
    draw.rounded_rectangle(box, radius, fill=fill, outline=INK, width=5)


def salt(draw: Draw) -> None:
    _box(draw, (240, 170, 400, 390), CARD)
    draw.rectangle((243, 230, 397, 320), fill=LAKE)
    draw.polygon([(290, 300), (320, 250), (350, 300)], fill=CARD)


def soap(draw: Draw) -> None:
    _box(draw, (190, 300, 450, 390), "#F0D9A8", 40)
    draw.ellipse((250, 322, 390, 368), outline=STRAW, width=6)
    for x, y, r in ((230, 250, 26), (300, 215, 36), (385, 245, 22)):
        draw.ellipse((x - r, y - r, x + r, y + r), fill="#DCE8F2", outline=LAKE, width=4)


def sauce(draw: Draw) -> None:
    draw.rectangle((296, 120, 344, 190), fill=BRICK, outline=INK, width=5)
    draw.polygon([(296, 190), (344, 190), (400, 250), (240, 250)], fill="#3B2416", outline=INK)
    _box(draw, (240, 240, 400, 390), "#3B2416")
    draw.rectangle((245, 280, 395, 350), fill="#F0D9A8")


def towel(draw: Draw) -> None:
    for top, colour in ((320, LAKE), (250, CARD), (180, LEAF)):
        _box(draw, (170, top, 470, top + 70), colour, 30)
        draw.line((200, top + 35, 440, top + 35), fill=INK, width=3)


def powder(draw: Draw) -> None:
    draw.polygon([(210, 150), (430, 150), (450, 390), (190, 390)], fill=LAKE, outline=INK, width=5)
    draw.ellipse((245, 220, 395, 340), fill=CARD)
    for x, y in ((285, 265), (345, 300), (330, 250)):
        draw.ellipse((x - 18, y - 18, x + 18, y + 18), outline=LAKE, width=5)


def rice(draw: Draw) -> None:
    draw.polygon([(220, 190), (420, 190), (460, 390), (180, 390)], fill=CARD, outline=INK, width=5)
    draw.polygon([(250, 140), (390, 140), (370, 190), (270, 190)], fill=CARD, outline=INK, width=5)
    draw.rectangle((262, 180, 378, 200), fill=BRICK)
    for x in (270, 310, 350):
        draw.line((320, 360, x, 250), fill=LEAF, width=6)
        draw.ellipse((x - 14, 225, x + 14, 262), fill=STRAW)


def oil(draw: Draw) -> None:
    draw.rectangle((292, 110, 348, 150), fill=LEAF, outline=INK, width=5)
    _box(draw, (220, 150, 420, 390), "#E7B93C", 40)
    draw.ellipse((380, 190, 470, 290), outline=INK, width=10)
    draw.rectangle((222, 240, 380, 340), fill=CARD)
    draw.ellipse((270, 255, 330, 325), fill=PERSIMMON)


def cooker(draw: Draw) -> None:
    draw.ellipse((190, 140, 450, 260), fill=CARD, outline=INK, width=5)
    _box(draw, (180, 200, 460, 390), CARD, 60)
    draw.rectangle((182, 245, 458, 262), fill=BRICK)
    _box(draw, (270, 290, 370, 350), "#DCE8F2", 10)
    draw.rectangle((290, 128, 350, 148), fill=INK)


GOODS: dict[str, Callable[[Draw], None]] = {
    "salt": salt,
    "soap": soap,
    "sauce": sauce,
    "towel": towel,
    "powder": powder,
    "rice": rice,
    "oil": oil,
    "cooker": cooker,
}


def picture(kind: str) -> bytes:
    """A flat drawing of one thing on a shelf, as JPEG."""
    image = Image.new("RGB", SIZE, WALL)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 388, *SIZE), fill=BOARD)
    GOODS[kind](draw)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=88)
    return written.getvalue()
