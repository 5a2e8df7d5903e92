"""The year's end of an assessment: grades, locked years, publications, appeals, corrections."""

from pathlib import Path

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

TABLES = ("unit_grade", "programme_lock", "programme_publication", "result_appeal", "result_correction")
STATEMENTS = Path(__file__).parents[1] / "assessments" / "year_end.sql"
# Whose acts one hand may not do both of: the table and its two columns.
TWO_HANDS = (
    ("unit_grade", "proposed_by_id", "decided_by_id"),
    ("result_appeal", "raised_by_id", "decided_by_id"),
)
# What a year is made of.
CLOSED = (
    "target", "target_plan", "target_milestone", "target_report", "report_review", "target_standing",
    "measure_fact", "programme_adjustment", "unit_result", "unit_grade",
)


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))
    for table, first, second in TWO_HANDS:
        op.execute(
            f"CREATE TRIGGER two_hands_{first}_{second} AFTER INSERT OR UPDATE OF {first}, {second}"
            f" ON {table} FOR EACH ROW WHEN (new.{first} IS NOT NULL AND new.{second} IS NOT NULL)"
            f" EXECUTE FUNCTION refuse_same_hand('{first}', '{second}')"
        )
    for table in CLOSED:
        op.execute(
            f"CREATE TRIGGER {table}_locked BEFORE INSERT OR DELETE OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION keep_locked_programme()"
        )


def downgrade() -> None:
    for table in CLOSED:
        op.execute(f"DROP TRIGGER {table}_locked ON {table}")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table} CASCADE")
    op.execute("DROP FUNCTION keep_locked_programme")
