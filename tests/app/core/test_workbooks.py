"""Workbooks: what a clerk types into a form stays text, and a total stands out."""

import io

import openpyxl

from backend.app.core.files.workbooks import BOLD, Column, Sheet, form_sheet, write_book


def test_whatever_is_typed_into_a_form_stays_text() -> None:
    form = form_sheet("数据", ("12位代码", "村", "办件数"), [("610528100201", "=第1村")])
    sheet = openpyxl.load_workbook(io.BytesIO(form))["数据"]
    assert [cell.value for cell in sheet[2]] == ["610528100201", "=第1村", None]
    assert {cell.data_type for cell in sheet[2][:2]} == {"s"}
    assert sheet.freeze_panes == "A2"
    columns = sheet.column_dimensions
    assert {columns[name].number_format for name in ("A", "B")} == {"@"}
    assert (columns["B"].min, columns["B"].max) == (2, 3)


def test_the_total_is_bold_and_outside_any_filter() -> None:
    written = io.BytesIO()
    lines = [("第1村", 2), ("合计", 2)]
    sheet = Sheet(
        "各村", (Column("村"), Column("发出")), lines, row_formats={1: BOLD}, filtered=False
    )
    write_book(written, "积分", [sheet], lambda _: None)
    read = openpyxl.load_workbook(written)["各村"]
    assert [[cell.font.b for cell in row] for row in read.iter_rows(min_row=2)] == [
        [False, False],
        [True, True],
    ]
    assert read.auto_filter.ref is None
