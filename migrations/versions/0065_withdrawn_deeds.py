"""Whoever registered an activity takes it back before anybody decided it."""

from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _let_states("'confirmed', 'refused', 'waiting', 'withdrawn'")


def downgrade() -> None:
    op.execute(
        "UPDATE points_deed SET state = 'refused', decision_note = '登记的人撤回了'"
        " WHERE state = 'withdrawn'"
    )
    _let_states("'confirmed', 'refused', 'waiting'")


def _let_states(states: str) -> None:
    op.execute("ALTER TABLE points_deed DROP CONSTRAINT ck_points_deed_state")
    op.execute(
        f"ALTER TABLE points_deed ADD CONSTRAINT ck_points_deed_state CHECK (state IN ({states}))"
    )
