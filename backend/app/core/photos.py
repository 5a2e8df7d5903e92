"""Photos of unknown origin, made harmless: decoded, turned upright, shrunk, written anew."""

import io

from PIL import Image, ImageOps

from backend.app.core.errors import InvalidInput

LONGEST_SIDE = 1280
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
QUALITY = 82


class PhotoUnreadable(InvalidInput):
    code = "photo_unreadable"
    message = "这张照片打不开,请换一张 JPG 或 PNG 照片(不超过 10 MB)"


def clean_photo(content: bytes) -> bytes:
    """A JPEG of at most 1280 pixels without EXIF, so without place, time and camera."""
    if len(content) > MOST_BYTES:
        raise PhotoUnreadable
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as opened:
            # The header is enough to refuse a small file that unpacks into gigabytes.
            if opened.width * opened.height > MOST_PIXELS:
                raise PhotoUnreadable
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise PhotoUnreadable from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright.info.clear()
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return written.getvalue()
