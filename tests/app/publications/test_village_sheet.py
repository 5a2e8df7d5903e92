"""「你说我办」: one A4 page whatever a village's month holds, and every letter printed."""

import copy
import io

import cv2
import numpy
import pypdfium2
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.app.access import Role
from backend.app.core.db import transaction
from backend.app.core.files.pdf_fonts import GlyphMissing
from backend.app.publications import queries as published
from backend.app.publications import wechat_summary
from backend.app.publications.village_sheet_pdf import draw_sheets
from tests.factories.console import make_staff, sit_down
from tests.factories.publications import make_rated_county, publish
from tests.factories.ratings import LAST_MONTH
from tests.factories.surveys import add_township

ADDRESS = "https://cunsheng.example.cn/p/610528100201/2026-10"
MONTH = f"{LAST_MONTH:%Y-%m}"


@pytest.fixture
def pages(app):
    """The published contents of four villages: many ratings, mixed, nine, none."""
    county = make_rated_county()
    publish(county)
    with transaction():
        return [one.content for one in published.villages_of(county.id, LAST_MONTH)]


def draw(content) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(draw_sheets([(content, ADDRESS)], "单子"))


def text_of(page: pypdfium2.PdfPage) -> str:
    return page.get_textpage().get_text_range().replace("\r\n", "").replace("\n", "")


def stuffed(content, texts: int, categories: int, length: int = 80):
    more = copy.deepcopy(content)
    more["village"] = "名字特别特别长的易地扶贫搬迁集中安置点社区居民委员会"
    more["said"]["texts"] = ["路灯不亮" * (length // 4)] * texts
    more["done"] = {
        "found": 4 * categories, "accepted": 3 * categories, "done": 2 * categories,
        "content": categories,
        "categories": [
            {"name": f"第{n}类", "found": 4, "done": 2, "content": 1} for n in range(categories)
        ],
        "left": [
            {"name": f"第{n}类", "why": "眼下确实办不了，已说明理由", "count": 1}
            for n in range(categories)
        ],
    }  # fmt: skip
    return more


def lowest_letter(page: pypdfium2.PdfPage) -> float:
    """How far above the line of the foot the blocks end, in points."""
    words = page.get_textpage()
    boxes = [words.get_charbox(n) for n in range(words.count_chars())]
    return min(box[1] for box in boxes)


def test_every_village_gets_one_a4_page_even_one_without_a_voice(pages) -> None:
    drawn = pypdfium2.PdfDocument(draw_sheets([(one, ADDRESS) for one in pages], "单子"))
    assert len(drawn) == len(pages) == 4
    for page, content in zip(drawn, pages, strict=True):
        assert [round(side) for side in page.get_size()] == [595, 842]
        words = text_of(page)
        assert content["village"] in words
        assert content["score"]["light"]["word"] in words
        assert "12345" in words
    assert "没声音不是零分" in text_of(drawn[3])


def test_the_sentence_beside_a_wide_total_is_printed_whole(pages) -> None:
    content = pages[2]
    words = text_of(draw(content)[0])
    assert content["score"]["few"]
    assert f"{content['score']['low']} 到 {content['score']['high']} 之间。" in words


@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 8), st.integers(0, 15), st.integers(0, 200))
def test_whatever_the_content_nothing_runs_into_the_foot(pages, texts, categories, length) -> None:
    drawn = draw(stuffed(pages[0], texts, categories, length))
    assert len(drawn) == 1
    words = drawn[0].get_textpage()
    foot = 47 / 25.4 * 72
    inside = [
        words.get_charbox(n)
        for n in range(words.count_chars())
        if words.get_charbox(n)[3] > foot and words.get_text_range(n, 1).strip()
    ]
    assert min(box[1] for box in inside) > foot - 1
    assert max(box[2] for box in inside) <= 595 - 16 / 25.4 * 72 + 12
    assert lowest_letter(drawn[0]) > 0


def test_what_does_not_fit_is_counted_and_said(pages) -> None:
    words = text_of(draw(stuffed(pages[0], 8, 15))[0])
    assert "条，扫码看" in words


def test_two_readers_find_the_address_in_the_code(pages) -> None:
    image = draw(pages[0])[0].render(scale=3).to_pil().convert("RGB")
    assert [one.text for one in zxingcpp.read_barcodes(image)] == [ADDRESS]
    read, *_ = cv2.QRCodeDetector().detectAndDecode(numpy.array(image))
    assert read == ADDRESS


def test_a_letter_the_typeface_lacks_is_named_and_nothing_is_printed(pages) -> None:
    content = {**pages[0], "village": "😀村"}
    with pytest.raises(GlyphMissing, match="单子") as refused:
        draw(content)
    assert "U+1F600" in refused.value.message


def test_villagers_words_that_cannot_be_printed_are_counted_not_boxed(pages) -> None:
    content = copy.deepcopy(pages[0])
    content["said"]["texts"] = ["路灯好了😀", "谢谢"]
    words = text_of(draw(content)[0])
    assert "「谢谢」" in words
    assert "另有 1 条话里有印不出的字" in words


def test_the_same_content_gives_the_same_bytes(pages) -> None:
    assert draw_sheets([(pages[0], ADDRESS)], "a") == draw_sheets([(pages[0], ADDRESS)], "a")


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 8), st.integers(0, 15), st.text("村镇长", max_size=60), st.integers(8, 120))
def test_words_for_groups_are_never_more_than_300(pages, texts, categories, name, host) -> None:
    content = stuffed(pages[0], texts, categories)
    content["village"] = name
    content["done"]["left"] = [
        {"name": "分类名字也很长很长", "why": "眼下确实办不了，已说明理由", "count": 99}
    ] * 4
    words = wechat_summary.for_groups(content, "https://" + "h" * host)
    assert len(words) <= 300
    assert "12345" in words
    assert f"/p/{content['code']}/{content['month']}" in words


def test_the_console_prints_one_sheet_and_records_it(app, client, scalar) -> None:
    county = make_rated_county()
    publish(county)
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    answer = desk.get(f"/console/publications/610528100201/{MONTH}/sheet.pdf")
    assert answer.mimetype == "application/pdf"
    assert len(pypdfium2.PdfDocument(io.BytesIO(answer.data))) == 1
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'print_village_sheet'") == 1
    listed = desk.get(f"/console/publications/610528/{MONTH}").text
    assert 'data-copy="words-610528100201"' in listed
    add_township(county, "美原镇", 1)
    elsewhere = make_staff(Role.TOWNSHIP_STAFF, county.township_ids[1], "elsewhere")
    town = sit_down(client, elsewhere)
    other = town.get(f"/console/publications/610528100201/{MONTH}/sheet.pdf")
    assert other.status_code == 403
    plain = client.get(f"/p/610528100201/{MONTH}/wechat.txt")
    assert plain.mimetype == "text/plain"
    assert len(plain.text) <= 300
