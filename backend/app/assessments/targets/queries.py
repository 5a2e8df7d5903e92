"""Targets as they are searched: four searches and three more, each with its counts, one page."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select, text

from backend.app.assessments.models import TargetChange, TargetEvent, TargetMilestone, TargetPlan
from backend.app.assessments.scopes import ReaderScope
from backend.app.core.db import db, fetch_rows, like_escaped
from backend.app.places.sql import join_department, join_region

PAGE = 50
MOST_LISTED = 20_000
NOT_RATED = "none"
# Each search with the column it looks at; a value of "" lets everything pass.
COLUMNS = {
    "group_id": "u.group_id::text", "tag": "e.tags", "colour": f"COALESCE(s.colour, '{NOT_RATED}')",
    "state": "t.state", "owner": "e.owner_department_id::text", "duty_leader": "t.duty_leader",
    "source": "split_part(e.source, ':', 1)",
}  # fmt: skip
SEARCHES = tuple(COLUMNS)
# Units in their order, numbered, so that thousands of targets are sorted by two numbers.
ORDERED = f"""
    SELECT u.id, u.group_id, COALESCE(r.name, d.name, a.name) AS unit, g.name AS group_name,
           row_number() OVER (ORDER BY g.position, r.code, d.name, a.name, u.id) AS place
    FROM assessed_unit u
    JOIN programme_group g ON g.id = u.group_id
    LEFT {join_region("r", "u.region_id")}
    LEFT {join_department("d", "u.department_id")}
    LEFT JOIN assessed_subject a ON a.id = u.subject_id
    WHERE u.programme_id = :programme_id AND (:unit_id = 0 OR u.id = :unit_id)
      AND (:sees_all OR u.region_id = ANY(:region_ids) OR u.department_id = ANY(:department_ids))
"""
JOINED = f"""
    FROM target t
    JOIN programme_element e ON e.id = t.element_id
    JOIN ({ORDERED}) u ON u.id = t.unit_id
    LEFT JOIN target_standing s ON s.target_id = t.id AND s.programme_id = :programme_id
      AND s.period = (
        SELECT max(period) FROM target_standing WHERE programme_id = :programme_id)
"""
WITHIN = """
    WHERE t.programme_id = :programme_id
      AND (:target_id = 0 OR t.id = :target_id)
      AND (NOT :is_key OR t.is_key)
      AND (:search = '' OR t.task ILIKE :like OR e.name ILIKE :like OR e.code ILIKE :like)
"""


def _passes(search: str, column: str) -> str:
    test = f":tag = ANY({column})" if search == "tag" else f"{column} = :{search}"
    return f"(:{search} = '' OR {test})"


def _others(search: str) -> str:
    """The conditions of all searches but one: what its counts are counted among."""
    return " AND ".join(_passes(name, name) for name in SEARCHES if name != search)


# First how many are alike in everything that is searched: counts of counts are few.
FACETS = f"""
    WITH alike AS MATERIALIZED (
        SELECT {", ".join(f"{column} AS {name}" for name, column in COLUMNS.items())},
               count(*) AS number
        {JOINED} {WITHIN} GROUP BY {", ".join(str(place) for place in range(1, len(COLUMNS) + 1))}
    )
    {
    " UNION ALL ".join(
        f"SELECT '{name}' AS search, {name} AS value, sum(number)::bigint AS number FROM alike"
        f" WHERE {_others(name)} GROUP BY 2"
        for name in SEARCHES
        if name != "tag"
    )
}
    UNION ALL
    SELECT 'tag', each, sum(number)::bigint FROM alike CROSS JOIN LATERAL unnest(tag) AS each
    WHERE {_others("tag")} GROUP BY 2
    UNION ALL
    SELECT 'all', '', COALESCE(sum(number), 0)::bigint FROM alike WHERE {_others("")}
"""
LIST = f"""
    SELECT t.id, t.unit_id, u.unit, u.group_name, e.code,
           e.name, t.task, e.measured_in, t.value, t.baseline, t.points, t.due_on, t.state,
           t.is_key, o.name AS owner, t.duty_leader, t.section, e.source, e.is_example, e.tags,
           s.value AS reached, s.actual, s.planned, s.colour, s.is_missed, s.period,
           (SELECT p.value FROM target_plan p
            WHERE p.target_id = t.id AND p.edition = t.edition AND p.month <= :month
            ORDER BY p.month DESC LIMIT 1) AS plan_value, e.kind
    {JOINED} LEFT {join_department("o", "e.owner_department_id")}
    {WITHIN} AND {" AND ".join(_passes(*pair) for pair in COLUMNS.items())}
    ORDER BY u.place, e.position LIMIT :size OFFSET :skipped
