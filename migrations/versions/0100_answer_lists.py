"""Digests of a survey round's counted answers, as they are published."""

from alembic import op

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE survey_answer_list (
            round_id bigint NOT NULL CONSTRAINT fk_survey_answer_list_round_id
                REFERENCES survey_round (id),
            unit_id bigint NOT NULL CONSTRAINT fk_survey_answer_list_unit_id
                REFERENCES ballot_unit (id),
            unit_ids bigint[] NOT NULL,
            digests bytea[] NOT NULL,
            CONSTRAINT ck_survey_answer_list_units CHECK (unit_id = unit_ids[1]),
            CONSTRAINT pk_survey_answer_list PRIMARY KEY (round_id, unit_id)
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE survey_answer_list")
