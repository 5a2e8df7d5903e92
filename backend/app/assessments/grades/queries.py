"""Reads of grades: what is proposed from, and what stands."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from backend.app.assessments.appraisals.queries import disputed_groups, social_groups
from backend.app.assessments.appraisals.social import SocialGroup
from backend.app.assessments.grades.proposals import (
    GradeGroup,
    GradeInput,
    places_of,
    pools_of,
)
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import list_groups, list_units
from backend.app.assessments.reports.asked_sql import IS_COMPARED, JOIN_NAME, UNIT_NAME
from backend.app.assessments.states import ProgrammeAdjustmentKind, ProgrammeAdjustmentState
from backend.app.core.db import db
from backend.app.scoring.assessing.appraisal import social_score
from backend.app.scoring.assessing.grades import Grade

HUNDRED = Decimal(100)
KIND = ProgrammeAdjustmentKind
# A card that was given back bars nobody any more.
BARS = f"""
    SELECT unit_id, bool_or(kind = '{KIND.VETO}') AS veto,
           bool_or(kind = '{KIND.NO_EXCELLENT}') AS no_excellent,
           bool_or(kind = '{KIND.RED}') AS open_red
    FROM programme_adjustment
    WHERE programme_id = :id AND state = '{ProgrammeAdjustmentState.CONFIRMED}'
    GROUP BY unit_id
"""
INPUT = text(
    f"""
    SELECT r.unit_id, g.name AS group_name, r.total, r.task, r.social, g.social_weight, r.band,
           COALESCE(b.veto, false) AS veto, COALESCE(b.no_excellent, false) AS no_excellent,
           COALESCE(b.open_red, false) AS open_red
    FROM unit_result r
    JOIN assessed_unit u ON u.id = r.unit_id
    JOIN programme_group g ON g.id = u.group_id
    LEFT JOIN ({BARS}) b ON b.unit_id = r.unit_id
    {JOIN_NAME}
    WHERE r.programme_id = :id AND r.total IS NOT NULL AND {IS_COMPARED}
    ORDER BY g.position, r.unit_id
    """
)
ROWS = text(
    f"""
    SELECT u.id AS unit_id, {UNIT_NAME} AS unit, g.name AS group_name, u.region_id,
           u.department_id, u.subject_id, r.total, r.social, r.rank, r.band, r.calibrated,
           q.id AS grade_id, q.pool, q.total AS graded_total, q.proposed, q.ceiling, q.reasons,
           q.is_open, q.state, q.version, q.proposed_by_id, q.proposed_at, q.grade, q.reason,
           q.minutes_number, q.decided_by_id, q.decided_at
    FROM assessed_unit u
    JOIN programme_group g ON g.id = u.group_id
    LEFT JOIN unit_result r ON r.unit_id = u.id
    LEFT JOIN unit_grade q ON q.unit_id = u.id
    {JOIN_NAME}
    WHERE u.programme_id = :id AND {IS_COMPARED}
    ORDER BY g.position, r.total DESC NULLS LAST, u.id
    """
)


@dataclass(frozen=True)
class GradeRow:
    """A unit with its result, what is proposed for it and what was decided."""

    unit_id: int
    unit: str
    group_name: str
    region_id: int | None
    department_id: int | None
    subject_id: int | None
    total: Decimal | None
    social: Decimal | None
    rank: int | None
    band: int | None
    calibrated: float | None
    grade_id: int | None
    pool: str | None
    graded_total: Decimal | None
    proposed: str | None
    ceiling: str | None
    reasons: Sequence[str] | None
    is_open: bool | None
    state: str | None
    version: int | None
    proposed_by_id: int | None
    proposed_at: datetime | None
    grade: str | None
    reason: str | None
    minutes_number: str | None
    decided_by_id: int | None
    decided_at: datetime | None

    @property
    def is_outdated(self) -> bool:
        """The total is another one than the proposal was made for."""
        return self.total != self.graded_total


@dataclass(frozen=True)
class GradePool:
    """Units graded together: how many may be 优秀, and how many of them are so far."""

    name: str
    groups: Sequence[str]
    places: int
    taken: int
    rows: Sequence[GradeRow]


def grade_input(programme_id: int) -> list[GradeInput]:
    """Every unit with a total, with what bounds its grade."""
    disputed = disputed_groups(programme_id)
    said = social_groups(programme_id) if disputed else {}
    rows = [dict(row) for row in db.session.execute(INPUT, {"id": programme_id}).mappings()]
    agreed = {
        row["unit_id"]: _agreed_total(row, said.get(row["unit_id"], ()), disputed) for row in rows
    }
    return [
        GradeInput(
            **{name: row[name] for name in row if name not in ("task", "social_weight")},
            agreed=agreed[row["unit_id"]],
        )
        for row in rows
    ]  # fmt: skip


def _agreed_total(
    row: Mapping[str, Any], said: Sequence[SocialGroup], disputed: Collection[str]
) -> Decimal | None:
    """The total without disputed groups, whose weight the others have, or else the tasks."""
    if row["social"] is None or not any(group.name in disputed for group in said):
        return None
    rest = social_score(
        (group.weight, group.mean, group.n, group.least)
        for group in said if group.name not in disputed
    )  # fmt: skip
    other = row["task"] if rest is None else Decimal(rest.numerator) / rest.denominator
    if other is None:
        return None
    total: Decimal = row["total"]
    return total + row["social_weight"] / HUNDRED * (other - row["social"])


def grade_groups(programme_id: int) -> dict[str, GradeGroup]:
    return {
        group.name: GradeGroup(
            group.name, group.position, group.social_weight, group.excellent_share
        )
        for group in list_groups(programme_id)
    }  # fmt: skip


def group_sizes(programme_id: int) -> dict[str, int]:
    return Counter(unit.group_name for unit in list_units(programme_id))


def grade_rows(programme_id: int) -> list[GradeRow]:
    """Every unit of the programme, the best of each group first."""
    rows = db.session.execute(ROWS, {"id": programme_id}).mappings()
    return [GradeRow(**row) for row in rows]


def grade_pools(programme: Programme) -> list[GradePool]:
    """Units by the group they are graded in."""
    rows = grade_rows(programme.id)
    groups, sizes = grade_groups(programme.id), Counter(row.group_name for row in rows)
    pools = pools_of(groups.values(), sizes, programme.content.get("neighbours", {}))
    members: dict[str, list[GradeRow]] = {}
    for row in rows:
        members.setdefault(pools[row.group_name], []).append(row)
    is_unranked = bool(programme.content.get("unranked"))
    for listed in members.values():
        listed.sort(key=lambda row: (0 if is_unranked else -(row.total or 0), row.unit))
    return [
        GradePool(
            name, [group for group, pool in pools.items() if pool == name and sizes[group]],
            places_of(sum(row.total is not None for row in listed), groups[name]),
            _excellent(listed), listed,
        )
        for name, listed in members.items()
    ]  # fmt: skip


def _excellent(rows: Iterable[GradeRow]) -> int:
    return sum(row.grade == Grade.EXCELLENT for row in rows)


def unit_grades(programme_id: int) -> dict[int, dict[str, Any]]:
    """What was decided, by unit, as a lock digests it."""
    return {
        row.unit_id: {
            "grade": row.grade, "proposed": row.proposed, "reason": row.reason,
            "minutes": row.minutes_number,
        }
        for row in grade_rows(programme_id) if row.grade_id
    }  # fmt: skip
