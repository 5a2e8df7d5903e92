"""Cells of a spreadsheet: text stays text, whatever it begins with."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

# What a spreadsheet would read as a formula, full-width forms and line breaks included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_text(value: str) -> str:
    """For CSV, where only a leading apostrophe keeps text from being a formula."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def safe_cell(value: Any) -> Any:
    """A cell of CSV: numbers as they are."""
    return safe_text(value) if isinstance(value, str) else value


def csv_bytes(columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with a byte order mark, as WPS and Excel expect it."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows(map(safe_cell, row) for row in rows)
    return written.getvalue().encode("utf-8-sig")
