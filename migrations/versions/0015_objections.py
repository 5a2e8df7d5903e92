"""Objections: a key against sending twice, photos as proof, the county's window."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("objection", sa.Column("idempotency_key", sa.Uuid(), nullable=True))
    op.create_index("uq_objection_key", "objection", ["raised_by_id", "idempotency_key"], unique=True)
    op.create_table(
        "objection_photo",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("objection_id", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["objection_id"], ["objection.id"], name=op.f("fk_objection_photo_objection_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_objection_photo_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection_photo")),
        sa.UniqueConstraint("key", name=op.f("uq_objection_photo_key")),
    )
    op.create_index(op.f("ix_objection_photo_objection_id"), "objection_photo", ["objection_id"])
    op.create_index(
        "ix_objection_photo_loose", "objection_photo", ["created_at"],
        postgresql_where=sa.text("objection_id IS NULL"),
    )
    op.create_table(
        "score_policy",
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("objection_days", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("objection_days BETWEEN 1 AND 60", name=op.f("ck_score_policy_objection_days")),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f("fk_score_policy_county_id")),
        sa.PrimaryKeyConstraint("county_id", name=op.f("pk_score_policy")),
    )


def downgrade() -> None:
    op.drop_table("score_policy")
    op.drop_index("ix_objection_photo_loose", table_name="objection_photo")
    op.drop_index(op.f("ix_objection_photo_objection_id"), table_name="objection_photo")
    op.drop_table("objection_photo")
    op.drop_index("uq_objection_key", table_name="objection")
    op.drop_column("objection", "idempotency_key")
