"""The organisation department's role, which fetches how far named leaders' targets came."""

from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

ROLES_BEFORE = """
    role IN ('assessor', 'auditor', 'cadre', 'county_manager', 'county_staff', 'department_staff', 'leader',
        'security_admin', 'shop_keeper', 'system_admin', 'township_staff')
"""
ROLES = """
    role IN ('assessor', 'auditor', 'cadre', 'county_manager', 'county_staff', 'department_staff', 'leader',
        'organiser', 'security_admin', 'shop_keeper', 'system_admin', 'township_staff')
"""


def upgrade() -> None:
    _let_roles(ROLES)


def downgrade() -> None:
    for table in ("role_grant", "grant_request"):
        op.execute(f"DELETE FROM {table} WHERE role = 'organiser'")
    _let_roles(ROLES_BEFORE)


def _let_roles(roles: str) -> None:
    op.execute("ALTER TABLE role_grant DROP CONSTRAINT ck_role_grant_role")
    op.execute(f"ALTER TABLE role_grant ADD CONSTRAINT ck_role_grant_role CHECK ({roles})")
