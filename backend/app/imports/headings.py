"""Which row of a sheet is its heading, and which of its columns is which of ours."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

SEARCHED_ROWS = 40
UNSEEN = re.compile(r"[\s\u200b-\u200f\ufeff*＊:：]+")
REMARK = re.compile(r"[(（](?:必填|选填|非必填|可不填|文本|文本格式|格式.*?)[)）]")


@dataclass(frozen=True)
class FileColumn:
    """One of our columns: its name, and the headings it is known by, the best first."""

    code: str
    name: str
    needed: bool
    headings: tuple[str, ...]


@dataclass(frozen=True)
class ColumnMatch:
    """Our columns by their place in the sheet; `doubtful` ones fit several places alike."""

    places: dict[str, int]
    doubtful: dict[str, list[int]]


def plain(heading: str) -> str:
    """Without stars, blanks, line breaks and remarks such as (必填); brackets half-width."""
    return REMARK.sub("", UNSEEN.sub("", unicodedata.normalize("NFKC", heading))).casefold()


def find_heading(
    rows: Sequence[Sequence[str]], columns: Sequence[FileColumn], remembered: Iterable[str] = ()
) -> tuple[int, list[str]]:
    """The row with most of our headings, or of those that the source had before.

    Where none is known, the first with several cells.
    Of a heading of several rows it is the last one; its empty cells mean what stands above them.
    """
    known = {plain(name) for column in columns for name in column.headings}
    known |= {name.partition("#")[0] for name in remembered}
    scores = [len({plain(cell) for cell in row} & known) for row in rows[:SEARCHED_ROWS]]
    best = max(scores, default=0)
    if best == 0:
        wide = [index for index, row in enumerate(rows) if len(set(filter(None, row))) > 1]
        place = wide[0] if wide else 0
        return place, list(rows[place])
    place = scores.index(best)
    headings = list(rows[place])
    while place + 1 < len(scores) and (
        scores[place + 1] == best or _goes_on(headings, rows[place + 1], known)
    ):
        place += 1
        headings = [low or high for high, low in zip_longest(headings, rows[place], fillvalue="")]
    return place, headings


def _goes_on(headings: Sequence[str], row: Sequence[str], known: Collection[str]) -> bool:
    """Whether all that stands in a row are headings of ours, or those above it again."""
    below = [
        (plain(high), plain(low)) for high, low in zip_longest(headings, row, fillvalue="") if low
    ]
    return any(low in known and low != high for high, low in below) and all(
        low in known or low == high for high, low in below
    )


def keys_of(headings: Sequence[str]) -> list[str]:
    """A name for every column by which it is found again: its heading, a second one as 内容#2."""
    seen: dict[str, int] = {}
    keys = []
    for heading in headings:
        name = plain(heading)
        seen[name] = seen.get(name, 0) + 1
        keys.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return keys


def match_columns(
    headings: Sequence[str], columns: Sequence[FileColumn], remembered: Mapping[str, str]
) -> ColumnMatch:
    """As last time where that heading is there; else by the first known name, in its order."""
    keys = keys_of(headings)
    places: dict[str, int] = {}
    doubtful: dict[str, list[int]] = {}
    for column in columns:
        before = remembered.get(column.code)
        if before and before in keys:
            places[column.code] = keys.index(before)
    for column in columns:
        if column.code in places:
            continue
        for name in map(plain, column.headings):
            there = [
                place for place, heading in enumerate(headings)
                if plain(heading) == name and place not in places.values()
            ]  # fmt: skip
            if len(there) == 1:
                places[column.code] = there[0]
            elif there:
                doubtful[column.code] = there
            if there:
                break
    return ColumnMatch(places, doubtful)
