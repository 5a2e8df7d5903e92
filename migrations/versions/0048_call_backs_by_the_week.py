"""Lists stand by a time that is no finer than the week for call-backs, and not by ids."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

LISTED_AT = (
    "CASE WHEN channel = 'rating'"
    " THEN date_trunc('week', created_at AT TIME ZONE 'Asia/Shanghai')"
    " ELSE created_at AT TIME ZONE 'Asia/Shanghai' END"
)


def upgrade() -> None:
    op.add_column(
        "ticket",
        sa.Column(
            "listed_at", sa.DateTime(), sa.Computed(LISTED_AT, persisted=True), nullable=False
        ),
    )
    op.drop_index("ix_ticket_county_id_id", "ticket")
    op.create_index(
        op.f("ix_ticket_county_id_listed_at_id"), "ticket", ["county_id", "listed_at", "id"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_ticket_county_id_listed_at_id"), "ticket")
    op.create_index(op.f("ix_ticket_county_id_id"), "ticket", ["county_id", "id"])
    op.drop_column("ticket", "listed_at")
