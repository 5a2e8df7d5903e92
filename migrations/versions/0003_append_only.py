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
            IF NOT EXISTS (SELECT FROM added WHERE amount < 0) THEN
                INSERT INTO points_balance (person_id, balance)
                SELECT person_id, sum(amount) FROM added GROUP BY person_id ORDER BY person_id
                ON CONFLICT (person_id) DO UPDATE
                SET balance = points_balance.balance + excluded.balance;
                RETURN NULL;
            END IF;
            -- A row to insert must pass the check by itself, so a spending needs its row first.
            INSERT INTO points_balance (person_id, balance)
            SELECT DISTINCT person_id, 0 FROM added ORDER BY person_id
            ON CONFLICT (person_id) DO NOTHING;
            UPDATE points_balance SET balance = balance + change.amount
            FROM (SELECT person_id, sum(amount) AS amount FROM added GROUP BY person_id) AS change
            WHERE points_balance.person_id = change.person_id;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER points_entry_balance AFTER INSERT ON points_entry "
        "REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_points_balance()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER points_entry_balance ON points_entry")
    op.execute("DROP FUNCTION keep_points_balance")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change")
