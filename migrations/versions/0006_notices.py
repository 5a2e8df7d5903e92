"""Notices: the inbox, accepted messages, and what is on its way to WeChat."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('notice',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('page', sa.String(length=120), nullable=True),
    sa.Column('subject_kind', sa.String(length=20), nullable=False),
    sa.Column('subject_id', sa.BigInteger(), nullable=False),
    sa.Column('dedup', sa.String(length=60), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    op.create_index(op.f('ix_notice_person_id_id'), 'notice', ['person_id', 'id'], unique=False)
    op.create_index('ix_notice_unread', 'notice', ['person_id', 'id'], unique=False, postgresql_where=sa.text('read_at IS NULL'))
    op.create_index('uq_notice_dedup', 'notice', ['person_id', 'dedup'], unique=True, postgresql_where=sa.text('dedup IS NOT NULL'))
    op.create_table('subscription_credit',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('template', sa.String(length=30), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('spent_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_subscription_credit_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscription_credit'))
    )
    op.create_index('ix_subscription_credit_unspent', 'subscription_credit', ['person_id', 'template', 'id'], unique=False, postgresql_where=sa.text('spent_at IS NULL'))
    op.create_table('outbox_message',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('notice_id', sa.BigInteger(), nullable=False),
    sa.Column('credit_id', sa.BigInteger(), nullable=False),
    sa.Column('template', sa.String(length=30), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.String(length=8), server_default='queued', nullable=False),
    sa.Column('attempts', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('error_code', sa.Integer(), nullable=True),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('queued', 'sending', 'sent', 'refused', 'failed', 'unknown')", name=op.f('ck_outbox_message_state')),
    sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f('ck_outbox_message_sent')),
    sa.CheckConstraint("state = 'queued' OR claimed_at IS NOT NULL", name=op.f('ck_outbox_message_claimed')),
    sa.CheckConstraint('(attempts = 0) = (claimed_at IS NULL)', name=op.f('ck_outbox_message_attempts')),
    sa.ForeignKeyConstraint(['credit_id'], ['subscription_credit.id'], name=op.f('fk_outbox_message_credit_id')),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_outbox_message_notice_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_message')),
    sa.UniqueConstraint('credit_id', name=op.f('uq_outbox_message_credit_id')),
    sa.UniqueConstraint('notice_id', name=op.f('uq_outbox_message_notice_id'))
    )
    op.create_index('ix_outbox_message_waiting', 'outbox_message', ['next_try_at'], unique=False, postgresql_where=sa.text("state IN ('queued', 'sending')"))


def downgrade() -> None:
    for table in ("outbox_message", "subscription_credit", "notice"):
        op.drop_table(table)
