"""Division data goes into the tables: set by set, as often as wanted, with a report."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import CursorResult, text

from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.moderated_words import found_lists
from backend.app.places.divisions import Division

STATEMENTS = {
    "table": """
        CREATE TEMPORARY TABLE division (
            level text, code text PRIMARY KEY, name text, parent_code text, kind text
        ) ON COMMIT DROP
    """,
    # The same village under a new code: its old code is gone, and its name is on both sides once.
    "recoded": """
        WITH gone AS (
            SELECT r.id, r.level, r.name, r.county_id, count(*) OVER same AS times
            FROM region r
            WHERE r.closed_on IS NULL AND r.level IN ('township', 'village')
              AND r.county_id IN (SELECT id FROM region WHERE level = 'county' AND code IN (
                  SELECT left(code, 6) || '000000' FROM division))
              AND NOT EXISTS (SELECT FROM division d WHERE d.code = r.code)
            WINDOW same AS (PARTITION BY r.level, r.county_id, r.name)
        ), fresh AS (
            SELECT d.code, d.level, d.name, c.id AS county_id, count(*) OVER same AS times
            FROM division d
            JOIN region c ON c.code = left(d.code, 6) || '000000' AND c.closed_on IS NULL
            WHERE NOT EXISTS (
                SELECT FROM region r WHERE r.code = d.code AND r.closed_on IS NULL)
            WINDOW same AS (PARTITION BY d.level, c.id, d.name)
        )
        UPDATE region r SET code = fresh.code
        FROM gone JOIN fresh USING (level, county_id, name)
        WHERE r.id = gone.id AND gone.times = 1 AND fresh.times = 1
        RETURNING r.id
    """,
    # A region that had been closed, by a file that lacked it, comes back as itself.
    "reopened": """
        UPDATE region r SET closed_on = NULL
        FROM division d
        WHERE r.id = (
            SELECT max(old.id) FROM region old
            WHERE old.code = d.code AND old.name = d.name AND old.closed_on IS NOT NULL
              AND old.merged_into_id IS NULL
        ) AND NOT EXISTS (SELECT FROM region now WHERE now.code = d.code AND now.closed_on IS NULL)
        RETURNING r.id
    """,
    "new": """
        INSERT INTO region (level, code, name, kind, parent_id, township_id, county_id, opened_on)
        SELECT d.level, d.code, d.name, d.kind, p.id,
               CASE WHEN d.level = 'village' THEN p.id END, p.county_id, :day
        FROM division d
        LEFT JOIN region p ON p.code = d.parent_code AND p.closed_on IS NULL
        WHERE d.level = :level
          AND NOT EXISTS (SELECT FROM region r WHERE r.code = d.code AND r.closed_on IS NULL)
        ORDER BY d.code
        RETURNING id
    """,
    # A county belongs to itself and a township to itself, so that one condition finds all inside.
    "own": """
        UPDATE region SET county_id = CASE WHEN level = 'county' THEN id ELSE county_id END,
                          township_id = CASE WHEN level = 'township' THEN id ELSE township_id END
        WHERE (level = 'county' AND county_id IS NULL)
           OR (level = 'township' AND township_id IS NULL)
    """,
    "renamed": """
        UPDATE region r SET name = d.name
        FROM division d
        WHERE r.code = d.code AND r.closed_on IS NULL AND r.name <> d.name
        RETURNING r.id
    """,
    "moved": """
        UPDATE region r
        SET parent_id = p.id, county_id = p.county_id,
            township_id = CASE WHEN r.level = 'village' THEN p.id ELSE r.id END
        FROM division d JOIN region p ON p.code = d.parent_code AND p.closed_on IS NULL
        WHERE r.code = d.code AND r.closed_on IS NULL AND r.parent_id <> p.id
        RETURNING r.id
    """,
    # What the county itself said about a village stays.
    "kinds": """
        UPDATE region r SET kind = d.kind
        FROM division d
        WHERE r.code = d.code AND r.closed_on IS NULL AND r.kind IS DISTINCT FROM d.kind
          AND NOT EXISTS (SELECT FROM village_kind_change c WHERE c.village_id = r.id)
    """,
    "gone": """
        SELECT r.id FROM region r
        WHERE r.closed_on IS NULL AND r.level IN ('township', 'village')
          AND r.county_id IN (
              SELECT id FROM region WHERE level = 'county' AND closed_on IS NULL AND code IN (
                  SELECT left(code, 6) || '000000' FROM division))
          AND NOT EXISTS (SELECT FROM division d WHERE d.code = r.code)
        ORDER BY r.code
    """,
    "close": "UPDATE region SET closed_on = :day WHERE id = ANY(:ids)",
    # History: states that ended today never counted; states that ended earlier get their end.
    "amend": """
        UPDATE region_version v SET name = r.name, code = r.code, parent_id = r.parent_id
        FROM region r
        WHERE v.region_id = r.id AND v.valid_to IS NULL AND v.valid_from >= :day
          AND (v.name, v.code, v.parent_id) IS DISTINCT FROM (r.name, r.code, r.parent_id)
    """,
    "end": """
        UPDATE region_version v SET valid_to = GREATEST(:day, v.valid_from + 1)
        FROM region r
        WHERE v.region_id = r.id AND v.valid_to IS NULL
          AND (r.closed_on IS NOT NULL
               OR (v.name, v.code, v.parent_id) IS DISTINCT FROM (r.name, r.code, r.parent_id))
    """,
    "begin": """
        INSERT INTO region_version (region_id, code, name, parent_id, valid_from)
        SELECT r.id, r.code, r.name, r.parent_id,
               GREATEST(:day, (SELECT max(valid_to) FROM region_version WHERE region_id = r.id))
        FROM region r
        WHERE r.closed_on IS NULL
          AND NOT EXISTS (
              SELECT FROM region_version v WHERE v.region_id = r.id AND v.valid_to IS NULL)
    """,
    "names": "SELECT name FROM region WHERE id = ANY(:ids) ORDER BY code LIMIT :most",
}
MOST_NAMES = 20


@dataclass
class ImportReport:
    """How many regions are new, changed and gone, with the first names of each."""

    total: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)

    def note(self, change: str, ids: Collection[int]) -> None:
        """Remember a change and whom it met."""
        self.counts[change] = self.counts.get(change, 0) + len(ids)
        if ids:
            found = _run("names", ids=list(ids), most=MOST_NAMES)
            self.names.setdefault(change, []).extend(row.name for row in found)


def import_divisions(
    divisions: Collection[Division], day: date, close_gone: bool = False
) -> ImportReport:
    """Makes the tables equal to the source for its counties, and says what changed.

    Regions are known by their code, so a second import of the same data changes nothing. What
    the source lacks is reported as gone, and closed only on demand: a partial file is common.
    """
    report = ImportReport(total=len(divisions))
    # Two imports at once would both find the same regions missing; reading goes on meanwhile.
    _run_text("LOCK TABLE region IN SHARE ROW EXCLUSIVE MODE")
    _copy(divisions)
    for level in ("county", "township", "village"):
        if level == "township":
            report.note("recoded", _ids("recoded"))
            report.note("reopened", _ids("reopened"))
        new = _ids("new", level=level, day=day)
        report.note("new", new)
        _run("own")
        if level == "county":
            found_lists(new)
    report.note("renamed", _ids("renamed"))
    report.note("moved", _ids("moved"))
    _run("kinds")
    gone = _ids("gone")
    report.note("gone", gone)
    if close_gone:
        _run("close", day=day, ids=gone)
    for step in ("amend", "end", "begin"):
        _run(step, day=day)
    db.session.expire_all()
    record("import_divisions", None, "region", 0, total=report.total, **report.counts)
    return report


def known_codes() -> dict[str, str]:
    """Code to level of every open county and township: what a file's rows may hang from."""
    rows = db.session.execute(
        text(
            "SELECT code, level FROM region"
            " WHERE closed_on IS NULL AND level IN ('county', 'township')"
        )
    )
    return {row.code: row.level for row in rows}


def _copy(divisions: Collection[Division]) -> None:
    db.session.execute(text("DROP TABLE IF EXISTS pg_temp.division"))
    _run("table")
    cursor = db.session.connection().connection.cursor()
    with cursor.copy("COPY division (level, code, name, parent_code, kind) FROM STDIN") as copy:
        for row in divisions:
            copy.write_row((row.level, row.code, row.name, row.parent_code, row.kind))
    _run_text("ANALYZE division")


def _ids(statement: str, **values: object) -> list[int]:
    return [region_id for (region_id,) in _run(statement, **values)]


def _run(statement: str, **values: object) -> list[Any]:
    return _run_text(STATEMENTS[statement], **values)


def _run_text(statement: str, **values: object) -> list[Any]:
    result = db.session.execute(text(statement), values)
    return list(result) if isinstance(result, CursorResult) and result.returns_rows else []
