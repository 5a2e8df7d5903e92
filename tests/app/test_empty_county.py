"""What every test of the application begins with: no row, and every counter at its start."""

from sqlalchemy import text

from backend.app.core.db import db
from tests.factories.county import make_person


def test_counters_start_anew_even_where_every_row_was_rolled_back(app, sweeper) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("SELECT nextval(pg_get_serial_sequence('person', 'id'))"))
    sweeper()
    assert make_person("o-first", "") == 1
