"""A broken file is refused with line numbers, and nothing of it is written."""

import io

import openpyxl
import pytest
from flask import Flask

from backend.app.core.db import transaction
from backend.app.places import imports
from backend.app.places.commands import PACKAGE
from backend.app.places.divisions import DivisionsRefused, read_file
from tests.app.places.conftest import COUNTY, DAY

HEAD = "level,code,name\ncounty,610528000000,富平县\ntownship,610528101000,庄里镇\n"


def refused(content: bytes) -> dict[str, list[str]]:
    """The faults by line."""
    with pytest.raises(DivisionsRefused) as told:
        read_file(content, known={})
    return told.value.errors


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("village,61052810120,永安村", "应为 12 位数字，这里是 11 位"),
        ("village,6105281012000,永安村", "应为 12 位数字，这里是 13 位"),
        ("village,61052810120O,永安村", "应为 12 位数字"),
        ("village,610528101000,永安村", "不是村的代码"),
        ("village,610528109200,永安村", "上级乡镇 610528109000 不在文件里，系统里也没有"),
        ("township,610529101000,永安镇", "上级县 610529000000 不在文件里"),
        ("township,610528101000,庄里镇", "与第 3 行重复"),
        ("village,610528101200,", "「名称」没填"),
        ("village,610528101200," + "村" * 81, "名称有 81 个字"),
        ("village,610528101200,永\u200b安村", "看不见的字符"),
        ("hamlet,610528101200,永安村", "级别「hamlet」不认识"),
        ("village,610528101200", "「名称」没填"),
        ('village,610528101200,"永安村\nvillage,610528101201,永和村', "看不见的字符"),
        ("village,6.10528E+11,永安村", "表格软件已经改掉了后面的数字"),
    ],
)
def test_each_fault_is_told_with_its_line(line: str, words: str) -> None:
    (where, faults), *_ = refused((HEAD + line + "\n").encode()).items()
    assert where == "第 4 行"
    assert words in faults[0]


def test_every_fault_is_told_at_once() -> None:
    lines = "village,1,甲\nvillage,610528101200,乙\nvillage,610528101200,丙\n"
    assert list(refused((HEAD + lines).encode())) == ["第 4 行", "第 6 行"]


def test_bytes_of_no_encoding_are_refused() -> None:
    broken = HEAD.encode() + b"village,610528101200,\xff\xfe\n"
    assert "这个文件不是表格" in refused(broken)["文件"][0]


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig"])
def test_every_encoding_of_wps_and_excel_is_read(encoding: str) -> None:
    assert [row.name for row in read_file(HEAD.encode(encoding), known={})] == ["富平县", "庄里镇"]


def test_a_workbook_with_a_title_and_chinese_headings_is_read() -> None:
    book = openpyxl.Workbook()
    book.active.append(["富平县行政区划一览表"])
    book.active.append(["序号", "区划代码", "名称*", "级别（必填）", "备注"])
    book.active.append([1, 610528000000, "富平县", "县", ""])
    book.active.append([2, "610528101000", "庄里镇", "乡镇", "镇"])
    book.active.append([3, 610528101200, "永安村委会", "村", ""])
    content = io.BytesIO()
    book.save(content)
    rows = read_file(content.getvalue(), known={})
    assert [(row.line, row.code, row.level) for row in rows] == [
        (3, "610528000000", "county"),
        (4, "610528101000", "township"),
        (5, "610528101200", "village"),
    ]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"level,code,name\n", b"a,b,c\n1,2,3\n"])
def test_a_file_without_regions_is_refused(content: bytes) -> None:
    assert refused(content)


def test_excels_utf_8_with_its_mark_and_windows_line_ends_is_read() -> None:
    rows = read_file(b"\xef\xbb\xbf" + COUNTY.replace("\n", "\r\n").encode(), known={})
    assert [row.level for row in rows].count("village") == 3


def test_provinces_and_cities_are_passed_over_and_other_columns_ignored() -> None:
    text = (
        "level,code12,code,name,parent_code12,kind_by_code,kind_by_name\n"
        "province,610000000000,61,陕西省,,,\n"
        "city,610500000000,6105,渭南市,610000000000,,\n"
        "county,610528000000,610528,富平县,610500000000,,\n"
        "town,610528101000,610528101,庄里镇,610528000000,镇,\n"
        "village,610528101200,610528101200,永安村委会,610528101000,村委会,村\n"
    )
    rows = read_file(text.encode(), known={})
    assert [(row.level, row.kind) for row in rows] == [
        ("county", None),
        ("township", "镇"),
        ("village", "村委会"),
    ]


def test_nothing_of_a_refused_file_is_written(app: Flask, scalar, tmp_path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text(COUNTY + "village,1,甲\n", "utf-8")
    result = app.test_cli_runner().invoke(args=["places", "import", "--file", str(broken)])
    assert result.exit_code == 1
    assert "一行也没有导入：共 1 处" in result.output
    assert "第 8 行：代码「1」应为 12 位数字" in result.output
    assert scalar("SELECT count(*) FROM region") == 0


def test_the_command_reports_what_it_did(app: Flask, scalar) -> None:
    result = app.test_cli_runner().invoke(args=["places", "import", "610528", "--on", "2026-01-01"])
    assert result.exit_code == 0, result.output
    assert "共 303 个地方" in result.output
    assert "新增 303" in result.output
    assert scalar("SELECT min(opened_on) FROM region") == DAY


def test_an_unknown_code_and_a_missing_package_are_told_in_words(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert "没有代码 99 开头的地方" in runner.invoke(args=["places", "import", "99"]).output
    assert "请给出 2、4 或 6 位" in runner.invoke(args=["places", "import", "富平"]).output
    assert PACKAGE.name == "dist"


def test_a_failure_half_way_leaves_nothing(app: Flask, scalar, monkeypatch) -> None:
    monkeypatch.setitem(imports.STATEMENTS, "begin", "SELECT 1 / 0")
    with pytest.raises(Exception, match="division by zero"), transaction():
        imports.import_divisions(read_file(COUNTY.encode(), known={}), DAY)
    assert scalar("SELECT count(*) FROM region") == 0
