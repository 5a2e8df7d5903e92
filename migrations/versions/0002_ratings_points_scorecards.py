"""Ratings, points, scorecards and exports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "rating_change",
    "rating",
    "rating_day_count",
    "points_entry",
    "scorecard",
    "rating_month_count",
    "points_rule",
    "points_balance",
    "export",
    "rating_reason",
)


def upgrade() -> None:
    op.create_table('rating_reason',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('text', sa.String(length=30), nullable=False),
    sa.Column('first_level', sa.SmallInteger(), nullable=False),
    sa.Column('last_level', sa.SmallInteger(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating_reason')),
    sa.UniqueConstraint('text', 'first_level', 'last_level', name=op.f('uq_rating_reason_text_first_level_last_level'))
    )
    op.create_table('export',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('format', sa.String(length=4), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('region_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('progress', sa.SmallInteger(), nullable=False),
    sa.Column('row_count', sa.Integer(), nullable=True),
    sa.Column('file_key', sa.String(length=80), nullable=True),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('failure', sa.String(length=200), nullable=True),
    sa.Column('requested_by_id', sa.BigInteger(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'done') = (file_key IS NOT NULL)", name=op.f('ck_export_done_has_a_file')),
    sa.CheckConstraint("format IN ('xlsx', 'csv')", name=op.f('ck_export_format')),
    sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'expired')", name=op.f('ck_export_state')),
    sa.CheckConstraint('progress BETWEEN 0 AND 100', name=op.f('ck_export_progress')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_export_region_id')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['person.id'], name=op.f('fk_export_requested_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_export'))
    )
    op.create_index(op.f('ix_export_expires_at'), 'export', ['expires_at'], unique=False)
    op.create_index(op.f('ix_export_requested_by_id_id'), 'export', ['requested_by_id', 'id'], unique=False)
    op.create_table('points_balance',
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('balance', sa.Integer(), nullable=False),
    sa.CheckConstraint('balance >= 0', name=op.f('ck_points_balance_not_negative')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_points_balance_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_points_balance'))
    )
    op.create_table('points_rule',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('version', sa.SmallInteger(), nullable=False),
    sa.Column('label', sa.String(length=60), nullable=False),
    sa.Column('amount', sa.SmallInteger(), nullable=False),
    sa.Column('daily_cap', sa.SmallInteger(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.CheckConstraint('amount > 0', name=op.f('ck_points_rule_amount')),
    sa.CheckConstraint('daily_cap > 0', name=op.f('ck_points_rule_daily_cap')),
    sa.CheckConstraint('ends_on IS NULL OR ends_on >= starts_on', name=op.f('ck_points_rule_order')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_points_rule_county_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_rule')),
    sa.UniqueConstraint('county_id', 'code', 'version', name=op.f('uq_points_rule_county_id_code_version'))
    )
    op.create_table('rating_month_count',
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('level_1', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('level_2', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('level_3', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('level_4', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('level_5', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('held', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('EXTRACT(DAY FROM month) = 1', name=op.f('ck_rating_month_count_month')),
    sa.CheckConstraint('LEAST(level_1, level_2, level_3, level_4, level_5, held) >= 0', name=op.f('ck_rating_month_count_not_negative')),
    sa.PrimaryKeyConstraint('village_id', 'month', name=op.f('pk_rating_month_count'))
    )
    op.create_index(op.f('ix_rating_month_count_month_county_id'), 'rating_month_count', ['month', 'county_id'], unique=False)
    op.create_table('scorecard',
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('held', sa.Integer(), nullable=False),
    sa.Column('level_1', sa.Integer(), nullable=False),
    sa.Column('level_2', sa.Integer(), nullable=False),
    sa.Column('level_3', sa.Integer(), nullable=False),
    sa.Column('level_4', sa.Integer(), nullable=False),
    sa.Column('level_5', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=8), nullable=False),
    sa.Column('satisfaction_mean', sa.Numeric(precision=7, scale=4), nullable=True),
    sa.Column('satisfaction_low', sa.Numeric(precision=7, scale=4), nullable=True),
    sa.Column('satisfaction_high', sa.Numeric(precision=7, scale=4), nullable=True),
    sa.Column('positive_rate', sa.Numeric(precision=7, scale=4), nullable=True),
    sa.Column('positive_low', sa.Numeric(precision=7, scale=4), nullable=True),
    sa.Column('positive_high', sa.Numeric(precision=7, scale=4), nullable=True),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('ok', 'too_few', 'none')", name=op.f('ck_scorecard_status')),
    sa.CheckConstraint('(n = 0) = (satisfaction_mean IS NULL)', name=op.f('ck_scorecard_no_ratings_no_mean')),
    sa.CheckConstraint('EXTRACT(DAY FROM month) = 1', name=op.f('ck_scorecard_month')),
    sa.CheckConstraint('n = level_1 + level_2 + level_3 + level_4 + level_5', name=op.f('ck_scorecard_n')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_scorecard_county_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_scorecard_village_id')),
    sa.PrimaryKeyConstraint('village_id', 'month', name=op.f('pk_scorecard'))
    )
    op.create_index(op.f('ix_scorecard_month_county_id'), 'scorecard', ['month', 'county_id'], unique=False)
    op.create_table('points_entry',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('rule_id', sa.Integer(), nullable=False),
    sa.Column('cause_kind', sa.String(length=20), nullable=False),
    sa.Column('cause_id', sa.BigInteger(), nullable=False),
    sa.Column('earned_on', sa.Date(), nullable=False),
    sa.Column('nth', sa.SmallInteger(), nullable=True),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(reverses_id IS NULL) = (nth IS NOT NULL)', name=op.f('ck_points_entry_nth')),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_points_entry_amount')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_points_entry_person_id')),
    sa.ForeignKeyConstraint(['reverses_id'], ['points_entry.id'], name=op.f('fk_points_entry_reverses_id')),
    sa.ForeignKeyConstraint(['rule_id'], ['points_rule.id'], name=op.f('fk_points_entry_rule_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_entry')),
    sa.UniqueConstraint('person_id', 'rule_id', 'earned_on', 'nth', name='uq_points_entry_nth'),
    sa.UniqueConstraint('reverses_id', name='uq_points_entry_reversal')
    )
    op.create_index(op.f('ix_points_entry_person_id_id'), 'points_entry', ['person_id', 'id'], unique=False)
    op.create_index('uq_points_entry_cause', 'points_entry', ['cause_kind', 'cause_id', 'rule_id'], unique=True, postgresql_where=sa.text('reverses_id IS NULL'))
    op.create_table('rating_day_count',
    sa.Column('service_point_id', sa.BigInteger(), nullable=False),
    sa.Column('rated_on', sa.Date(), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('level_1', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('level_2', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('level_3', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('level_4', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('level_5', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('held', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('LEAST(level_1, level_2, level_3, level_4, level_5, held) >= 0', name=op.f('ck_rating_day_count_not_negative')),
    sa.PrimaryKeyConstraint('service_point_id', 'rated_on', name=op.f('pk_rating_day_count'))
    )
    op.create_index(op.f('ix_rating_day_count_village_id_rated_on'), 'rating_day_count', ['village_id', 'rated_on'], unique=False)
    op.create_table('rating',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('service_point_id', sa.BigInteger(), nullable=False),
    sa.Column('qr_code_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('rated_on', sa.Date(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('level', sa.SmallInteger(), nullable=False),
    sa.Column('reason_ids', postgresql.ARRAY(sa.Integer()), server_default='{}', nullable=False),
    sa.Column('words', sa.Text(), nullable=True),
    sa.Column('words_state', sa.String(length=8), server_default='none', nullable=False),
    sa.Column('hold_reason', sa.String(length=60), nullable=True),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('followup_level', sa.SmallInteger(), nullable=True),
    sa.Column('followup_words', sa.Text(), nullable=True),
    sa.Column('followup_words_state', sa.String(length=8), server_default='none', nullable=False),
    sa.Column('followup_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('effective_level', sa.SmallInteger(), sa.Computed('COALESCE(followup_level, level)', persisted=True), nullable=False),
    sa.Column('idempotency_key', sa.Uuid(), nullable=False),
    sa.Column('request_digest', sa.LargeBinary(), nullable=False),
    sa.Column('scan_nonce', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint("(words IS NULL) = (words_state = 'none')", name=op.f('ck_rating_words_have_a_state')),
    sa.CheckConstraint("followup_words_state IN ('none', 'shown', 'held', 'refused')", name=op.f('ck_rating_followup_words_state')),
    sa.CheckConstraint("words_state IN ('none', 'shown', 'held', 'refused')", name=op.f('ck_rating_words_state')),
    sa.CheckConstraint('(followup_level IS NULL) = (followup_at IS NULL)', name=op.f('ck_rating_followup')),
    sa.CheckConstraint('followup_level BETWEEN 1 AND 5', name=op.f('ck_rating_followup_level')),
    sa.CheckConstraint('level BETWEEN 1 AND 5', name=op.f('ck_rating_level')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_rating_person_id')),
    sa.ForeignKeyConstraint(['qr_code_id'], ['qr_code.id'], name=op.f('fk_rating_qr_code_id')),
    sa.ForeignKeyConstraint(['service_point_id'], ['service_point.id'], name=op.f('fk_rating_service_point_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating')),
    sa.UniqueConstraint('person_id', 'idempotency_key', name='uq_rating_idempotency'),
    sa.UniqueConstraint('person_id', 'service_point_id', 'rated_on', name='uq_rating_one_a_day')
    )
    op.create_index(op.f('ix_rating_village_id_rated_on'), 'rating', ['village_id', 'rated_on'], unique=False)
    op.create_index('ix_rating_words_to_review', 'rating', ['village_id', 'id'], unique=False, postgresql_where=sa.text("words_state = 'held' OR followup_words_state = 'held'"))
    op.create_table('rating_change',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('rating_id', sa.BigInteger(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('level_before', sa.SmallInteger(), nullable=False),
    sa.Column('reason_ids_before', postgresql.ARRAY(sa.Integer()), nullable=False),
    sa.Column('words_before', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['rating_id'], ['rating.id'], name=op.f('fk_rating_change_rating_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating_change'))
    )
    op.create_index(op.f('ix_rating_change_rating_id'), 'rating_change', ['rating_id'], unique=False)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
