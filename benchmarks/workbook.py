"""The workbook of a province against bare XlsxWriter writing the same cells."""

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import xlsxwriter
from backend.app.exports.sheets import HEADERS, write_xlsx

from backend.app.core.db import db, transaction
from backend.app.scorecards.operations import recompute_month
from backend.app.scorecards.queries import export_rows
from benchmarks import province
from benchmarks.surroundings import application, servers

RUNS, RATINGS = 5, 200_000


def bare(path: Path, lines: list[tuple[Any, ...]]) -> float:
    began = time.perf_counter()
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        decimal = book.add_format({"num_format": "0.0"})
        for column, name in enumerate(HEADERS):
            sheet.write_string(0, column, name)
        for number, line in enumerate(lines, 1):
            for column, value in enumerate(line):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif value is not None:
                    sheet.write_number(number, column, value, decimal if column > 10 else None)
    return time.perf_counter() - began


def ours(path: Path, county_id: int) -> float:
    """Everything the job does: reading included."""
    began = time.perf_counter()
    rows = export_rows(county_id, province.MONTH)
    write_xlsx(path, "某省", rows, [("村", len(rows))], lambda _: None)
    return time.perf_counter() - began


def main() -> None:
    with servers() as environment, application(environment), tempfile.TemporaryDirectory() as name:
        province.build(RATINGS)
        with transaction():
            recompute_month(province.MONTH)
        rows = export_rows(1, province.MONTH)
        lines = [tuple(row) for row in rows]
        db.session.rollback()
        mine, plain = [], []
        for _ in range(RUNS):
            mine.append(ours(Path(name) / "a.xlsx", 1))
            plain.append(bare(Path(name) / "b.xlsx", lines))
    ratio = median(a / b for a, b in zip(mine, plain, strict=True))
    print(f"workbook of {len(lines)} villages x {len(HEADERS)} columns")
    print(f"  ours {median(mine):.2f} s   bare XlsxWriter {median(plain):.2f} s")
    print(f"  ratio {ratio:.2f} (bar <= 1.2)")


if __name__ == "__main__":
    main()
