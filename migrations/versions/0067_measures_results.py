"""Measured values of elements, and totals of units."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measure_fact",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("element_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger()),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric(18, 4)),
        sa.Column("yes", sa.Numeric(18, 4)),
        sa.Column("whole", sa.Numeric(18, 4)),
        sa.Column("error", sa.Double()),
        sa.Column("points", sa.Numeric(7, 2)),
        sa.Column("reason", sa.String(200), server_default="", nullable=False),
        sa.Column("case_words", sa.String(200), server_default="", nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("origin", sa.String(80), nullable=False),
        sa.Column("imported_by_id", sa.BigInteger()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "source IN ('ballot', 'check', 'feed', 'own', 'owner')", name=op.f("ck_measure_fact_source")
        ),
        sa.CheckConstraint("EXTRACT(DAY FROM period) = 1", name=op.f("ck_measure_fact_period")),
        sa.CheckConstraint("(yes IS NULL) = (whole IS NULL)", name=op.f("ck_measure_fact_ratio")),
        sa.CheckConstraint("num_nonnulls(value, whole) <= 1", name=op.f("ck_measure_fact_one_figure")),
        sa.CheckConstraint("num_nonnulls(value, whole, points) >= 1", name=op.f("ck_measure_fact_figure")),
        sa.CheckConstraint("whole > 0 AND yes BETWEEN 0 AND whole", name=op.f("ck_measure_fact_share")),
        sa.CheckConstraint("points IS NULL OR (points >= 0 AND source = 'owner')", name=op.f("ck_measure_fact_points")),
        sa.CheckConstraint("error >= 0", name=op.f("ck_measure_fact_error")),
        sa.CheckConstraint("(source = 'own') = (imported_by_id IS NULL)", name=op.f("ck_measure_fact_handed_in")),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f("fk_measure_fact_county_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_measure_fact_programme_id")),
        sa.ForeignKeyConstraint(
            ["programme_id", "element_id"], ["programme_element.programme_id", "programme_element.id"],
            name=op.f("fk_measure_fact_programme_id_element_id"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"],
            name=op.f("fk_measure_fact_programme_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["imported_by_id"], ["person.id"], name=op.f("fk_measure_fact_imported_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_fact")),
    )
    op.create_index(op.f("ix_measure_fact_element_id_unit_id_period"), "measure_fact", ["element_id", "unit_id", "period"])
    op.create_index(op.f("ix_measure_fact_unit_id_element_id_period"), "measure_fact", ["unit_id", "element_id", "period"])
    op.execute(
        "CREATE TRIGGER measure_fact_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON measure_fact"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_table(
        "unit_result",
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("total", sa.Numeric(7, 2)),
        sa.Column("task", sa.Numeric(12, 6)),
        sa.Column("social", sa.Numeric(12, 6)),
        sa.Column("rank", sa.SmallInteger()),
        sa.Column("band", sa.SmallInteger()),
        sa.Column("calibrated", sa.Double()),
        sa.Column("error", sa.Double(), nullable=False),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.Column("losses", postgresql.JSONB(), nullable=False),
        sa.Column("moved", postgresql.JSONB(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("EXTRACT(DAY FROM until) = 1", name=op.f("ck_unit_result_until")),
        sa.CheckConstraint("num_nulls(total, rank, band) IN (0, 3)", name=op.f("ck_unit_result_ranked")),
        sa.CheckConstraint("rank >= 1 AND band >= 1", name=op.f("ck_unit_result_places")),
        sa.CheckConstraint("error >= 0", name=op.f("ck_unit_result_error")),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f("fk_unit_result_county_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_unit_result_programme_id")),
        sa.ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"],
            name=op.f("fk_unit_result_programme_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("programme_id", "unit_id", name=op.f("pk_unit_result")),
    )


def downgrade() -> None:
    op.drop_table("unit_result")
    op.drop_table("measure_fact")
