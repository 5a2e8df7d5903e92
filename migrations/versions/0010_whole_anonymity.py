"""Rounds that are drafted and published, paper votes, rewards turned in, anonymous tickets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ROLE = "village_voice_anonymous"
# Until now nothing but tests could open a round: these tables were empty in every county.
OLD = (
    "DROP TABLE anonymous.key",
    "DROP TABLE anonymous.round",
    "TRUNCATE anonymous.inbox, anonymous.spent, anonymous.box",
)
TABLES = (
    """
    CREATE TABLE anonymous.desk (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        county_id bigint NOT NULL, period date NOT NULL,
        use text NOT NULL CHECK (use IN ('survey', 'ticket')),
        closes_at timestamptz NOT NULL, closed boolean NOT NULL DEFAULT false,
        box_key bytea NOT NULL CHECK (octet_length(box_key) = 32),
        reward_modulus bytea NOT NULL CHECK (octet_length(reward_modulus) = 256),
        reward_sealed bytea NOT NULL,
        UNIQUE (county_id, period, use)
    )
    """,
    """
    CREATE TABLE anonymous.key (
        kid bytea PRIMARY KEY CHECK (octet_length(kid) = 32),
        desk_id uuid NOT NULL REFERENCES anonymous.desk (id),
        unit_id bigint NOT NULL,
        context bytea NOT NULL CHECK (octet_length(context) = 32),
        modulus bytea NOT NULL CHECK (octet_length(modulus) = 256),
        questions jsonb
    )
    """,
    # A ticket waits a night or two more before anybody reads it, so that who was awake on the day
    # it was written says little. Not a time: how often the box is still to be passed over.
    "ALTER TABLE anonymous.box ADD nights smallint NOT NULL DEFAULT 0",
    # Keys that tickets were sealed to, the newest first: three nights, then gone with their file.
    """
    CREATE TABLE anonymous.box_key (
        public bytea PRIMARY KEY CHECK (octet_length(public) = 32),
        county_id bigint NOT NULL, age smallint NOT NULL DEFAULT 0, file text NOT NULL
    )
    """,
    # What a receipt opens: written by the county's side, read by nobody else than its holder.
    """
    CREATE TABLE anonymous.thread (
        lookup bytea PRIMARY KEY CHECK (octet_length(lookup) = 32),
        county_id bigint NOT NULL, view jsonb NOT NULL
    )
    """,
    """
    CREATE UNLOGGED TABLE anonymous.word_inbox (
        id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
        county_id bigint NOT NULL, sealed bytea NOT NULL
    )
    """,
    "CREATE TABLE anonymous.word_spent (id bytea PRIMARY KEY CHECK (octet_length(id) = 16))",
)
GRANTS = (
    f"GRANT SELECT ON anonymous.desk, anonymous.key, anonymous.thread TO {ROLE}",
    f"GRANT INSERT, SELECT (id) ON anonymous.word_inbox TO {ROLE}",
    f"GRANT SELECT ON anonymous.word_spent TO {ROLE}",
    f"GRANT SELECT (public, county_id, age) ON anonymous.box_key TO {ROLE}",
)
CHECKS = {
    "survey_round": {
        "state": "state IN ('draft', 'scheduled', 'open', 'closed', 'published')",
        "order": "closes_at > opens_at",
        "published": "(state = 'published') = (published_at IS NOT NULL)",
    },
    "survey_tally": {"channel": "channel IN ('phone', 'paper')"},
    "survey_text": {"channel": "channel IN ('phone', 'paper')"},
    "ticket": {
        "anonymous": "(channel = 'anonymous') = (receipt IS NOT NULL)"
        " AND (receipt IS NULL OR (person_id IS NULL AND contact_sealed IS NULL))",
        "receipt_size": "octet_length(receipt) = 32",
    },
    "ticket_file": {"owner": "person_id IS NOT NULL OR ticket_id IS NOT NULL"},
}


def upgrade() -> None:
    for statement in (*OLD, *TABLES, *GRANTS):
        op.execute(statement)
    op.drop_constraint(op.f("ck_survey_round_state"), "survey_round", type_="check")
    op.create_table('reward_spent',
    sa.Column('nullifier', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('octet_length(nullifier) = 32', name=op.f('ck_reward_spent_sizes')),
    sa.PrimaryKeyConstraint('nullifier', name=op.f('pk_reward_spent'))
    )
    op.create_table('reward_credit',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('period', sa.Date(), nullable=False),
    sa.CheckConstraint('EXTRACT(DAY FROM period) = 1', name=op.f('ck_reward_credit_period')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reward_credit_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward_credit')),
    sa.UniqueConstraint('person_id', 'period', name=op.f('uq_reward_credit_person_id_period'))
    )
    op.create_table('survey_question',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('words', sa.String(length=60), nullable=False),
    sa.Column('options', postgresql.ARRAY(sa.String(length=20)), server_default='{}', nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("kind IN ('level', 'single', 'multiple', 'text')", name=op.f('ck_survey_question_kind')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_survey_question_county_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_question'))
    )
    op.create_index(op.f('ix_survey_question_county_id'), 'survey_question', ['county_id'], unique=False)
    op.create_table('paper_batch',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('round_id', sa.BigInteger(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('slips', sa.SmallInteger(), nullable=False),
    sa.Column('state', sa.String(length=8), server_default='first', nullable=False),
    sa.Column('first_by_id', sa.BigInteger(), nullable=False),
    sa.Column('second_by_id', sa.BigInteger(), nullable=True),
    sa.Column('first_entry', sa.LargeBinary(), nullable=True),
    sa.Column('second_entry', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint("state IN ('first', 'differs') OR (first_entry IS NULL AND second_entry IS NULL)", name=op.f('ck_paper_batch_entries_go')),
    sa.CheckConstraint("state IN ('first', 'differs', 'counted', 'dropped')", name=op.f('ck_paper_batch_state')),
    sa.CheckConstraint('second_by_id <> first_by_id', name=op.f('ck_paper_batch_two_people')),
    sa.CheckConstraint('slips BETWEEN 10 AND 200', name=op.f('ck_paper_batch_slips')),
    sa.ForeignKeyConstraint(['first_by_id'], ['person.id'], name=op.f('fk_paper_batch_first_by_id')),
    sa.ForeignKeyConstraint(['round_id'], ['survey_round.id'], name=op.f('fk_paper_batch_round_id')),
    sa.ForeignKeyConstraint(['second_by_id'], ['person.id'], name=op.f('fk_paper_batch_second_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['ballot_unit.id'], name=op.f('fk_paper_batch_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_batch'))
    )
    op.create_index(op.f('ix_paper_batch_round_id'), 'paper_batch', ['round_id'], unique=False)
    op.create_table('paper_issue',
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('person_digest', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('octet_length(person_digest) = 32', name=op.f('ck_paper_issue_sizes')),
    sa.ForeignKeyConstraint(['unit_id'], ['ballot_unit.id'], name=op.f('fk_paper_issue_unit_id')),
    sa.PrimaryKeyConstraint('unit_id', 'person_digest', name=op.f('pk_paper_issue'))
    )
    op.create_table('survey_result',
    sa.Column('round_id', sa.BigInteger(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('question', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('channel', sa.String(length=5), nullable=False),
    sa.Column('shown', sa.String(length=6), nullable=False),
    sa.Column('n', sa.Integer(), nullable=True),
    sa.Column('counts', postgresql.ARRAY(sa.Integer()), nullable=True),
    sa.Column('majority', sa.SmallInteger(), nullable=True),
    sa.Column('at_least', sa.SmallInteger(), nullable=True),
    sa.CheckConstraint("(shown = 'banded') = (at_least IS NOT NULL) AND (majority IS NULL OR shown = 'banded')", name=op.f('ck_survey_result_banded')),
    sa.CheckConstraint("(shown = 'hidden') = (n IS NULL) AND (n IS NULL) = (counts IS NULL)", name=op.f('ck_survey_result_hidden')),
    sa.CheckConstraint("channel IN ('phone', 'paper')", name=op.f('ck_survey_result_channel')),
    sa.CheckConstraint("shown IN ('exact', 'banded', 'hidden')", name=op.f('ck_survey_result_shown')),
    sa.ForeignKeyConstraint(['round_id'], ['survey_round.id'], name=op.f('fk_survey_result_round_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['ballot_unit.id'], name=op.f('fk_survey_result_unit_id')),
    sa.PrimaryKeyConstraint('round_id', 'unit_id', 'question', 'channel', name=op.f('pk_survey_result'))
    )
    op.create_table('survey_round_version',
    sa.Column('round_id', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('saved_by_id', sa.BigInteger(), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['survey_round.id'], name=op.f('fk_survey_round_version_round_id')),
    sa.ForeignKeyConstraint(['saved_by_id'], ['person.id'], name=op.f('fk_survey_round_version_saved_by_id')),
    sa.PrimaryKeyConstraint('round_id', 'version', name=op.f('pk_survey_round_version'))
    )
    op.add_column('ballot_issue', sa.Column('on_paper', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('survey_round', sa.Column('questionnaires', postgresql.JSONB(astext_type=sa.Text()), nullable=False))
    op.add_column('survey_round', sa.Column('version', sa.SmallInteger(), server_default=sa.text('1'), nullable=False))
    op.add_column('survey_round', sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False))
    op.add_column('survey_round', sa.Column('published_at', sa.DateTime(timezone=True), nullable=True))
    op.alter_column('survey_round', 'state',
               existing_type=sa.VARCHAR(length=8),
               type_=sa.String(length=10),
               existing_nullable=False,
               server_default='draft')
    op.drop_column('survey_round', 'questions')
    op.add_column('survey_tally', sa.Column('channel', sa.String(length=5), server_default='phone', nullable=False))
    op.add_column('survey_tally', sa.Column('people', sa.Integer(), nullable=False))
    op.add_column('survey_text', sa.Column('channel', sa.String(length=5), server_default='phone', nullable=False))
    op.add_column('ticket', sa.Column('receipt', sa.LargeBinary(), nullable=True))
    op.add_column('ticket', sa.Column('ballot_unit_id', sa.BigInteger(), nullable=True))
    op.create_unique_constraint(op.f('uq_ticket_receipt'), 'ticket', ['receipt'])
    op.create_foreign_key(op.f('fk_ticket_ballot_unit_id'), 'ticket', 'ballot_unit', ['ballot_unit_id'], ['id'])
    op.alter_column('ticket_file', 'person_id',
               existing_type=sa.BIGINT(),
               nullable=True)
    op.drop_constraint(op.f("pk_survey_tally"), "survey_tally", type_="primary")
    op.create_primary_key(
        op.f("pk_survey_tally"), "survey_tally", ["round_id", "unit_id", "question", "channel"]
    )
    for table, checks in CHECKS.items():
        for name, condition in checks.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def downgrade() -> None:
    for table, checks in CHECKS.items():
        for name in checks:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.drop_constraint(op.f("pk_survey_tally"), "survey_tally", type_="primary")
    op.create_primary_key(
        op.f("pk_survey_tally"), "survey_tally", ["round_id", "unit_id", "question"]
    )

    op.alter_column('ticket_file', 'person_id',
               existing_type=sa.BIGINT(),
               nullable=False)
    op.drop_constraint(op.f('fk_ticket_ballot_unit_id'), 'ticket', type_='foreignkey')
    op.drop_constraint(op.f('uq_ticket_receipt'), 'ticket', type_='unique')
    op.drop_column('ticket', 'ballot_unit_id')
    op.drop_column('ticket', 'receipt')
    op.drop_column('survey_text', 'channel')
    op.drop_column('survey_tally', 'people')
    op.drop_column('survey_tally', 'channel')
    op.add_column('survey_round', sa.Column('questions', postgresql.JSONB(astext_type=sa.Text()), autoincrement=False, nullable=False))
    op.alter_column('survey_round', 'state',
               existing_type=sa.String(length=10),
               type_=sa.VARCHAR(length=8),
               existing_nullable=False,
               server_default=sa.text("'open'::character varying"))
    op.drop_column('survey_round', 'published_at')
    op.drop_column('survey_round', 'opens_at')
    op.drop_column('survey_round', 'version')
    op.drop_column('survey_round', 'questionnaires')
    op.drop_column('ballot_issue', 'on_paper')
    op.drop_table('survey_round_version')
    op.drop_table('survey_result')
    op.drop_table('paper_issue')
    op.drop_index(op.f('ix_paper_batch_round_id'), table_name='paper_batch')
    op.drop_table('paper_batch')
    op.drop_index(op.f('ix_survey_question_county_id'), table_name='survey_question')
    op.drop_table('survey_question')
    op.drop_table('reward_credit')
    op.drop_table('reward_spent')
    op.create_check_constraint(
        op.f("ck_survey_round_state"), "survey_round", "state IN ('open', 'closed')"
    )
    for table in ("word_spent", "word_inbox", "thread", "box_key", "key", "desk"):
        op.execute(f"DROP TABLE anonymous.{table}")
    op.execute("ALTER TABLE anonymous.box DROP nights")
    op.execute(
        """
        CREATE TABLE anonymous.round (
            id bigint PRIMARY KEY, period date NOT NULL, closes_at timestamptz NOT NULL,
            questions jsonb NOT NULL, box_key bytea NOT NULL CHECK (octet_length(box_key) = 32),
            reward_modulus bytea NOT NULL CHECK (octet_length(reward_modulus) = 256),
            reward_sealed bytea NOT NULL, closed boolean NOT NULL DEFAULT false
        )
        """
    )
    op.execute(
        """
        CREATE TABLE anonymous.key (
            kid bytea PRIMARY KEY CHECK (octet_length(kid) = 32),
            round_id bigint NOT NULL REFERENCES anonymous.round (id),
            context bytea NOT NULL CHECK (octet_length(context) = 32),
            modulus bytea NOT NULL CHECK (octet_length(modulus) = 256)
        )
        """
    )
    op.execute(f"GRANT SELECT ON anonymous.round, anonymous.key TO {ROLE}")
