"""Townships and counties scored from the sums of their villages' facts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "region_score",
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("villages", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("standard_error", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("light", sa.String(length=12), nullable=False),
        sa.Column("indicators", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.CheckConstraint("EXTRACT(DAY FROM month) = 1", name=op.f("ck_region_score_month")),
        sa.CheckConstraint("level IN ('township', 'county')", name=op.f("ck_region_score_level")),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f("fk_region_score_county_id")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_region_score_region_id")),
        sa.PrimaryKeyConstraint("region_id", "month", name=op.f("pk_region_score")),
    )
    op.create_index(op.f("ix_region_score_month_county_id"), "region_score", ["month", "county_id"])
    for event, rows in (("INSERT", "NEW"), ("DELETE", "OLD")):
        op.execute(
            f"CREATE TRIGGER region_score_{event.lower()}_locked AFTER {event} ON region_score "
            f"REFERENCING {rows} TABLE AS changed "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_locked_month()"
        )
    op.execute(
        "CREATE TRIGGER region_score_replaced BEFORE UPDATE ON region_score "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("region_score")
