"""The anonymous store: a schema and a role of its own; rounds, tallies and detached texts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROLE = "village_voice_anonymous"
TABLES = (
    """
    CREATE TABLE anonymous.round (
        id bigint PRIMARY KEY, period date NOT NULL, closes_at timestamptz NOT NULL,
        questions jsonb NOT NULL, box_key bytea NOT NULL CHECK (octet_length(box_key) = 32),
        reward_modulus bytea NOT NULL CHECK (octet_length(reward_modulus) = 256),
        reward_sealed bytea NOT NULL, closed boolean NOT NULL DEFAULT false
    )
    """,
    """
    CREATE TABLE anonymous.key (
        kid bytea PRIMARY KEY CHECK (octet_length(kid) = 32),
        round_id bigint NOT NULL REFERENCES anonymous.round (id),
        context bytea NOT NULL CHECK (octet_length(context) = 32),
        modulus bytea NOT NULL CHECK (octet_length(modulus) = 256)
    )
    """,
    # Unlogged: what was just said leaves no trace in the write-ahead log. A crash empties it, so
    # phones send again until an answer is in `spent`. No time, no sequence, nobody.
    """
    CREATE UNLOGGED TABLE anonymous.inbox (
        nullifier bytea PRIMARY KEY CHECK (octet_length(nullifier) = 32),
        kid bytea NOT NULL, reward_digest bytea NOT NULL, sealed bytea NOT NULL
    )
    """,
    """
    CREATE TABLE anonymous.spent (
        nullifier bytea PRIMARY KEY CHECK (octet_length(nullifier) = 32),
        kid bytea NOT NULL, reward_digest bytea NOT NULL
    )
    """,
    """
    CREATE TABLE anonymous.box (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(), kid bytea NOT NULL, sealed bytea NOT NULL
    )
    """,
)


def upgrade() -> None:
    op.execute(
        f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
                CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
            END IF;
        END $$
        """
    )
    op.execute("CREATE SCHEMA anonymous")
    for table in TABLES:
        op.execute(table)
    op.execute("REVOKE ALL ON SCHEMA anonymous FROM PUBLIC")
    op.execute(f"GRANT USAGE ON SCHEMA anonymous TO {ROLE}")
    op.execute(f"GRANT SELECT ON anonymous.round, anonymous.key TO {ROLE}")
    op.execute(f"GRANT INSERT, SELECT (nullifier, reward_digest) ON anonymous.inbox TO {ROLE}")
    op.execute(f"GRANT SELECT (nullifier, reward_digest) ON anonymous.spent TO {ROLE}")
    op.create_table(
        "survey_round",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("county_id", sa.BigInteger(), sa.ForeignKey("region.id"), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("title", sa.String(40), nullable=False),
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(8), server_default="open", nullable=False),
        sa.UniqueConstraint("county_id", "period", name=op.f("uq_survey_round_county_id_period")),
        sa.CheckConstraint("EXTRACT(DAY FROM period) = 1", name=op.f("ck_survey_round_period")),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_survey_round_state")),
    )
    op.create_table(
        "survey_tally",
        sa.Column("round_id", sa.BigInteger(), sa.ForeignKey("survey_round.id"), primary_key=True),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("ballot_unit.id"), primary_key=True),
        sa.Column("question", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("counts", postgresql.ARRAY(sa.Integer()), nullable=False),
    )
    op.create_table(
        "survey_text",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("round_id", sa.BigInteger(), sa.ForeignKey("survey_round.id"), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("ballot_unit.id"), nullable=False),
        sa.Column("question", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(8), server_default="held", nullable=False),
        sa.CheckConstraint(
            "state IN ('held', 'shown', 'refused')", name=op.f("ck_survey_text_state")
        ),
    )
    op.create_index(op.f("ix_survey_text_round_id"), "survey_text", ["round_id"])


def downgrade() -> None:
    for table in ("survey_text", "survey_tally", "survey_round"):
        op.drop_table(table)
    op.execute("DROP SCHEMA anonymous CASCADE")
    # The role stays: it belongs to the whole server, and another county may use it.
