"""Villages see their months as they stood on a Monday, and cases under random names."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shown_month",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("shown_on", sa.Date(), nullable=False),
        sa.Column("card", postgresql.JSONB(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id"], ["region.id"], name=op.f("fk_shown_month_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "month", name=op.f("pk_shown_month")),
    )
    op.create_table(
        "public_case",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_case")),
        sa.UniqueConstraint("kind", "case_id", name=op.f("uq_public_case_kind_case_id")),
    )


def downgrade() -> None:
    op.drop_table("public_case")
    op.drop_table("shown_month")
