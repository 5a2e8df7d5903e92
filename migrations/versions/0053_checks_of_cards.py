"""Three checks of a score card that the models had and the tables had not."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None
CHECKS = {
    "total": "total BETWEEN -100 AND 200",
    "rank": "rank_low <= rank_high",
    "ranked_with_a_total": "rank IS NULL OR total IS NOT NULL",
}


def upgrade() -> None:
    for name, check in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_scorecard_{name}"), "scorecard", check)


def downgrade() -> None:
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_scorecard_{name}"), "scorecard")
