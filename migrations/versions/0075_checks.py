"""Checks on site: draws with their seeds, two checkers each, what they found."""

from pathlib import Path

from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/checks.sql"
HANDS = (
    ("site_check", "first_checker_id", "second_checker_id"),
    ("site_check", "first_checker_id", "decided_by_id"),
    ("site_check", "second_checker_id", "decided_by_id"),
)


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))
    for table, first, second in HANDS:
        op.execute(
            f"CREATE TRIGGER two_hands_{first}_{second} AFTER INSERT OR UPDATE OF {first}, {second}"
            f" ON {table} FOR EACH ROW WHEN (new.{first} IS NOT NULL AND new.{second} IS NOT NULL)"
            f" EXECUTE FUNCTION refuse_same_hand('{first}', '{second}')"
        )


def downgrade() -> None:
    op.execute("DELETE FROM evidence_use WHERE check_id IS NOT NULL")
    op.execute("ALTER TABLE evidence_use DROP CONSTRAINT ck_evidence_use_one_use, DROP COLUMN check_id")
    op.execute(
        "ALTER TABLE evidence_use ADD CONSTRAINT ck_evidence_use_one_use"
        " CHECK (num_nonnulls(report_id, milestone_id) = 1)"
    )
    for table in ("site_finding", "site_check", "check_draw"):
        op.execute(f"DROP TABLE {table}")
