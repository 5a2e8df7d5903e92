"""What formulas came to in a workbook of before 2007 (.xls): the reader of its cells does not say.

Such a file is a container of streams ([MS-CFB]); the one named Workbook is a row of records
([MS-XLS]): two bytes of type, two of length. Of a formula it holds the last result in eight bytes.
"""

import struct
from collections.abc import Iterator
from enum import Enum

END, STREAMS = 0xFFFFFFFE, ("Workbook", "Book")
HEAD, ENTRY = 512, 128
FORMULA, CONSTANT, DATE_MODE, SHEET, BEGIN, FINISH = 0x06, 0x205, 0x22, 0x85, 0x809, 0x0A


class FormulaResult(Enum):
    """EMPTY: a text of no letters, or nothing was ever computed; the file says the same of both."""

    VALUE = "value"
    ZERO = "zero"
    EMPTY = "empty"
    ERROR = "error"


Place = tuple[int, int]


def formula_results(content: bytes, nth: int) -> tuple[list[tuple[Place, FormulaResult]], bool]:
    """Of the nth sheet by (row, column), and whether the book counts its days from 1904."""
    stream = _stream(content)
    offsets, since_1904 = [], False
    for kind, body in _records(stream, 0):
        if kind == SHEET:
            offsets.append(struct.unpack_from("<I", body)[0])
        elif kind == DATE_MODE:
            since_1904 = body[:1] == b"\x01"
    return list(_results(stream, offsets[nth])), since_1904


def _results(stream: bytes, offset: int) -> Iterator[tuple[Place, FormulaResult]]:
    for kind, body in _records(stream, offset):
        if kind == CONSTANT and body[7]:
            yield struct.unpack_from("<HH", body), FormulaResult.ERROR
        elif kind == FORMULA:
            yield struct.unpack_from("<HH", body), _result(body[6:14])


def _result(value: bytes) -> FormulaResult:
    if value[6:] == b"\xff\xff":
        kinds = {2: FormulaResult.ERROR, 3: FormulaResult.EMPTY}
        return kinds.get(value[0], FormulaResult.VALUE)
    return FormulaResult.VALUE if any(value) else FormulaResult.ZERO


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """Up to the end of this part; charts inside a sheet have parts of their own."""
    depth = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        depth += (kind == BEGIN) - (kind == FINISH)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _stream(content: bytes) -> bytes:
    """The bytes of the workbook; raises ValueError for a container without one."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    small = 1 << struct.unpack_from("<H", content, 32)[0]
    first_entry, cutoff, first_small = struct.unpack_from("<I4xII", content, 48)
    body = content[HEAD if size == HEAD else size :]
    sectors = [_sector(body, size, number) for number in _table_sectors(content, size)]
    table = _numbers(b"".join(sectors))
    entries = _chain(body, size, table, first_entry)
    for place in range(0, len(entries), ENTRY):
        entry = entries[place : place + ENTRY]
        name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le")
        if name in STREAMS:
            start, length = struct.unpack_from("<II", entry, 116)
            if length >= cutoff:
                return _chain(body, size, table, start)[:length]
            root = _chain(body, size, table, struct.unpack_from("<I", entries, 116)[0])
            links = _numbers(_chain(body, size, table, first_small))
            return _chain(root, small, links, start)[:length]
    raise ValueError("no workbook")


def _table_sectors(content: bytes, size: int) -> Iterator[int]:
    """Where the table of links lies: 109 places in the head, the rest in sectors of their own."""
    (count,) = struct.unpack_from("<I", content, 44)
    numbers = list(struct.unpack_from("<109I", content, 76))
    (further,) = struct.unpack_from("<I", content, 68)
    body = content[HEAD if size == HEAD else size :]
    while further < END and len(numbers) < count:
        *more, further = _numbers(_sector(body, size, further))
        numbers += more
    yield from numbers[:count]


def _chain(body: bytes, size: int, links: tuple[int, ...], start: int) -> bytes:
    parts, seen = [], 0
    while start < len(links) and seen <= len(links):
        parts.append(_sector(body, size, start))
        start, seen = links[start], seen + 1
    return b"".join(parts)


def _sector(body: bytes, size: int, number: int) -> bytes:
    return body[number * size : (number + 1) * size]


def _numbers(part: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(part) // 4}I", part[: len(part) // 4 * 4])
