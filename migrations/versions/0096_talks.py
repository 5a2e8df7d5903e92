"""Talks with persons who are assessed, recorded by both."""

from pathlib import Path

from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/talks.sql"


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))


def downgrade() -> None:
    op.execute("DROP TABLE feedback_talk")
    op.execute("DROP FUNCTION keep_recorded_talk")
