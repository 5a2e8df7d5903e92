"""Reports: milestones said done, reasons of lower values, owners' lateness; time spent; queries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

NEW_STATES = "state IN ('answered', 'closed', 'dropped', 'open', 'proposed')"
OLD_STATES = "state IN ('answered', 'closed', 'open')"


def upgrade() -> None:
    op.add_column(
        "target_report",
        sa.Column("milestone_ids", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
    )
    op.add_column("target_report", sa.Column("correction", sa.String(200), server_default="", nullable=False))
    op.add_column(
        "target_report",
        sa.Column("owner_late", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("target_report", sa.Column("returned_until", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_target_report_returned"), "target_report", "(state = 'returned') = (returned_until IS NOT NULL)"
    )
    _let_supervision(NEW_STATES)
    op.add_column("target_supervision", sa.Column("note", sa.String(200)))
    op.add_column("target_supervision", sa.Column("decided_by_id", sa.BigInteger()))
    op.create_foreign_key(
        op.f("fk_target_supervision_decided_by_id"), "target_supervision", "person", ["decided_by_id"], ["id"]
    )
    op.alter_column("target_supervision", "due_at", nullable=True)
    op.create_table(
        "fill_time",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("seconds", sa.SmallInteger(), nullable=False),
        sa.Column("reports", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seconds BETWEEN 0 AND 1800", name=op.f("ck_fill_time_seconds")),
        sa.CheckConstraint("reports > 0", name=op.f("ck_fill_time_reports")),
        sa.CheckConstraint("EXTRACT(DAY FROM period) = 1", name=op.f("ck_fill_time_period")),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f("fk_fill_time_county_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["assessed_unit.id"], name=op.f("fk_fill_time_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fill_time")),
    )
    op.create_index(op.f("ix_fill_time_unit_id_period"), "fill_time", ["unit_id", "period"])
    op.create_table(
        "colour_query",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("state", sa.String(10), server_default="open", nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(300)),
        sa.Column("value_before", sa.Numeric(18, 4)),
        sa.Column("value_after", sa.Numeric(18, 4)),
        sa.Column("answered_by_id", sa.BigInteger()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('corrected', 'open', 'upheld')", name=op.f("ck_colour_query_state")),
        sa.CheckConstraint("EXTRACT(DAY FROM period) = 1", name=op.f("ck_colour_query_period")),
        sa.CheckConstraint("answered_by_id <> by_id", name=op.f("ck_colour_query_another_answers")),
        sa.CheckConstraint(
            "(state = 'open') = (answered_at IS NULL) AND (answered_at IS NULL) = (answered_by_id IS NULL)"
            " AND (answered_at IS NULL) = (answer IS NULL)",
            name=op.f("ck_colour_query_answered"),
        ),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f("fk_colour_query_county_id")),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name=op.f("fk_colour_query_target_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_colour_query_by_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_colour_query_answered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colour_query")),
        sa.UniqueConstraint("target_id", "period", name=op.f("uq_colour_query_target_id_period")),
    )
    op.create_index(op.f("ix_colour_query_county_id_state"), "colour_query", ["county_id", "state"])
    for table, first, second in TWO_HANDS:
        op.execute(
            f"CREATE TRIGGER two_hands_{first}_{second} AFTER INSERT OR UPDATE OF {first}, {second}"
            f" ON {table} FOR EACH ROW WHEN (new.{first} IS NOT NULL AND new.{second} IS NOT NULL)"
            f" EXECUTE FUNCTION refuse_same_hand('{first}', '{second}')"
        )


TWO_HANDS = (("colour_query", "by_id", "answered_by_id"),)


def downgrade() -> None:
    op.drop_table("colour_query")
    op.drop_table("fill_time")
    op.execute("DELETE FROM target_supervision WHERE state IN ('proposed', 'dropped') OR due_at IS NULL")
    op.alter_column("target_supervision", "due_at", nullable=False)
    op.drop_column("target_supervision", "decided_by_id")
    op.drop_column("target_supervision", "note")
    _let_supervision(OLD_STATES)
    op.drop_constraint(op.f("ck_target_report_returned"), "target_report")
    for column in ("returned_until", "owner_late", "correction", "milestone_ids"):
        op.drop_column("target_report", column)


def _let_supervision(states: str) -> None:
    op.drop_constraint(op.f("ck_target_supervision_state"), "target_supervision")
    op.create_check_constraint(op.f("ck_target_supervision_state"), "target_supervision", states)
