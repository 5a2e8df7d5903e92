"""One-time passwords end after their days."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("console_login", sa.Column("password_expires_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("console_login", "password_expires_at")
