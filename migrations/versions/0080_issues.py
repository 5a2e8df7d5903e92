"""Four lists of a programme with their task table; whoever answers an entry does not close it."""

from pathlib import Path

from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/issues.sql"


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))
    op.execute(
        "CREATE TRIGGER two_hands_answered_by_id_closed_by_id"
        " AFTER INSERT OR UPDATE OF answered_by_id, closed_by_id ON issue_entry FOR EACH ROW"
        " WHEN (new.answered_by_id IS NOT NULL AND new.closed_by_id IS NOT NULL)"
        " EXECUTE FUNCTION refuse_same_hand('answered_by_id', 'closed_by_id')"
    )


def downgrade() -> None:
    for table in ("issue_duty", "issue_entry"):
        op.execute(f"DROP TABLE {table}")