"""


@dataclass(frozen=True)
class TargetFilters:
    """The searches; "" and 0 let everything pass."""

    group_id: str = ""
    tag: str = ""
    colour: str = ""
    state: str = ""
    owner: str = ""
    duty_leader: str = ""
    source: str = ""
    search: str = ""
    unit_id: int = 0
    is_key: bool = False
    target_id: int = 0


class TargetRow(NamedTuple):
    """A target in the list."""

    id: int
    unit_id: int
    unit: str
    group_name: str
    code: str
    name: str
    task: str
    measured_in: str
    value: Decimal | None
    baseline: Decimal
    points: Decimal
    due_on: date
    state: str
    is_key: bool
    owner: str | None
    duty_leader: str
    section: str
    source: str
    is_example: bool
    tags: list[str]
    reached: Decimal | None
    actual: Decimal | None
    planned: Decimal | None
    colour: str | None
    is_missed: bool | None
    period: date | None
    plan_value: Decimal | None
    kind: str


@dataclass(frozen=True)
class TargetFacets:
    """How many targets each value of each search would leave, and how many all leave."""

    counts: dict[str, dict[str, int]]
    total: int


def _values(scope: ReaderScope, programme_id: int, filters: TargetFilters) -> dict[str, Any]:
    return {
        **asdict(filters), "programme_id": programme_id, "sees_all": scope.sees_all,
        "region_ids": sorted(scope.region_ids), "department_ids": sorted(scope.department_ids),
        "like": f"%{like_escaped(filters.search)}%",
    }  # fmt: skip


def count_targets(scope: ReaderScope, programme_id: int, filters: TargetFilters) -> TargetFacets:
    counts: dict[str, dict[str, int]] = {name: {} for name in (*SEARCHES, "all")}
    for search, value, number in fetch_rows(FACETS, _values(scope, programme_id, filters)):
        if value:
            counts[search][value] = number
        elif search == "all":
            counts["all"][""] = number
    return TargetFacets(counts, counts["all"].get("", 0))


def list_targets(
    scope: ReaderScope, programme_id: int, filters: TargetFilters, month: date, page: int = 1,
    size: int = PAGE,
) -> list[TargetRow]:  # fmt: skip
    """A page of them, by group, unit and element; `month` is up to which the plan is shown."""
    values = _values(scope, programme_id, filters)
    values |= {"month": month, "size": size, "skipped": (page - 1) * size}
    return [TargetRow(*row) for row in fetch_rows(LIST, values)]


def find_target(scope: ReaderScope, programme_id: int, target_id: int) -> TargetRow | None:
    """One of them, if the reader may see it."""
    filters = TargetFilters(target_id=target_id)
    return next(iter(list_targets(scope, programme_id, filters, date.max, size=1)), None)


class UnitAnswers(NamedTuple):
    """How far a unit is with confirming what was issued to it."""

    unit_id: int
    unit: str
    group_name: str
    waiting: int
    queried: int
    whole: int
    answer_due_at: datetime | None


ANSWERS = text(
    f"""
    SELECT u.id, COALESCE(r.name, d.name, a.name) AS unit, g.name AS group_name,
           count(*) FILTER (WHERE t.state = :issued) AS waiting,
           count(*) FILTER (WHERE t.state = :queried) AS queried, count(*) AS whole,
           max(t.answer_due_at) AS answer_due_at
    FROM assessed_unit u
    JOIN programme_group g ON g.id = u.group_id
    JOIN target t ON t.unit_id = u.id
    LEFT {join_region("r", "u.region_id")}
    LEFT {join_department("d", "u.department_id")}
    LEFT JOIN assessed_subject a ON a.id = u.subject_id
    WHERE u.programme_id = :programme_id
      AND (:sees_all OR u.region_id = ANY(:region_ids) OR u.department_id = ANY(:department_ids))
    GROUP BY u.id, g.position, g.name, r.code, r.name, d.name, a.name
    ORDER BY g.position, r.code, d.name, a.name
    """
)


def answers_of_units(scope: ReaderScope, programme_id: int) -> list[UnitAnswers]:
    """Of every unit the reader sees."""
    values = {
        "programme_id": programme_id, "sees_all": scope.sees_all, "issued": "issued",
        "queried": "queried", "region_ids": sorted(scope.region_ids),
        "department_ids": sorted(scope.department_ids),
    }  # fmt: skip
    return [UnitAnswers(*row) for row in db.session.execute(ANSWERS, values)]


def list_events(target_id: int) -> list[TargetEvent]:
    """What happened to a target, the oldest first."""
    query = select(TargetEvent).where(TargetEvent.target_id == target_id)
    return list(db.session.scalars(query.order_by(TargetEvent.id)))


def list_plan(target_id: int, edition: int) -> list[TargetPlan]:
    query = select(TargetPlan).where(
        TargetPlan.target_id == target_id, TargetPlan.edition == edition
    )
    return list(db.session.scalars(query.order_by(TargetPlan.month)))


def list_milestones(target_id: int) -> list[TargetMilestone]:
    query = select(TargetMilestone).where(TargetMilestone.target_id == target_id)
    return list(db.session.scalars(query.order_by(TargetMilestone.position)))


def list_changes(target_id: int) -> list[TargetChange]:
    """Changes of a target, the newest first."""
    query = select(TargetChange).where(TargetChange.target_id == target_id)
    return list(db.session.scalars(query.order_by(TargetChange.id.desc())))


class OpenChange(NamedTuple):
    """A change that waits for somebody who approves, with whose target it is."""

    target_id: int
    unit: str
    task: str
    before: str | None
    after: str | None
    measured_in: str
    reason: str
    proposed_by_id: int
    proposed_at: datetime


OPEN_CHANGES = text(
    f"""
    SELECT c.target_id, COALESCE(r.name, d.name), t.task, c.before ->> 'value',
           c.after ->> 'value', e.measured_in, c.reason, c.proposed_by_id, c.proposed_at
    FROM target_change c
    JOIN target t ON t.id = c.target_id
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
    LEFT {join_region("r", "u.region_id")}
    LEFT {join_department("d", "u.department_id")}
    WHERE c.county_id = :county_id AND c.decided_at IS NULL
    ORDER BY c.id
    """
)


def open_changes(county_id: int) -> list[OpenChange]:
    """The oldest first."""
    rows = db.session.execute(OPEN_CHANGES, {"county_id": county_id})
    return [OpenChange(*row) for row in rows]
