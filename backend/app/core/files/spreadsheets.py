"""Spreadsheets that people hand in: xlsx, or CSV as WPS and Excel write it.

A cell is its text. What a spreadsheet has destroyed or never computed is not guessed at: such a
cell has a fault beside its text.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree

import orjson
import python_calamine

from backend.app.core.errors import InvalidInput
from backend.app.core.files.old_workbooks import FormulaResult, formula_results
from backend.app.core.files.untrusted import Bounds, Unbounded, open_apart

MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 20_000, 200, 10 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
BOUNDS = Bounds(megabytes=512, processor_seconds=20, seconds=40)
UNREADABLE = "这个表格打不开，请在 WPS 或 Excel 里打开，另存为 xlsx 再传"
TOO_WIDE = "这个表格打不开：可能很远的格子里有东西。请把要传的行复制到新表里，存为 xlsx 再传"
LOCKED = "这个表格设了打开密码，请去掉密码再传"
NO_TABLE = "这个文件不是表格。在 WPS 或 Excel 里打得开的话，请另存为 xlsx 再传"
# How a workbook begins: a zip, or the older container, in which a locked one lies, too.
ZIP, CONTAINER = b"PK", bytes.fromhex("d0cf11e0a1b11ae1")
# Pages and documents that are text, too.
NOT_LISTS = ("<", "%PDF", "{\\rtf")
LOCKED_PART = "EncryptedPackage".encode("utf-16-le")
# From here on a spreadsheet keeps no whole number digit by digit.
INEXACT = 10**15
CELL = re.compile(
    rb"<(?:\w+:)?c\b([^>]*[^/>])>((?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?f\b.*?)</(?:\w+:)?c>", re.S
)
PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
VALUE = re.compile(rb"<(?:\w+:)?v>(.*?)</(?:\w+:)?v>", re.S)
ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*>')
GUARDED = re.compile(r'="(.*)"')


class CellFault(StrEnum):
    """Why the text of a cell is not what somebody wrote."""

    ERROR = "error"
    FORMULA = "formula"
    # A formula of an old workbook whose text has no letters, or was never computed.
    OLD = "old"
    # Stored as 0: true for a figure, never for words.
    ZERO = "zero"
    LONG = "long"


@dataclass(frozen=True)
class ReadSheet:
    """One sheet from its first line on. `faults` are (row, column, fault) of single cells.

    `others` are the workbook's other sheets that are shown, `hidden` those that are not.
    """

    name: str
    rows: list[list[str]]
    faults: list[tuple[int, int, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    since_1904: bool = False


def read_sheet(
    content: bytes, wanted: str | None = None, headings: Iterable[str] = ()
) -> ReadSheet:
    """The sheet named, or the shown one that has most of the headings, read apart.

    What kind of file it is its content says, whatever its name. Raises InvalidInput.
    """
    if len(content) > MOST_BYTES:
        raise InvalidInput(errors={"file": ["文件超过 10 MB，请分几次导入"]})
    options = orjson.dumps({"wanted": wanted, "headings": sorted(headings)}).decode()
    try:
        read = open_apart(
            "backend.app.core.files.spreadsheets:sheet_as_json", content, BOUNDS, options
        )
    except Unbounded:
        raise InvalidInput(errors={"file": [TOO_WIDE]}) from None
    return ReadSheet(**orjson.loads(read))


def sheet_as_json(content: bytes, options: str) -> bytes:
    values = orjson.loads(options)
    sheet = (
        _xlsx(content, values["wanted"], set(values["headings"]))
        if content.startswith((ZIP, CONTAINER))
        else ReadSheet("", _csv(content))
    )
    filled = sum(any(row) for row in sheet.rows)
    if filled < 2:
        raise InvalidInput(errors={"file": ["文件里没有数据，请看看是不是选错了文件或工作表"]})
    if filled > MOST_ROWS + 100:
        raise InvalidInput(errors={"file": [f"一次最多 {MOST_ROWS} 行，请分几次导入"]})
    return orjson.dumps(asdict(sheet))


def _xlsx(content: bytes, wanted: str | None, headings: set[str]) -> ReadSheet:
    zipped = content.startswith(ZIP)
    if not zipped and LOCKED_PART in content:
        raise InvalidInput(errors={"file": [LOCKED]})
    try:
        if zipped:
            _check_unpacked(content)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = python_calamine.SheetVisibleEnum.Visible
        hidden = [sheet.name for sheet in book.sheets_metadata if sheet.visible != visible]
        shown = [name for name in book.sheet_names if name not in hidden] or hidden
        if wanted not in book.sheet_names:
            wanted = max(shown, key=lambda name: _fit(book, name, headings))
        sheet = book.get_sheet_by_name(wanted)
        rows = sheet.to_python(skip_empty_area=False)
        texts, faults = _texts(rows)
        _fill_merged(texts, sheet.merged_cell_ranges or ())
        since_1904 = False
        if zipped:
            part, since_1904 = _part_of(content, wanted)
            faults |= dict(_formulas(part))
        else:
            results, since_1904 = formula_results(content, book.sheet_names.index(wanted))
            faults |= dict(_old_formulas(results))
    except InvalidInput:
        raise
    except Exception as fault:
        raise InvalidInput(errors={"file": [UNREADABLE]}) from fault
    others = [name for name in shown if name != wanted]
    listed = [(*place, fault) for place, fault in sorted(faults.items())]
    return ReadSheet(wanted, texts, listed, others, [n for n in hidden if n != wanted], since_1904)


def _fit(book: python_calamine.CalamineWorkbook, name: str, headings: set[str]) -> tuple[int, bool]:
    """How many of the headings stand in one of the first rows, and whether there is anything."""
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=40)
    best = max((len({str(cell).strip() for cell in row} & headings) for row in rows), default=0)
    return best, len(rows) > 1


def _texts(rows: Sequence[Sequence[Any]]) -> tuple[list[list[str]], dict[tuple[int, int], str]]:
    faults: dict[tuple[int, int], str] = {}
    texts = []
    for place, cells in enumerate(rows):
        texts.append([_as_text(cell) for cell in cells[:MOST_COLUMNS]])
        for column, cell in enumerate(cells[:MOST_COLUMNS]):
            if isinstance(cell, float) and abs(cell) >= INEXACT:
                faults[place, column] = CellFault.LONG.value
    return texts, faults


def _fill_merged(
    texts: list[list[str]], areas: Iterable[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    """Every line of a merged area has its value."""
    for (first, column), (last, _) in areas:
        if first >= len(texts) or column >= len(texts[first]):
            continue
        for row in texts[first + 1 : last + 1]:
            row[column] = texts[first][column]


def _part_of(content: bytes, name: str) -> tuple[bytes, bool]:
    """The XML of one sheet, and whether the book counts its days from 1904."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        workbook = book.read("xl/workbook.xml")
        links = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        since_1904 = False
        part = b""
        for element in ElementTree.fromstring(workbook).iter():  # noqa: S314
            tag = element.tag.rpartition("}")[2]
            if tag == "workbookPr":
                since_1904 = element.get("date1904") in ("1", "true")
            elif tag == "sheet" and element.get("name") == name:
                key = next(v for k, v in element.attrib.items() if k.endswith("}id"))
                target = (targets.get(key) or "").lstrip("/")
                part = book.read(target if target.startswith("xl/") else f"xl/{target}")
        return part, since_1904


