"""A ledger that spending, expiry and adjustments fit into; rules of villages; caps by month."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MONTH_OF_DAY = "earned_on - (extract(day FROM earned_on)::integer - 1)"
BALANCE = """
    CREATE OR REPLACE FUNCTION keep_points_balance() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.amount > 0 THEN
            INSERT INTO points_balance (person_id, balance) VALUES (NEW.person_id, NEW.amount)
            ON CONFLICT (person_id) DO UPDATE
            SET balance = points_balance.balance + excluded.balance;
            RETURN NULL;
        END IF;
        -- A row to insert must pass the check by itself, so spending needs its row first.
        UPDATE points_balance SET balance = balance + NEW.amount
        WHERE person_id = NEW.person_id {unfrozen};
        IF NOT FOUND THEN
            {frozen}
            INSERT INTO points_balance (person_id, balance) VALUES (NEW.person_id, NEW.amount);
        END IF;
        RETURN NULL;
    END $$
"""
FROZEN = """IF EXISTS (SELECT FROM points_balance WHERE person_id = NEW.person_id) THEN
                RAISE EXCEPTION 'the balance is frozen' USING ERRCODE = 'check_violation',
                    TABLE = 'points_balance', CONSTRAINT = 'ck_points_balance_frozen';
            END IF;"""
# Entries are numbered anew: by month instead of by day, or back.
NUMBER = """
    UPDATE points_entry e SET nth = numbered.nth
    FROM (SELECT id, row_number() OVER (PARTITION BY person_id, rule_id, {period} ORDER BY id) AS nth
          FROM points_entry WHERE nth IS NOT NULL) AS numbered
    WHERE numbered.id = e.id AND numbered.nth <> e.nth
"""


def upgrade() -> None:
    op.add_column("points_rule", sa.Column("monthly_cap", sa.SmallInteger()))
    op.execute("UPDATE points_rule SET monthly_cap = daily_cap * 31")
    op.alter_column("points_rule", "monthly_cap", nullable=False)
    op.alter_column("points_rule", "county_id", new_column_name="region_id")
    rename("points_rule", "fk_points_rule_county_id", "fk_points_rule_region_id")
    rename("points_rule", "uq_points_rule_county_id_code_version", "uq_points_rule_region_id_code_version")
    op.create_check_constraint(op.f("ck_points_rule_monthly_cap"), "points_rule", "monthly_cap >= daily_cap")

    op.execute("ALTER TABLE points_entry DISABLE TRIGGER USER")
    op.drop_constraint(op.f("ck_points_entry_nth"), "points_entry")
    op.drop_constraint(op.f("ck_points_entry_amount"), "points_entry")
    op.drop_constraint("uq_points_entry_nth", "points_entry")
    op.drop_index("uq_points_entry_cause", "points_entry")
    op.add_column("points_entry", sa.Column("kind", sa.String(8)))
    op.add_column("points_entry", sa.Column("county_id", sa.BigInteger()))
    op.add_column("points_entry", sa.Column("village_id", sa.BigInteger()))
    op.add_column("points_entry", sa.Column("month", sa.Date(), sa.Computed(MONTH_OF_DAY, persisted=True), nullable=False))
    op.execute(
        """
        UPDATE points_entry e
        SET kind = CASE WHEN reverses_id IS NULL THEN 'earned' ELSE 'reversed' END,
            county_id = r.region_id,
            village_id = COALESCE(
                (SELECT a.village_id FROM rating a WHERE e.cause_kind = 'rating' AND a.id = e.cause_id),
                (SELECT b.village_id FROM binding b WHERE b.person_id = e.person_id AND b.ended_at IS NULL))
        FROM points_rule r WHERE r.id = e.rule_id
        """
    )
    op.execute(NUMBER.format(period="month"))
    op.alter_column("points_entry", "kind", nullable=False)
    op.alter_column("points_entry", "county_id", nullable=False)
    op.alter_column("points_entry", "rule_id", nullable=True)
    op.execute("ALTER TABLE points_entry ENABLE TRIGGER USER")
    op.create_check_constraint(
        op.f("ck_points_entry_amount"), "points_entry",
        "CASE kind WHEN 'earned' THEN amount > 0 WHEN 'spent' THEN amount < 0"
        " WHEN 'expired' THEN amount < 0 ELSE amount <> 0 END",
    )
    op.create_check_constraint(
        op.f("ck_points_entry_kind"), "points_entry",
        "kind IN ('earned', 'spent', 'expired', 'adjusted', 'reversed')",
    )
    op.create_check_constraint(
        op.f("ck_points_entry_shape"), "points_entry",
        "(kind = 'earned') = (nth IS NOT NULL) AND (kind <> 'earned' OR rule_id IS NOT NULL)"
        " AND (kind = 'reversed') = (reverses_id IS NOT NULL)",
    )
    op.create_unique_constraint("uq_points_entry_nth", "points_entry", ["person_id", "rule_id", "month", "nth"])
    op.create_index("uq_points_entry_cause", "points_entry", ["cause_kind", "cause_id"], unique=True, postgresql_where=sa.text("reverses_id IS NULL"))
    op.create_index("ix_points_entry_earned_on", "points_entry", ["earned_on"], postgresql_using="brin")
    op.add_column("points_balance", sa.Column("frozen", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute(BALANCE.format(unfrozen="AND NOT (frozen AND NEW.kind = 'spent')", frozen=FROZEN))


def downgrade() -> None:
    op.execute(BALANCE.format(unfrozen="", frozen=""))
    op.drop_column("points_balance", "frozen")
    op.drop_index("ix_points_entry_earned_on", "points_entry")
    op.drop_index("uq_points_entry_cause", "points_entry")
    op.drop_constraint("uq_points_entry_nth", "points_entry")
    for name in ("shape", "kind", "amount"):
        op.drop_constraint(op.f(f"ck_points_entry_{name}"), "points_entry")
    # The old ledger cannot say what had no rule: a county that has spent cannot go back.
    op.alter_column("points_entry", "rule_id", nullable=False)
    op.execute("ALTER TABLE points_entry DISABLE TRIGGER USER")
    op.execute(NUMBER.format(period="earned_on"))
    op.execute("ALTER TABLE points_entry ENABLE TRIGGER USER")
    for column in ("month", "village_id", "county_id", "kind"):
        op.drop_column("points_entry", column)
    op.create_check_constraint(op.f("ck_points_entry_amount"), "points_entry", "amount <> 0")
    op.create_check_constraint(op.f("ck_points_entry_nth"), "points_entry", "(reverses_id IS NULL) = (nth IS NOT NULL)")
    op.create_unique_constraint("uq_points_entry_nth", "points_entry", ["person_id", "rule_id", "earned_on", "nth"])
    op.create_index("uq_points_entry_cause", "points_entry", ["cause_kind", "cause_id", "rule_id"], unique=True, postgresql_where=sa.text("reverses_id IS NULL"))
    op.drop_constraint(op.f("ck_points_rule_monthly_cap"), "points_rule")
    rename("points_rule", "uq_points_rule_region_id_code_version", "uq_points_rule_county_id_code_version")
    rename("points_rule", "fk_points_rule_region_id", "fk_points_rule_county_id")
    op.alter_column("points_rule", "region_id", new_column_name="county_id")
    op.drop_column("points_rule", "monthly_cap")


def rename(table: str, old: str, new: str) -> None:
    op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
