"""A month's facts are always gathered in full: no marks of what was written since."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

CALENDAR = ("calendar_day", "county_hours")


def upgrade() -> None:
    for table in CALENDAR:
        op.execute(f"DROP TRIGGER {table}_changed ON {table}")
    op.execute("DROP FUNCTION forget_gathered_months")
    op.execute("DROP TRIGGER ticket_updated ON ticket_turn")
    op.execute("DROP TRIGGER ticket_inserted ON ticket_turn")
    op.execute("DROP FUNCTION mark_touched_tickets")
    op.drop_table("ticket_touch")
    op.drop_table("month_gather")


def downgrade() -> None:
    op.create_table(
        "month_gather",
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("gathered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f("fk_month_gather_county_id")),
        sa.PrimaryKeyConstraint("county_id", "month", name=op.f("pk_month_gather")),
    )
    op.create_table(
        "ticket_touch",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_touch")),
    )
    op.create_index(op.f("ix_ticket_touch_county_id_xid"), "ticket_touch", ["county_id", "xid"])
    op.execute(
        """
        CREATE FUNCTION mark_touched_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO ticket_touch (county_id, village_id, xid, at)
                SELECT DISTINCT county_id, village_id, pg_current_xact_id()::text::bigint, now()
                FROM became WHERE village_id IS NOT NULL;
            ELSE
                INSERT INTO ticket_touch (county_id, village_id, xid, at)
                SELECT county_id, village_id, pg_current_xact_id()::text::bigint, now()
                FROM (SELECT county_id, village_id FROM became
                      UNION SELECT county_id, village_id FROM was) AS both_ends
                WHERE village_id IS NOT NULL;
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER ticket_inserted AFTER INSERT ON ticket_turn "
        "REFERENCING NEW TABLE AS became FOR EACH STATEMENT EXECUTE FUNCTION mark_touched_tickets()"
    )
    op.execute(
        "CREATE TRIGGER ticket_updated AFTER UPDATE ON ticket_turn "
        "REFERENCING OLD TABLE AS was NEW TABLE AS became "
        "FOR EACH STATEMENT EXECUTE FUNCTION mark_touched_tickets()"
    )
    op.execute(
        """
        CREATE FUNCTION forget_gathered_months() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM month_gather WHERE county_id IN (OLD.county_id, NEW.county_id);
            RETURN NULL;
        END $$
        """
    )
    for table in CALENDAR:
        op.execute(
            f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION forget_gathered_months()"
        )
