"""Why a unit is given more targets than the burden guard allows."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "assessed_unit", sa.Column("burden_reason", sa.String(200), server_default="", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("assessed_unit", "burden_reason")
