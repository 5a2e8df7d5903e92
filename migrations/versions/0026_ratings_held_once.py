"""A held rating has one row and one decision, whatever the number of signals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rating_hold", sa.Column("findings", postgresql.JSONB(), nullable=True))
    # Of several rows the rejected one stands, then the one that waits: nothing counts by this.
    op.execute(
        """
        WITH ordered AS (
            SELECT id, rating_id, first_value(id) OVER (
                PARTITION BY rating_id
                ORDER BY decision = 'rejected' DESC NULLS LAST, decision IS NULL DESC, id
            ) AS kept
            FROM rating_hold
        ), merged AS (
            SELECT o.kept, jsonb_object_agg(
                h.signal, jsonb_build_object('reason', h.reason, 'figures', h.figures)) AS findings
            FROM ordered o JOIN rating_hold h ON h.id = o.id GROUP BY o.kept
        )
        UPDATE rating_hold SET findings = merged.findings FROM merged WHERE id = merged.kept
        """
    )
    op.execute("DELETE FROM rating_hold WHERE findings IS NULL")
    op.alter_column("rating_hold", "findings", nullable=False)
    op.drop_constraint("uq_rating_hold_rating_id_signal", "rating_hold")
    for name in ("signal", "reason", "figures"):
        op.drop_column("rating_hold", name)
    op.create_unique_constraint("uq_rating_hold_rating_id", "rating_hold", ["rating_id"])


def downgrade() -> None:
    op.add_column("rating_hold", sa.Column("signal", sa.String(20), nullable=True))
    op.add_column("rating_hold", sa.Column("reason", sa.String(120), nullable=True))
    op.add_column("rating_hold", sa.Column("figures", postgresql.JSONB(), nullable=True))
    op.execute(
        """
        UPDATE rating_hold SET signal = first.key, reason = first.value ->> 'reason',
               figures = COALESCE(first.value -> 'figures', '{}')
        FROM (SELECT DISTINCT ON (h.id) h.id, f.key, f.value
              FROM rating_hold h CROSS JOIN LATERAL jsonb_each(h.findings) AS f
              ORDER BY h.id, f.key) AS first
        WHERE first.id = rating_hold.id
        """
    )
    for name in ("signal", "reason", "figures"):
        op.alter_column("rating_hold", name, nullable=False)
    op.drop_column("rating_hold", "findings")
    op.drop_constraint("uq_rating_hold_rating_id", "rating_hold")
    op.create_unique_constraint(
        "uq_rating_hold_rating_id_signal", "rating_hold", ["rating_id", "signal"]
    )
