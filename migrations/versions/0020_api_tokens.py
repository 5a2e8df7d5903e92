"""Tokens with which other systems read published scores."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('api_token',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('scope', sa.String(length=20), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.BigInteger(), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_by_id', sa.BigInteger(), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('uses', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('octet_length(digest) = 32', name=op.f('ck_api_token_digest')),
    sa.CheckConstraint("scope IN ('read_scores')", name=op.f('ck_api_token_scope')),
    sa.CheckConstraint('(revoked_at IS NULL) = (revoked_by_id IS NULL)', name=op.f('ck_api_token_revoked')),
    sa.CheckConstraint('uses >= 0', name=op.f('ck_api_token_uses')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_api_token_county_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['person.id'], name=op.f('fk_api_token_created_by_id')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['person.id'], name=op.f('fk_api_token_revoked_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_token')),
    sa.UniqueConstraint('digest', name=op.f('uq_api_token_digest'))
    )
    op.create_index(op.f('ix_api_token_county_id_id'), 'api_token', ['county_id', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_api_token_county_id_id'), table_name='api_token')
    op.drop_table('api_token')
