"""Who agreed to which explanation, and whoever chose a village says to be old enough."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("version", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("act IN ('given', 'withdrawn')", name=op.f("ck_person_consent_act")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_consent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_consent")),
    )
    op.create_index(op.f("ix_person_consent_person_id_id"), "person_consent", ["person_id", "id"])
    op.execute(
        "CREATE TRIGGER person_consent_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON person_consent FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.add_column("binding", sa.Column("of_age", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("binding", "of_age")
    op.drop_table("person_consent")
