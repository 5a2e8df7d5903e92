"""回填表 of one source and month, for whoever runs the county's desk."""

from pathlib import Path

from backend.app.access import Permission, may
from backend.app.accounts.queries import actor_today
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.files.workbooks import Progress, Sheet, write_book
from backend.app.exports.request_params import Asked
from backend.app.tickets.desk import answer_rows
from backend.app.tickets.desk import queries as desk_queries


def write(path: Path, asked: Asked, progress: Progress) -> int:
    """What was answered or closed in the month; returns how many orders."""
    actor = actor_today(asked.person_id)
    rows = []
    if may(actor, Permission.RUN_TICKET_DESK, (asked.region_id,)):
        first, last = clock.midnight(asked.month), clock.midnight(clock.next_month(asked.month))
        scope = desk_queries.scope_of(actor)
        rows = answer_rows.rows_of(scope, asked.filters.get("source", ""), first, last)
    db.session.rollback()
    sheet = Sheet("回填表", answer_rows.COLUMNS, rows, 1, "这个月没有答复或办结的工单")
    write_book(path, asked.title, [sheet], progress)
    return len(rows)
