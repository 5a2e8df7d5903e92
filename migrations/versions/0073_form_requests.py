"""Forms asked for beside a programme, with their basis and what units answered."""

from pathlib import Path

from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/form_requests.sql"


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))


def downgrade() -> None:
    op.execute("DROP TABLE form_request_unit")
    op.execute("DROP TABLE form_request")
