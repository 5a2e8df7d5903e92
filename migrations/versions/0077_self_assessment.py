"""What units confirm of their year."""

from pathlib import Path

from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/self_assessment.sql"


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))
    op.execute(
        "CREATE TRIGGER self_assessment_locked BEFORE INSERT OR DELETE OR UPDATE ON self_assessment"
        " FOR EACH ROW EXECUTE FUNCTION keep_locked_programme()"
    )


def downgrade() -> None:
    op.execute("DROP TABLE self_assessment")
