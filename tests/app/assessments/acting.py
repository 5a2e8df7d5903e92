"""A month of a programme, done by its people through the operations."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.evaluation.operations import evaluate_window
from backend.app.assessments.reports import operations, review_operations
from backend.app.assessments.reports.operations import ReportLine
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.jobs import assessments as jobs
from tests.factories.assessed import YEAR, Assessed, at
from tests.factories.console import make_staff
from tests.factories.county import OPENED_ON

OCTOBER = date(YEAR, 10, 1)
Moment = Callable[..., Any]


def open_month(month: int) -> None:
    with clock_at(at(month, 25)):
        jobs.open_windows()


def send(
    assessed: Assessed, *lines: ReportLine, month: int = 10, when: datetime | None = None,
    actor: Actor | None = None, unit: int | None = None, seconds: int = 60,
) -> int:  # fmt: skip
    """By the township's clerk on the 26th, unless said otherwise."""
    with clock_at(when or at(month, 26)), transaction():
        return operations.submit_reports(
            actor or assessed.town, unit or assessed.town_unit, date(YEAR, month, 1), lines, seconds
        )


def window_of(assessed: Assessed, period: date) -> int:
    with db.engine.connect() as connection:
        return connection.execute(
            text("SELECT id FROM programme_window WHERE programme_id = :id AND period = :period"),
            {"id": assessed.programme_id, "period": period},
        ).scalar_one()


def reports_in(month: int, *states: str) -> list[tuple[int, int]]:
    """Numbers and versions of what stands in one of the states."""
    with db.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT id, version FROM target_report"
                 " WHERE period = :period AND state = ANY(:states) ORDER BY id"),
            {"period": date(YEAR, month, 1), "states": list(states)},
        )  # fmt: skip
        return [(row.id, row.version) for row in rows]


def accept_all(assessed: Assessed, month: int = 10, when: datetime | None = None) -> None:
    """The owner passes everything of a month, then the office."""
    with clock_at(when or at(month, 27)):
        with transaction():
            review_operations.pass_reports(assessed.owner, reports_in(month, "submitted"))
        with transaction():
            review_operations.pass_reports(assessed.office, reports_in(month, "owner_passed"))


def evaluate_month(month: int) -> None:
    """The window closes and colours are worked out, on the office's last day."""
    year, after = (YEAR + 1, 1) if month == 12 else (YEAR, month + 1)
    with clock_at(at(after, 20, year=year)):
        jobs.close_windows()
        with db.engine.connect() as connection:
            window = connection.execute(
                text("SELECT id FROM programme_window WHERE period = :period"),
                {"period": date(YEAR, month, 1)},
            ).scalar_one()
        with transaction():
            evaluate_window(window)


def decider(assessed: Assessed, name: str = "boss", *more: Grant) -> Actor:
    """Somebody of the assessment office who decides results."""
    county = assessed.county.id
    person_id = make_staff(Role.ASSESSOR, county, name, approves=True)
    grant = Grant(Role.ASSESSOR, county, OPENED_ON, approves=True)
    return Actor(person_id, (grant, *more))
