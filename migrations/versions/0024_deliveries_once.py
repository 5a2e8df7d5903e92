"""A delivery's form sent twice is booked once."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stock_movement", sa.Column("form_key", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_stock_movement_form_key"), "stock_movement", ["form_key"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_stock_movement_form_key"), "stock_movement", type_="unique")
    op.drop_column("stock_movement", "form_key")
