"""What waits for a reader is found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_ticket_held", "ticket", ["county_id"], postgresql_where=sa.text("words_state = 'held'")
    )
    op.create_index(
        "ix_ticket_event_held", "ticket_event", ["ticket_id"],
        postgresql_where=sa.text("words_state = 'held' AND party = 'author'"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_ticket_event_held", table_name="ticket_event")
    op.drop_index("ix_ticket_held", table_name="ticket")
