"""Bulletins of weeks, months, quarters and years, kept with what they say."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('bulletin',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('edition', sa.SmallInteger(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('xlsx_key', sa.String(length=80), nullable=True),
    sa.Column('pdf_key', sa.String(length=80), nullable=True),
    sa.Column('asked_by_id', sa.BigInteger(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('weekly', 'monthly', 'quarterly', 'yearly')", name=op.f('ck_bulletin_kind')),
    sa.CheckConstraint("state IN ('queued', 'done', 'failed')", name=op.f('ck_bulletin_state')),
    sa.CheckConstraint('ends_on > starts_on', name=op.f('ck_bulletin_days')),
    sa.CheckConstraint("(state = 'done') = (content IS NOT NULL AND xlsx_key IS NOT NULL AND pdf_key IS NOT NULL)", name=op.f('ck_bulletin_done_has_files')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_bulletin_asked_by_id')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_bulletin_county_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulletin'))
    )
    op.create_index('uq_bulletin_edition', 'bulletin', ['county_id', 'kind', 'starts_on', 'edition'], unique=True)


def downgrade() -> None:
    op.drop_index('uq_bulletin_edition', table_name='bulletin')
    op.drop_table('bulletin')
