"""Photos are written anew: upright, small, and without what the camera knew."""

import io

import pytest
from PIL import Image

from backend.app.core.files.photos import PhotoTooLarge, PhotoUnreadable, clean_photo
from backend.app.core.files.picture_size import picture_size

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
    [b"", b"<svg onload='x'/>", b"GIF89a", picture()[:2000], b"\xff\xd8\xff" + b"x" * 100],
    ids=["empty", "svg", "gif", "torn", "garbage"],
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


def test_a_photo_that_is_too_large_says_how_large_it_is_and_what_to_do() -> None:
    heavy = picture() + b"x" * (12 * 1024 * 1024)
    with pytest.raises(PhotoTooLarge, match=r"有 12\.0 MB，最多 10 MB。请换一张小一点的"):
        clean_photo(heavy)
    # A phone of 100 megapixels: nothing but the head is looked at.
    wide = picture((40, 30)).replace(b"\x00\x1e\x00\x28", b"\x22\xc4\x2e\x4c")
    assert picture_size(wide) == (11852, 8900)
    with pytest.raises(PhotoTooLarge, match=r"有 10548 万像素（11852×8900），最多 2500 万"):
        clean_photo(wide)


def test_a_photo_between_8_and_10_megabytes_is_taken() -> None:
    heavy = picture() + b"\xff" * (9 * 1024 * 1024)
    assert opened(clean_photo(heavy)).format == "JPEG"


def test_a_grey_photo_with_16_bits_keeps_its_shades() -> None:
    written = io.BytesIO()
    Image.frombytes(
        "I;16",
        (256, 8),
        b"".join((shade * 257).to_bytes(2, "little") for _ in range(8) for shade in range(256)),
    ).save(written, "PNG")
    shades = opened(clean_photo(written.getvalue())).convert("L")
    assert [round(shades.getpixel((at, 4)), -1) for at in (10, 128, 250)] == [10, 130, 250]