def _formulas(part: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    """Faults of formulas without a value, of errors, and of zeros that may never be computed."""
    for cell in ERROR.finditer(part):
        if place := PLACE.search(cell[0]):
            yield _place(place), CellFault.ERROR.value
    zeros, computed = [], False
    for cell in CELL.finditer(part):
        place = PLACE.search(cell[1])
        value = VALUE.search(cell[2])
        if place is None or b't="e"' in cell[1]:
            continue
        if value is None or not value[1].strip():
            if b't="str"' not in cell[1]:
                yield _place(place), CellFault.FORMULA.value
        elif value[1].strip() in (b"0", b"0.0"):
            zeros.append(_place(place))
        else:
            computed = True
    # A program that writes formulas without computing them writes 0 everywhere.
    fault = CellFault.ZERO if computed else CellFault.FORMULA
    yield from ((place, fault.value) for place in zeros)


def _old_formulas(
    results: Sequence[tuple[tuple[int, int], FormulaResult]],
) -> Iterator[tuple[tuple[int, int], str]]:
    """The same of an old workbook, where a text without letters counts once others have some."""
    computed = any(result is FormulaResult.VALUE for _, result in results)
    faults = {
        FormulaResult.ERROR: CellFault.ERROR,
        FormulaResult.ZERO: CellFault.ZERO if computed else CellFault.FORMULA,
        FormulaResult.EMPTY: None if computed else CellFault.OLD,
    }
    for place, result in results:
        if fault := faults.get(result):
            yield place, fault.value


def _place(place: re.Match[bytes]) -> tuple[int, int]:
    column = 0
    for letter in place[1]:
        column = column * 26 + letter - 64
    return int(place[2]) - 1, column - 1


def _check_unpacked(content: bytes) -> None:
    """Raises ValueError where the parts say that they unpack into too much."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        if sum(part.file_size for part in book.infolist()) > MOST_UNPACKED:
            raise ValueError


def _as_text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell).strip()


def _csv(content: bytes) -> list[list[str]]:
    for encoding in _encodings(content):
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in decoded or decoded.startswith(NOT_LISTS):
            break
        head = decoded[:4000]
        mark = max((",", "\t", ";"), key=head.count)
        try:
            lines = list(csv.reader(io.StringIO(decoded, newline=""), delimiter=mark))
        except csv.Error:
            break
        return [[_unguarded(cell.strip()) for cell in line[:MOST_COLUMNS]] for line in lines]
    raise InvalidInput(errors={"file": [NO_TABLE]})


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    return ("utf-8-sig", "gb18030")


def _unguarded(cell: str) -> str:
    """="2026110512345678" is how a CSV keeps a number from being read as one."""
    guarded = GUARDED.fullmatch(cell)
    return guarded[1] if guarded else cell
