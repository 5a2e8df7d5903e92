"""Rewards, exchange points, their stock, redemptions, and what was published of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

APPEND_ONLY = ("stock_movement", "points_publication", "points_publication_correction")
TABLES = (
    "stock_movement", "stock_count_line", "redemption_code", "exchange_keeper", "stock_count",
    "stock_balance", "redemption", "points_publication_correction", "exchange_invitation",
    "reward", "points_publication", "exchange_point",
)
ROLES = "role IN ('cadre', {}'department_staff', 'township_staff', 'county_staff', 'leader', 'administrator')"


def set_roles(more: str) -> None:
    op.drop_constraint(op.f("ck_role_grant_role"), "role_grant", type_="check")
    op.create_check_constraint(op.f("ck_role_grant_role"), "role_grant", ROLES.format(more))


def upgrade() -> None:
    set_roles("'shop_keeper', ")
    op.create_table('exchange_point',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('address', sa.String(length=80), nullable=False),
    sa.Column('hours', sa.String(length=60), nullable=False),
    sa.Column('contact', sa.String(length=40), server_default='', nullable=False),
    sa.Column('latitude', sa.Numeric(precision=8, scale=5), nullable=True),
    sa.Column('longitude', sa.Numeric(precision=8, scale=5), nullable=True),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pause_reason', sa.String(length=60), nullable=True),
    sa.CheckConstraint('(latitude IS NULL) = (longitude IS NULL)', name=op.f('ck_exchange_point_coordinates')),
    sa.CheckConstraint('(paused_at IS NULL) = (pause_reason IS NULL)', name=op.f('ck_exchange_point_pause')),
    sa.CheckConstraint('latitude BETWEEN -90 AND 90', name=op.f('ck_exchange_point_latitude')),
    sa.CheckConstraint('longitude BETWEEN -180 AND 180', name=op.f('ck_exchange_point_longitude')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_exchange_point_county_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_exchange_point_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exchange_point'))
    )
    op.create_index(op.f('ix_exchange_point_county_id'), 'exchange_point', ['county_id'], unique=False)
    op.create_index('uq_exchange_point_open_name', 'exchange_point', ['village_id', 'name'], unique=True, postgresql_where=sa.text('closed_on IS NULL'))
    op.create_table('points_publication',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_points_publication_county_id')),
    sa.ForeignKeyConstraint(['published_by_id'], ['person.id'], name=op.f('fk_points_publication_published_by_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_points_publication_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_publication')),
    sa.UniqueConstraint('village_id', 'month', name=op.f('uq_points_publication_village_id_month'))
    )
    op.create_index(op.f('ix_points_publication_county_id_month'), 'points_publication', ['county_id', 'month'], unique=False)
    op.create_table('reward',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('region_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('description', sa.String(length=200), server_default='', nullable=False),
    sa.Column('photo_key', sa.String(length=80), nullable=True),
    sa.Column('price', sa.Integer(), nullable=False),
    sa.Column('monthly_limit', sa.SmallInteger(), nullable=True),
    sa.Column('total_limit', sa.SmallInteger(), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.BigInteger(), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('ends_on IS NULL OR ends_on >= starts_on', name=op.f('ck_reward_order')),
    sa.CheckConstraint('monthly_limit > 0', name=op.f('ck_reward_monthly_limit')),
    sa.CheckConstraint('price > 0', name=op.f('ck_reward_price')),
    sa.CheckConstraint('total_limit > 0', name=op.f('ck_reward_total_limit')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_reward_county_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['person.id'], name=op.f('fk_reward_created_by_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_reward_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward'))
    )
    op.create_index(op.f('ix_reward_county_id'), 'reward', ['county_id'], unique=False)
    op.create_index('uq_reward_open_name', 'reward', ['region_id', 'name'], unique=True, postgresql_where=sa.text('retired_at IS NULL'))
    op.create_table('exchange_invitation',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('exchange_point_id', sa.BigInteger(), nullable=False),
    sa.Column('keeper_name', sa.String(length=40), nullable=False),
    sa.Column('invited_by_id', sa.BigInteger(), nullable=False),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_by_id', sa.BigInteger(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['accepted_by_id'], ['person.id'], name=op.f('fk_exchange_invitation_accepted_by_id')),
    sa.ForeignKeyConstraint(['exchange_point_id'], ['exchange_point.id'], name=op.f('fk_exchange_invitation_exchange_point_id')),
    sa.ForeignKeyConstraint(['invited_by_id'], ['person.id'], name=op.f('fk_exchange_invitation_invited_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exchange_invitation')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_exchange_invitation_code_hash'))
    )
    op.create_table('points_publication_correction',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('publication_id', sa.BigInteger(), nullable=False),
    sa.Column('words', sa.String(length=120), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['created_by_id'], ['person.id'], name=op.f('fk_points_publication_correction_created_by_id')),
    sa.ForeignKeyConstraint(['publication_id'], ['points_publication.id'], name=op.f('fk_points_publication_correction_publication_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_publication_correction'))
    )
    op.create_index(op.f('ix_points_publication_correction_publication_id'), 'points_publication_correction', ['publication_id'], unique=False)
    op.create_table('redemption',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_id', sa.BigInteger(), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('surname', sa.String(length=4), server_default='', nullable=False),
    sa.Column('reward_id', sa.BigInteger(), nullable=False),
    sa.Column('exchange_point_id', sa.BigInteger(), nullable=False),
    sa.Column('price', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('nth_in_month', sa.SmallInteger(), nullable=False),
    sa.Column('nth', sa.SmallInteger(), nullable=False),
    sa.Column('idempotency_key', sa.Uuid(), nullable=False),
    sa.Column('reserved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('keep_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handed_out_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handed_out_by_id', sa.BigInteger(), nullable=True),
    sa.Column('was_scanned', sa.Boolean(), nullable=True),
    sa.Column('handout_key', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_by_id', sa.BigInteger(), nullable=True),
    sa.Column('return_reason', sa.String(length=60), nullable=True),
    sa.CheckConstraint("(state = 'returned') = (return_reason IS NOT NULL)", name=op.f('ck_redemption_returned')),
    sa.CheckConstraint("(state IN ('handed_out', 'returned')) = (handed_out_at IS NOT NULL)", name=op.f('ck_redemption_handed_out')),
    sa.CheckConstraint("state IN ('reserved', 'handed_out', 'cancelled', 'lapsed', 'returned')", name=op.f('ck_redemption_state')),
    sa.CheckConstraint('handed_out_by_id <> person_id', name=op.f('ck_redemption_not_by_oneself')),
    sa.CheckConstraint('price > 0', name=op.f('ck_redemption_price')),
    sa.CheckConstraint('returned_by_id <> handed_out_by_id OR price < 50', name=op.f('ck_redemption_return_by_another')),
    sa.ForeignKeyConstraint(['county_id'], ['region.id'], name=op.f('fk_redemption_county_id')),
    sa.ForeignKeyConstraint(['exchange_point_id'], ['exchange_point.id'], name=op.f('fk_redemption_exchange_point_id')),
    sa.ForeignKeyConstraint(['handed_out_by_id'], ['person.id'], name=op.f('fk_redemption_handed_out_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_redemption_person_id')),
    sa.ForeignKeyConstraint(['returned_by_id'], ['person.id'], name=op.f('fk_redemption_returned_by_id')),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_redemption_reward_id')),
    sa.ForeignKeyConstraint(['village_id'], ['region.id'], name=op.f('fk_redemption_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redemption')),
    sa.UniqueConstraint('handout_key', name=op.f('uq_redemption_handout_key')),
    sa.UniqueConstraint('person_id', 'idempotency_key', name=op.f('uq_redemption_person_id_idempotency_key'))
    )
    op.create_index(op.f('ix_redemption_county_id_id'), 'redemption', ['county_id', 'id'], unique=False)
    op.create_index(op.f('ix_redemption_exchange_point_id_handed_out_at'), 'redemption', ['exchange_point_id', 'handed_out_at'], unique=False)
    op.create_index(op.f('ix_redemption_person_id_id'), 'redemption', ['person_id', 'id'], unique=False)
    op.create_index(op.f('ix_redemption_village_id_handed_out_at'), 'redemption', ['village_id', 'handed_out_at'], unique=False)
    op.create_index('ix_redemption_waiting', 'redemption', ['keep_until'], unique=False, postgresql_where=sa.text("state = 'reserved'"))
    op.create_index('uq_redemption_nth', 'redemption', ['person_id', 'reward_id', 'nth'], unique=True, postgresql_where=sa.text("state IN ('reserved', 'handed_out')"))
    op.create_index('uq_redemption_nth_in_month', 'redemption', ['person_id', 'reward_id', 'month', 'nth_in_month'], unique=True, postgresql_where=sa.text("state IN ('reserved', 'handed_out')"))
    op.create_table('stock_balance',
    sa.Column('exchange_point_id', sa.BigInteger(), nullable=False),
    sa.Column('reward_id', sa.BigInteger(), nullable=False),
    sa.Column('on_hand', sa.Integer(), nullable=False),
    sa.Column('reserved', sa.Integer(), nullable=False),
    sa.CheckConstraint('on_hand >= reserved', name=op.f('ck_stock_balance_not_negative')),
    sa.CheckConstraint('reserved >= 0', name=op.f('ck_stock_balance_reserved')),
    sa.ForeignKeyConstraint(['exchange_point_id'], ['exchange_point.id'], name=op.f('fk_stock_balance_exchange_point_id')),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_stock_balance_reward_id')),
    sa.PrimaryKeyConstraint('exchange_point_id', 'reward_id', name=op.f('pk_stock_balance'))
    )
    op.create_table('stock_count',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('exchange_point_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=7), nullable=False),
    sa.Column('has_difference', sa.Boolean(), nullable=False),
    sa.Column('counted_by_id', sa.BigInteger(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f('ck_stock_count_decided')),
    sa.CheckConstraint("state IN ('open', 'booked', 'dropped')", name=op.f('ck_stock_count_state')),
    sa.CheckConstraint('decided_by_id <> counted_by_id OR NOT has_difference', name=op.f('ck_stock_count_two_people')),
    sa.ForeignKeyConstraint(['counted_by_id'], ['person.id'], name=op.f('fk_stock_count_counted_by_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_stock_count_decided_by_id')),
    sa.ForeignKeyConstraint(['exchange_point_id'], ['exchange_point.id'], name=op.f('fk_stock_count_exchange_point_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_count'))
    )
    op.create_index(op.f('ix_stock_count_exchange_point_id_id'), 'stock_count', ['exchange_point_id', 'id'], unique=False)
    op.create_index('uq_stock_count_open', 'stock_count', ['exchange_point_id'], unique=True, postgresql_where=sa.text("state = 'open'"))
    op.create_table('exchange_keeper',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('exchange_point_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('grant_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['exchange_point_id'], ['exchange_point.id'], name=op.f('fk_exchange_keeper_exchange_point_id')),
    sa.ForeignKeyConstraint(['grant_id'], ['role_grant.id'], name=op.f('fk_exchange_keeper_grant_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_exchange_keeper_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exchange_keeper')),
    sa.UniqueConstraint('grant_id', name=op.f('uq_exchange_keeper_grant_id'))
    )
    op.create_index(op.f('ix_exchange_keeper_exchange_point_id'), 'exchange_keeper', ['exchange_point_id'], unique=False)
    op.create_index(op.f('ix_exchange_keeper_person_id'), 'exchange_keeper', ['person_id'], unique=False)
    op.create_table('redemption_code',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('redemption_id', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['redemption_id'], ['redemption.id'], name=op.f('fk_redemption_code_redemption_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redemption_code')),
    sa.UniqueConstraint('digest', name=op.f('uq_redemption_code_digest'))
    )
    op.create_index(op.f('ix_redemption_code_made_at'), 'redemption_code', ['made_at'], unique=False)
    op.create_index(op.f('ix_redemption_code_redemption_id_id'), 'redemption_code', ['redemption_id', 'id'], unique=False)
    op.create_table('stock_count_line',
    sa.Column('count_id', sa.BigInteger(), nullable=False),
    sa.Column('reward_id', sa.BigInteger(), nullable=False),
    sa.Column('booked', sa.Integer(), nullable=False),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=60), server_default='', nullable=False),
    sa.CheckConstraint("counted = booked OR reason <> ''", name=op.f('ck_stock_count_line_reason')),
    sa.CheckConstraint('counted >= 0', name=op.f('ck_stock_count_line_counted')),
    sa.ForeignKeyConstraint(['count_id'], ['stock_count.id'], name=op.f('fk_stock_count_line_count_id')),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_stock_count_line_reward_id')),
    sa.PrimaryKeyConstraint('count_id', 'reward_id', name=op.f('pk_stock_count_line'))
    )
    op.create_table('stock_movement',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('exchange_point_id', sa.BigInteger(), nullable=False),
    sa.Column('reward_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=13), nullable=False),
    sa.Column('on_hand', sa.Integer(), nullable=False),
    sa.Column('reserved', sa.Integer(), nullable=False),
    sa.Column('redemption_id', sa.BigInteger(), nullable=True),
    sa.Column('count_id', sa.BigInteger(), nullable=True),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.String(length=60), server_default='', nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'count') = (count_id IS NOT NULL)", name=op.f('ck_stock_movement_count')),
    sa.CheckConstraint("(kind = 'undo_delivery') = (reverses_id IS NOT NULL)", name=op.f('ck_stock_movement_reverses')),
    sa.CheckConstraint("(kind IN ('reservation', 'release', 'handout', 'return')) = (redemption_id IS NOT NULL)", name=op.f('ck_stock_movement_redemption')),
    sa.CheckConstraint("CASE kind WHEN 'delivery' THEN on_hand > 0 AND reserved = 0 WHEN 'undo_delivery' THEN on_hand < 0 AND reserved = 0 WHEN 'count' THEN on_hand <> 0 AND reserved = 0 WHEN 'reservation' THEN on_hand = 0 AND reserved = 1 WHEN 'release' THEN on_hand = 0 AND reserved = -1 WHEN 'handout' THEN on_hand = -1 AND reserved = -1 WHEN 'return' THEN on_hand = 1 AND reserved = 0 ELSE false END", name=op.f('ck_stock_movement_kind')),
    sa.ForeignKeyConstraint(['count_id'], ['stock_count.id'], name=op.f('fk_stock_movement_count_id')),
    sa.ForeignKeyConstraint(['exchange_point_id'], ['exchange_point.id'], name=op.f('fk_stock_movement_exchange_point_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_stock_movement_person_id')),
    sa.ForeignKeyConstraint(['redemption_id'], ['redemption.id'], name=op.f('fk_stock_movement_redemption_id')),
    sa.ForeignKeyConstraint(['reverses_id'], ['stock_movement.id'], name=op.f('fk_stock_movement_reverses_id')),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_stock_movement_reward_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_movement')),
    sa.UniqueConstraint('count_id', 'reward_id', name=op.f('uq_stock_movement_count_id_reward_id')),
    sa.UniqueConstraint('redemption_id', 'kind', name=op.f('uq_stock_movement_redemption_id_kind')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_stock_movement_reverses_id'))
    )
    op.create_index(op.f('ix_stock_movement_exchange_point_id_id'), 'stock_movement', ['exchange_point_id', 'id'], unique=False)
    op.create_index('uq_stock_movement_end', 'stock_movement', ['redemption_id'], unique=True, postgresql_where=sa.text("kind IN ('release', 'handout')"))
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        """
        CREATE FUNCTION keep_stock_balance() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- A row to insert must pass the check by itself: what only takes away needs its row.
            UPDATE stock_balance
            SET on_hand = on_hand + NEW.on_hand, reserved = reserved + NEW.reserved
            WHERE exchange_point_id = NEW.exchange_point_id AND reward_id = NEW.reward_id;
            IF NOT FOUND THEN
                INSERT INTO stock_balance (exchange_point_id, reward_id, on_hand, reserved)
                VALUES (NEW.exchange_point_id, NEW.reward_id, NEW.on_hand, NEW.reserved)
                ON CONFLICT (exchange_point_id, reward_id) DO UPDATE
                SET on_hand = stock_balance.on_hand + excluded.on_hand,
                    reserved = stock_balance.reserved + excluded.reserved;
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER stock_movement_balance AFTER INSERT ON stock_movement "
        "FOR EACH ROW EXECUTE FUNCTION keep_stock_balance()"
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION keep_stock_balance")
    op.execute("DELETE FROM role_grant WHERE role = 'shop_keeper'")
    set_roles("")
