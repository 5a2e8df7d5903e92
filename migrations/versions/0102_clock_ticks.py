"""When the timetable last believed the host's clock."""

from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE clock_tick (
            id integer NOT NULL CONSTRAINT pk_clock_tick PRIMARY KEY,
            ticked_at timestamptz NOT NULL,
            CONSTRAINT ck_clock_tick_one CHECK (id = 1)
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE clock_tick")
