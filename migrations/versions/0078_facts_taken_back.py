"""A measured value that is taken back: a row without any figure."""

from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_measure_fact_figure"), "measure_fact")


def downgrade() -> None:
    op.execute("ALTER TABLE measure_fact DISABLE TRIGGER measure_fact_append_only")
    op.execute("DELETE FROM measure_fact WHERE num_nonnulls(value, whole, points) = 0")
    op.execute("ALTER TABLE measure_fact ENABLE TRIGGER measure_fact_append_only")
    op.create_check_constraint(
        op.f("ck_measure_fact_figure"), "measure_fact", "num_nonnulls(value, whole, points) >= 1"
    )
