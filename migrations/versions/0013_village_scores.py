"""Facts and totals of villages, schemes, locked months, corrections, objections, adjustments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# What stands once a month is locked.
FROZEN = ("month_fact", "scorecard")
APPEND_ONLY = ("month_lock", "scorecard_correction")

def upgrade() -> None:
    op.create_table('assessment_scheme',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('year', sa.SmallInteger(), nullable=False),
    sa.Column('version', sa.SmallInteger(), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('first_month', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=8), server_default='draft', nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('drafted_by_id', sa.BigInteger(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_by_id', sa.BigInteger(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.CheckConstraint("(state = 'approved') = (approved_at IS NOT NULL AND approved_by_id IS NOT NULL)", name=op.f('ck_assessment_scheme_approved')),
    sa.CheckConstraint("state IN ('draft', 'approved', 'dropped')", name=op.f('ck_assessment_scheme_state')),
    sa.CheckConstraint('EXTRACT(DAY FROM first_month) = 1', name=op.f('ck_assessment_scheme_first_month')),
    sa.CheckConstraint('approved_by_id <> drafted_by_id', name=op.f('ck_assessment_scheme_another_approves')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['person.id'], name=op.f('fk_assessment_scheme_approved_by_id')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_assessment_scheme_county_id')),
    sa.ForeignKeyConstraint(['drafted_by_id'], ['person.id'], name=op.f('fk_assessment_scheme_drafted_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_scheme'))
    )
    op.create_index('uq_assessment_scheme_first_month', 'assessment_scheme', ['county_id', 'first_month'], unique=True, postgresql_where=sa.text("state = 'approved'"))
    op.create_index('uq_assessment_scheme_version', 'assessment_scheme', ['county_id', 'year', 'version'], unique=True)
    op.create_table('imported_fact',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('yes', sa.Integer(), nullable=False),
    sa.Column('whole', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(length=60), nullable=False),
    sa.Column('imported_by_id', sa.BigInteger(), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("source IN ('online', 'delivery', 'activity')", name=op.f('ck_imported_fact_source')),
    sa.CheckConstraint('0 <= yes AND yes <= whole', name=op.f('ck_imported_fact_share')),
    sa.CheckConstraint('EXTRACT(DAY FROM month) = 1', name=op.f('ck_imported_fact_month')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_imported_fact_county_id')),
    sa.ForeignKeyConstraint(['imported_by_id'], ['person.id'], name=op.f('fk_imported_fact_imported_by_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_imported_fact_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_imported_fact'))
    )
    op.create_index(op.f('ix_imported_fact_month_county_id'), 'imported_fact', ['month', 'county_id'], unique=False)
    op.create_index('uq_imported_fact', 'imported_fact', ['village_id', 'month', 'source'], unique=True)
    op.create_table('month_fact',
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=True),
    sa.Column('counts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('waits', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('open_waits', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('cases', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('held', sa.Integer(), nullable=False),
    sa.CheckConstraint('EXTRACT(DAY FROM month) = 1', name=op.f('ck_month_fact_month')),
    sa.CheckConstraint('held >= 0', name=op.f('ck_month_fact_held')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_month_fact_county_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_month_fact_village_id')),
    sa.PrimaryKeyConstraint('village_id', 'month', name=op.f('pk_month_fact'))
    )
    op.create_index(op.f('ix_month_fact_month_county_id'), 'month_fact', ['month', 'county_id'], unique=False)
    op.create_table('objection',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('case_kind', sa.String(length=6), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('raised_by_id', sa.BigInteger(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=8), server_default='pending', nullable=False),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.Text(), nullable=True),
    sa.Column('effect', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL) AND (decided_at IS NULL) = (decision IS NULL)", name=op.f('ck_objection_decided')),
    sa.CheckConstraint("case_kind IN ('rating', 'ticket')", name=op.f('ck_objection_case_kind')),
    sa.CheckConstraint("state IN ('pending', 'upheld', 'refused')", name=op.f('ck_objection_state')),
    sa.CheckConstraint('EXTRACT(DAY FROM month) = 1', name=op.f('ck_objection_month')),
    sa.CheckConstraint('decided_by_id <> raised_by_id', name=op.f('ck_objection_another_decides')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_objection_county_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_objection_decided_by_id')),
    sa.ForeignKeyConstraint(['raised_by_id'], ['person.id'], name=op.f('fk_objection_raised_by_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_objection_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_objection'))
    )
    op.create_index(op.f('ix_objection_county_id_month'), 'objection', ['county_id', 'month'], unique=False)
    op.create_index(op.f('ix_objection_village_id_id'), 'objection', ['village_id', 'id'], unique=False)
    op.create_index('uq_objection_case', 'objection', ['case_kind', 'case_id'], unique=True)
    op.create_table('score_adjustment',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('points', sa.Numeric(precision=5, scale=2), nullable=False),
    sa.Column('case_words', sa.String(length=200), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('rule', sa.String(length=200), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=False),
    sa.Column('authored_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=8), server_default='proposed', nullable=False),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name=op.f('ck_score_adjustment_decided')),
    sa.CheckConstraint("kind IN ('deduction', 'bonus', 'exemption')", name=op.f('ck_score_adjustment_kind')),
    sa.CheckConstraint("state IN ('proposed', 'approved', 'refused')", name=op.f('ck_score_adjustment_state')),
    sa.CheckConstraint('EXTRACT(DAY FROM month) = 1', name=op.f('ck_score_adjustment_month')),
    sa.CheckConstraint('decided_by_id <> author_id', name=op.f('ck_score_adjustment_another_approves')),
    sa.CheckConstraint('points > 0 AND points <= 100', name=op.f('ck_score_adjustment_points')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_score_adjustment_author_id')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_score_adjustment_county_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_score_adjustment_decided_by_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_score_adjustment_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_adjustment'))
    )
    op.create_index(op.f('ix_score_adjustment_county_id_month'), 'score_adjustment', ['county_id', 'month'], unique=False)
    op.create_index(op.f('ix_score_adjustment_village_id_month'), 'score_adjustment', ['village_id', 'month'], unique=False)
    op.create_table('month_lock',
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('locked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('locked_by_id', sa.BigInteger(), nullable=False),
    sa.Column('scheme_id', sa.BigInteger(), nullable=True),
    sa.Column('scheme', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('code_version', sa.String(length=40), nullable=False),
    sa.Column('facts_digest', sa.LargeBinary(), nullable=False),
    sa.Column('results_digest', sa.LargeBinary(), nullable=False),
    sa.Column('fits', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('checklist', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint('EXTRACT(DAY FROM month) = 1', name=op.f('ck_month_lock_month')),
    sa.CheckConstraint('octet_length(facts_digest) = 32 AND octet_length(results_digest) = 32', name=op.f('ck_month_lock_digests')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_month_lock_county_id')),
    sa.ForeignKeyConstraint(['locked_by_id'], ['person.id'], name=op.f('fk_month_lock_locked_by_id')),
    sa.ForeignKeyConstraint(['scheme_id'], ['assessment_scheme.id'], name=op.f('fk_month_lock_scheme_id')),
    sa.PrimaryKeyConstraint('county_id', 'month', name=op.f('pk_month_lock'))
    )
    op.create_table('scorecard_correction',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('reason_kind', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('objection_id', sa.BigInteger(), nullable=True),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('after', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('made_by_id', sa.BigInteger(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("reason_kind IN ('objection', 'late_fact', 'error')", name=op.f('ck_scorecard_correction_reason_kind')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_scorecard_correction_county_id')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_scorecard_correction_made_by_id')),
    sa.ForeignKeyConstraint(['objection_id'], ['objection.id'], name=op.f('fk_scorecard_correction_objection_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_scorecard_correction_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scorecard_correction'))
    )
    op.create_index(op.f('ix_scorecard_correction_village_id_month'), 'scorecard_correction', ['village_id', 'month'], unique=False)
    op.create_index('uq_scorecard_correction_number', 'scorecard_correction', ['county_id', 'month', 'number'], unique=True)
    op.create_index('ix_rating_bad_county', 'rating', ['county_id', 'rated_on'], unique=False, postgresql_where=sa.text('effective_level >= 4'))
    op.add_column('scorecard', sa.Column('kind', sa.String(length=20), nullable=True))
    op.add_column('scorecard', sa.Column('scheme_id', sa.BigInteger(), nullable=True))
    op.add_column('scorecard', sa.Column('total', sa.Numeric(precision=5, scale=2), nullable=True))
    op.add_column('scorecard', sa.Column('standard_error', sa.Numeric(precision=7, scale=4), nullable=True))
    op.add_column('scorecard', sa.Column('light', sa.String(length=12), server_default='black', nullable=False))
    op.add_column('scorecard', sa.Column('rank', sa.Integer(), nullable=True))
    op.add_column('scorecard', sa.Column('rank_low', sa.Integer(), nullable=True))
    op.add_column('scorecard', sa.Column('rank_high', sa.Integer(), nullable=True))
    op.add_column('scorecard', sa.Column('band', sa.SmallInteger(), nullable=True))
    op.add_column('scorecard', sa.Column('calibrated', sa.Numeric(precision=5, scale=2), nullable=True))
    op.add_column('scorecard', sa.Column('indicators', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False))
    op.add_column('scorecard', sa.Column('adjustments', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False))
    op.create_foreign_key(op.f('fk_scorecard_scheme_id'), 'scorecard', 'assessment_scheme', ['scheme_id'], ['id'])
    _refuse_changes()


def _refuse_changes() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_locked_month() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM changed JOIN month_lock USING (county_id, month)) THEN
                RAISE EXCEPTION '% of a locked month', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    for table in FROZEN:
        for event, rows in (("INSERT", "NEW"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER {table}_{event.lower()}_locked AFTER {event} ON {table} "
                f"REFERENCING {rows} TABLE AS changed "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_locked_month()"
            )
        # Rows are replaced, never changed.
        op.execute(
            f"CREATE TRIGGER {table}_replaced BEFORE UPDATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER assessment_scheme_approved BEFORE UPDATE OR DELETE ON assessment_scheme "
        "FOR EACH ROW WHEN (OLD.state = 'approved') EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER assessment_scheme_approved ON assessment_scheme")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    for table in FROZEN:
        for name in ("insert_locked", "delete_locked", "replaced"):
            op.execute(f"DROP TRIGGER {table}_{name} ON {table}")
    op.execute("DROP FUNCTION refuse_locked_month")
    op.drop_constraint(op.f('fk_scorecard_scheme_id'), 'scorecard', type_='foreignkey')
    op.drop_column('scorecard', 'adjustments')
    op.drop_column('scorecard', 'indicators')
    op.drop_column('scorecard', 'calibrated')
    op.drop_column('scorecard', 'band')
    op.drop_column('scorecard', 'rank_high')
    op.drop_column('scorecard', 'rank_low')
    op.drop_column('scorecard', 'rank')
    op.drop_column('scorecard', 'light')
    op.drop_column('scorecard', 'standard_error')
    op.drop_column('scorecard', 'total')
    op.drop_column('scorecard', 'scheme_id')
    op.drop_column('scorecard', 'kind')
    op.drop_index('ix_rating_bad_county', table_name='rating', postgresql_where=sa.text('effective_level >= 4'))
    op.drop_index('uq_scorecard_correction_number', table_name='scorecard_correction')
    op.drop_index(op.f('ix_scorecard_correction_village_id_month'), table_name='scorecard_correction')
    op.drop_table('scorecard_correction')
    op.drop_table('month_lock')
    op.drop_index(op.f('ix_score_adjustment_village_id_month'), table_name='score_adjustment')
    op.drop_index(op.f('ix_score_adjustment_county_id_month'), table_name='score_adjustment')
    op.drop_table('score_adjustment')
    op.drop_index('uq_objection_case', table_name='objection')
    op.drop_index(op.f('ix_objection_village_id_id'), table_name='objection')
    op.drop_index(op.f('ix_objection_county_id_month'), table_name='objection')
    op.drop_table('objection')
    op.drop_index(op.f('ix_month_fact_month_county_id'), table_name='month_fact')
    op.drop_table('month_fact')
    op.drop_index('uq_imported_fact', table_name='imported_fact')
    op.drop_index(op.f('ix_imported_fact_month_county_id'), table_name='imported_fact')
    op.drop_table('imported_fact')
    op.drop_index('uq_assessment_scheme_version', table_name='assessment_scheme')
    op.drop_index('uq_assessment_scheme_first_month', table_name='assessment_scheme', postgresql_where=sa.text("state = 'approved'"))
    op.drop_table('assessment_scheme')
