"""Who opened a console log-in: until it has a role it belongs to that office."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("console_login", sa.Column("opened_by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_console_login_opened_by_id"), "console_login", "person", ["opened_by_id"], ["id"]
    )
    op.execute(
        """
        UPDATE console_login l SET opened_by_id = a.person_id
        FROM audit_entry a
        WHERE a.action = 'open_login' AND a.subject_kind = 'person'
          AND a.subject_id = l.person_id::text
        """
    )


def downgrade() -> None:
    op.drop_column("console_login", "opened_by_id")
