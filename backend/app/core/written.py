"""What was written since something was read, told by transaction and not by the clock.

A transaction that began earlier may commit later than the reading, so no time of day can say what
the reading saw; the numbers of transactions can.
"""

from sqlalchemy import text

from backend.app.core.db import db

# The oldest still under way: all before it had ended. What it and later ones wrote counts as
# unseen, a few too many rather than one too few; so do their savepoints, whose numbers are higher.
OLDEST = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
HALF = "(pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 2147483648)"


def seen() -> int:
    """Every transaction below this number had ended; take it before reading."""
    return int(db.session.scalar(OLDEST) or 0)


def writer_of(row: str) -> str:
    """SQL: the full number of the transaction that wrote a row last.

    PostgreSQL keeps the lower 32 bits with the row. Of the numbers that end in them it is the one
    nearest to the present; a row older than two thousand million transactions may so pass for one
    just written, never the other way round.
    """
    return f"({HALF} - (({HALF} - {row}.xmin::text::bigint) & 4294967295))"
