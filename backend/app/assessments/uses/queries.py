"""Reads of uses of results."""

from collections import defaultdict

from sqlalchemy import select

from backend.app.assessments.models import ResultUse
from backend.app.core.db import db


def uses_of(programme_id: int) -> dict[int, list[ResultUse]]:
    """By unit, in the order they were decided; those that were withdrawn, too."""
    query = select(ResultUse).where(ResultUse.programme_id == programme_id)
    rows: dict[int, list[ResultUse]] = defaultdict(list)
    for row in db.session.scalars(query.order_by(ResultUse.decided_on, ResultUse.id)):
        rows[row.unit_id].append(row)
    return rows
