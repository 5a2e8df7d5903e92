"""Reads of the four lists: what a reader may see of them, searched, with counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from backend.app.assessments.issues.errors import IssueUnknown
from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.assessments.scopes import ReaderScope
from backend.app.assessments.states.issues import IssueSource, IssueState
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.states import one_of
from backend.app.places.queries import list_departments, list_townships
from backend.app.places.sql import join_department, join_region

PAGE, MOST_LISTED = 50, 20_000
LISTED_BY_PEOPLE = {IssueSource.HAND, IssueSource.FILE, IssueSource.TEMPLATE}
OVERDUE = "overdue"
IS_OVERDUE = f"(i.state <> '{IssueState.CLOSED}' AND i.due_on < :today)"
# What the reader works for: as who has to act, or as whose problem it is.
DUTIES = f"""
    SELECT array_agg(COALESCE(dr.name, dd.name) ORDER BY d.id) AS names,
           array_agg(CASE WHEN d.region_id IS NULL THEN 'd' ELSE 'r' END
                     || COALESCE(d.region_id, d.department_id) ORDER BY d.id) AS keys,
           COALESCE(bool_or(d.region_id = ANY(:regions) OR d.department_id = ANY(:departments)),
                    false) AS is_own
    FROM issue_duty d
    LEFT {join_region("dr", "d.region_id")}
    LEFT {join_department("dd", "d.department_id")}
    WHERE d.issue_id = i.id
"""
FROM_SEEN = f"""
    FROM issue_entry i
    LEFT JOIN assessed_unit u ON u.id = i.unit_id
    {JOIN_NAME}
    LEFT JOIN LATERAL ({DUTIES}) x ON true
    WHERE i.programme_id = :programme_id
      AND (:sees_all OR x.is_own
           OR u.region_id = ANY(:regions) OR u.department_id = ANY(:departments))
"""
SEARCHED = f"""
    AND (:list = '' OR i.list = :list)
    AND (:source = '' OR i.source = :source)
    AND (:state = '' OR i.state = :state OR (:state = '{OVERDUE}' AND {IS_OVERDUE}))
    AND (:unit = '' OR {UNIT_NAME} = :unit OR :unit = ANY(x.names))
    AND (:search = '' OR strpos(i.task || i.difficulty || i.measure, :search) > 0)
"""
ROWS = f"""
    SELECT i.id, i.programme_id, i.list, i.source, i.source_id, i.period, i.unit_id,
           {UNIT_NAME} AS unit, u.region_id, u.department_id, i.task, i.difficulty, i.measure,
           i.due_on, i.state, i.opened_by_id, i.opened_at, i.answer, i.answered_at,
           i.answered_by_id, i.returned, i.closing, i.closed_at, i.closed_by_id, i.is_example,
           COALESCE(x.names, '{{}}') AS duties, COALESCE(x.keys, '{{}}') AS duty_keys, x.is_own,
           {IS_OVERDUE} AS is_overdue
    {FROM_SEEN}
"""
LISTED = text(f"{ROWS} {SEARCHED} ORDER BY i.state = '{IssueState.CLOSED}', i.due_on, i.id"
              " LIMIT :size OFFSET :skipped")  # fmt: skip
ONE = text(f"{ROWS} AND i.id = :issue_id")
COUNTS = text(
    f"""
    SELECT i.list, count(*) AS entries,
           count(*) FILTER (WHERE i.state <> '{IssueState.CLOSED}') AS running,
           count(*) FILTER (WHERE {IS_OVERDUE}) AS overdue
    {FROM_SEEN} GROUP BY i.list
    """
)
MATCHING = text(f"SELECT count(*) AS entries {FROM_SEEN} {SEARCHED}")
LINES = text(
    f"""
    SELECT i.list, i.task, i.difficulty, i.measure, i.due_on AS due,
           COALESCE((SELECT array_agg(dd.name ORDER BY d.id) FROM issue_duty d
                     {join_department("dd", "d.department_id")} WHERE d.issue_id = i.id),
                    '{{}}') AS duties
    FROM issue_entry i
    WHERE i.programme_id = :programme_id AND {one_of("i.source", LISTED_BY_PEOPLE)}
    ORDER BY i.id
    """
)


@dataclass(frozen=True)
class IssueFilters:
    """What a list is searched by; "" is everything."""

    list: str = ""
    state: str = ""
    source: str = ""
    unit: str = ""
    search: str = ""


@dataclass(frozen=True)
class IssueRow:
    """An entry with who has to act."""

    id: int
    programme_id: int
    list: str
    source: str
    source_id: int | None
    period: date | None
    unit_id: int | None
    unit: str | None
    region_id: int | None
    department_id: int | None
    task: str
    difficulty: str
    measure: str
    due_on: date
    state: str
    opened_by_id: int | None
    opened_at: datetime
    answer: str | None
    answered_at: datetime | None
    answered_by_id: int | None
    returned: str | None
    closing: str | None
    closed_at: datetime | None
    closed_by_id: int | None
    is_example: bool
    duties: Sequence[str]
    duty_keys: Sequence[str]
    is_own: bool
    is_overdue: bool


@dataclass(frozen=True)
class ListCount:
    """How many entries a list has, how many are not closed, how many of them are late."""

    entries: int
    running: int
    overdue: int


def _reach(scope: ReaderScope, programme_id: int) -> dict[str, Any]:
    return {
        "programme_id": programme_id, "sees_all": scope.sees_all, "today": clock.today(),
        "regions": sorted(scope.region_ids), "departments": sorted(scope.department_ids),
    }  # fmt: skip


def list_issues(
    scope: ReaderScope, programme_id: int, filters: IssueFilters, page: int = 1, size: int = PAGE
) -> list[IssueRow]:
    """What is not closed first, by the day it is due."""
    values = {
        **_reach(scope, programme_id), **vars(filters), "size": size, "skipped": (page - 1) * size,
    }  # fmt: skip
    return [IssueRow(**row) for row in db.session.execute(LISTED, values).mappings()]


def count_issues(scope: ReaderScope, programme_id: int, filters: IssueFilters) -> int:
    return int(
        db.session.scalar(MATCHING, {**_reach(scope, programme_id), **vars(filters)}) or 0
    )  # fmt: skip


def list_counts(scope: ReaderScope, programme_id: int) -> dict[str, ListCount]:
    """By list, of those that have any entry."""
    rows = db.session.execute(COUNTS, _reach(scope, programme_id))
    return {row.list: ListCount(row.entries, row.running, row.overdue) for row in rows}


def get_issue(scope: ReaderScope, programme_id: int, issue_id: int) -> IssueRow:
    """Raises IssueUnknown for what the reader may not see, too."""
    values = {**_reach(scope, programme_id), "issue_id": issue_id}
    row = db.session.execute(ONE, values).mappings().one_or_none()
    if row is None:
        raise IssueUnknown
    return IssueRow(**row)


def duty_choices(county_id: int) -> dict[str, str]:
    """Whom an entry may be given to: townships and departments, by key."""
    return {
        **{f"r{place.id}": place.name for place in list_townships([county_id])},
        **{f"d{bureau.id}": bureau.name for bureau in list_departments(county_id)},
    }


def issue_lines(programme_id: int) -> list[dict[str, Any]]:
    """The task table as a template has it: what people listed, with departments by name."""
    rows = db.session.execute(LINES, {"programme_id": programme_id}).mappings()
    return [{**row, "due": f"{row['due']:%m-%d}"} for row in rows]
