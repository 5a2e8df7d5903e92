"""People and places."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "qr_code",
    "service_point",
    "role_grant",
    "region_version",
    "department",
    "console_login",
    "binding",
    "audit_entry",
    "service_point_kind",
    "region",
    "person",
)


def upgrade() -> None:
    op.create_table('person',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('display_name', sa.String(length=40), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('openid', name=op.f('uq_person_openid'))
    )
    op.create_table('region',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('level', sa.String(length=8), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=True),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=True),
    sa.Column('parent_id', sa.BigInteger(), nullable=True),
    sa.Column('county_id', sa.BigInteger(), nullable=True),
    sa.Column('township_id', sa.BigInteger(), nullable=True),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('merged_into_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("(level = 'county') = (parent_id IS NULL)", name=op.f('ck_region_parent')),
    sa.CheckConstraint("(level = 'group') = (code IS NULL)", name=op.f('ck_region_only_groups_lack_a_code')),
    sa.CheckConstraint("code ~ '^[0-9]{12}$'", name=op.f('ck_region_code_has_12_digits')),
    sa.CheckConstraint("level IN ('county', 'township', 'village', 'group')", name=op.f('ck_region_level')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_region_county_id')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['region.id'], name=op.f('fk_region_merged_into_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['region.id'], name=op.f('fk_region_parent_id')),
    sa.ForeignKeyConstraint(['township_id'], ['region.id'], name=op.f('fk_region_township_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_region'))
    )
    op.create_index(op.f('ix_region_county_id_level'), 'region', ['county_id', 'level'], unique=False)
    op.create_index('ix_region_name_pattern', 'region', ['name'], unique=False, postgresql_ops={'name': 'text_pattern_ops'})
    op.create_index(op.f('ix_region_parent_id_name'), 'region', ['parent_id', 'name'], unique=False)
    op.create_index(op.f('ix_region_township_id'), 'region', ['township_id'], unique=False)
    op.create_index('uq_region_open_group_name', 'region', ['parent_id', 'name'], unique=True, postgresql_where=sa.text("level = 'group' AND closed_on IS NULL"))
    op.create_index('uq_region_open_code', 'region', ['code'], unique=True, postgresql_where=sa.text('closed_on IS NULL'))
    op.create_table('service_point_kind',
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('icon', sa.String(length=30), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_service_point_kind')),
    sa.UniqueConstraint('name', name=op.f('uq_service_point_kind_name'))
    )
    op.create_table('audit_entry',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('subject_kind', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.String(length=60), nullable=False),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('request_id', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_audit_entry_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    op.create_index(op.f('ix_audit_entry_action_id'), 'audit_entry', ['action', 'id'], unique=False)
    op.create_index(op.f('ix_audit_entry_at'), 'audit_entry', ['at'], unique=False)
    op.create_index(op.f('ix_audit_entry_person_id_id'), 'audit_entry', ['person_id', 'id'], unique=False)
    op.create_table('binding',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('group_id', sa.BigInteger(), nullable=True),
    sa.Column('household', sa.String(length=40), nullable=True),
    sa.Column('bound_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_binding_county_id')),
    sa.ForeignKeyConstraint(['group_id'], ['region.id'], name=op.f('fk_binding_group_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_binding_person_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_binding_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_binding'))
    )
    op.create_index(op.f('ix_binding_village_id'), 'binding', ['village_id'], unique=False)
    op.create_index('uq_binding_active', 'binding', ['person_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('console_login',
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('username', sa.String(length=40), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('must_change_password', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('failed_attempts', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('totp_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('totp_confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('totp_last_step', sa.BigInteger(), nullable=True),
    sa.Column('recovery_hashes', postgresql.ARRAY(sa.String(length=200)), server_default='{}', nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_login_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_console_login_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_console_login')),
    sa.UniqueConstraint('username', name=op.f('uq_console_login_username'))
    )
    op.create_table('department',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_department_county_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_department')),
    sa.UniqueConstraint('county_id', 'name', name=op.f('uq_department_county_id_name'))
    )
    op.create_table('region_version',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('region_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=True),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('parent_id', sa.BigInteger(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.CheckConstraint('valid_to IS NULL OR valid_to > valid_from', name=op.f('ck_region_version_order')),
    sa.ForeignKeyConstraint(['parent_id'], ['region.id'], name=op.f('fk_region_version_parent_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_region_version_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_region_version')),
    sa.UniqueConstraint('region_id', 'valid_from', name=op.f('uq_region_version_region_id_valid_from'))
    )
    op.create_index('uq_region_version_open', 'region_version', ['region_id'], unique=True, postgresql_where=sa.text('valid_to IS NULL'))
    op.create_table('role_grant',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('region_id', sa.BigInteger(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('granted_by_id', sa.BigInteger(), nullable=True),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_by_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("role IN ('cadre', 'township_staff', 'county_staff', 'leader', 'administrator')", name=op.f('ck_role_grant_role')),
    sa.CheckConstraint('ends_on IS NULL OR ends_on >= starts_on', name=op.f('ck_role_grant_order')),
    sa.ForeignKeyConstraint(['granted_by_id'], ['person.id'], name=op.f('fk_role_grant_granted_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_role_grant_person_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_role_grant_region_id')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['person.id'], name=op.f('fk_role_grant_revoked_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grant'))
    )
    op.create_index(op.f('ix_role_grant_person_id'), 'role_grant', ['person_id'], unique=False)
    op.create_index(op.f('ix_role_grant_region_id_role'), 'role_grant', ['region_id', 'role'], unique=False)
    op.create_table('service_point',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('kind_code', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('photo_key', sa.String(length=80), nullable=True),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['kind_code'], ['service_point_kind.code'], name=op.f('fk_service_point_kind_code')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_service_point_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_point'))
    )
    op.create_index('uq_service_point_open_name', 'service_point', ['village_id', 'name'], unique=True, postgresql_where=sa.text('closed_on IS NULL'))
    op.create_table('qr_code',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('service_point_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('serial', sa.String(length=20), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_by_id', sa.BigInteger(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_by_id', sa.BigInteger(), nullable=True),
    sa.Column('revoke_reason', sa.String(length=100), nullable=True),
    sa.ForeignKeyConstraint(['issued_by_id'], ['person.id'], name=op.f('fk_qr_code_issued_by_id')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['person.id'], name=op.f('fk_qr_code_revoked_by_id')),
    sa.ForeignKeyConstraint(['service_point_id'], ['service_point.id'], name=op.f('fk_qr_code_service_point_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qr_code')),
    sa.UniqueConstraint('code', name=op.f('uq_qr_code_code')),
    sa.UniqueConstraint('serial', name=op.f('uq_qr_code_serial'))
    )
    op.create_index(op.f('ix_qr_code_service_point_id'), 'qr_code', ['service_point_id'], unique=False)
    op.create_index('uq_qr_code_live', 'qr_code', ['service_point_id'], unique=True, postgresql_where=sa.text('revoked_at IS NULL'))


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
