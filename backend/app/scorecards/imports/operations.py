"""What other systems counted: online completion, delivery, activity, by village and month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, text

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.files.workbooks import form_sheet
from backend.app.core.queue import JobName, enqueue
from backend.app.places.village_kinds import villages_with_kinds
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
CODE, TOWNSHIP, NAME = "12位代码", "乡镇", "村"
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
class ImportStanding:
    """What there is of one month and source."""

    month: date
    source: str
    villages: int
    yes: int
    whole: int
    imported_at: datetime
    origin: str


Figures = tuple[int, int]


def check_importable(county_id: int, month: date) -> None:
    """Raises InvalidInput for a month that has not begun, MonthLocked for a closed one."""
    check_month(month)
    check_open(county_id, month)


def store_facts(
    county_id: int, month: date, origin: str, person_id: int,
    figures: Mapping[tuple[int, str], Figures],
) -> None:  # fmt: skip
    """By village and source; earlier figures of the same month are replaced. Raises MonthLocked."""
    hold_month(month)
    check_open(county_id, month)
    keys = sorted(figures)
    db.session.execute(
        MERGE,
        {
            "month": month, "county_id": county_id, "origin": origin,
            "person_id": person_id, "at": clock.now(),
            "villages": [key[0] for key in keys], "sources": [key[1] for key in keys],
            "yes": [figures[key][0] for key in keys], "wholes": [figures[key][1] for key in keys],
        },
    )  # fmt: skip


def recompute(county_id: int, month: date) -> None:
    enqueue(JobName.RECOMPUTE_MONTH, county_id, f"{month:%Y-%m}")


def figures_of(county_id: int, month: date) -> dict[tuple[int, str], Figures]:
    """What was imported of a month, by village and source."""
    rows = db.session.scalars(
        select(ImportedFact)
        .where(ImportedFact.county_id == county_id, ImportedFact.month == month)
        .execution_options(populate_existing=True)
    )
    return {(row.village_id, row.source): (row.yes, row.whole) for row in rows}


def standing(county_id: int, months: int = 12) -> list[ImportStanding]:
    """What was imported in the last months, the newest first."""
    this_month = clock.month_of(clock.today())
    values = {"county_id": county_id, "first": clock.months_back(this_month, months)[0]}
    return [ImportStanding(*row) for row in db.session.execute(STANDING, values)]


def template(county_id: int) -> bytes:
    """A workbook with a line a village, to be filled in."""
    columns = [name for pair in COLUMNS.values() for name in pair]
    rows = [(row.code, row.township, row.name) for row in villages_with_kinds(county_id)]
    return form_sheet("数据", (CODE, TOWNSHIP, NAME, *columns), rows)
