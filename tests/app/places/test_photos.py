"""Photos are written anew: upright, small, and without what the camera knew."""

import io

import pytest
from PIL import Image

from backend.app.core.files.photos import MOST_BYTES, PhotoUnreadable, clean_photo

ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


def picture(size: tuple[int, int] = (400, 300), kind: str = "JPEG", turned: int = 1) -> bytes:
    """A picture with a red left half and a camera's notes."""
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    notes = Image.Exif()
    notes[ORIENTATION], notes[MAKER] = turned, "Camera of Zhang San"
    notes.get_ifd(GPS)[1] = "N"
    written = io.BytesIO()
    image.save(written, kind, exif=notes)
    return written.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_place_time_and_camera_are_gone() -> None:
    assert b"Camera of Zhang San" in picture()
    cleaned = clean_photo(picture())
    assert not opened(cleaned).getexif()
    assert b"Zhang San" not in cleaned


def test_a_photo_taken_sideways_is_turned_upright() -> None:
    cleaned = opened(clean_photo(picture(turned=6)))
    assert cleaned.size == (300, 400)


def test_a_large_photo_is_made_small() -> None:
    assert max(opened(clean_photo(picture((5000, 3000)))).size) == 1280


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_pictures_become_jpeg(kind: str) -> None:
    assert opened(clean_photo(picture(kind=kind))).format == "JPEG"


def test_a_picture_with_a_transparent_ground_is_accepted() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(written, "PNG")
    assert opened(clean_photo(written.getvalue())).mode == "RGB"


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg onload='x'/>", b"GIF89a", picture()[:2000], b"\xff\xd8\xff" + b"x" * 100,
     b"x" * (MOST_BYTES + 1)],
    ids=["empty", "svg", "gif", "torn", "garbage", "too large"],
)  # fmt: skip
def test_what_is_not_a_photo_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(PhotoUnreadable, match="换一张 JPG 或 PNG"):
        clean_photo(content)


def test_a_small_file_that_unpacks_into_gigabytes_is_refused() -> None:
    written = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(written, "PNG")
    assert len(written.getvalue()) < 100_000
    with pytest.raises(PhotoUnreadable):
        clean_photo(written.getvalue())
