"""Units keep their name and size from the day their keys are made.

Both stand in the month's key file from now on, which gets another digest by it: pin the months to
come anew with the release that follows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

NAMES = """
    UPDATE ballot_unit u SET name = n.name, size = n.size
    FROM (
        SELECT m.unit_id,
               string_agg(DISTINCT t.name, '、') || ' '
                   || string_agg(v.name, '、' ORDER BY v.code) AS name,
               sum((SELECT count(*) FROM binding b
                    WHERE b.village_id = v.id AND b.ended_at IS NULL))::int AS size
        FROM ballot_unit_village m JOIN region v ON v.id = m.village_id
        JOIN region t ON t.id = v.township_id
        GROUP BY m.unit_id
    ) n WHERE n.unit_id = u.id
"""


def upgrade() -> None:
    op.add_column("ballot_unit", sa.Column("name", sa.Text()))
    op.add_column("ballot_unit", sa.Column("size", sa.Integer()))
    op.execute(NAMES)
    op.execute("UPDATE ballot_unit SET name = '', size = 0 WHERE name IS NULL")
    op.alter_column("ballot_unit", "name", nullable=False)
    op.alter_column("ballot_unit", "size", nullable=False)
    op.create_check_constraint(op.f("ck_ballot_unit_size"), "ballot_unit", "size >= 0")


def downgrade() -> None:
    op.drop_column("ballot_unit", "size")
    op.drop_column("ballot_unit", "name")
