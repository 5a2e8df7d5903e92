"""Posters say what they must, and every code on them can be read, also from a bad wall."""

import io
from dataclasses import replace

import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.units import mm

from backend.app.access import Actor, Grant, Role
from backend.app.core.db import transaction
from backend.app.core.errors import NotAllowed
from backend.app.core.files.pdf_fonts import GlyphMissing
from backend.app.core.files.qr import QUIET_MODULES, qr_matrix, qr_png
from backend.app.places import operations, printing, targets
from backend.app.places.posters import CODE_SIZE, WIDTH, Poster, draw_posters
from backend.app.places.queries import Place
from tests.app.places.camera import (
    DIRT,
    READERS,
    dirty,
    frames,
    frames_needed,
    render,
    text_of,
    tilted,
)
from tests.app.places.conftest import DAY, place

HOST = "https://cunsheng.example.cn"
POSTER = Poster(
    county="富平县",
    township="庄里镇",
    village="永安村委会",
    service_point="办事窗口",
    url=f"{HOST}/q/7k3m9xq2wd",
    serial="610528-0000123",
)
# Fixed codes and fixed dirt: the same pictures in every run.
SAMPLE = [f"{HOST}/q/{code}" for code in ("7k3m9xq2wd", "hv5t2n8cze", "q4j6ysb3gu", "mw9pd7fxr2")]


@pytest.fixture
def furnished(county: Place) -> Place:
    """Three villages with four service points each."""
    points = [
        ("service_window", "办事窗口"),
        ("clinic", "卫生室"),
        ("water", "供水"),
        ("road", "道路"),
    ]
    with transaction():
        operations.furnish_villages(county.id, points)
    return county


def test_the_poster_says_what_it_must() -> None:
    words = text_of(draw_posters([POSTER], "海报"))
    for needed in ("扫一扫，评一评", "庄里镇 永安村委会", "办事窗口", "不收费、不要密码", "12345",
                   "编号 610528-0000123", "富平县", "问卷公钥指纹", "非常不满意"):  # fmt: skip
        assert needed in words


def test_a_key_digest_takes_its_place_on_the_poster() -> None:
    words = text_of(draw_posters([replace(POSTER, key_digest="3f2a 91bc 07de 5512")], "海报"))
    assert "问卷公钥指纹 3f2a 91bc 07de 5512" in words


def test_the_page_is_a4_and_the_code_at_least_thirteen_centimetres() -> None:
    width, height = pypdfium2.PdfDocument(draw_posters([POSTER], "海报"))[0].get_size()
    assert (round(width / mm), round(height / mm)) == (210, 297)
    assert 130 * mm <= CODE_SIZE


def test_the_same_posters_are_the_same_file() -> None:
    assert draw_posters([POSTER], "海报") == draw_posters([POSTER], "海报")


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(("backwards", "sideways"), [(0, 0), (40, 0), (0, 45), (-25, 30)])
def test_a_tilted_poster_is_read(read, backwards: float, sideways: float) -> None:
    pages = render(draw_posters([replace(POSTER, url=url) for url in SAMPLE], "海报"))
    for url, page in zip(SAMPLE, pages, strict=True):
        seen = tilted(page, backwards, sideways)
        assert any(url in read(frame) for frame in frames(seen))


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("dirt", DIRT)
def test_with_five_percent_dirt_a_few_frames_of_a_phone_are_enough(read, dirt) -> None:
    pages = render(draw_posters([replace(POSTER, url=url) for url in SAMPLE * 2], "海报"))
    for number, (url, page) in enumerate(zip(SAMPLE * 2, pages, strict=True)):
        seen = dirty(page, 0.05, number, dirt)
        assert frames_needed(seen, url, read, number) is not None


@pytest.mark.parametrize("dirt", DIRT)
def test_dirt_lies_on_five_percent_of_the_code_and_nowhere_else(dirt) -> None:
    page = next(render(draw_posters([POSTER], "海报")))
    changed = (dirty(page, 0.05, 1, dirt) != page).any(axis=2)
    width = changed.shape[1]
    side = CODE_SIZE / WIDTH * width
    assert 0.03 * side**2 < changed.sum() < 0.06 * side**2


def test_every_code_of_a_township_is_read_from_its_page_by_both_readers(
    furnished: Place, manager: Actor
) -> None:
    township = place("610528101")
    with transaction():
        file = printing.print_region(manager, township.id, HOST)
    points = targets.list_points(township.id)
    pages = list(render(file.content))
    assert len(pages) == len(points) == 8
    for number, (point, page) in enumerate(zip(points, pages, strict=True)):
        for read in READERS:
            assert any(f"{HOST}/q/{point.code}" in read(frame) for frame in frames(page))
        words = text_of(file.content, number)
        assert point.village.name in words
        assert point.name in words
        assert point.serial is not None
        assert point.serial in words
    assert [point.village.name for point in points] == ["永安村委会"] * 4 + ["三河村委会"] * 4


def test_the_code_is_level_q_and_stays_small_for_a_short_address() -> None:
    assert len(qr_matrix(SAMPLE[0])) == 33


def test_the_plain_picture_of_a_code_has_its_quiet_zone() -> None:
    with Image.open(io.BytesIO(qr_png(SAMPLE[0], 4))) as image:
        assert image.size == ((33 + 2 * QUIET_MODULES) * 4,) * 2
        assert image.getpixel((0, 0)) == 255


def test_rare_characters_of_village_names_are_drawn() -> None:
    villages = ("㙍村", "𡎚村", "𬮿村", "䢺村")
    posters = [replace(POSTER, village=village) for village in villages]
    pictures = {page.tobytes() for page in render(draw_posters(posters, "海报"))}
    assert len(pictures) == len(villages)


def test_a_glyph_missing_from_the_font_fails_loudly() -> None:
    with pytest.raises(
        GlyphMissing, match=r"「\U000E0001」\(U\+E0001\).*庄里镇永安\U000E0001村「办事窗口」"
    ):
        draw_posters([replace(POSTER, village="永安\U000e0001村")], "海报")


def test_one_name_that_cannot_be_printed_keeps_no_other_poster_back_and_is_listed() -> None:
    strange = replace(POSTER, village="永安\U000e0001村")
    file = draw_posters([POSTER, strange, replace(POSTER, village="西村")], "海报")
    assert len(pypdfium2.PdfDocument(file)) == 3, "two posters and the list"
    words = text_of(file, 2).replace("\n", "").replace("\r", "")
    assert "有 1 张没有印出来" in words
    assert "庄里镇永安□村「办事窗口」的海报" in words
    assert "U+E0001" in words


def test_a_long_name_shrinks_instead_of_leaving_the_page() -> None:
    long = replace(
        POSTER, service_point="江西青云谱新经济产业集聚区虚拟社区村级便民服务站代办点一号窗口"
    )
    page = next(render(draw_posters([long], "海报")))
    margin = page[:, :20].reshape(-1, 3)
    assert (margin == margin[0]).all()


def test_a_village_without_codes_has_nothing_to_print(county: Place, manager: Actor) -> None:
    with pytest.raises(printing.NothingToPrint), transaction():
        printing.print_region(manager, place("610528101200").id, HOST)


def test_staff_of_another_township_may_not_print(furnished: Place) -> None:
    stranger = Actor(0, (Grant(Role.TOWNSHIP_STAFF, place("610528102").id, DAY),))
    with pytest.raises(NotAllowed), transaction():
        printing.print_region(stranger, place("610528101200").id, HOST)
