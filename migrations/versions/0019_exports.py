"""Exports keep the filters of the page they were asked from; PDFs are exports, too."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('export', sa.Column('filters', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False))
    op.drop_constraint(op.f('ck_export_format'), 'export', type_='check')
    op.create_check_constraint(op.f('ck_export_format'), 'export', "format IN ('xlsx', 'csv', 'pdf')")


def downgrade() -> None:
    op.execute("DELETE FROM export WHERE format = 'pdf'")
    op.drop_constraint(op.f('ck_export_format'), 'export', type_='check')
    op.create_check_constraint(op.f('ck_export_format'), 'export', "format IN ('xlsx', 'csv')")
    op.drop_column('export', 'filters')
