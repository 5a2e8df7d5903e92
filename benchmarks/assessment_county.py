"""A county's assessment in the database: import, a month's colours, its list and its workbook.

The demo's programme: 96 units, 4,436 targets; eleven months behind it. Each figure stands beside a
baseline of the same run: the same cells written by XlsxWriter alone, the same rows read from the
file and inserted, colours worked out in floating point and kept by one statement a target.
"""

import os
import tempfile
import time
from collections import deque
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import text

from backend.app.access import Role
from backend.app.accounts.logins.operations import find_login
from backend.app.accounts.queries import actor_today
from backend.app.assessments.evaluation.ladder_operations import propose_steps
from backend.app.assessments.evaluation.operations import store_standings
from backend.app.assessments.evaluation.queries import compute_standings, lights_of
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.library.loading_operations import create_from_template
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.part_operations import UnitDraft, place_units
from backend.app.assessments.programmes.queries import list_groups, list_programmes, list_units
from backend.app.assessments.reports.window_queries import find_window
from backend.app.assessments.scopes import ReaderScope
from backend.app.assessments.targets import list_book, queries
from backend.app.assessments.targets import sheet_columns as columns
from backend.app.assessments.targets.import_operations import import_targets
from backend.app.assessments.targets.queries import TargetFilters
from backend.app.assessments.targets.sheet_rows import decomposition_book
from backend.app.assessments.targets.sheet_tables import read_tables
from backend.app.core.db import autocommit, db, fetch_rows, transaction
from backend.app.core.queue import redis_client
from backend.app.places.models import Region
from backend.demo.assessments import load_assessment
from benchmarks import workbook
from benchmarks.counting import Counter
from benchmarks.surroundings import application, cpu_seconds, servers
from tests.factories.console import make_staff, sit_down
from tests.factories.county import OPENED_ON, County, make_county

UNITS, TARGETS = 96, 4436
YEAR, RUNS, PAGE_RUNS, COUNTIES, COPIES = 2026, 5, 20, 100, 9
IMPORT_BAR, MONTH_BAR, PROVINCE_BAR, BOOK_BAR, SQL_BAR = 5, 1, 60, 1.0, 12
PAGES = (
    "/console/assessments/targets", "/console/assessments/targets?colour=red&tag=经济",
    "/console/assessments/targets?search=道路&page=2",
    "/console/assessments/targets?state=confirmed",
)  # fmt: skip
BARE_FACTS = """
    SELECT t.id, (SELECT r.value FROM target_report r WHERE r.target_id = t.id
                    AND r.period <= :period AND r.state = 'accepted'
                  ORDER BY r.period DESC LIMIT 1),
           (SELECT p.value FROM target_plan p WHERE p.target_id = t.id AND p.edition = t.edition
              AND p.month <= :period ORDER BY p.month DESC LIMIT 1)
    FROM target t WHERE t.programme_id = :id
"""
BARE_STANDING = text(
    "UPDATE target_standing SET colour = :colour WHERE target_id = :id AND period = :period"
)
# Of what units say themselves, each month that is due: at paces between 0.75 and 1.2.
REPORT = text(
    """
    INSERT INTO target_report (county_id, target_id, period, state, value, version)
    SELECT t.county_id, t.id, p.month, 'accepted',
           round(p.value * (0.75 + 0.45 * (t.id * 7919 % 100) / 100), 4), 2
    FROM target t JOIN programme_element e ON e.id = t.element_id
    JOIN target_plan p ON p.target_id = t.id AND p.edition = t.edition
    WHERE starts_with(e.source, 'report:') AND p.month <= :last
      AND (t.rhythm = 'month' OR EXTRACT(MONTH FROM p.month) IN (3, 6, 9))
    """
)
WINDOWS = text(
    """
    INSERT INTO programme_window (county_id, programme_id, period, opens_at, closes_at,
                                  owner_due_at, office_due_at, closed_at)
    SELECT :county_id, :programme_id, m, m + interval '24 days', m + interval '34 days',
           m + interval '38 days', m + interval '41 days', m + interval '34 days'
    FROM generate_series(CAST(:first AS timestamptz), :last, interval '1 month') AS m
    """
)
# So many more units of the same kind with the same targets.
MORE = (
    """
    INSERT INTO department (county_id, name, opened_on)
    SELECT d.county_id, d.name || n, d.opened_on
    FROM department d CROSS JOIN generate_series(1, :copies) AS n
    """,
    """
    INSERT INTO assessed_unit (county_id, programme_id, group_id, department_id)
    SELECT :county_id, :programme_id, (SELECT min(id) FROM programme_group), d.id
    FROM department d WHERE NOT EXISTS (
        SELECT FROM assessed_unit u WHERE u.department_id = d.id) ORDER BY d.id
    LIMIT :copies * (SELECT count(*) FROM assessed_unit)
    """,
    """
    INSERT INTO target (county_id, programme_id, element_id, unit_id, task, value, points,
                        starts_on, due_on, rhythm, state, issued_at)
    SELECT t.county_id, t.programme_id, t.element_id, u.id, t.task, t.value, t.points,
           t.starts_on, t.due_on, t.rhythm, t.state, t.issued_at
    FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM assessed_unit
          WHERE id > :known) u
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM assessed_unit
          WHERE id <= :known) o ON o.place = u.place % (
              SELECT count(*) FROM assessed_unit WHERE id <= :known)
    JOIN target t ON t.unit_id = o.id
    """,
    """
    INSERT INTO target_standing (target_id, period, county_id, programme_id, colour, computed_at)
    SELECT t.id, :last, t.county_id, t.programme_id, 'green', now()
    FROM target t WHERE t.unit_id > :known
    """,
)


