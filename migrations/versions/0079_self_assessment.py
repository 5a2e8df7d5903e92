"""What units confirm of their year; exemptions are closed with the year, too."""

from pathlib import Path

from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/self_assessment.sql"
CLOSED = ("self_assessment", "exemption_request")


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))
    for table in CLOSED:
        op.execute(
            f"CREATE TRIGGER {table}_locked BEFORE INSERT OR DELETE OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION keep_locked_programme()"
        )


def downgrade() -> None:
    op.execute("DROP TABLE self_assessment")
    op.execute("DROP TRIGGER exemption_request_locked ON exemption_request")
