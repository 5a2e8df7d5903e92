"""Rules that were voted, deeds, what lapses, closed months, freezes and holds, draws."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = (
    "points_deed_person",
    "points_draw_winner",
    "points_deed",
    "points_lapse_line",
    "points_draw_ticket",
    "points_draw_seed",
    "points_rule_set",
    "points_policy",
    "points_month_sum",
    "points_month",
    "points_lapse",
    "points_hold",
    "points_freeze",
    "points_draw",
)
# What was written stays: the list of a draw, what was read as its seed, and who won.
APPEND_ONLY = ("points_draw_ticket", "points_draw_seed", "points_draw_winner", "points_month_sum")
KEPT = (
    "title", "region_id", "first_month", "last_month", "prizes", "seed_source", "seed_at",
    "commitment", "tickets", "published_at",
)
PUBLISHED = f"""
    CREATE FUNCTION keep_published_draw() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state IN ('drawn', 'called_off') OR OLD.state = 'published' AND (
            TG_OP = 'DELETE'
            OR ({", ".join("NEW." + name for name in KEPT)})
               IS DISTINCT FROM ({", ".join("OLD." + name for name in KEPT)})
        ) THEN
            RAISE EXCEPTION 'a published draw is not changed' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$
"""


def upgrade() -> None:
    op.create_table('points_draw',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('region_id', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('first_month', sa.Date(), nullable=False),
    sa.Column('last_month', sa.Date(), nullable=False),
    sa.Column('prizes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('seed_source', sa.String(length=120), nullable=False),
    sa.Column('seed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('tickets', sa.Integer(), nullable=True),
    sa.Column('commitment', sa.LargeBinary(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seed', sa.String(length=120), nullable=True),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('called_off_reason', sa.String(length=120), nullable=True),
    sa.Column('made_by_id', sa.BigInteger(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'drawn') = (seed IS NOT NULL)", name=op.f('ck_points_draw_seed')),
    sa.CheckConstraint("state IN ('draft', 'published', 'drawn', 'called_off')", name=op.f('ck_points_draw_state')),
    sa.CheckConstraint("state NOT IN ('published', 'drawn') OR (commitment IS NOT NULL AND tickets > 0 AND published_at IS NOT NULL)", name=op.f('ck_points_draw_published')),
    sa.CheckConstraint('first_month <= last_month', name=op.f('ck_points_draw_months')),
    sa.CheckConstraint('octet_length(commitment) = 32', name=op.f('ck_points_draw_commitment')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_points_draw_county_id')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_points_draw_made_by_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_points_draw_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_draw'))
    )
    op.create_index(op.f('ix_points_draw_county_id_id'), 'points_draw', ['county_id', 'id'], unique=False)
    op.create_table('points_freeze',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('frozen_by_id', sa.BigInteger(), nullable=False),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('appeal', sa.String(length=300), nullable=True),
    sa.Column('appealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.String(length=8), nullable=True),
    sa.Column('decision_note', sa.String(length=200), nullable=True),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("decision IN ('lifted', 'kept')", name=op.f('ck_points_freeze_decision')),
    sa.CheckConstraint('(appeal IS NULL) = (appealed_at IS NULL)', name=op.f('ck_points_freeze_appeal')),
    sa.CheckConstraint('decided_at IS NULL OR appealed_at IS NOT NULL', name=op.f('ck_points_freeze_decided')),
    sa.CheckConstraint('decided_by_id <> frozen_by_id', name=op.f('ck_points_freeze_second_person')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_points_freeze_county_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_points_freeze_decided_by_id')),
    sa.ForeignKeyConstraint(['frozen_by_id'], ['person.id'], name=op.f('fk_points_freeze_frozen_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_points_freeze_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_freeze'))
    )
    op.create_index(op.f('ix_points_freeze_county_id_id'), 'points_freeze', ['county_id', 'id'], unique=False)
    op.create_index('uq_points_freeze_open', 'points_freeze', ['person_id'], unique=True, postgresql_where=sa.text('lifted_at IS NULL'))
    op.create_table('points_hold',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('held_by_id', sa.BigInteger(), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decision', sa.String(length=10), nullable=True),
    sa.Column('decision_note', sa.String(length=200), nullable=True),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("decision IN ('given_back', 'kept')", name=op.f('ck_points_hold_decision')),
    sa.CheckConstraint('(decided_at IS NULL) = (decision IS NULL)', name=op.f('ck_points_hold_decided')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_points_hold_amount')),
    sa.CheckConstraint('decided_by_id <> held_by_id', name=op.f('ck_points_hold_second_person')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_points_hold_county_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_points_hold_decided_by_id')),
    sa.ForeignKeyConstraint(['held_by_id'], ['person.id'], name=op.f('fk_points_hold_held_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_points_hold_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_hold'))
    )
    op.create_index(op.f('ix_points_hold_county_id_id'), 'points_hold', ['county_id', 'id'], unique=False)
    op.create_index('uq_points_hold_day', 'points_hold', ['person_id', 'day'], unique=True)
    op.create_table('points_lapse',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('lapses_on', sa.Date(), nullable=False),
    sa.Column('earned_before', sa.Date(), nullable=False),
    sa.Column('announced_on', sa.Date(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('earned_before < lapses_on', name=op.f('ck_points_lapse_order')),
    sa.CheckConstraint('lapses_on - announced_on >= 30', name=op.f('ck_points_lapse_notice')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_points_lapse_county_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_lapse')),
    sa.UniqueConstraint('county_id', 'lapses_on', name=op.f('uq_points_lapse_county_id_lapses_on'))
    )
    op.create_table('points_month',
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('EXTRACT(DAY FROM month) = 1', name=op.f('ck_points_month_month')),
    sa.CheckConstraint('entries >= 0', name=op.f('ck_points_month_entries')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_points_month_county_id')),
    sa.PrimaryKeyConstraint('county_id', 'month', name=op.f('pk_points_month'))
    )
    op.create_table('points_month_sum',
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('village_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('rule_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_points_month_sum_county_id')),
    sa.PrimaryKeyConstraint('county_id', 'month', 'village_id', 'kind', 'rule_id', name=op.f('pk_points_month_sum'))
    )
    op.create_table('points_policy',
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('lapse', sa.String(length=8), server_default='never', nullable=False),
    sa.Column('valid_months', sa.SmallInteger(), server_default='12', nullable=False),
    sa.Column('lapse_month', sa.SmallInteger(), server_default='4', nullable=False),
    sa.Column('draws_on', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('note_read_by_id', sa.BigInteger(), nullable=True),
    sa.Column('note_read_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("lapse IN ('never', 'monthly', 'yearly')", name=op.f('ck_points_policy_lapse')),
    sa.CheckConstraint('NOT draws_on OR note_read_by_id IS NOT NULL', name=op.f('ck_points_policy_note_read')),
    sa.CheckConstraint('lapse_month BETWEEN 1 AND 12', name=op.f('ck_points_policy_lapse_month')),
    sa.CheckConstraint('valid_months BETWEEN 6 AND 60', name=op.f('ck_points_policy_valid_months')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_points_policy_county_id')),
    sa.ForeignKeyConstraint(['note_read_by_id'], ['person.id'], name=op.f('fk_points_policy_note_read_by_id')),
    sa.PrimaryKeyConstraint('county_id', name=op.f('pk_points_policy'))
    )
    op.create_table('points_rule_set',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('region_id', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.SmallInteger(), nullable=True),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('items', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('yearly_budget', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('voted_on', sa.Date(), nullable=True),
    sa.Column('votes_yes', sa.Integer(), nullable=True),
    sa.Column('votes_no', sa.Integer(), nullable=True),
    sa.Column('votes_abstain', sa.Integer(), nullable=True),
    sa.Column('minutes_key', sa.String(length=80), nullable=True),
    sa.Column('minutes_name', sa.String(length=120), nullable=True),
    sa.Column('made_by_id', sa.BigInteger(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('adopted_by_id', sa.BigInteger(), nullable=True),
    sa.Column('adopted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('ends_on IS NULL OR ends_on >= starts_on', name=op.f('ck_points_rule_set_order')),
    sa.CheckConstraint('version IS NULL OR (starts_on IS NOT NULL AND voted_on IS NOT NULL AND votes_yes IS NOT NULL AND votes_no IS NOT NULL AND votes_abstain IS NOT NULL AND minutes_key IS NOT NULL AND adopted_at IS NOT NULL)', name=op.f('ck_points_rule_set_adopted_by_vote')),
    sa.CheckConstraint('voted_on <= starts_on', name=op.f('ck_points_rule_set_voted_before')),
    sa.CheckConstraint('votes_no >= 0 AND votes_abstain >= 0', name=op.f('ck_points_rule_set_votes')),
    sa.CheckConstraint('votes_yes > votes_no + votes_abstain', name=op.f('ck_points_rule_set_majority')),
    sa.CheckConstraint('yearly_budget > 0', name=op.f('ck_points_rule_set_budget')),
    sa.ForeignKeyConstraint(['adopted_by_id'], ['person.id'], name=op.f('fk_points_rule_set_adopted_by_id')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_points_rule_set_county_id')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_points_rule_set_made_by_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_points_rule_set_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_rule_set')),
    sa.UniqueConstraint('region_id', 'version', name=op.f('uq_points_rule_set_region_id_version'))
    )
    op.create_index('uq_points_rule_set_draft', 'points_rule_set', ['region_id'], unique=True, postgresql_where=sa.text('version IS NULL'))
    op.create_table('points_draw_seed',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('draw_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('value', sa.String(length=120), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['draw_id'], ['points_draw.id'], name=op.f('fk_points_draw_seed_draw_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_points_draw_seed_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_draw_seed')),
    sa.UniqueConstraint('draw_id', 'person_id', name=op.f('uq_points_draw_seed_draw_id_person_id'))
    )
    op.create_table('points_draw_ticket',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('draw_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('octet_length(hash) = 32', name=op.f('ck_points_draw_ticket_hash')),
    sa.ForeignKeyConstraint(['draw_id'], ['points_draw.id'], name=op.f('fk_points_draw_ticket_draw_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_points_draw_ticket_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_draw_ticket')),
    sa.UniqueConstraint('draw_id', 'person_id', name=op.f('uq_points_draw_ticket_draw_id_person_id')),
    sa.UniqueConstraint('draw_id', 'position', name=op.f('uq_points_draw_ticket_draw_id_position'))
    )
    op.create_index(op.f('ix_points_draw_ticket_person_id'), 'points_draw_ticket', ['person_id'], unique=False)
    op.create_table('points_lapse_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('lapse_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('told', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=True),
    sa.CheckConstraint('taken BETWEEN 0 AND told', name=op.f('ck_points_lapse_line_taken')),
    sa.CheckConstraint('told > 0', name=op.f('ck_points_lapse_line_told')),
    sa.ForeignKeyConstraint(['lapse_id'], ['points_lapse.id'], name=op.f('fk_points_lapse_line_lapse_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_points_lapse_line_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_lapse_line')),
    sa.UniqueConstraint('lapse_id', 'person_id', name=op.f('uq_points_lapse_line_lapse_id_person_id'))
    )
    op.create_index(op.f('ix_points_lapse_line_person_id'), 'points_lapse_line', ['person_id'], unique=False)
    op.create_table('points_deed',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('rule_id', sa.Integer(), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('entered_by_id', sa.BigInteger(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision_note', sa.String(length=200), nullable=True),
    sa.CheckConstraint("(decided_at IS NULL) = (state = 'waiting')", name=op.f('ck_points_deed_decided')),
    sa.CheckConstraint("state IN ('waiting', 'confirmed', 'refused')", name=op.f('ck_points_deed_state')),
    sa.CheckConstraint('decided_by_id <> entered_by_id', name=op.f('ck_points_deed_second_person')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_points_deed_county_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_points_deed_decided_by_id')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['person.id'], name=op.f('fk_points_deed_entered_by_id')),
    sa.ForeignKeyConstraint(['rule_id'], ['points_rule.id'], name=op.f('fk_points_deed_rule_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_points_deed_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_deed'))
    )
    op.create_index(op.f('ix_points_deed_county_id_state_id'), 'points_deed', ['county_id', 'state', 'id'], unique=False)
    op.create_index(op.f('ix_points_deed_village_id_id'), 'points_deed', ['village_id', 'id'], unique=False)
    op.create_table('points_draw_winner',
    sa.Column('draw_id', sa.Integer(), nullable=False),
    sa.Column('nth', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('prize', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['draw_id'], ['points_draw.id'], name=op.f('fk_points_draw_winner_draw_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['points_draw_ticket.id'], name=op.f('fk_points_draw_winner_ticket_id')),
    sa.PrimaryKeyConstraint('draw_id', 'nth', name=op.f('pk_points_draw_winner')),
    sa.UniqueConstraint('ticket_id', name=op.f('uq_points_draw_winner_ticket_id'))
    )
    op.create_table('points_deed_person',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('deed_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['deed_id'], ['points_deed.id'], name=op.f('fk_points_deed_person_deed_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_points_deed_person_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_deed_person')),
    sa.UniqueConstraint('deed_id', 'person_id', name=op.f('uq_points_deed_person_deed_id_person_id'))
    )
    op.create_index(op.f('ix_points_deed_person_person_id'), 'points_deed_person', ['person_id'], unique=False)
    op.add_column('points_rule', sa.Column('rule_set_id', sa.Integer(), nullable=True))
    op.add_column('points_rule', sa.Column('group_name', sa.String(length=20), server_default='', nullable=False))
    op.create_foreign_key(op.f('fk_points_rule_rule_set_id'), 'points_rule', 'points_rule_set', ['rule_set_id'], ['id'])
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(PUBLISHED)
    op.execute(
        "CREATE TRIGGER points_draw_published BEFORE UPDATE OR DELETE ON points_draw "
        "FOR EACH ROW EXECUTE FUNCTION keep_published_draw()"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_points_rule_rule_set_id"), "points_rule")
    op.drop_column("points_rule", "group_name")
    op.drop_column("points_rule", "rule_set_id")
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION keep_published_draw")
