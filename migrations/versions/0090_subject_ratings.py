"""Who runs a subject, what subjects trade, their rolling ratings, and how one leaves."""

from pathlib import Path

from alembic import op

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/subject_ratings.sql"
ROLES_BEFORE = """
    role IN ('assessor', 'auditor', 'cadre', 'county_manager', 'county_staff', 'department_staff', 'leader',
        'organiser', 'security_admin', 'shop_keeper', 'system_admin', 'township_staff')
"""


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))


def downgrade() -> None:
    op.execute("DELETE FROM role_grant WHERE role = 'subject_staff'")
    op.execute("ALTER TABLE role_grant DROP CONSTRAINT ck_role_grant_subject, DROP CONSTRAINT ck_role_grant_role")
    op.execute(f"ALTER TABLE role_grant DROP COLUMN subject_id, ADD CONSTRAINT ck_role_grant_role CHECK ({ROLES_BEFORE})")
    for table in ("subject_exit", "subject_rating", "subject_trade", "subject_invitation"):
        op.execute(f"DROP TABLE {table}")
