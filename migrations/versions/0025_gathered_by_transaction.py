"""What a gathering had seen, as the number of a transaction, and the one that noted it."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was gathered is gathered once more in full.
    op.execute("DELETE FROM month_gather")
    op.drop_column("month_gather", "snapshot")
    op.add_column("month_gather", sa.Column("seen", sa.BigInteger(), nullable=False))
    op.add_column("month_gather", sa.Column("xid", sa.BigInteger(), nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM month_gather")
    op.drop_column("month_gather", "xid")
    op.drop_column("month_gather", "seen")
    op.add_column("month_gather", sa.Column("snapshot", sa.Text(), nullable=False))
