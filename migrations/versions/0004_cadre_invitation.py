"""Cadre invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('cadre_invitation',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('display_name', sa.String(length=40), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('invited_by_id', sa.BigInteger(), nullable=False),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_by_id', sa.BigInteger(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['accepted_by_id'], ['person.id'], name=op.f('fk_cadre_invitation_accepted_by_id')),
    sa.ForeignKeyConstraint(['invited_by_id'], ['person.id'], name=op.f('fk_cadre_invitation_invited_by_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_cadre_invitation_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cadre_invitation')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_cadre_invitation_code_hash'))
    )


def downgrade() -> None:
    op.drop_table("cadre_invitation")
