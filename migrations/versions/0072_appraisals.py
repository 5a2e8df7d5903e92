"""Appraisals on paper: rounds, groups of raters, what two people counted."""

from pathlib import Path

from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/appraisals.sql"
TABLES = ("appraisal_slip", "appraisal_count", "appraisal_entry", "appraisal_group", "appraisal_round")


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
