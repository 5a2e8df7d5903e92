"""Three offices of the system, accounts that their owners activate, one hand decides nothing twice.

What was an administrator becomes a county manager: the same rights over the county's business, none
over accounts, grants or the log, until `flask accounts found-county` founds the three offices.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

OTHERS = "'cadre', 'shop_keeper', 'department_staff', 'township_staff', 'county_staff', 'leader'"
OFFICES = "'system_admin', 'security_admin', 'auditor'"
# Table, who did the first part, who may not be the same hand in the second.
TWO_HANDS = (
    ("points_freeze", "frozen_by_id", "decided_by_id"),
    ("points_hold", "held_by_id", "decided_by_id"),
    ("points_deed", "entered_by_id", "decided_by_id"),
    ("redemption", "person_id", "handed_out_by_id"),
    ("redemption", "person_id", "returned_by_id"),
    ("redemption", "handed_out_by_id", "returned_by_id"),
    ("stock_count", "counted_by_id", "decided_by_id"),
    ("assessment_scheme", "drafted_by_id", "approved_by_id"),
    ("objection", "raised_by_id", "decided_by_id"),
    ("score_adjustment", "author_id", "decided_by_id"),
    ("paper_batch", "first_by_id", "second_by_id"),
    ("ticket_extension", "asked_by_id", "decided_by_id"),
    ("ticket", "proxy_id", "checked_by_id"),
    ("grant_request", "asked_by_id", "decided_by_id"),
    ("grant_request", "person_id", "decided_by_id"),
)
FUNCTIONS = (
    # Whoever knows the password of an account acts by it; whoever activated one holds the phone.
    """
    CREATE FUNCTION hand_of(bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
        WITH RECURSIVE walk (id, step) AS (
            SELECT $1, 0
            UNION ALL
            SELECT edge.id, walk.step + 1 FROM walk CROSS JOIN LATERAL (
                SELECT person_id AS id FROM console_login
                WHERE phone_person_id = walk.id AND disabled_at IS NULL
                UNION ALL
                SELECT COALESCE(reset_by_id, opened_by_id) FROM console_login
                WHERE person_id = walk.id AND activated_at IS NULL
                  AND COALESCE(reset_by_id, opened_by_id) IS NOT NULL
            ) AS edge WHERE walk.step < 9
        )
        SELECT id FROM walk ORDER BY step DESC LIMIT 1
    $$
    """,
    """
    CREATE FUNCTION hands_of(bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
        WITH RECURSIVE walk (id) AS (
            SELECT hand_of($1)
            UNION
            SELECT edge.id FROM walk CROSS JOIN LATERAL (
                SELECT phone_person_id AS id FROM console_login
                WHERE person_id = walk.id AND phone_person_id IS NOT NULL AND disabled_at IS NULL
                UNION ALL
                SELECT person_id FROM console_login
                WHERE activated_at IS NULL AND COALESCE(reset_by_id, opened_by_id) = walk.id
            ) AS edge
        )
        SELECT id FROM walk
    $$
    """,
    """
    CREATE FUNCTION refuse_same_hand() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE first bigint; second bigint;
    BEGIN
        EXECUTE format('SELECT ($1).%I, ($1).%I', TG_ARGV[0], TG_ARGV[1])
            INTO first, second USING NEW;
        IF first = second OR hand_of(first) = hand_of(second) THEN
            RAISE EXCEPTION '% and % of % are one hand', TG_ARGV[0], TG_ARGV[1], TG_TABLE_NAME
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE FUNCTION keep_offices_apart(somebody bigint) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE same bigint[];
    BEGIN
        SELECT array_agg(id) INTO same FROM (
            SELECT somebody AS id
            UNION SELECT phone_person_id FROM console_login
                  WHERE person_id = somebody AND phone_person_id IS NOT NULL
            UNION SELECT person_id FROM console_login WHERE phone_person_id = somebody
        ) AS one;
        PERFORM FROM person WHERE id = ANY(same) ORDER BY id FOR NO KEY UPDATE;
        IF EXISTS (
            SELECT FROM role_grant a JOIN role_grant b ON b.person_id = ANY(same)
            WHERE a.person_id = ANY(same) AND a.role IN ({OFFICES}) AND b.role <> a.role
              AND a.revoked_at IS NULL AND b.revoked_at IS NULL
              AND daterange(a.starts_on, a.ends_on, '[]') && daterange(b.starts_on, b.ends_on, '[]')
        ) THEN
            RAISE EXCEPTION 'an office of the system meets another role in one person or phone'
                USING ERRCODE = 'check_violation';
        END IF;
    END $$
    """,
    """
    CREATE FUNCTION check_offices() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM keep_offices_apart(NEW.person_id);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER role_grant_offices_apart
    AFTER INSERT OR UPDATE OF person_id, role, starts_on, ends_on, revoked_at ON role_grant
    FOR EACH ROW WHEN (NEW.revoked_at IS NULL) EXECUTE FUNCTION check_offices()
    """,
    """
    CREATE TRIGGER console_login_offices_apart AFTER INSERT OR UPDATE OF phone_person_id
    ON console_login FOR EACH ROW WHEN (NEW.phone_person_id IS NOT NULL)
    EXECUTE FUNCTION check_offices()
    """,
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_role_grant_role"), "role_grant", type_="check")
    op.execute("UPDATE role_grant SET role = 'county_manager' WHERE role = 'administrator'")
    op.create_check_constraint(
        op.f("ck_role_grant_role"), "role_grant",
        f"role IN ({OTHERS}, 'county_manager', {OFFICES})",
    )  # fmt: skip
    op.add_column("role_grant", sa.Column("confirmed_by_id", sa.BigInteger()))
    op.create_foreign_key(
        op.f("fk_role_grant_confirmed_by_id"), "role_grant", "person", ["confirmed_by_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_role_grant_confirmed_by_another"), "role_grant",
        "confirmed_by_id <> granted_by_id AND confirmed_by_id <> person_id",
    )  # fmt: skip
    _activation()
    op.create_table(
        "grant_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("department_id", sa.BigInteger()),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("grant_id", sa.BigInteger()),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.String(10)),
        sa.CheckConstraint("kind IN ('grant', 'revoke')", name=op.f("ck_grant_request_kind")),
        sa.CheckConstraint(
            "outcome IN ('confirmed', 'refused')", name=op.f("ck_grant_request_outcome")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL)"
            " AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_grant_request_decided"),
        ),
        sa.CheckConstraint(
            "decided_by_id <> asked_by_id AND decided_by_id <> person_id",
            name=op.f("ck_grant_request_another_decides"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_grant_request_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_grant_request_region_id")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_grant_request_department_id")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["role_grant.id"], name=op.f("fk_grant_request_grant_id")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_grant_request_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_grant_request_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_request")),
    )
    op.create_index("ix_grant_request_person_id", "grant_request", ["person_id"])
    op.create_index(
        "ix_grant_request_waiting", "grant_request", ["region_id"],
        postgresql_where=sa.text("decided_at IS NULL"),
    )  # fmt: skip
    for statement in FUNCTIONS:
        op.execute(statement)
    for table, first, second in TWO_HANDS:
        op.execute(
            f"CREATE TRIGGER two_hands_{first}_{second} AFTER INSERT OR UPDATE OF {first}, {second} ON {table} FOR EACH ROW"
            f" WHEN (NEW.{first} IS NOT NULL AND NEW.{second} IS NOT NULL)"
            f" EXECUTE FUNCTION refuse_same_hand('{first}', '{second}')"
        )
    # Cheap things were taken back by their keeper until now: what was done stays, the trigger above
    # refuses more of it.
    op.drop_constraint(op.f("ck_redemption_return_by_another"), "redemption", type_="check")
    op.add_column("audit_entry", sa.Column("origin", sa.String(8)))
    op.add_column("audit_entry", sa.Column("address", sa.String(45)))
    op.create_check_constraint(
        op.f("ck_audit_entry_origin"), "audit_entry",
        "origin IN ('console', 'app', 'shell', 'job')",
    )  # fmt: skip


def _activation() -> None:
    for column in (
        sa.Column("activated_at", sa.DateTime(timezone=True)),
        sa.Column("activated_how", sa.String(8)),
        sa.Column("reset_by_id", sa.BigInteger()),
        sa.Column("phone_person_id", sa.BigInteger()),
        sa.Column("activation_hash", sa.String(64)),
        sa.Column("activation_expires_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("console_login", column)
    for name in ("reset_by_id", "phone_person_id"):
        op.create_foreign_key(
            op.f(f"fk_console_login_{name}"), "console_login", "person", [name], ["id"]
        )
    # Who has changed the one-time password and logged in has taken the account over already.
    op.execute(
        "UPDATE console_login SET activated_at = now(), activated_how = 'earlier'"
        " WHERE last_login_at IS NOT NULL AND NOT must_change_password"
    )
    op.create_check_constraint(
        op.f("ck_console_login_activated"), "console_login",
        "(activated_at IS NULL) = (activated_how IS NULL)",
    )  # fmt: skip
    op.create_check_constraint(
        op.f("ck_console_login_activated_how"), "console_login",
        "activated_how IN ('phone', 'slip', 'founding', 'earlier')",
    )  # fmt: skip
    op.create_check_constraint(
        op.f("ck_console_login_activated_by_phone"), "console_login",
        "activated_how <> 'phone' OR phone_person_id IS NOT NULL",
    )  # fmt: skip
    op.create_index(
        "uq_console_login_phone", "console_login", ["phone_person_id"], unique=True,
        postgresql_where=sa.text("disabled_at IS NULL"),
    )  # fmt: skip
    op.create_index(
        "uq_console_login_activation", "console_login", ["activation_hash"], unique=True
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_audit_entry_origin"), "audit_entry", type_="check")
    op.drop_column("audit_entry", "address")
    op.drop_column("audit_entry", "origin")
    op.create_check_constraint(
        op.f("ck_redemption_return_by_another"), "redemption",
        "returned_by_id <> handed_out_by_id OR price < 50",
    )  # fmt: skip
    for table, first, second in TWO_HANDS:
        op.execute(f"DROP TRIGGER two_hands_{first}_{second} ON {table}")
    op.execute("DROP TRIGGER role_grant_offices_apart ON role_grant")
    op.execute("DROP TRIGGER console_login_offices_apart ON console_login")
    for function in (
        "check_offices()", "keep_offices_apart(bigint)", "refuse_same_hand()", "hands_of(bigint)",
        "hand_of(bigint)",
    ):  # fmt: skip
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("grant_request")
    for column in (
        "activated_at", "activated_how", "reset_by_id", "phone_person_id", "activation_hash",
        "activation_expires_at",
    ):  # fmt: skip
        op.drop_column("console_login", column)
    op.drop_column("role_grant", "confirmed_by_id")
    op.drop_constraint(op.f("ck_role_grant_role"), "role_grant", type_="check")
    # The version before knows no such offices: what they did stays, what they may ends.
    op.execute(
        "UPDATE role_grant SET role = 'leader', revoked_at = COALESCE(revoked_at, now())"
        f" WHERE role IN ({OFFICES})"
    )
    op.execute("UPDATE role_grant SET role = 'administrator' WHERE role = 'county_manager'")
    op.create_check_constraint(
        op.f("ck_role_grant_role"), "role_grant", f"role IN ({OTHERS}, 'administrator')"
    )
