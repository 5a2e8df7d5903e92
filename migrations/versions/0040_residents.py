"""常住人口 of villages."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("region", sa.Column("residents", sa.Integer()))
    op.create_check_constraint(
        op.f("ck_region_residents"), "region", "residents BETWEEN 0 AND 1000000"
    )


def downgrade() -> None:
    op.drop_column("region", "residents")
