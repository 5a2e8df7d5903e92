"""Appraisals and checks on site are closed with the year."""

from pathlib import Path

from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).parents[1] / "assessments"
CLOSED = (
    "appraisal_round", "appraisal_group", "appraisal_entry", "appraisal_count", "appraisal_slip",
    "check_draw", "site_check", "site_finding",
)


def upgrade() -> None:
    _execute((FOLDER / "locked_parts.sql").read_text("utf-8"))
    for table in CLOSED:
        op.execute(
            f"CREATE TRIGGER {table}_locked BEFORE INSERT OR DELETE OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION keep_locked_programme()"
        )


def downgrade() -> None:
    for table in CLOSED:
        op.execute(f"DROP TRIGGER {table}_locked ON {table}")
    before = (FOLDER / "year_end.sql").read_text("utf-8")
    start = before.index("CREATE FUNCTION keep_locked_programme")
    function = before[start : before.index("$$;", start) + 3]
    _execute(function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))


def _execute(statements: str) -> None:
    """Several at once, which only the driver's own cursor takes."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(statements)
