"""Photos of unknown origin, made harmless: decoded, turned upright, shrunk, written anew.

Whoever takes one in reads its first bytes and puts it aside; a worker opens it in a process of its
own and writes what everybody may see. Until then nobody sees anything.
"""

import io

from PIL import Image, ImageDraw, ImageOps

from backend.app.core.errors import InvalidInput
from backend.app.core.files import storage
from backend.app.core.files.picture_size import picture_size
from backend.app.core.files.untrusted import Bounds, open_apart
from backend.app.core.queue import JobName, enqueue

LONGEST_SIDE = 1280
MEGABYTE, TEN_THOUSAND = 1024 * 1024, 10_000
MOST_BYTES = 10 * MEGABYTE
MOST_PIXELS = 25_000_000
QUALITY = 82
BOUNDS = Bounds(megabytes=640, processor_seconds=10, seconds=30)
BROKEN = (640, 480)


class PhotoUnreadable(InvalidInput):
    code = "photo_unreadable"
    message = "这张照片打不开，请换一张 JPG 或 PNG 照片（不超过 10 MB）"


class PhotoTooLarge(PhotoUnreadable):
    """A photo that says how large it is; the sentence repeats it."""

    code = "photo_too_large"


def check_header(content: bytes) -> None:
    """Raises PhotoUnreadable for what is no photo, PhotoTooLarge for too many bytes or pixels."""
    if len(content) > MOST_BYTES:
        raise PhotoTooLarge(
            f"这张照片有 {len(content) / MEGABYTE:.1f} MB，最多 {MOST_BYTES // MEGABYTE} MB。"
            "请换一张小一点的，或给它截个屏再传"
        )
    size = picture_size(content)
    if size is None or not size[0] * size[1]:
        raise PhotoUnreadable
    width, height = size
    if width * height > MOST_PIXELS:
        raise PhotoTooLarge(
            f"这张照片有 {width * height / TEN_THOUSAND:.0f} 万像素（{width}×{height}），"
            f"最多 {MOST_PIXELS // TEN_THOUSAND} 万。请把相机的像素调低再拍，或给它截个屏再传"
        )


def keep_unopened(key: str, content: bytes) -> None:
    """Puts a photo aside under its key until a worker has opened it; raises PhotoUnreadable."""
    check_header(content)
    storage.put(storage.unopened(key), content)
    enqueue(JobName.OPEN_PHOTO, key)


def open_kept(key: str) -> bool:
    """Writes the harmless photo of what was put aside; what cannot be opened becomes a grey one."""
    aside = storage.unopened(key)
    if not storage.exists(aside):
        return False
    try:
        content = clean_apart(storage.read(aside))
    except PhotoUnreadable:
        content = _broken()
    storage.put(key, content)
    if not storage.exists(aside):
        # It was deleted meanwhile, and stays deleted.
        storage.delete(key)
    storage.delete(aside)
    return True


def clean_apart(content: bytes) -> bytes:
    """`clean_photo` in a process of its own; raises PhotoUnreadable."""
    check_header(content)
    try:
        return open_apart("backend.app.core.files.photos:clean_photo", content, BOUNDS)
    except InvalidInput:
        raise PhotoUnreadable from None


def clean_photo(content: bytes) -> bytes:
    """A JPEG of at most 1280 pixels without EXIF, so without place, time and camera."""
    check_header(content)
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as opened:
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            opened.load()
            # Small first: turning and converting then cost next to nothing.
            opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            upright = _with_8_bits(ImageOps.exif_transpose(opened)).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise PhotoUnreadable from None
    upright.info.clear()
    return _written(upright)


def _with_8_bits(picture: Image.Image) -> Image.Image:
    """Grey with 16 bits a pixel would be cut off above 255, and be white."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda value: value / 256).convert("L")


def _broken() -> bytes:
    """A grey picture with a cross: the photo could not be opened."""
    picture = Image.new("RGB", BROKEN, "#e6e6e6")
    width, height = BROKEN
    draw = ImageDraw.Draw(picture)
    for ends in ((0, 0, width, height), (0, height, width, 0)):
        draw.line(ends, "#9a9a9a", 4)
    return _written(picture)


def _written(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return written.getvalue()