def county_of_towns() -> County:
    """Fifteen towns and the log-ins that the demo's programme is made by."""
    county = make_county()
    with transaction() as session:
        for number in range(1, 15):
            town = Region(
                level="township", name=f"第{number}镇", code=f"6105281{number:02d}000",
                parent_id=county.id, county_id=county.id, opened_on=OPENED_ON,
            )  # fmt: skip
            session.add(town)
            session.flush()
            town.township_id = town.id
    make_staff(Role.COUNTY_MANAGER, county.id, "admin")
    make_staff(Role.ASSESSOR, county.id, "assessor")
    make_staff(Role.ASSESSOR, county.id, "approver", approves=True)
    return county


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of the processor, the database's included."""
    began, spent = time.perf_counter(), cpu_seconds(os.getpid())
    action()
    return time.perf_counter() - began, cpu_seconds(os.getpid()) - spent


class AssessedCounty:
    """The county with its programme, and the office that works at it."""

    def __init__(self) -> None:
        self.county_id = county_of_towns().id
        load_assessment(self.county_id, YEAR)
        self.programme_id = list_programmes(self.county_id)[0].id
        self.office = actor_today(getattr(find_login("assessor"), "person_id", 0))
        self.last = date(YEAR, 11, 1)
        values = {
            "county_id": self.county_id, "programme_id": self.programme_id, "last": self.last,
            "first": date(YEAR, 1, 1),
        }  # fmt: skip
        with transaction() as session:
            session.execute(WINDOWS, values)
            session.execute(REPORT, values)
        with autocommit() as connection:
            connection.execute("ANALYZE")

    def evaluate(self, month: int) -> None:
        """Everything the job does in one county, but for the notices."""
        with transaction():
            programme = db.session.get_one(Programme, self.programme_id)
            period = date(YEAR, month, 1)
            window = find_window(self.programme_id, period)
            if window is None:
                raise SystemExit("no window")
            store_standings(programme, period, compute_standings(programme, period))
            propose_steps(programme, window, lights_of(programme))

    def evaluate_bare(self) -> None:
        """One colour a target in floating point, by one statement each; no ladder, no reasons."""
        with transaction() as session:
            rows = fetch_rows(BARE_FACTS, {"period": self.last, "id": self.programme_id})
            session.execute(
                BARE_STANDING,
                [
                    {"id": target_id, "period": self.last, "colour": bare_colour(value, plan)}
                    for target_id, value, plan in rows
                ],
            )

    def import_into_a_draft(self) -> tuple[float, float]:
        """The year's workbook into next year's draft, against reading and inserting its rows."""
        programme = db.session.get_one(Programme, self.programme_id)
        content = decomposition_book(programme)
        draft_id = self._draft()
        began = time.perf_counter()
        with transaction():
            sheet, steps = read_tables(content, columns.FIRST, columns.SECOND)
            report = import_targets(self.office, draft_id, sheet, steps)
        ours = time.perf_counter() - began
        if (report.lines, report.count("new")) != (TARGETS, TARGETS):
            raise SystemExit(f"{report.count('new')} of {report.lines} lines came in")
        began = time.perf_counter()
        with transaction() as session:
            table, _ = read_tables(content, columns.FIRST, columns.SECOND)
            session.execute(text("CREATE TEMPORARY TABLE bare_line (cells text[])"))
            session.execute(
                text("INSERT INTO bare_line VALUES (:cells)"), [{"cells": r} for r in table.rows]
            )
        return ours, time.perf_counter() - began

    def _draft(self) -> int:
        """The same units and indicators once more, without targets."""
        basics = ProgrammeBasics("明年", YEAR + 1, "〔2027〕1号", "计划第1项")
        with transaction():
            draft = create_from_template(self.office, self.county_id, basics, "fuping")
            groups = {group.name: group.id for group in list_groups(draft.id)}
            units = [
                UnitDraft(groups[unit.group_name], unit.region_id, unit.department_id)
                for unit in list_units(self.programme_id)
            ]
            place_units(self.office, draft.id, units)
            return draft.id

    def grow(self) -> None:
        """Ten times as many units with as many targets each."""
        with transaction() as session:
            known = session.scalar(text("SELECT max(id) FROM assessed_unit"))
            session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in MORE:
                session.execute(
                    text(statement),
                    {
                        "county_id": self.county_id, "programme_id": self.programme_id,
                        "copies": COPIES, "known": known, "last": self.last,
                    },
                )  # fmt: skip
        with autocommit() as connection:
            connection.execute("ANALYZE")

    def pages(self, app: Flask) -> dict[str, tuple[int, float]]:
        """(statements, 95th percentile in milliseconds) of each view of the list."""
        measured = {}
        for page in PAGES:
            redis_client().flushdb()
            desk = sit_down(app.test_client(), self.office.person_id)
            seconds, statements = [], 0
            for _ in range(PAGE_RUNS):
                with Counter() as counter:
                    began = time.perf_counter()
                    status = desk.get(page).status_code
                    seconds.append(time.perf_counter() - began)
                statements = max(statements, counter.count)
            if status != 200:
                raise SystemExit(f"{page}: {status}")
            measured[page] = (statements, sorted(seconds)[int(PAGE_RUNS * 0.95)] * 1000)
        return measured

    def book(self) -> tuple[float, float]:
        """The list as a workbook, reading included, against XlsxWriter with the rows in memory."""
        programme = db.session.get_one(Programme, self.programme_id)
        everything = ReaderScope(self.county_id, True, frozenset(), frozenset())
        caught = list[Any]()

        def write() -> None:
            rows = queries.list_targets(
                everything, programme.id, TargetFilters(), self.last, size=queries.MOST_LISTED
            )
            list_book.target_book(programme, rows)

        kept = list_book.write_book
        list_book.write_book = lambda *about: caught.extend(about[2])
        write()
        list_book.write_book = kept
        with tempfile.TemporaryDirectory() as folder:
            pairs = [
                (timed(write)[0], workbook.bare(Path(folder) / "b.xlsx", caught))
                for _ in range(RUNS)
            ]
        return median(a for a, _ in pairs), median(b for _, b in pairs)


