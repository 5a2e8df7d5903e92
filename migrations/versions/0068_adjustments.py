"""Exemption requests; what bounds a grade has a document, and a matter counts once."""

from pathlib import Path

from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/adjustments.sql"


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))
    op.execute(
        "CREATE TRIGGER two_hands_filed_by_id_decided_by_id AFTER INSERT OR UPDATE OF filed_by_id, decided_by_id"
        " ON exemption_request FOR EACH ROW WHEN (new.filed_by_id IS NOT NULL AND new.decided_by_id IS NOT NULL)"
        " EXECUTE FUNCTION refuse_same_hand('filed_by_id', 'decided_by_id')"
    )


def downgrade() -> None:
    op.execute("DROP TABLE exemption_request")
    op.execute("DROP INDEX uq_programme_adjustment_declared")
    for name in ("bounds", "document", "exempted"):
        op.execute(f"ALTER TABLE programme_adjustment DROP CONSTRAINT ck_programme_adjustment_{name}")
