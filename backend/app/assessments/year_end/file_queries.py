"""What the files of a year's end list: evidence, and how far the targets of each leader came."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.core.db import fetch_named

EVIDENCE = text(
    f"""
    SELECT {UNIT_NAME} AS unit, el.code, el.name AS element, t.task, r.period, e.name AS file,
           e.words, e.bytes, e.uploaded_at, encode(e.sha256, 'hex') AS sha256
    FROM evidence_use x
    JOIN evidence e ON e.id = x.evidence_id
    LEFT JOIN target_report r ON r.id = x.report_id
    LEFT JOIN target_milestone m ON m.id = x.milestone_id
    JOIN target t ON t.id = COALESCE(r.target_id, m.target_id)
    JOIN programme_element el ON el.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
    {JOIN_NAME}
    WHERE t.programme_id = :id ORDER BY unit, el.code, r.period, e.id
    """
)
# A target's share at the last month that was evaluated, at most all of it.
LEADERS = text(
    """
    SELECT t.duty_leader AS leader, count(*) AS targets, count(s.actual) AS known,
           sum(t.points) FILTER (WHERE s.actual IS NOT NULL) AS points,
           sum(t.points * least(s.actual, 1)) FILTER (WHERE s.actual IS NOT NULL) AS reached
    FROM target t
    LEFT JOIN LATERAL (
        SELECT actual FROM target_standing WHERE target_id = t.id ORDER BY period DESC LIMIT 1
    ) s ON true
    WHERE t.programme_id = :id AND t.duty_leader <> ''
    GROUP BY t.duty_leader ORDER BY t.duty_leader
    """
)


class EvidenceLine(NamedTuple):
    """A file where it serves."""

    unit: str
    code: str
    element: str
    task: str
    period: datetime | None
    file: str
    words: str
    bytes: int
    uploaded_at: datetime
    sha256: str


class LeaderLine(NamedTuple):
    """The targets that name one leader: how many, how many with a value, and what they reached."""

    leader: str
    targets: int
    known: int
    points: Decimal | None
    reached: Decimal | None

    @property
    def share(self) -> Decimal | None:
        """Σ P·a ÷ Σ P in percent, of targets with a value."""
        if not self.points or self.reached is None:
            return None
        return self.reached * 100 / self.points


def evidence_lines(programme_id: int) -> list[EvidenceLine]:
    return fetch_named(EvidenceLine, EVIDENCE, {"id": programme_id})


def leader_lines(programme_id: int) -> list[LeaderLine]:
    """By name, so that no order is read into it."""
    return fetch_named(LeaderLine, LEADERS, {"id": programme_id})
