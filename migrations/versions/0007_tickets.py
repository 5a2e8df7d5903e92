"""Tickets, the county's calendar and deadlines, staff of departments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DEPARTMENT = "'department_staff', "
ROLES = "'cadre', {}'township_staff', 'county_staff', 'leader', 'administrator'"


def upgrade() -> None:
    op.create_table('ticket_category',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('icon', sa.String(length=20), nullable=False),
    sa.Column('urgency', sa.String(length=10), nullable=False),
    sa.Column('synonyms', postgresql.ARRAY(sa.String(length=20)), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_to', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("urgency IN ('complex', 'ordinary', 'rating', 'urgent', 'utility')", name=op.f('ck_ticket_category_urgency')),
    sa.CheckConstraint('valid_to > valid_from', name=op.f('ck_ticket_category_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_category'))
    )
    op.create_index('uq_ticket_category_open', 'ticket_category', ['code'], unique=True, postgresql_where=sa.text('valid_to IS NULL'))
    op.create_table('calendar_day',
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('is_working', sa.Boolean(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_calendar_day_county_id')),
    sa.PrimaryKeyConstraint('county_id', 'day', name=op.f('pk_calendar_day'))
    )
    op.create_table('calendar_year',
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('year', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('filled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filled_by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_calendar_year_county_id')),
    sa.ForeignKeyConstraint(['filled_by_id'], ['person.id'], name=op.f('fk_calendar_year_filled_by_id')),
    sa.PrimaryKeyConstraint('county_id', 'year', name=op.f('pk_calendar_year'))
    )
    op.create_table('county_hours',
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('edges', postgresql.ARRAY(sa.SmallInteger()), nullable=False),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_county_hours_county_id')),
    sa.PrimaryKeyConstraint('county_id', 'valid_from', name=op.f('pk_county_hours'))
    )
    op.create_table('ticket_deadline_rule',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('urgency', sa.String(length=10), nullable=False),
    sa.Column('stage', sa.String(length=12), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('unit', sa.String(length=15), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("unit IN ('clock_minutes', 'working_minutes', 'working_days')", name=op.f('ck_ticket_deadline_rule_unit')),
    sa.CheckConstraint('amount BETWEEN 1 AND 100000', name=op.f('ck_ticket_deadline_rule_amount')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_ticket_deadline_rule_county_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_deadline_rule')),
    sa.UniqueConstraint('county_id', 'urgency', 'stage', 'valid_from', name=op.f('uq_ticket_deadline_rule_county_id_urgency_stage_valid_from'))
    )
    op.create_table('ticket_hotline_mapping',
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('columns', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_ticket_hotline_mapping_county_id')),
    sa.PrimaryKeyConstraint('county_id', 'source', name=op.f('pk_ticket_hotline_mapping'))
    )
    op.create_table('ticket_reply_template',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('category_code', sa.String(length=20), nullable=True),
    sa.Column('title', sa.String(length=40), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_ticket_reply_template_county_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_reply_template')),
    sa.UniqueConstraint('county_id', 'title', name=op.f('uq_ticket_reply_template_county_id_title'))
    )
    op.create_table('ticket_settings',
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('bad_rating_opens', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('proxy_cap', sa.SmallInteger(), server_default=sa.text('20'), nullable=False),
    sa.Column('sample_share', sa.SmallInteger(), server_default=sa.text('10'), nullable=False),
    sa.Column('silent_days', sa.SmallInteger(), server_default=sa.text('14'), nullable=False),
    sa.Column('archive_days', sa.SmallInteger(), server_default=sa.text('30'), nullable=False),
    sa.CheckConstraint('proxy_cap >= 0', name=op.f('ck_ticket_settings_proxy_cap')),
    sa.CheckConstraint('sample_share BETWEEN 0 AND 100', name=op.f('ck_ticket_settings_sample_share')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_ticket_settings_county_id')),
    sa.PrimaryKeyConstraint('county_id', name=op.f('pk_ticket_settings'))
    )
    op.create_table('ticket_routing_rule',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('category_code', sa.String(length=20), nullable=True),
    sa.Column('region_id', sa.BigInteger(), nullable=True),
    sa.Column('target', sa.String(length=10), nullable=False),
    sa.Column('department_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("(target = 'department') = (department_id IS NOT NULL)", name=op.f('ck_ticket_routing_rule_department')),
    sa.CheckConstraint("target IN ('department', 'township', 'village', 'county')", name=op.f('ck_ticket_routing_rule_target')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_ticket_routing_rule_county_id')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_ticket_routing_rule_department_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_ticket_routing_rule_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_routing_rule'))
    )
    op.create_index('uq_ticket_routing_rule', 'ticket_routing_rule', ['county_id', 'category_code', 'region_id'], unique=True, postgresql_nulls_not_distinct=True)
    op.create_table('ticket',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=True),
    sa.Column('group_id', sa.BigInteger(), nullable=True),
    sa.Column('place_note', sa.String(length=100), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('category_id', sa.BigInteger(), nullable=True),
    sa.Column('urgency', sa.String(length=10), nullable=False),
    sa.Column('tags', postgresql.ARRAY(sa.String(length=20)), server_default='{}', nullable=False),
    sa.Column('words', sa.Text(), nullable=True),
    sa.Column('words_state', sa.String(length=8), server_default='none', nullable=False),
    sa.Column('hold_reason', sa.String(length=40), nullable=True),
    sa.Column('grams', postgresql.ARRAY(sa.String(length=2)), server_default='{}', nullable=False),
    sa.Column('first_file_id', sa.BigInteger(), nullable=True),
    sa.Column('confidential', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('about_cadres', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('contact_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('round', sa.SmallInteger(), server_default=sa.text('1'), nullable=False),
    sa.Column('reopened_by_author', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('unit_region_id', sa.BigInteger(), nullable=True),
    sa.Column('unit_department_id', sa.BigInteger(), nullable=True),
    sa.Column('parent_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('round_started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_answer_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sign_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('extra_days', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('call_back_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_again_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reply_result', sa.String(length=8), nullable=True),
    sa.Column('verdict', sa.String(length=10), nullable=True),
    sa.Column('verdict_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=12), nullable=True),
    sa.Column('handling_level', sa.SmallInteger(), nullable=True),
    sa.Column('supervision_level', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('rating_id', sa.BigInteger(), nullable=True),
    sa.Column('source', sa.String(length=40), nullable=True),
    sa.Column('source_number', sa.String(length=60), nullable=True),
    sa.Column('proxy_id', sa.BigInteger(), nullable=True),
    sa.Column('sampled', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_by_id', sa.BigInteger(), nullable=True),
    sa.Column('check_result', sa.String(length=10), nullable=True),
    sa.Column('idempotency_key', sa.Uuid(), nullable=True),
    sa.Column('request_digest', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint("(channel IN ('phone', 'paper')) = (proxy_id IS NOT NULL)", name=op.f('ck_ticket_proxy_is_named')),
    sa.CheckConstraint("(closed_at IS NOT NULL) = (state IN ('archived', 'declined', 'merged', 'resolved', 'unsolved', 'withdrawn'))", name=op.f('ck_ticket_closed_has_a_time')),
    sa.CheckConstraint("(state = 'merged') <= (parent_id IS NOT NULL)", name=op.f('ck_ticket_merged_into')),
    sa.CheckConstraint("channel IN ('anonymous', 'hotline', 'mini', 'paper', 'phone', 'rating')", name=op.f('ck_ticket_channel')),
    sa.CheckConstraint("kind IN ('complaint', 'consult', 'help', 'report', 'suggestion', 'thanks')", name=op.f('ck_ticket_kind')),
    sa.CheckConstraint("outcome IN ('cannot', 'declined', 'merged', 'not', 'partly', 'solved', 'unanswered', 'withdrawn')", name=op.f('ck_ticket_outcome')),
    sa.CheckConstraint("state IN ('accepted', 'answered', 'archived', 'assigned', 'declined', 'handling', 'merged', 'resolved', 'submitted', 'unsolved', 'waiting', 'withdrawn')", name=op.f('ck_ticket_state')),
    sa.CheckConstraint("state NOT IN ('assigned', 'handling', 'waiting') OR num_nonnulls(unit_region_id, unit_department_id) = 1", name=op.f('ck_ticket_handled_by_a_unit')),
    sa.CheckConstraint("urgency IN ('complex', 'ordinary', 'rating', 'urgent', 'utility')", name=op.f('ck_ticket_urgency')),
    sa.CheckConstraint("verdict IN ('not', 'partly', 'solved', 'unanswered')", name=op.f('ck_ticket_verdict')),
    sa.CheckConstraint('NOT about_cadres OR unit_region_id IS DISTINCT FROM village_id', name=op.f('ck_ticket_not_to_those_it_is_about')),
    sa.CheckConstraint('handling_level BETWEEN 1 AND 5', name=op.f('ck_ticket_handling_level')),
    sa.CheckConstraint('parent_id <> id', name=op.f('ck_ticket_not_its_own_parent')),
    sa.CheckConstraint('unit_region_id IS NULL OR unit_department_id IS NULL', name=op.f('ck_ticket_one_unit')),
    sa.CheckConstraint('words IS NOT NULL OR first_file_id IS NOT NULL', name=op.f('ck_ticket_says_something')),
    sa.ForeignKeyConstraint(['category_id'], ['ticket_category.id'], name=op.f('fk_ticket_category_id')),
    sa.ForeignKeyConstraint(['checked_by_id'], ['person.id'], name=op.f('fk_ticket_checked_by_id')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_ticket_county_id')),
    sa.ForeignKeyConstraint(['group_id'], ['region.id'], name=op.f('fk_ticket_group_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['ticket.id'], name=op.f('fk_ticket_parent_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_ticket_person_id')),
    sa.ForeignKeyConstraint(['proxy_id'], ['person.id'], name=op.f('fk_ticket_proxy_id')),
    sa.ForeignKeyConstraint(['rating_id'], ['rating.id'], name=op.f('fk_ticket_rating_id')),
    sa.ForeignKeyConstraint(['unit_department_id'], ['department.id'], name=op.f('fk_ticket_unit_department_id')),
    sa.ForeignKeyConstraint(['unit_region_id'], ['region.id'], name=op.f('fk_ticket_unit_region_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_ticket_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket')),
    sa.UniqueConstraint('county_id', 'source', 'source_number', name=op.f('uq_ticket_county_id_source_source_number')),
    sa.UniqueConstraint('number', name=op.f('uq_ticket_number')),
    sa.UniqueConstraint('person_id', 'idempotency_key', name=op.f('uq_ticket_person_id_idempotency_key'))
    )
    op.create_index('ix_ticket_answered', 'ticket', ['answered_at'], unique=False, postgresql_where=sa.text("state = 'answered'"))
    op.create_index(op.f('ix_ticket_county_id_id'), 'ticket', ['county_id', 'id'], unique=False)
    op.create_index(op.f('ix_ticket_county_id_answered_at'), 'ticket', ['county_id', 'answered_at'], unique=False)
    op.create_index('ix_ticket_county_open', 'ticket', ['county_id', 'due_at'], unique=False, postgresql_where=sa.text("state IN ('accepted', 'assigned', 'handling', 'submitted')"))
    op.create_index('ix_ticket_county_state', 'ticket', ['county_id', 'state', 'id'], unique=False)
    op.create_index('ix_ticket_grams', 'ticket', ['grams'], unique=False, postgresql_using='gin')
    op.create_index(op.f('ix_ticket_parent_id'), 'ticket', ['parent_id'], unique=False)
    op.create_index(op.f('ix_ticket_person_id_id'), 'ticket', ['person_id', 'id'], unique=False)
    op.create_index('ix_ticket_samples', 'ticket', ['county_id', 'id'], unique=False, postgresql_where=sa.text('sampled AND checked_at IS NULL'))
    op.create_index('ix_ticket_tags', 'ticket', ['tags'], unique=False, postgresql_using='gin')
    op.create_index('ix_ticket_to_archive', 'ticket', ['closed_at'], unique=False, postgresql_where=sa.text("closed_at IS NOT NULL AND state <> 'archived'"))
    op.create_index('ix_ticket_unit_department', 'ticket', ['unit_department_id', 'id'], unique=False)
    op.create_index('ix_ticket_unit_department_open', 'ticket', ['unit_department_id', 'due_at'], unique=False, postgresql_where=sa.text("state IN ('accepted', 'assigned', 'handling', 'submitted', 'waiting')"))
    op.create_index('ix_ticket_unit_region', 'ticket', ['unit_region_id', 'id'], unique=False)
    op.create_index('ix_ticket_unit_region_open', 'ticket', ['unit_region_id', 'due_at'], unique=False, postgresql_where=sa.text("state IN ('accepted', 'assigned', 'handling', 'submitted', 'waiting')"))
    op.create_index(op.f('ix_ticket_village_id_created_at'), 'ticket', ['village_id', 'created_at'], unique=False)
    op.create_index('uq_ticket_rating', 'ticket', ['rating_id'], unique=True, postgresql_where=sa.text('rating_id IS NOT NULL'))
    op.create_table('ticket_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('party', sa.String(length=10), nullable=False),
    sa.Column('move', sa.String(length=20), nullable=False),
    sa.Column('from_state', sa.String(length=10), nullable=True),
    sa.Column('to_state', sa.String(length=10), nullable=False),
    sa.Column('round', sa.SmallInteger(), nullable=False),
    sa.Column('unit_region_id', sa.BigInteger(), nullable=True),
    sa.Column('unit_department_id', sa.BigInteger(), nullable=True),
    sa.Column('words', sa.Text(), nullable=True),
    sa.Column('words_state', sa.String(length=8), server_default='none', nullable=False),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('typing_seconds', sa.Integer(), nullable=True),
    sa.CheckConstraint('typing_seconds BETWEEN 0 AND 14400', name=op.f('ck_ticket_event_typing_seconds')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_ticket_event_person_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_ticket_event_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_event'))
    )
    op.create_index(op.f('ix_ticket_event_person_id_at'), 'ticket_event', ['person_id', 'at'], unique=False)
    op.create_index(op.f('ix_ticket_event_ticket_id_id'), 'ticket_event', ['ticket_id', 'id'], unique=False)
    op.create_table('ticket_extension',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('round', sa.SmallInteger(), nullable=False),
    sa.Column('asked_by_id', sa.BigInteger(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('days', sa.SmallInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=8), server_default='pending', nullable=False),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.CheckConstraint("state IN ('pending', 'approved', 'refused')", name=op.f('ck_ticket_extension_state')),
    sa.CheckConstraint('days BETWEEN 1 AND 15', name=op.f('ck_ticket_extension_days')),
    sa.CheckConstraint('decided_by_id <> asked_by_id', name=op.f('ck_ticket_extension_another_decides')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_ticket_extension_asked_by_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_ticket_extension_decided_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_ticket_extension_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_extension'))
    )
    op.create_index(op.f('ix_ticket_extension_ticket_id_id'), 'ticket_extension', ['ticket_id', 'id'], unique=False)
    op.create_index('uq_ticket_extension_pending', 'ticket_extension', ['ticket_id'], unique=True, postgresql_where=sa.text("state = 'pending'"))
    op.create_table('ticket_pause',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('round', sa.SmallInteger(), nullable=False),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resumed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('resumed_at >= paused_at', name=op.f('ck_ticket_pause_order')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_ticket_pause_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_pause')),
    sa.UniqueConstraint('ticket_id', 'paused_at', name=op.f('uq_ticket_pause_ticket_id_paused_at'))
    )
    op.create_index('uq_ticket_pause_running', 'ticket_pause', ['ticket_id'], unique=True, postgresql_where=sa.text('resumed_at IS NULL'))
    op.create_table('ticket_supervision',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('round', sa.SmallInteger(), nullable=False),
    sa.Column('level', sa.SmallInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.BigInteger(), nullable=True),
    sa.Column('words', sa.String(length=200), nullable=True),
    sa.CheckConstraint('level BETWEEN 1 AND 4', name=op.f('ck_ticket_supervision_level')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_ticket_supervision_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_ticket_supervision_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_supervision')),
    sa.UniqueConstraint('ticket_id', 'round', 'level', name=op.f('uq_ticket_supervision_ticket_id_round_level'))
    )
    op.create_index(op.f('ix_ticket_supervision_at'), 'ticket_supervision', ['at'], unique=False)
    op.create_table('ticket_file',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('event_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.String(length=5), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('seconds', sa.SmallInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('photo', 'voice')", name=op.f('ck_ticket_file_kind')),
    sa.ForeignKeyConstraint(['event_id'], ['ticket_event.id'], name=op.f('fk_ticket_file_event_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_ticket_file_person_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_ticket_file_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_file')),
    sa.UniqueConstraint('key', name=op.f('uq_ticket_file_key'))
    )
    op.create_index('ix_ticket_file_loose', 'ticket_file', ['created_at'], unique=False, postgresql_where=sa.text('ticket_id IS NULL'))
    op.create_index(op.f('ix_ticket_file_ticket_id'), 'ticket_file', ['ticket_id'], unique=False)
    op.create_index('ix_rating_bad', 'rating', ['rated_on', 'id'], unique=False, postgresql_where=sa.text('effective_level >= 4'))
    op.add_column('role_grant', sa.Column('department_id', sa.BigInteger(), nullable=True))
    op.create_index('ix_role_grant_department', 'role_grant', ['department_id'], unique=False, postgresql_where=sa.text('department_id IS NOT NULL'))
    op.create_foreign_key(op.f('fk_role_grant_department_id'), 'role_grant', 'department', ['department_id'], ['id'])

    op.drop_constraint(op.f("ck_role_grant_role"), "role_grant", type_="check")
    op.create_check_constraint(
        op.f("ck_role_grant_role"), "role_grant", f"role IN ({ROLES.format(DEPARTMENT)})"
    )
    op.create_check_constraint(
        op.f("ck_role_grant_department"), "role_grant",
        "(role = 'department_staff') = (department_id IS NOT NULL)",
    )
    # Only the text check's verdict on an event may change later, nothing that was done or said.
    op.execute(
        """
        CREATE TRIGGER ticket_event_keeps_its_facts BEFORE UPDATE ON ticket_event FOR EACH ROW
        WHEN (to_jsonb(OLD) - 'words_state' IS DISTINCT FROM to_jsonb(NEW) - 'words_state')
        EXECUTE FUNCTION refuse_change()
        """
    )
    for table, acts in (("ticket_event", "DELETE"), ("ticket_supervision", "UPDATE OR DELETE")):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {acts} OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.execute("DELETE FROM role_grant WHERE role = 'department_staff'")
    op.drop_constraint(op.f("ck_role_grant_department"), "role_grant", type_="check")
    op.drop_constraint(op.f("ck_role_grant_role"), "role_grant", type_="check")
    op.create_check_constraint(
        op.f("ck_role_grant_role"), "role_grant", f"role IN ({ROLES.format('')})"
    )
    op.drop_index('ix_rating_bad', table_name='rating', postgresql_where=sa.text('effective_level >= 4'))
    op.drop_constraint(op.f('fk_role_grant_department_id'), 'role_grant', type_='foreignkey')
    op.drop_index('ix_role_grant_department', table_name='role_grant', postgresql_where=sa.text('department_id IS NOT NULL'))
    op.drop_column('role_grant', 'department_id')
    op.drop_index(op.f('ix_ticket_file_ticket_id'), table_name='ticket_file')
    op.drop_index('ix_ticket_file_loose', table_name='ticket_file', postgresql_where=sa.text('ticket_id IS NULL'))
    op.drop_table('ticket_file')
    op.drop_index(op.f('ix_ticket_supervision_at'), table_name='ticket_supervision')
    op.drop_table('ticket_supervision')
    op.drop_index('uq_ticket_pause_running', table_name='ticket_pause', postgresql_where=sa.text('resumed_at IS NULL'))
    op.drop_table('ticket_pause')
    op.drop_index('uq_ticket_extension_pending', table_name='ticket_extension', postgresql_where=sa.text("state = 'pending'"))
    op.drop_index(op.f('ix_ticket_extension_ticket_id_id'), table_name='ticket_extension')
    op.drop_table('ticket_extension')
    op.drop_index(op.f('ix_ticket_event_ticket_id_id'), table_name='ticket_event')
    op.drop_index(op.f('ix_ticket_event_person_id_at'), table_name='ticket_event')
    op.drop_table('ticket_event')
    op.drop_index('uq_ticket_rating', table_name='ticket', postgresql_where=sa.text('rating_id IS NOT NULL'))
    op.drop_index(op.f('ix_ticket_village_id_created_at'), table_name='ticket')
    op.drop_index('ix_ticket_unit_region_open', table_name='ticket', postgresql_where=sa.text("state IN ('accepted', 'assigned', 'handling', 'submitted', 'waiting')"))
    op.drop_index('ix_ticket_unit_region', table_name='ticket')
    op.drop_index('ix_ticket_unit_department_open', table_name='ticket', postgresql_where=sa.text("state IN ('accepted', 'assigned', 'handling', 'submitted', 'waiting')"))
    op.drop_index('ix_ticket_unit_department', table_name='ticket')
    op.drop_index('ix_ticket_to_archive', table_name='ticket', postgresql_where=sa.text("closed_at IS NOT NULL AND state <> 'archived'"))
    op.drop_index('ix_ticket_tags', table_name='ticket', postgresql_using='gin')
    op.drop_index('ix_ticket_samples', table_name='ticket', postgresql_where=sa.text('sampled AND checked_at IS NULL'))
    op.drop_index(op.f('ix_ticket_person_id_id'), table_name='ticket')
    op.drop_index(op.f('ix_ticket_parent_id'), table_name='ticket')
    op.drop_index('ix_ticket_grams', table_name='ticket', postgresql_using='gin')
    op.drop_index('ix_ticket_county_state', table_name='ticket')
    op.drop_index('ix_ticket_county_open', table_name='ticket', postgresql_where=sa.text("state IN ('accepted', 'assigned', 'handling', 'submitted')"))
    op.drop_index(op.f('ix_ticket_county_id_id'), table_name='ticket')
    op.drop_index('ix_ticket_answered', table_name='ticket', postgresql_where=sa.text("state = 'answered'"))
    op.drop_table('ticket')
    op.drop_index('uq_ticket_routing_rule', table_name='ticket_routing_rule', postgresql_nulls_not_distinct=True)
    op.drop_table('ticket_routing_rule')
    op.drop_table('ticket_settings')
    op.drop_table('ticket_reply_template')
    op.drop_table('ticket_hotline_mapping')
    op.drop_table('ticket_deadline_rule')
    op.drop_table('county_hours')
    op.drop_table('calendar_year')
    op.drop_table('calendar_day')
    op.drop_index('uq_ticket_category_open', table_name='ticket_category', postgresql_where=sa.text('valid_to IS NULL'))
    op.drop_table('ticket_category')
