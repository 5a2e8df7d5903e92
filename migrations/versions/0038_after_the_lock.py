"""Adjustments may be withdrawn, and be approved after a lock as a correction."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

STATES = "state IN ('proposed', 'approved', 'refused'{more})"
KINDS = "reason_kind IN ('objection', 'late_fact', 'error'{more})"


def _replace(table: str, name: str, condition: str) -> None:
    op.drop_constraint(f"ck_{table}_{name}", table)
    op.create_check_constraint(name, table, condition)


def upgrade() -> None:
    _replace("score_adjustment", "state", STATES.format(more=", 'dropped'"))
    _replace("scorecard_correction", "reason_kind", KINDS.format(more=", 'adjustment'"))
    op.create_check_constraint(
        "decider", "score_adjustment",
        "(state IN ('approved', 'refused')) = (decided_by_id IS NOT NULL)",
    )


def downgrade() -> None:
    op.drop_constraint("ck_score_adjustment_decider", "score_adjustment")
    op.execute("DELETE FROM score_adjustment WHERE state = 'dropped'")
    _replace("score_adjustment", "state", STATES.format(more=""))
    op.execute("ALTER TABLE scorecard_correction DISABLE TRIGGER USER")
    op.execute("DELETE FROM scorecard_correction WHERE reason_kind = 'adjustment'")
    op.execute("ALTER TABLE scorecard_correction ENABLE TRIGGER USER")
    _replace("scorecard_correction", "reason_kind", KINDS.format(more=""))