def bare_colour(value: Any, plan: Any) -> str | None:
    if not plan:
        return None
    ratio = float(value or 0) / float(plan)
    return "black" if not ratio else "red" if ratio < 0.9 else "blue" if ratio > 1.1 else "green"


def main() -> None:
    with servers() as environment, application(environment) as app:
        county = AssessedCounty()
        for month in range(1, 11):
            county.evaluate(month)
        ours = [timed(lambda: county.evaluate(11)) for _ in range(RUNS)]
        plain = [timed(county.evaluate_bare) for _ in range(RUNS)]
        province, province_spent = timed(lambda: deque(map(county.evaluate, [11] * COUNTIES), 0))
        read, bare_read = county.import_into_a_draft()
        small = county.pages(app)
        book, bare_book = county.book()
        county.grow()
        large = county.pages(app)
    clock_seconds, spent = (median(times) for times in zip(*ours, strict=True))
    bare_spent = median(processor for _, processor in plain)
    print(f"assessment of {UNITS} units and {TARGETS} targets, eleven months behind it")
    print(
        f"  a month's colours, ladder and writes: {spent:.2f} s of processor, {clock_seconds:.2f} s"
        f" in all (bar <= {MONTH_BAR}); floating point, one statement a target: {bare_spent:.2f} s,"
        f" ratio {spent / bare_spent:.2f}"
    )
    print(
        f"  province, {COUNTIES} times that: {province_spent:.0f} s of processor, {province:.0f} s"
        f" in all (bar <= {PROVINCE_BAR})"
    )
    print(
        f"  import of {TARGETS} lines: {read:.1f} s (bar <= {IMPORT_BAR}); reading and inserting"
        f" the bare lines {bare_read:.1f} s, ratio {read / bare_read:.1f}"
    )
    print(
        f"  workbook {book:.2f} s, bare XlsxWriter {bare_book:.2f} s,"
        f" ratio {book / bare_book:.2f} (bar <= {BOOK_BAR})"
    )
    print(f"  list at {TARGETS} and {TARGETS * (COPIES + 1)} targets ({PAGE_RUNS} times each)")
    for page, (statements, p95) in large.items():
        before, earlier = small[page]
        print(
            f"    {page:<58} {before} → {statements} SQL (bar <= {SQL_BAR})"
            f"   p95 {earlier:.0f} → {p95:.0f} ms"
        )


if __name__ == "__main__":
    main()
