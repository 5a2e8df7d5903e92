"""What mystery guests found is told on a day set beforehand."""

from alembic import op

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE site_check ADD COLUMN hidden_until date;
ALTER TABLE site_check ADD COLUMN told_at timestamptz;
ALTER TABLE site_check DISABLE TRIGGER USER;
UPDATE site_check SET told_at = concluded_at;
ALTER TABLE site_check ENABLE TRIGGER USER;
ALTER TABLE site_check ADD CONSTRAINT ck_site_check_hidden
    CHECK (hidden_until IS NULL OR (kind = 'mystery' AND hidden_until >= visit_on));
ALTER TABLE site_check ADD CONSTRAINT ck_site_check_told_once_concluded
    CHECK (told_at >= concluded_at)
"""


def upgrade() -> None:
    for statement in UP.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("site_check", "told_at")
    op.drop_column("site_check", "hidden_until")
