"""Published months: frozen copies of what everybody was told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

APPEND_ONLY = ("score_publication", "score_publication_village")


def upgrade() -> None:
    op.create_table('score_publication',
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by_id', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('EXTRACT(DAY FROM month) = 1', name=op.f('ck_score_publication_month')),
    sa.CheckConstraint('octet_length(digest) = 32', name=op.f('ck_score_publication_digest')),
    sa.ForeignKeyConstraint(['county_id', 'month'], ['month_lock.county_id', 'month_lock.month'], name=op.f('fk_score_publication_county_id_month')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_score_publication_county_id')),
    sa.ForeignKeyConstraint(['published_by_id'], ['person.id'], name=op.f('fk_score_publication_published_by_id')),
    sa.PrimaryKeyConstraint('county_id', 'month', name=op.f('pk_score_publication'))
    )
    op.create_index('uq_score_publication_code', 'score_publication', ['code', 'month'], unique=True)
    op.create_table('score_publication_village',
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('township_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['county_id', 'month'], ['score_publication.county_id', 'score_publication.month'], name=op.f('fk_score_publication_village_county_id_month')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_score_publication_village_county_id')),
    sa.ForeignKeyConstraint(['township_id'], ['region.id'], name=op.f('fk_score_publication_village_township_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_score_publication_village_village_id')),
    sa.PrimaryKeyConstraint('village_id', 'month', name=op.f('pk_score_publication_village'))
    )
    op.create_index(op.f('ix_score_publication_village_county_id_month'), 'score_publication_village', ['county_id', 'month'], unique=False)
    op.create_index('uq_score_publication_village_code', 'score_publication_village', ['code', 'month'], unique=True)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.drop_index('uq_score_publication_village_code', table_name='score_publication_village')
    op.drop_index(op.f('ix_score_publication_village_county_id_month'), table_name='score_publication_village')
    op.drop_table('score_publication_village')
    op.drop_index('uq_score_publication_code', table_name='score_publication')
    op.drop_table('score_publication')
