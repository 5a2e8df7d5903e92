"""Why a bulletin was not made."""

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE bulletin ADD failure varchar(200)")
    op.execute("UPDATE bulletin SET failure = '没做成,请再做一份' WHERE state = 'failed'")


def downgrade() -> None:
    op.execute("ALTER TABLE bulletin DROP failure")
