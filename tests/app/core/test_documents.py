"""Papers of several pages."""

import pypdfium2

from backend.app.core.files.documents import BODY, text_block, write_document


def test_no_line_of_a_paper_begins_with_a_mark() -> None:
    words = "".join(f"{'村' * letters}，{'镇' * letters}；" for letters in range(1, 60))
    paper = pypdfium2.PdfDocument(write_document("单", "脚", [text_block(words, BODY, "单")]))
    lines = [
        line for page in paper for line in page.get_textpage().get_text_range().splitlines() if line
    ]
    assert len(lines) > 40
    assert [line for line in lines if line[0] in "，；"] == []
