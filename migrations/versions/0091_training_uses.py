"""Trainings after weak points with what they changed, and what results were used for."""

from pathlib import Path

from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/training_uses.sql"


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))


def downgrade() -> None:
    for table in ("training_unit", "training_entry", "result_use"):
        op.execute(f"DROP TABLE {table}")
