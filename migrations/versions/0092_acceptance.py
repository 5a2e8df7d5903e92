"""Steps of acceptance, each by another hand; what the last one gave counts as points."""

from pathlib import Path

from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/acceptance.sql"


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))


def downgrade() -> None:
    for table in ("acceptance_score", "acceptance_step"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_same_hand_of_steps()")
    # The table takes no deletes.
    op.execute("ALTER TABLE measure_fact DISABLE TRIGGER USER")
    op.execute("DELETE FROM measure_fact WHERE source = 'accept'")
    op.execute("ALTER TABLE measure_fact ENABLE TRIGGER USER")
    op.execute(
        "ALTER TABLE measure_fact DROP CONSTRAINT ck_measure_fact_source,"
        " DROP CONSTRAINT ck_measure_fact_points,"
        " ADD CONSTRAINT ck_measure_fact_source"
        " CHECK (source IN ('ballot', 'check', 'feed', 'own', 'owner')),"
        " ADD CONSTRAINT ck_measure_fact_points"
        " CHECK (points IS NULL OR (points >= 0 AND source = 'owner'))"
    )
