"""Named words that WeChat has not looked at yet."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "words_to_check",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('rating', 'followup', 'ticket', 'event')",
            name=op.f("ck_words_to_check_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_words_to_check_person_id")
        ),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_words_to_check")),
    )
    for column in ("next_try_at", "person_id"):
        op.create_index(op.f(f"ix_words_to_check_{column}"), "words_to_check", [column])


def downgrade() -> None:
    op.drop_table("words_to_check")
