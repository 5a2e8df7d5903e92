"""The phone's list of own tickets is read in the order of an index."""

from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE INDEX ix_ticket_person_id_created_at_id ON ticket (person_id, created_at, id);
        DROP INDEX ix_ticket_person_id_id;
        """
    )


def downgrade() -> None:
    op.execute(
        """
        CREATE INDEX ix_ticket_person_id_id ON ticket (person_id, id);
        DROP INDEX ix_ticket_person_id_created_at_id;
        """
    )
