"""Drawn pictures of service points: a demo county has no photographs of real places."""

import io
from collections.abc import Callable

from PIL import Image, ImageDraw
from sqlalchemy import text

from backend.app.core.db import db
from backend.app.core.files import storage

SIZE = (960, 540)
SKY, GROUND, WALL, ROOF = "#EAF0E6", "#D8CFB8", "#FAF7F0", "#8A5A3C"
LEAF, LAKE, STRAW, BRICK, INK = "#1F6B4A", "#1F5C99", "#C98A00", "#A3231F", "#22201C"
Draw = ImageDraw.ImageDraw


def _house(draw: Draw, door: str) -> None:
    draw.polygon([(230, 210), (480, 90), (730, 210)], fill=ROOF)
    draw.rectangle((260, 210, 700, 430), fill=WALL, outline=INK, width=4)
    draw.rectangle((430, 280, 530, 430), fill=door, outline=INK, width=4)
    for left in (300, 580):
        draw.rectangle((left, 270, left + 80, 340), fill="#BFD4E6", outline=INK, width=4)


def window(draw: Draw) -> None:
    _house(draw, LEAF)
    draw.rectangle((300, 360, 400, 380), fill=STRAW)


def clinic(draw: Draw) -> None:
    _house(draw, LAKE)
    draw.rectangle((466, 130, 494, 200), fill=BRICK)
    draw.rectangle((445, 151, 515, 179), fill=BRICK)


def station(draw: Draw) -> None:
    _house(draw, STRAW)
    draw.rectangle((740, 330, 830, 430), fill=LEAF, outline=INK, width=4)


def lamp(draw: Draw) -> None:
    draw.rectangle((0, 0, 960, 430), fill="#2E3A4A")
    for x in (220, 520, 820):
        draw.rectangle((x, 160, x + 10, 430), fill="#8A8A8A")
        draw.ellipse((x - 45, 110, x + 55, 180), fill="#F5DE9A")


def water(draw: Draw) -> None:
    draw.rectangle((400, 200, 440, 430), fill="#8A8A8A")
    draw.rectangle((400, 200, 560, 240), fill="#8A8A8A")
    draw.ellipse((525, 270, 565, 330), fill=LAKE)
    draw.ellipse((470, 400, 630, 440), fill=LAKE)


def waste(draw: Draw) -> None:
    for left, colour in ((280, LEAF), (430, LAKE), (580, BRICK)):
        draw.polygon(
            [(left, 260), (left + 110, 260), (left + 95, 430), (left + 15, 430)], fill=colour
        )
        draw.rectangle((left - 8, 238, left + 118, 262), fill=INK)


SCENES: dict[str, Callable[[Draw], None]] = {
    "service_window": window,
    "clinic": clinic,
    "service_station": station,
    "street_lamp": lamp,
    "water": water,
    "waste": waste,
}


def scene(kind: str) -> bytes:
    """A flat drawing of this kind of service point, as JPEG."""
    image = Image.new("RGB", SIZE, SKY)
    draw = ImageDraw.Draw(image)
    SCENES[kind](draw)
    draw.rectangle((0, 430, *SIZE), fill=GROUND)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=85)
    return written.getvalue()


def hang_pictures(county_id: int) -> None:
    """One drawing for each kind, on every point that has none."""
    for kind in SCENES:
        key = f"photos/demo-{kind.replace('_', '-')}.jpg"
        storage.put(key, scene(kind))
        db.session.execute(
            text(
                "UPDATE service_point s SET photo_key = :key FROM region v"
                " WHERE v.id = s.village_id AND v.county_id = :county_id"
                " AND s.kind_code = :kind AND s.photo_key IS NULL"
            ),
            {"key": key, "county_id": county_id, "kind": kind},
        )
