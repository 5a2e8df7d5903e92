"""定等建议表 on A4: long reasons go on in the next line, in letters that everybody can read."""

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pypdfium2
import pypdfium2.raw as pdfium

from backend.app.assessments.grades.paper import write_book_of, write_sheets
from backend.app.assessments.grades.queries import GradePool, GradeRow

REASONS = (
    "与最后一个优秀名额同分，须写明理由", "同一分数段内定等，须写明理由",
    "等次取决于看法差别大的评价组，须写明理由",
)  # fmt: skip
LEAST_SIZE = 9


def row(name: str, reasons: tuple[str, ...] = (), rank: int | None = 1) -> GradeRow:
    values: dict[str, Any] = dict.fromkeys(GradeRow.__dataclass_fields__)
    values |= {
        "unit_id": 1, "unit": name, "group_name": "镇", "total": Decimal("90.10"), "rank": rank,
        "band": rank, "proposed": "good", "reasons": reasons, "is_open": bool(reasons),
    }  # fmt: skip
    return GradeRow(**values)


def paper(*rows: GradeRow) -> pypdfium2.PdfDocument:
    pool = GradePool("镇（街道）", ["镇"], 1, 0, rows)
    return pypdfium2.PdfDocument(write_sheets("2026年目标责任考核", [pool, pool]))


def test_long_reasons_are_wrapped_and_never_made_small() -> None:
    drawn = paper(row("庄里镇", REASONS), row("县住房和城乡建设局（城市管理综合执法局）"))
    for page in drawn:
        words = page.get_textpage()
        count = words.count_chars()
        sizes = {
            pdfium.FPDFText_GetFontSize(words.raw, place)
            for place in range(count) if words.get_text_range(place, 1).strip()
        }  # fmt: skip
        assert min(sizes) >= LEAST_SIZE - 0.5, "the foot alone is smaller"
        text = words.get_text_range()
        assert "；".join(REASONS) not in text
        joined = "".join(text.split())
        assert all(reason in joined.replace("\ufffe", "") for reason in REASONS[:1])


def test_every_group_has_its_own_page_and_a_long_one_goes_on_with_its_heads() -> None:
    assert len(paper(row("庄里镇"))) == 2
    many = paper(*(row(f"第{number}镇", REASONS) for number in range(40)))
    assert len(many) > 4
    assert all("会议决定" in page.get_textpage().get_text_range() for page in many)


def test_where_nobody_is_ranked_the_workbook_has_no_places() -> None:
    def heads(rank: int | None) -> set[object]:
        pool = GradePool("村", ["村"], 1, 0, [row("庄里村", rank=rank)])
        book = openpyxl.load_workbook(io.BytesIO(write_book_of("年终", [pool])))
        return {cell.value for cell in book["定等建议表"][1]}

    assert {"名次", "分数段"} <= heads(1)
    assert not {"名次", "分数段"} & heads(None)
