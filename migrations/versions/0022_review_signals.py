"""Ratings held for review, and the week's traces that the signals look at."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rating_trace",
        sa.Column("rating_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("took_seconds", sa.SmallInteger(), nullable=True),
        sa.Column("network", sa.LargeBinary(), nullable=True),
        sa.Column("device", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("rating_id", name=op.f("pk_rating_trace")),
    )
    op.create_table(
        "rating_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("rating_id", sa.BigInteger(), nullable=False),
        sa.Column("signal", sa.String(length=20), nullable=False),
        sa.Column("bunch", sa.String(length=60), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=8), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.CheckConstraint("decision IN ('accepted', 'rejected')", name=op.f("ck_rating_hold_decision")),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (note IS NULL)"
            " AND (decision IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_rating_hold_decided"),
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_rating_hold_decided_by_id")),
        sa.ForeignKeyConstraint(["rating_id"], ["rating.id"], name=op.f("fk_rating_hold_rating_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_hold")),
        sa.UniqueConstraint("rating_id", "signal", name=op.f("uq_rating_hold_rating_id_signal")),
    )
    op.create_index(op.f("ix_rating_hold_bunch"), "rating_hold", ["bunch"])
    op.create_index(op.f("ix_rating_hold_county_id_month"), "rating_hold", ["county_id", "month"])
    op.create_index(
        "ix_rating_rated_on", "rating", ["rated_on"], postgresql_using="brin"
    )


def downgrade() -> None:
    op.drop_index("ix_rating_rated_on", table_name="rating")
    op.drop_table("rating_hold")
    op.drop_table("rating_trace")
