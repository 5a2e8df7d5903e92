"""What the database itself refuses: changed ledgers, changed audit entries, wrong balances."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = ("points_entry", "audit_entry", "rating_change")


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        """
        CREATE FUNCTION keep_points_balance() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.amount > 0 THEN
                INSERT INTO points_balance (person_id, balance) VALUES (NEW.person_id, NEW.amount)
                ON CONFLICT (person_id) DO UPDATE
                SET balance = points_balance.balance + excluded.balance;
            ELSE
                -- A row to insert must pass the check by itself, so spending needs its row first.
                UPDATE points_balance SET balance = balance + NEW.amount
                WHERE person_id = NEW.person_id;
                IF NOT FOUND THEN
                    INSERT INTO points_balance (person_id, balance)
                    VALUES (NEW.person_id, NEW.amount);
                END IF;
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER points_entry_balance AFTER INSERT ON points_entry "
        "FOR EACH ROW EXECUTE FUNCTION keep_points_balance()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER points_entry_balance ON points_entry")
    op.execute("DROP FUNCTION keep_points_balance")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change")
