"""Kept sums of points: what redemptions gave back is subtracted from what they took."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

SUM_AGAIN = """
    DELETE FROM points_month_sum;
    INSERT INTO points_month_sum (county_id, month, village_id, kind, rule_id, entries, amount)
    SELECT p.county_id, p.month, COALESCE(e.village_id, 0), {flow}, COALESCE(e.rule_id, 0),
           count(*), sum(e.amount)
    FROM points_month p
    JOIN points_entry e ON e.county_id = p.county_id AND e.earned_on >= p.month
         AND e.earned_on < p.month + interval '1 month'
    GROUP BY 1, 2, 3, 4, 5
"""


def _sum_again(flow: str) -> None:
    op.execute("ALTER TABLE points_month_sum DISABLE TRIGGER USER")
    op.execute(SUM_AGAIN.format(flow=flow))
    op.execute("ALTER TABLE points_month_sum ENABLE TRIGGER USER")


def upgrade() -> None:
    _sum_again("CASE WHEN e.cause_kind = 'redemption' THEN 'spent' ELSE e.kind END")


def downgrade() -> None:
    _sum_again("e.kind")
