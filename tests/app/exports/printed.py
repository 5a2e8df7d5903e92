"""What is printed on pages, sheets and papers, as rows and words that a test can look into."""

import csv
import io
import re
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pypdfium2


class _Tables(HTMLParser):
    """Rows of a page's tables, cell by cell; what stands in a <details> of a cell is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.cell: list[str] | None = None
        self.folded = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.cell = []
        elif tag == "details" and self.cell is not None:
            self.folded += 1
        elif tag == "span" and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self.folded:
            self.folded -= 1
        elif tag in ("td", "th") and self.cell is not None and self.rows:
            self.rows[-1].append(" ".join("".join(self.cell).split()))
            self.cell = None

    def handle_data(self, data: str) -> None:
        if self.cell is not None and not self.folded:
            self.cell.append(data)


def rows_of_page(html: str) -> list[list[str]]:
    found = _Tables()
    found.feed(html)
    return found.rows


def words_of_page(html: str) -> str:
    """Everything that is read, in one line."""
    shown = re.sub(r"<(script|style|template)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", shown).split())


def book_of(data: bytes) -> dict[str, list[list[str]]]:
    """The sheets of a workbook, every cell as it is printed there."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: [[_shown(cell) for cell in row] for row in sheet] for sheet in book}


def _shown(cell: Any) -> str:
    if cell.value is None:
        return ""
    places = re.fullmatch(r"[#,]*0\.(0+)", cell.number_format)
    if isinstance(cell.value, int | float) and places:
        return f"{cell.value:.{len(places[1])}f}"
    return str(cell.value)


def table_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def named(rows: list[list[str]], key: str, column: str) -> dict[str, str]:
    """The row whose `column` says `key`, by the names in the first row."""
    at = rows[0].index(column)
    (found,) = [row for row in rows[1:] if row[at] == key]
    return dict(zip(rows[0], found, strict=True))


def paper_of(data: bytes) -> str:
    """The words of a PDF in one line."""
    paper = pypdfium2.PdfDocument(data)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in paper).split())
