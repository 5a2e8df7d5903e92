"""Ballots: units to hide in, signing keys, and who has fetched this month's."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ballot_issue',
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('period', sa.Date(), nullable=False),
    sa.Column('blinded_digest', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('EXTRACT(DAY FROM period) = 1', name=op.f('ck_ballot_issue_period')),
    sa.CheckConstraint('octet_length(blinded_digest) = 32', name=op.f('ck_ballot_issue_sizes')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_ballot_issue_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'period', name=op.f('pk_ballot_issue'))
    )
    op.create_table('ballot_unit',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('period', sa.Date(), nullable=False),
    sa.CheckConstraint('EXTRACT(DAY FROM period) = 1', name=op.f('ck_ballot_unit_period')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_ballot_unit_county_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ballot_unit'))
    )
    op.create_index(op.f('ix_ballot_unit_county_id_period'), 'ballot_unit', ['county_id', 'period'], unique=False)
    op.create_table('ballot_signing_key',
    sa.Column('kid', sa.LargeBinary(), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('period', sa.Date(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=True),
    sa.Column('use', sa.String(length=6), nullable=False),
    sa.Column('modulus', sa.LargeBinary(), nullable=False),
    sa.Column('sealed_private', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint("(use = 'reward') = (unit_id IS NULL)", name=op.f('ck_ballot_signing_key_unit')),
    sa.CheckConstraint("use IN ('survey', 'ticket', 'reward')", name=op.f('ck_ballot_signing_key_use')),
    sa.CheckConstraint('EXTRACT(DAY FROM period) = 1', name=op.f('ck_ballot_signing_key_period')),
    sa.CheckConstraint('octet_length(kid) = 32 AND octet_length(modulus) = 256', name=op.f('ck_ballot_signing_key_sizes')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_ballot_signing_key_county_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['ballot_unit.id'], name=op.f('fk_ballot_signing_key_unit_id')),
    sa.PrimaryKeyConstraint('kid', name=op.f('pk_ballot_signing_key')),
    sa.UniqueConstraint('unit_id', 'use', name=op.f('uq_ballot_signing_key_unit_id_use'))
    )
    op.create_index(op.f('ix_ballot_signing_key_county_id_period'), 'ballot_signing_key', ['county_id', 'period'], unique=False)
    op.create_index('uq_ballot_signing_key_reward', 'ballot_signing_key', ['county_id', 'period'], unique=True, postgresql_where=sa.text("use = 'reward'"))
    op.create_table('ballot_unit_village',
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('period', sa.Date(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['ballot_unit.id'], name=op.f('fk_ballot_unit_village_unit_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_ballot_unit_village_village_id')),
    sa.PrimaryKeyConstraint('village_id', 'period', name=op.f('pk_ballot_unit_village'))
    )
    op.create_index(op.f('ix_ballot_unit_village_unit_id'), 'ballot_unit_village', ['unit_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_ballot_unit_village_unit_id'), table_name='ballot_unit_village')
    op.drop_table('ballot_unit_village')
    op.drop_index('uq_ballot_signing_key_reward', table_name='ballot_signing_key', postgresql_where=sa.text("use = 'reward'"))
    op.drop_index(op.f('ix_ballot_signing_key_county_id_period'), table_name='ballot_signing_key')
    op.drop_table('ballot_signing_key')
    op.drop_index(op.f('ix_ballot_unit_county_id_period'), table_name='ballot_unit')
    op.drop_table('ballot_unit')
    op.drop_table('ballot_issue')
