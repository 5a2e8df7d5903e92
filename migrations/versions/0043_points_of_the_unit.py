"""A survey's points are the unit's: reward keys and tokens go, and what they booked is relabelled."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

ROLE = "village_voice_anonymous"
NOT_REVERSED = "reverses_id IS NULL"
# A ballot was fetched in one of the villages that somebody has been bound to: the newest such.
UNITS = """
    UPDATE ballot_issue i SET unit_id = (
        SELECT u.unit_id FROM binding b
        JOIN ballot_unit_village u ON u.village_id = b.village_id AND u.period = i.period
        WHERE b.person_id = i.person_id ORDER BY b.ended_at IS NULL DESC, b.id DESC LIMIT 1)
"""
# What somebody earned by a token stays earned, under the name that everybody's points have now.
RELABEL = """
    UPDATE points_entry SET rule_id = NULL, nth = NULL, cause_kind = 'survey', cause_id = -id
    WHERE cause_kind = 'anonymous'
"""
END_RULES = (
    (
        "UPDATE points_rule SET ends_on = greatest(starts_on, CURRENT_DATE)"
        " WHERE code = 'anonymous' AND (ends_on IS NULL OR ends_on > CURRENT_DATE)"
    ),
    """
    UPDATE points_rule_set SET items = COALESCE((
        SELECT jsonb_agg(item) FROM jsonb_array_elements(items) AS item
        WHERE item ->> 'code' IS DISTINCT FROM 'anonymous'), '[]')
    WHERE version IS NULL
    """,
)


def upgrade() -> None:
    op.add_column("ballot_issue", sa.Column("unit_id", sa.BigInteger()))
    op.execute(UNITS)
    op.execute("DELETE FROM ballot_issue WHERE unit_id IS NULL")
    op.alter_column("ballot_issue", "unit_id", nullable=False)
    op.create_foreign_key(
        op.f("fk_ballot_issue_unit_id"), "ballot_issue", "ballot_unit", ["unit_id"], ["id"]
    )
    op.create_index(op.f("ix_ballot_issue_unit_id"), "ballot_issue", ["unit_id"])
    _ledger()
    op.drop_table("reward_credit")
    op.drop_table("reward_spent")
    for column in ("reward_modulus", "reward_sealed"):
        op.execute(f"ALTER TABLE anonymous.desk DROP {column}")
    for table in ("inbox", "spent"):
        op.execute(f"ALTER TABLE anonymous.{table} DROP reward_digest")
    op.execute("DELETE FROM ballot_signing_key WHERE use = 'reward'")
    op.drop_index("uq_ballot_signing_key_reward", "ballot_signing_key")
    for name in ("use", "unit"):
        op.drop_constraint(op.f(f"ck_ballot_signing_key_{name}"), "ballot_signing_key")
    op.create_check_constraint(
        op.f("ck_ballot_signing_key_use"), "ballot_signing_key", "use IN ('survey', 'ticket')"
    )
    op.alter_column("ballot_signing_key", "unit_id", nullable=False)
    op.execute(
        "DELETE FROM survey_tally t USING survey_round r"
        " WHERE r.id = t.round_id AND r.state = 'published'"
    )


def _ledger() -> None:
    op.add_column(
        "points_policy",
        sa.Column("survey_points", sa.SmallInteger(), server_default="5", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_points_policy_survey_points"), "points_policy", "survey_points BETWEEN 0 AND 20"
    )
    op.drop_constraint(op.f("ck_points_entry_shape"), "points_entry")
    op.drop_index("uq_points_entry_cause", "points_entry")
    op.execute("ALTER TABLE points_entry DISABLE TRIGGER USER")
    op.execute(RELABEL)
    op.execute("ALTER TABLE points_entry ENABLE TRIGGER USER")
    for statement in END_RULES:
        op.execute(statement)
    op.create_check_constraint(
        op.f("ck_points_entry_shape"), "points_entry",
        "(kind = 'earned' AND cause_kind <> 'survey') = (nth IS NOT NULL)"
        " AND (nth IS NULL OR rule_id IS NOT NULL)"
        " AND (kind = 'reversed') = (reverses_id IS NOT NULL)",
    )  # fmt: skip
    op.create_index(
        "uq_points_entry_cause", "points_entry", ["cause_kind", "cause_id"], unique=True,
        postgresql_where=sa.text(f"{NOT_REVERSED} AND cause_kind <> 'survey'"),
    )  # fmt: skip
    op.create_index(
        "uq_points_entry_survey", "points_entry", ["cause_id", "person_id"], unique=True,
        postgresql_where=sa.text(f"{NOT_REVERSED} AND cause_kind = 'survey'"),
    )  # fmt: skip


def downgrade() -> None:
    # A ledger that has a unit's points cannot go back: they have no rule.
    op.drop_index("uq_points_entry_survey", "points_entry")
    op.drop_index("uq_points_entry_cause", "points_entry")
    op.drop_constraint(op.f("ck_points_entry_shape"), "points_entry")
    op.create_check_constraint(
        op.f("ck_points_entry_shape"), "points_entry",
        "(kind = 'earned') = (nth IS NOT NULL) AND (kind <> 'earned' OR rule_id IS NOT NULL)"
        " AND (kind = 'reversed') = (reverses_id IS NOT NULL)",
    )  # fmt: skip
    op.create_index(
        "uq_points_entry_cause", "points_entry", ["cause_kind", "cause_id"], unique=True,
        postgresql_where=sa.text(NOT_REVERSED),
    )  # fmt: skip
    op.drop_column("points_policy", "survey_points")
    op.alter_column("ballot_signing_key", "unit_id", nullable=True)
    op.drop_constraint(op.f("ck_ballot_signing_key_use"), "ballot_signing_key")
    op.create_check_constraint(
        op.f("ck_ballot_signing_key_use"), "ballot_signing_key",
        "use IN ('survey', 'ticket', 'reward')",
    )  # fmt: skip
    op.create_check_constraint(
        op.f("ck_ballot_signing_key_unit"), "ballot_signing_key",
        "(use = 'reward') = (unit_id IS NULL)",
    )  # fmt: skip
    op.create_index(
        "uq_ballot_signing_key_reward", "ballot_signing_key", ["county_id", "period"], unique=True,
        postgresql_where=sa.text("use = 'reward'"),
    )  # fmt: skip
    # Months that are open keep no reward key, so their desks take nothing until the next month.
    op.execute("TRUNCATE anonymous.inbox, anonymous.spent, anonymous.box, anonymous.key")
    op.execute("DELETE FROM anonymous.desk")
    op.execute(
        "ALTER TABLE anonymous.desk ADD reward_modulus bytea NOT NULL"
        " CHECK (octet_length(reward_modulus) = 256), ADD reward_sealed bytea NOT NULL"
    )
    for table in ("inbox", "spent"):
        op.execute(f"ALTER TABLE anonymous.{table} ADD reward_digest bytea NOT NULL")
        op.execute(f"GRANT SELECT (reward_digest) ON anonymous.{table} TO {ROLE}")
    op.create_table(
        "reward_spent",
        sa.Column("nullifier", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("octet_length(nullifier) = 32", name=op.f("ck_reward_spent_sizes")),
        sa.PrimaryKeyConstraint("nullifier", name=op.f("pk_reward_spent")),
    )
    op.create_table(
        "reward_credit",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "EXTRACT(DAY FROM period) = 1", name=op.f("ck_reward_credit_period")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reward_credit_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_credit")),
        sa.UniqueConstraint(
            "person_id", "period", name=op.f("uq_reward_credit_person_id_period")
        ),
    )
    op.drop_index(op.f("ix_ballot_issue_unit_id"), "ballot_issue")
    op.drop_constraint(op.f("fk_ballot_issue_unit_id"), "ballot_issue")
    op.drop_column("ballot_issue", "unit_id")
