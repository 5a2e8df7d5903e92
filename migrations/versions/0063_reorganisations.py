"""Reorganisations of villages, proposed by one person and carried out by another; splits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

TABLE = "reorganisation"
CHECKS = {
    "kind": "kind IN ('merge', 'move', 'rename', 'split')",
    "state": "state IN ('done', 'dropped', 'proposed')",
    "into": "(kind = 'merge') = (into_id IS NOT NULL)",
    "township": "(kind = 'move') = (township_id IS NOT NULL)",
    "name": "(kind IN ('rename', 'split')) = (name IS NOT NULL)",
    "code": "kind <> 'split' OR code IS NOT NULL",
    "code_has_12_digits": "code ~ '^[0-9]{12}$'",
    "another_confirms": "decided_by_id <> author_id",
    "decider": "(state = 'done') = (decided_by_id IS NOT NULL)",
    "decided": "(state = 'proposed') = (decided_at IS NULL)",
}
HANDS = """
    CREATE TRIGGER two_hands_author_id_decided_by_id AFTER INSERT
        OR UPDATE OF author_id, decided_by_id ON reorganisation FOR EACH ROW
        WHEN (((new.author_id IS NOT NULL) AND (new.decided_by_id IS NOT NULL)))
        EXECUTE FUNCTION refuse_same_hand('author_id', 'decided_by_id')
"""


def _key(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{TABLE}_{column}"))


def upgrade() -> None:
    op.add_column("region", sa.Column("split_from_id", sa.BigInteger()))
    op.create_foreign_key(
        op.f("fk_region_split_from_id"), "region", "region", ["split_from_id"], ["id"]
    )
    ids = postgresql.ARRAY(sa.BigInteger())
    nothing = sa.text("'{}'::bigint[]")
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("village_name", sa.String(80), nullable=False),
        sa.Column("into_id", sa.BigInteger()),
        sa.Column("township_id", sa.BigInteger()),
        sa.Column("name", sa.String(80)),
        sa.Column("code", sa.String(12)),
        sa.Column("group_ids", ids, server_default=nothing, nullable=False),
        sa.Column("point_ids", ids, server_default=nothing, nullable=False),
        sa.Column("takes_effect_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(200), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("authored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(8), server_default="proposed", nullable=False),
        sa.Column("decided_by_id", sa.BigInteger()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("moved", postgresql.JSONB()),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{TABLE}_{name}")) for name, rule in CHECKS.items()),
        *(_key(f"{name}_id", "region.id") for name in ("county", "village", "into", "township")),
        *(_key(f"{name}_id", "person.id") for name in ("author", "decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_county_id_id"), TABLE, ["county_id", "id"])
    op.create_index(
        f"uq_{TABLE}_proposed", TABLE, ["village_id"], unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )  # fmt: skip
    op.execute(HANDS)


def downgrade() -> None:
    op.drop_table(TABLE)
    op.drop_constraint(op.f("fk_region_split_from_id"), "region")
    op.drop_column("region", "split_from_id")
