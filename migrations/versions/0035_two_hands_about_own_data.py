"""A wish about somebody's data is decided by another hand than the one that wrote it down."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE TRIGGER two_hands_asked_by_id_decided_by_id"
        " AFTER INSERT OR UPDATE OF asked_by_id, decided_by_id ON data_request FOR EACH ROW"
        " WHEN (NEW.asked_by_id IS NOT NULL AND NEW.decided_by_id IS NOT NULL)"
        " EXECUTE FUNCTION refuse_same_hand('asked_by_id', 'decided_by_id')"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER two_hands_asked_by_id_decided_by_id ON data_request")
