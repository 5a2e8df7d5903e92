"""The month's workbook of a province against bare XlsxWriter writing the same cells."""

import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import xlsxwriter

from backend.app.core.db import db, transaction
from backend.app.core.files.workbooks import Sheet
from backend.app.exports import month_book
from backend.app.exports.request_params import Asked
from backend.app.scorecards.operations import recompute_month
from benchmarks import province
from benchmarks.surroundings import application, servers

RUNS, RATINGS = 3, 200_000
BAR = 1.0


def bare(path: Path, sheets: list[Sheet]) -> float:
    """The same cells with the same number formats, from rows that are there already."""
    began = time.perf_counter()
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        formats = {n: book.add_format({"num_format": "0." + "0" * n}) for n in (1, 2)}
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            kinds = [formats.get(column.digits or 0) for column in sheet.columns]
            for column, head in enumerate(sheet.columns):
                page.write_string(0, column, head.name)
            for number, line in enumerate(sheet.rows, 1):
                for column, value in enumerate(line):
                    if isinstance(value, str):
                        page.write_string(number, column, value)
                    elif value is not None:
                        page.write_number(number, column, value, kinds[column])
    return time.perf_counter() - began


def ours(path: Path, asked: Asked) -> float:
    """Everything the job does: reading included."""
    began = time.perf_counter()
    month_book.write(path, asked, lambda _: None)
    return time.perf_counter() - began


def sheets_of(asked: Asked) -> list[Sheet]:
    """What the job would write, caught on its way to the file."""
    kept, caught = month_book.write_book, list[Any]()
    month_book.write_book = lambda _path, _title, sheets, _progress: caught.extend(sheets)
    try:
        month_book.write(Path("unused.xlsx"), asked, lambda _: None)
    finally:
        month_book.write_book = kept
    return caught


def asked_for(month: date) -> Asked:
    return Asked(0, 1, month, "xlsx", "某省")


def main() -> None:
    with servers() as environment, application(environment), tempfile.TemporaryDirectory() as name:
        province.build(RATINGS)
        with transaction():
            recompute_month(province.MONTH)
        asked = asked_for(province.MONTH)
        sheets = sheets_of(asked)
        db.session.rollback()
        mine, plain = [], []
        for _ in range(RUNS):
            mine.append(ours(Path(name) / "a.xlsx", asked))
            plain.append(bare(Path(name) / "b.xlsx", sheets))
        sizes = [(Path(name) / file).stat().st_size / 1e6 for file in ("a.xlsx", "b.xlsx")]
    ratio = median(a / b for a, b in zip(mine, plain, strict=True))
    cells = sum(len(sheet.rows) * len(sheet.columns) for sheet in sheets)
    villages = next(len(sheet.rows) for sheet in sheets if sheet.name == "各村")
    print(f"workbook of {villages} villages, {len(sheets)} sheets, {cells} cells")
    print(f"  ours {median(mine):.2f} s ({sizes[0]:.0f} MB), reading included")
    print(f"  bare XlsxWriter {median(plain):.2f} s ({sizes[1]:.0f} MB), from rows in memory")
    print(f"  ratio {ratio:.2f} (bar <= {BAR})")


if __name__ == "__main__":
    main()
