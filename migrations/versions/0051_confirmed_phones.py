"""A phone activates an account only after a security administrator confirmed whose it is."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("console_login", sa.Column("phone_confirmed_at", sa.DateTime(timezone=True)))
    # Phones that activated an account before were taken without this question; they stay valid.
    op.execute(
        "UPDATE console_login SET phone_confirmed_at = COALESCE(activated_at, now())"
        " WHERE phone_person_id IS NOT NULL"
    )
    op.drop_constraint("ck_console_login_activated_by_phone", "console_login")
    op.create_check_constraint(
        op.f("ck_console_login_activated_by_phone"), "console_login",
        "activated_how <> 'phone' OR phone_confirmed_at IS NOT NULL",
    )  # fmt: skip
    op.create_check_constraint(
        op.f("ck_console_login_confirmed_phone"), "console_login",
        "phone_confirmed_at IS NULL OR phone_person_id IS NOT NULL",
    )  # fmt: skip


def downgrade() -> None:
    op.drop_constraint("ck_console_login_confirmed_phone", "console_login")
    op.drop_constraint("ck_console_login_activated_by_phone", "console_login")
    op.create_check_constraint(
        op.f("ck_console_login_activated_by_phone"), "console_login",
        "activated_how <> 'phone' OR phone_person_id IS NOT NULL",
    )  # fmt: skip
    op.drop_column("console_login", "phone_confirmed_at")
