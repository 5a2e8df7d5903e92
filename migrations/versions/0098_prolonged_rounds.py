"""A round of appraisal that is open may be prolonged, with a reason."""

from alembic import op

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE appraisal_round ADD planned_end date, ADD prolonged_because varchar(200),
    ADD CONSTRAINT ck_appraisal_round_prolonged CHECK (
        (planned_end IS NULL) = (prolonged_because IS NULL) AND planned_end < ends_on)
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute("ALTER TABLE appraisal_round DROP planned_end, DROP prolonged_because")
