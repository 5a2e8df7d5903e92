"""Types of columns that several tables of scorecards share."""

from sqlalchemy import Numeric

FIGURE = Numeric(7, 4)
POINTS = Numeric(5, 2)
FIRST_OF_MONTH = "EXTRACT(DAY FROM month) = 1"
