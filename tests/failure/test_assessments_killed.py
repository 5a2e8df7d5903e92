"""Kill -9 of the worker while a window closes or colours come: nothing lost, nothing doubled."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from backend.app.assessments.reports import operations
from backend.app.assessments.reports.operations import ReportLine
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.jobs import assessments as jobs
from tests.app.assessments.acting import OCTOBER, accept_all, open_month, send
from tests.factories.assessed import Assessed, add_target, at, issue, make_assessed
from tests.factories.county import make_county
from tests.factories.tickets import forget
from tests.failure.test_boxes_killed import kill_worker

pytestmark = pytest.mark.load
CLOSING = (
    "FROM programme_window", "UPDATE programme_window", "INSERT INTO target_report",
    "INSERT INTO audit_entry", "INSERT INTO notice", "COMMIT",
)  # fmt: skip
EVALUATING = (
    "UPDATE programme_window", "DELETE FROM target_standing", "DELETE FROM target_supervision",
    "INSERT INTO target_supervision", "INSERT INTO notice", "INSERT INTO audit_entry", "COMMIT",
)  # fmt: skip
REPORTS = "SELECT target_id, state, value, version FROM target_report ORDER BY target_id"
WINDOW = "SELECT closed_at IS NOT NULL, evaluated_at IS NOT NULL FROM programme_window"
TOLD = "SELECT person_id, dedup FROM notice WHERE dedup LIKE :act ORDER BY person_id, dedup"


def rows(statement: str, **values: object) -> list[tuple[Any, ...]]:
    forget()
    return [tuple(row) for row in db.session.execute(text(statement), values)]


@pytest.fixture
def october(app) -> Assessed:
    """Of six targets two are sent, one is a draft, three were never touched."""
    made = make_assessed(make_county())
    for number in range(1, 7):
        add_target(made, f"A{number}")
    issue(made)
    open_month(10)
    first, second, third = made.targets["A1"], made.targets["A2"], made.targets["A3"]
    send(made, ReportLine(first, 0, Decimal(900)), ReportLine(second, 0, Decimal(700)))
    with clock_at(at(10, 26)), transaction():
        lines = [ReportLine(third, None, Decimal(5))]
        operations.save_drafts(made.town, made.town_unit, OCTOBER, lines)
    return made


def killed_everywhere(
    moments: tuple[str, ...], job: Callable[[], int], look: Callable[[], object]
) -> None:
    """Killed at every moment, it leaves everything as it was."""
    before = look()
    for moment in moments:
        kill_worker(moment, job)
        assert look() == before, moment


def test_a_killed_closing_loses_no_report_and_closes_none_twice(october: Assessed) -> None:
    def look() -> object:
        return rows(REPORTS), rows(WINDOW), rows(TOLD, act="%:closed:%")

    with clock_at(at(11, 10)):
        sent = rows(REPORTS)
        killed_everywhere(CLOSING, jobs.close_windows, look)
        assert jobs.close_windows() == 1
        assert jobs.close_windows() == 0
    assert [row for row in rows(REPORTS) if row in sent] == sent
    assert [state for _, state, _, _ in rows(REPORTS)] == [
        "submitted", "submitted", "draft", "missed", "missed", "missed"
    ]  # fmt: skip
    assert rows("SELECT count(*) FROM audit_entry WHERE action = 'close_window'") == [(1,)]
    told = rows(TOLD, act="%:closed:%")
    assert len(told) == len(set(told)) == 2, "each of the town's two clerks hears of it once"


def test_a_killed_evaluation_colours_and_proposes_once(october: Assessed) -> None:
    accept_all(october)
    with clock_at(at(11, 20)):
        assert jobs.close_windows() == 1

        def look() -> object:
            standings = rows("SELECT count(*) FROM target_standing")
            return rows(REPORTS), rows(WINDOW), standings, rows(TOLD, act="%:evaluated:%")

        killed_everywhere(EVALUATING, jobs.evaluate_period, look)
        assert jobs.evaluate_period() == 2, "coloured, then made known"
        assert jobs.evaluate_period() == 0
    assert rows("SELECT colour FROM target_standing ORDER BY target_id") == [
        ("green",), ("red",), ("black",), ("black",), ("black",), ("black",)
    ]  # fmt: skip
    steps = rows("SELECT target_id, level FROM target_supervision ORDER BY target_id")
    assert steps == [
        (target, 1) for target in sorted(october.targets[f"A{n}"] for n in range(2, 7))
    ]
    told = rows(TOLD, act="%:evaluated:%")
    assert len(told) == len(set(told)) == 2
