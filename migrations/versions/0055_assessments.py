"""The assessment office, and a county's target assessment: programmes, targets, reports, colours."""

from pathlib import Path

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

TABLES = (
    "programme", "programme_group", "assessed_unit", "programme_element", "target", "target_plan",
    "target_milestone", "target_change", "target_event", "programme_window", "target_report",
    "report_review", "evidence", "evidence_use", "target_standing", "target_supervision", "programme_adjustment",
)
FOLDER = Path(__file__).parents[1] / "assessments"
FILES = ("programmes", "targets", "reports", "evaluation", "triggers")
FUNCTIONS = ("keep_approved_programme", "keep_approved_parts", "keep_issued_target", "keep_target_plan")
ROLES_BEFORE = """
    role IN ('auditor', 'cadre', 'county_manager', 'county_staff', 'department_staff', 'leader',
        'security_admin', 'shop_keeper', 'system_admin', 'township_staff')
"""
ROLES = """
    role IN ('assessor', 'auditor', 'cadre', 'county_manager', 'county_staff', 'department_staff', 'leader',
        'security_admin', 'shop_keeper', 'system_admin', 'township_staff')
"""
# Whose acts one hand may not do both of: the table and its two columns.
TWO_HANDS = (
    ("programme", "drafted_by_id", "approved_by_id"),
    ("target_change", "proposed_by_id", "decided_by_id"),
    ("programme_adjustment", "author_id", "decided_by_id"),
)


def upgrade() -> None:
    _let_roles(ROLES)
    for table in ("role_grant", "grant_request"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN approves boolean DEFAULT false NOT NULL")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_approves"
            " CHECK (NOT approves OR role = 'assessor')"
        )
    for name in FILES:
        _execute((FOLDER / f"{name}.sql").read_text("utf-8"))
    for table, first, second in TWO_HANDS:
        op.execute(
            f"CREATE TRIGGER two_hands_{first}_{second} AFTER INSERT OR UPDATE OF {first}, {second}"
            f" ON {table} FOR EACH ROW WHEN (new.{first} IS NOT NULL AND new.{second} IS NOT NULL)"
            f" EXECUTE FUNCTION refuse_same_hand('{first}', '{second}')"
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table} CASCADE")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in ("role_grant", "grant_request"):
        op.execute(f"DELETE FROM {table} WHERE role = 'assessor'")
        op.execute(f"ALTER TABLE {table} DROP COLUMN approves")
    _let_roles(ROLES_BEFORE)


def _let_roles(roles: str) -> None:
    op.execute("ALTER TABLE role_grant DROP CONSTRAINT ck_role_grant_role")
    op.execute(f"ALTER TABLE role_grant ADD CONSTRAINT ck_role_grant_role CHECK ({roles})")


def _execute(statements: str) -> None:
    """Several at once, which only the driver's own cursor takes."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(statements)
