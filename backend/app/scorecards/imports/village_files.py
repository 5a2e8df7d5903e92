"""Files with a line a village: whose line it is, and every fault by its line."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from backend.app.core.errors import InvalidInput
from backend.app.core.files.spreadsheets import ReadSheet
from backend.app.places.name_queries import village_names
from backend.app.places.names import VillageNames

CODE, TOWNSHIP, NAME = "12位代码", "乡镇", "村"
HEADINGS = {
    CODE: (CODE, "代码", "村代码", "行政区划代码"),
    TOWNSHIP: (TOWNSHIP, "镇", "乡镇(街道)"),
    NAME: (NAME, "村名", "村(社区)", "村(社区)"),
}
MOST_FAULTS = 30


@dataclass(frozen=True)
class VillageLine:
    """A village's line: its number as the spreadsheet shows it, and the cells by heading."""

    number: int
    village_id: int
    cells: dict[str, str]


@dataclass
class Faults:
    """Collected, so that a file is mended in one go."""

    lines: list[tuple[int, str]] = field(default_factory=list)

    def note(self, number: int, fault: str) -> None:
        self.lines.append((number, fault))

    def refuse(self) -> None:
        """Raises InvalidInput with the faults by line; nothing has been written by then."""
        if not self.lines:
            return
        said = [f"第 {number} 行:{fault}" for number, fault in sorted(self.lines)[:MOST_FAULTS]]
        more = len(self.lines) - MOST_FAULTS
        if more > 0:
            said.append(f"还有 {more} 处没有列出")
        raise InvalidInput("这个文件没有导入,请改好后整份重传", {"file": said})


def place_of(headings: Sequence[str], known: Collection[str]) -> int | None:
    """Where the first of these headings stands."""
    plain = [heading.replace(" ", "") for heading in headings]
    return next((plain.index(name) for name in known if name in plain), None)


def village_lines(county_id: int, sheet: ReadSheet, faults: Faults) -> Iterator[VillageLine]:
    """The lines whose village is known; of the others the faults are noted."""
    places = {name: place_of(sheet.headings, known) for name, known in HEADINGS.items()}
    if places[CODE] is None and places[NAME] is None:
        raise InvalidInput(errors={"file": ["表头里要有「12位代码」或「村」这一列"]})
    known = village_names(county_id)
    seen: dict[int, int] = {}
    for number, row in zip(sheet.numbers, sheet.rows, strict=True):
        cells = {
            heading.replace(" ", ""): row[place] if place < len(row) else ""
            for place, heading in enumerate(sheet.headings)
        }
        named = {
            name: row[place] if place is not None and place < len(row) else ""
            for name, place in places.items()
        }
        village_id = _village(named, known, number, faults)
        if village_id is None:
            continue
        if village_id in seen:
            faults.note(number, f"和第 {seen[village_id]} 行是同一个村")
            continue
        seen[village_id] = number
        yield VillageLine(number, village_id, cells)


def _village(named: dict[str, str], known: VillageNames, number: int, faults: Faults) -> int | None:
    code, name = named[CODE].strip("'"), named[NAME]
    by_name = known.find(f"{named[TOWNSHIP]}{name}").ids or known.find(name).ids
    by_code = known.find(code).ids if code else ()
    if by_code and name and by_code[0] not in by_name:
        faults.note(number, f"代码 {code} 不是「{name}」")
        return None
    found = by_code or by_name
    if len(found) == 1:
        return found[0]
    called = name or code or "空"
    reason = f"有几个叫「{called}」的村,请填代码" if found else f"没有找到村「{called}」"
    faults.note(number, reason)
    return None
