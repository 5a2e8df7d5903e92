"""Types of villages as a county's own data, with the history of who got which."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "village_kind",
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("added_by_id", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_village_kind_added_by_id")),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f("fk_village_kind_county_id")),
        sa.PrimaryKeyConstraint("county_id", "name", name=op.f("pk_village_kind")),
    )
    op.create_table(
        "village_kind_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("changed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_village_kind_change_changed_by_id")),
        sa.ForeignKeyConstraint(["village_id"], ["region.id"], name=op.f("fk_village_kind_change_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village_kind_change")),
    )
    op.create_index(op.f("ix_village_kind_change_village_id_id"), "village_kind_change", ["village_id", "id"])
    op.execute(
        "CREATE TRIGGER village_kind_change_append_only"
        " BEFORE UPDATE OR DELETE OR TRUNCATE ON village_kind_change"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER village_kind_change_append_only ON village_kind_change")
    op.drop_table("village_kind_change")
    op.drop_table("village_kind")
