"""How many slips of paper each unit was given and had counted, published with its results."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_paper",
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.CheckConstraint("given >= 0 AND counted >= 0", name=op.f("ck_survey_paper_numbers")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["survey_round.id"], name=op.f("fk_survey_paper_round_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["ballot_unit.id"], name=op.f("fk_survey_paper_unit_id")
        ),
        sa.PrimaryKeyConstraint("round_id", "unit_id", name=op.f("pk_survey_paper")),
    )


def downgrade() -> None:
    op.drop_table("survey_paper")
