"""Spreadsheets that people hand in: xlsx, or CSV as WPS and Excel write it."""

import csv
import io
import zipfile
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
import python_calamine

from backend.app.core.errors import InvalidInput
from backend.app.core.files.untrusted import Bounds, Unbounded, open_apart

MOST_ROWS, MOST_BYTES = 2000, 10 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
BOUNDS = Bounds(megabytes=512, processor_seconds=8, seconds=20)
UNREADABLE = "这个表格打不开,请另存为 xlsx 再试"


@dataclass(frozen=True)
class ReadSheet:
    """A read file: its headings, its rows as text, and the line each row stands on."""

    headings: list[str]
    rows: list[list[str]]
    numbers: list[int]


def read_sheet(content: bytes, name: str) -> ReadSheet:
    """The first sheet of an xlsx, or a CSV in UTF-8 or GBK, read apart; raises InvalidInput."""
    if len(content) > MOST_BYTES:
        raise InvalidInput(errors={"file": ["文件太大,请分几次导入"]})
    try:
        read = open_apart(
            "backend.app.core.files.spreadsheets:sheet_as_json", content, BOUNDS, name
        )
    except Unbounded:
        raise InvalidInput(errors={"file": [UNREADABLE]}) from None
    return ReadSheet(**orjson.loads(read))


def sheet_as_json(content: bytes, name: str) -> bytes:
    return orjson.dumps(asdict(_sheet(content, name)))


def _sheet(content: bytes, name: str) -> ReadSheet:
    lines = _xlsx(content) if name.lower().endswith((".xlsx", ".xls")) else _csv(content)
    filled = [(number, line) for number, line in enumerate(lines, 1) if any(line)]
    if len(filled) < 2:
        raise InvalidInput(errors={"file": ["文件里没有数据,第一行应是表头"]})
    if len(filled) - 1 > MOST_ROWS:
        raise InvalidInput(errors={"file": [f"一次最多 {MOST_ROWS} 行,请分几次导入"]})
    return ReadSheet(
        filled[0][1], [line for _, line in filled[1:]], [number for number, _ in filled[1:]]
    )


def _xlsx(content: bytes) -> list[list[str]]:
    try:
        if content.startswith(b"PK"):
            _check_unpacked(content)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception as fault:
        raise InvalidInput(errors={"file": [UNREADABLE]}) from fault
    return [[_as_text(cell) for cell in row] for row in rows]


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
    return str(cell).strip()


def _csv(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in decoded:
            break
        try:
            return [[c.strip() for c in line] for line in csv.reader(io.StringIO(decoded))]
        except csv.Error:
            break
    raise InvalidInput(errors={"file": ["这个文件读不懂,请另存为 xlsx 或 UTF-8 的 CSV"]})
