"""Workbooks of before 2007: what their formulas came to decides whether a row is taken."""

import struct

import pytest

from backend.app.core.files.old_workbooks import FormulaResult, formula_results
from backend.app.core.files.spreadsheets import CellFault, read_sheet
from backend.app.tickets.import_kinds import IMPORT_KINDS
from tests.app.imports.cases import case, make_fuping
from tests.factories.imports import Desk, counts, refused

NOTHING = b"\x03\x00\x00\x00\x00\x00\xff\xff"
LINK_END, UNUSED = 0xFFFFFFFE, 0xFFFFFFFF


def computed(content: bytes, *values: float) -> bytes:
    """The same file with these results of its formulas."""
    for value in values:
        content = content.replace(NOTHING, struct.pack("<d", value), 1)
    return content


def faults(content: bytes) -> dict[tuple[int, int], str]:
    return {(row, column): fault for row, column, fault in read_sheet(content, "工单").faults}


def test_rows_whose_formulas_were_never_computed_are_refused_in_words(app) -> None:
    offices = make_fuping()
    desk = Desk(offices.desk, offices.county.id, IMPORT_KINDS[0])
    import_id = desk.start(case("formula.xls"), "工单.xls")
    told = refused(import_id)
    assert set(told) == {2, 3, 5}
    assert "「工单编号」是公式，旧格式（.xls）里看不出算好了没有" in told[2]
    assert "另存为 .xlsx 再传" in told[3]
    assert "「受理时间」是错误值" in told[5]
    assert counts(import_id)["new"] == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((), (CellFault.OLD, CellFault.OLD)),
        ((0.0, 0.0), (CellFault.FORMULA, CellFault.FORMULA)),
        ((7.0, 0.0), (None, CellFault.ZERO)),
        ((7.0,), (None, None)),
        ((7.0, 8.0), (None, None)),
    ],
)
def test_one_result_in_the_sheet_says_that_it_was_computed(
    values: tuple[float, ...], words: tuple[CellFault | None, ...]
) -> None:
    found = faults(computed(case("formula.xls"), *values))
    assert (found.get((1, 0)), found.get((2, 3))) == words
    assert found[4, 1] == CellFault.ERROR


def test_an_error_that_a_formula_came_to_is_one() -> None:
    content = case("formula.xls").replace(NOTHING, b"\x02\x00\x2a\x00\x00\x00\xff\xff", 1)
    results, since_1904 = formula_results(content, 1)
    assert dict(results)[1, 0] is FormulaResult.ERROR
    assert not since_1904


def sector(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers).ljust(512, b"\xff")


def entry(name: str, kind: int, start: int, length: int) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    head = written.ljust(64, b"\0") + struct.pack("<HBB3I", len(written), kind, 1, *[UNUSED] * 3)
    return head + bytes(36) + struct.pack("<IQ", start, length)


def small(content: bytes) -> bytes:
    """As a workbook of less than 4096 bytes is kept: in pieces of 64, inside another stream."""
    stream = content[512:].split(b"\x0a\x00\x00\x00")
    body = b"\x0a\x00\x00\x00".join(stream[:-1]) + b"\x0a\x00\x00\x00"
    pieces, sectors = -(-len(body) // 64), -(-len(body) // 512)
    head = content[:8] + bytes(16) + struct.pack("<5H6xI", 0x3E, 3, 0xFFFE, 9, 6, 0)
    head = head[:44] + struct.pack("<IIIIIIII", 1, 1, 0, 4096, 2, 1, LINK_END, 0)
    head += struct.pack("<I", 0) + b"\xff" * (4 * 108)
    links = sector(0xFFFFFFFD, LINK_END, LINK_END, *range(4, 3 + sectors), LINK_END)
    entries = entry("Root Entry", 5, 3, sectors * 512) + entry("Workbook", 2, 0, len(body))
    parts = sector(*range(1, pieces), LINK_END)
    return head + links + entries.ljust(512, b"\0") + parts + body.ljust(sectors * 512, b"\0")


def test_a_small_workbook_is_read_alike() -> None:
    content = small(computed(case("formula.xls"), 7.0))
    assert len(content) < 4096 + 2048
    assert faults(content) == faults(computed(case("formula.xls"), 7.0))
