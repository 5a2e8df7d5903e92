"""What other systems counted: online completion, delivery, activity, by village and month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, text

from backend.app.access import Actor, Permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.files.spreadsheets import ReadSheet
from backend.app.core.files.workbooks import form_sheet
from backend.app.core.queue import JobName, enqueue
from backend.app.core.web.boxes import whole
from backend.app.places.village_kinds import villages_with_kinds
from backend.app.scorecards.imports.village_files import (
    CODE,
    NAME,
    TOWNSHIP,
    Faults,
    VillageLine,
    place_of,
    village_lines,
)
from backend.app.scorecards.locks.operations import check_open
from backend.app.scorecards.models import ImportedFact
from backend.app.scorecards.operations import hold_month
from backend.app.scorecards.queries import check_month
from backend.app.scoring.catalog import IMPORTED, MEASURES

# The two columns of each source: how many yes, of how many.
COLUMNS: dict[str, tuple[str, str]] = {
    measure.source: measure.imported for measure in MEASURES.values() if measure.imported
}
SOURCE_NAMES = {source: MEASURES[code].name for code, source in IMPORTED.items()}
LONGEST_ORIGIN, MOST = 60, 1_000_000_000
MERGE = text(
    """
    INSERT INTO imported_fact
        (village_id, month, county_id, source, yes, whole, origin, imported_by_id, imported_at)
    SELECT village_id, :month, :county_id, source, yes, whole, :origin, :person_id, :at
    FROM unnest(CAST(:villages AS bigint[]), CAST(:sources AS text[]), CAST(:yes AS int[]),
                CAST(:wholes AS int[])) AS given (village_id, source, yes, whole)
    ON CONFLICT (village_id, month, source) DO UPDATE
        SET yes = excluded.yes, whole = excluded.whole, origin = excluded.origin,
            imported_by_id = excluded.imported_by_id, imported_at = excluded.imported_at
    """
)
STANDING = text(
    """
    SELECT month, source, count(*)::int AS villages, sum(yes)::bigint AS yes,
           sum(whole)::bigint AS whole, max(imported_at) AS imported_at,
           (array_agg(origin ORDER BY imported_at DESC))[1] AS origin
    FROM imported_fact WHERE county_id = :county_id AND month >= :first
    GROUP BY month, source ORDER BY month DESC, source
    """
)


@dataclass(frozen=True)
class FactsReport:
    """What an import did, by village and source."""

    sources: tuple[str, ...]
    new: int
    changed: int
    same: int


@dataclass(frozen=True)
class ImportStanding:
    """What there is of one month and source."""

    month: date
    source: str
    villages: int
    yes: int
    whole: int
    imported_at: datetime
    origin: str


def import_facts(
    actor: Actor, county_id: int, month: date, sheet: ReadSheet, origin: str
) -> FactsReport:
    """All lines or none; a village's earlier figures of the same month are replaced.

    Raises MonthLocked, or InvalidInput naming each fault by its line.
    """
    if not may(actor, Permission.IMPORT_FACTS, (county_id,)):
        raise NotAllowed
    check_month(month)
    called = origin.strip()
    if not 1 <= len(called) <= LONGEST_ORIGIN or not called.isprintable():
        raise InvalidInput(errors={"origin": [f"请填来源系统,最多 {LONGEST_ORIGIN} 个字"]})
    hold_month(month)
    check_open(county_id, month)
    found = _read(county_id, sheet)
    report = _compared(county_id, month, found)
    keys = sorted(found)
    db.session.execute(
        MERGE,
        {
            "month": month, "county_id": county_id, "origin": called,
            "person_id": actor.person_id, "at": clock.now(),
            "villages": [key[0] for key in keys], "sources": [key[1] for key in keys],
            "yes": [found[key][0] for key in keys], "wholes": [found[key][1] for key in keys],
        },
    )  # fmt: skip
    record(
        "import_facts", actor.person_id, "county", county_id, month=f"{month:%Y-%m}",
        source="、".join(SOURCE_NAMES[source] for source in report.sources), name=called,
        new=report.new, changed=report.changed,
    )  # fmt: skip
    enqueue(JobName.RECOMPUTE_MONTH, county_id, f"{month:%Y-%m}")
    return report


def _read(county_id: int, sheet: ReadSheet) -> dict[tuple[int, str], tuple[int, int]]:
    """By village and source; raises InvalidInput unless every line is right."""
    sources = _sources(sheet.headings)
    faults = Faults()
    found: dict[tuple[int, str], tuple[int, int]] = {}
    for line in village_lines(county_id, sheet, faults):
        for source in sources:
            pair = _pair(line, source, faults)
            if pair is not None:
                found[line.village_id, source] = pair
    faults.refuse()
    if not found:
        raise InvalidInput(errors={"file": ["文件里没有数字,没有导入"]})
    return found


def _sources(headings: Sequence[str]) -> list[str]:
    found, faults = [], []
    for source, pair in COLUMNS.items():
        there = [name for name in pair if place_of(headings, (name,)) is not None]
        if len(there) == 1:
            (missing,) = set(pair) - set(there)
            faults.append(f"有「{there[0]}」,还缺「{missing}」这一列")
        elif there:
            found.append(source)
    if not found and not faults:
        faults.append("没有认出数据列,请用下载的模板填")
    if faults:
        raise InvalidInput(errors={"file": faults})
    return found


def _pair(line: VillageLine, source: str, faults: Faults) -> tuple[int, int] | None:
    """The two numbers; None where both cells are empty: not known is not zero."""
    names = COLUMNS[source]
    written = [line.cells[name].replace(",", "").replace(",", "") for name in names]
    if not any(written):
        return None
    numbers = []
    for name, cell in zip(names, written, strict=True):
        if not cell:
            faults.note(line.number, f"「{name}」没填")
        elif (number := whole(cell, most=MOST)) is None:
            faults.note(line.number, f"「{name}」应为整数,现在是「{cell[:20]}」")
        else:
            numbers.append(number)
    if len(numbers) < 2:
        return None
    if numbers[0] > numbers[1]:
        faults.note(line.number, f"「{names[0]}」{numbers[0]} 比「{names[1]}」{numbers[1]} 还多")
        return None
    return numbers[0], numbers[1]


def _compared(
    county_id: int, month: date, found: dict[tuple[int, str], tuple[int, int]]
) -> FactsReport:
    rows = db.session.scalars(
        select(ImportedFact).where(ImportedFact.county_id == county_id, ImportedFact.month == month)
    )
    before = {(row.village_id, row.source): (row.yes, row.whole) for row in rows}
    new = sum(key not in before for key in found)
    same = sum(before.get(key) == pair for key, pair in found.items())
    sources = tuple(source for source in COLUMNS if any(key[1] == source for key in found))
    return FactsReport(sources, new, len(found) - new - same, same)


def standing(county_id: int, months: int = 12) -> list[ImportStanding]:
    """What was imported in the last months, the newest first."""
    this_month = clock.month_of(clock.today())
    asked = {"county_id": county_id, "first": clock.months_back(this_month, months)[0]}
    return [ImportStanding(*row) for row in db.session.execute(STANDING, asked)]


def template(county_id: int) -> bytes:
    """A workbook with a line a village, to be filled in."""
    columns = [name for pair in COLUMNS.values() for name in pair]
    rows = [(row.code, row.township, row.name) for row in villages_with_kinds(county_id)]
    return form_sheet("数据", (CODE, TOWNSHIP, NAME, *columns), rows)
