"""Checks and ballots close by themselves on the year's twentieth day."""

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

CLOSED = "(state = 'closed') = (closed_at IS NOT NULL)"
BY_SOMEBODY = f"{CLOSED} AND (closed_at IS NULL) = (closed_by_id IS NULL)"
BY_THE_CLOCK = f"{CLOSED} AND (closed_by_id IS NULL OR closed_at IS NOT NULL)"


def _replace(condition: str) -> None:
    op.drop_constraint(op.f("ck_appraisal_round_closed"), "appraisal_round")
    op.create_check_constraint(op.f("ck_appraisal_round_closed"), "appraisal_round", condition)


def upgrade() -> None:
    _replace(BY_THE_CLOCK)
    op.create_table(
        "year_closing",
        sa.Column("programme_id", sa.BigInteger, nullable=False),
        sa.Column("county_id", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checks", sa.Integer, nullable=False),
        sa.Column("groups", sa.Integer, nullable=False),
        sa.Column("reopened_until", sa.DateTime(timezone=True)),
        sa.Column("reopen_reason", sa.String(200)),
        sa.Column("reopened_by_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("programme_id", name=op.f("pk_year_closing")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_year_closing_programme_id")
        ),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f("fk_year_closing_county_id")),
        sa.ForeignKeyConstraint(
            ["reopened_by_id"], ["person.id"], name=op.f("fk_year_closing_reopened_by_id")
        ),
        sa.CheckConstraint("checks >= 0 AND groups >= 0", name=op.f("ck_year_closing_left")),
        sa.CheckConstraint(
            "(reopened_until IS NULL) = (reopened_by_id IS NULL)"
            " AND (reopened_until IS NULL) = (reopen_reason IS NULL)",
            name=op.f("ck_year_closing_reopened"),
        ),
        sa.CheckConstraint("reopened_until > closed_at", name=op.f("ck_year_closing_order")),
    )
    op.execute(
        "CREATE TRIGGER year_closing_locked BEFORE INSERT OR DELETE OR UPDATE ON year_closing"
        " FOR EACH ROW EXECUTE FUNCTION keep_locked_programme()"
    )


def downgrade() -> None:
    op.drop_table("year_closing")
    op.execute("UPDATE appraisal_round SET closed_by_id = opened_by_id WHERE state = 'closed'"
               " AND closed_by_id IS NULL")
    _replace(BY_SOMEBODY)
