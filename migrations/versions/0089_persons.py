"""Persons have a total and neither rank nor band."""

from alembic import op

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _let("num_nulls(rank, band) IN (0, 2) AND (total IS NOT NULL OR rank IS NULL)")


def downgrade() -> None:
    op.execute("DELETE FROM unit_result WHERE total IS NOT NULL AND rank IS NULL")
    _let("num_nulls(total, rank, band) IN (0, 3)")


def _let(condition: str) -> None:
    op.execute(
        "ALTER TABLE unit_result DROP CONSTRAINT ck_unit_result_ranked,"
        f" ADD CONSTRAINT ck_unit_result_ranked CHECK ({condition})"
    )
