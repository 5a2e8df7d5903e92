"""The desk's list as a file, with the filters of the page."""

from pathlib import Path

from backend.app.accounts.queries import actor_today
from backend.app.core.db import db
from backend.app.core.files.workbooks import Progress, Sheet, write_book, write_csv
from backend.app.exports.request_params import Asked
from backend.app.tickets.desk import export_rows
from backend.app.tickets.desk import queries as desk_queries


def write(path: Path, asked: Asked, progress: Progress) -> int:
    """What its asker may see today; returns how many tickets there are."""
    scope = desk_queries.scope_of(actor_today(asked.person_id))
    rows = export_rows.rows_of(scope, export_rows.filters_from(asked.filters))
    db.session.rollback()
    if asked.format == "csv":
        write_csv(path, [column.name for column in export_rows.COLUMNS], rows, progress)
    else:
        sheet = Sheet("诉求", export_rows.COLUMNS, rows, 1, "没有符合的诉求")
        write_book(path, asked.title, [sheet], progress)
    return len(rows)
