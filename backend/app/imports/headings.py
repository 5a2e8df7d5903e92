"""Which row of a sheet is its heading, and which of its columns is which of ours."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SEARCHED_ROWS = 40
UNSEEN = re.compile(r"[\s\u200b-\u200f\ufeff*＊:：]+")
REMARK = re.compile(r"[(（](?:必填|选填|非必填|可不填|文本|文本格式|格式.*?)[)）]")


@dataclass(frozen=True)
class FileColumn:
    """One of our columns: its name, and the headings it is known by, the best first.

    `stays_whole`: an identifier, of which a spreadsheet must not have touched a digit.
    """

    code: str
    name: str
    needed: bool
    headings: tuple[str, ...]
    stays_whole: bool = False


@dataclass(frozen=True)
class ColumnMatch:
    """Our columns by their place in the sheet; `doubtful` ones fit several places alike."""

    places: dict[str, int]
    doubtful: dict[str, list[int]]


def plain(heading: str) -> str:
    """Without stars, blanks, line breaks and remarks such as (必填); brackets half-width."""
    return REMARK.sub("", UNSEEN.sub("", unicodedata.normalize("NFKC", heading))).casefold()


def find_heading(rows: Sequence[Sequence[str]], columns: Sequence[FileColumn]) -> int:
    """The row with most of our headings; where none is known, the first with several cells.

    Of a heading of two rows, whose merged cells were filled downwards, it is the lower one.
    """
    known = {plain(name) for column in columns for name in column.headings}
    scores = [len({plain(cell) for cell in row} & known) for row in rows[:SEARCHED_ROWS]]
    best = max(scores, default=0)
    if best == 0:
        wide = [index for index, row in enumerate(rows) if len(set(filter(None, row))) > 1]
        return wide[0] if wide else 0
    place = scores.index(best)
    while place + 1 < len(scores) and scores[place + 1] == best:
        place += 1
    return place


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
