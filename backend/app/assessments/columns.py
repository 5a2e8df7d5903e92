"""Column types that tables of assessments share."""

from sqlalchemy import DateTime, Numeric

Instant = DateTime(timezone=True)
Value, Points, Share = Numeric(18, 4), Numeric(7, 2), Numeric(12, 6)


def first_of_month(column: str) -> str:
    """The condition in SQL that a column names a month by its first day."""
    return f"EXTRACT(DAY FROM {column}) = 1"
