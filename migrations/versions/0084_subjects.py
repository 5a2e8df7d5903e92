"""Subjects that are assessed beside townships and departments, and elements of one industry."""

from pathlib import Path

from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/subjects.sql"


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))


def downgrade() -> None:
    op.execute("DROP INDEX uq_assessed_unit_subject")
    op.execute("ALTER TABLE assessed_unit DROP CONSTRAINT ck_assessed_unit_one_kind, DROP COLUMN subject_id")
    op.execute(
        "ALTER TABLE assessed_unit ADD CONSTRAINT ck_assessed_unit_one_kind"
        " CHECK (num_nonnulls(region_id, department_id) = 1)"
    )
    op.execute(
        "ALTER TABLE programme_element DROP CONSTRAINT ck_programme_element_scope,"
        " DROP CONSTRAINT ck_programme_element_industry, DROP COLUMN industry"
    )
    op.execute(
        "ALTER TABLE programme_element ADD CONSTRAINT ck_programme_element_scope"
        " CHECK (scope IN ('common', 'group', 'unit'))"
    )
    op.execute("DROP TABLE assessed_subject")
