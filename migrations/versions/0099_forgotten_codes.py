"""Digests of printed codes are forgotten once a year is final; how many there were stays."""

from alembic import op

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE anonymous.appraisal_form"
        " ADD codes integer, ADD used integer, ADD on_paper integer"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE anonymous.appraisal_form DROP codes, DROP used, DROP on_paper"
    )
