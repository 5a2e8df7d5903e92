"""The words of tickets and of their events are in a state there is."""

from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("ticket", "ticket_event"):
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_words_state"
            " CHECK (words_state IN ('moderated', 'none', 'refused', 'shown'))"
        )


def downgrade() -> None:
    for table in ("ticket", "ticket_event"):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_words_state")
