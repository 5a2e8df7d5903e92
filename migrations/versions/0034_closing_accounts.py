"""Closing an account: what nobody may change keeps its figures and loses its person."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

AUDIT_YEARS = 3
EVERY_STATEMENT = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
# What may change, and of whose rows only. Everything else is refused as before.
UNLINKING = {
    # An entry names the act it was earned by; for an act whose author is forgotten it names itself.
    "points_entry": """
        to_jsonb(OLD) - 'cause_id' = to_jsonb(NEW) - 'cause_id' AND NEW.cause_id = -NEW.id
        AND (EXISTS (SELECT FROM person WHERE id = OLD.person_id AND closed_at IS NOT NULL)
                AND OLD.cause_kind IN ('rating', 'ticket', 'follow_up')
             OR OLD.cause_kind = 'rating'
                AND EXISTS (SELECT FROM rating WHERE id = OLD.cause_id AND person_id IS NULL))
    """,
    # Only words go, and only those of a rating that has none any more.
    "rating_change": """
        to_jsonb(OLD) - 'words_before' = to_jsonb(NEW) - 'words_before' AND NEW.words_before IS NULL
        AND EXISTS (SELECT FROM rating WHERE id = OLD.rating_id AND words IS NULL)
    """,
    # An author who is forgotten, or whose rating has become nobody's.
    "ticket_event": """
        to_jsonb(OLD) - 'person_id' = to_jsonb(NEW) - 'person_id'
        AND NEW.person_id IS NULL AND OLD.party = 'author'
        AND (EXISTS (SELECT FROM person WHERE id = OLD.person_id AND closed_at IS NOT NULL)
             OR EXISTS (SELECT FROM ticket t JOIN rating r ON r.id = t.rating_id
                        WHERE t.id = OLD.ticket_id AND r.person_id IS NULL))
    """,
}
OLD_EVENT = "to_jsonb(OLD) - 'words_state' IS DISTINCT FROM to_jsonb(NEW) - 'words_state'"


def upgrade() -> None:
    op.add_column("person", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_person_closed_has_no_openid"), "person", "closed_at IS NULL OR openid IS NULL"
    )
    op.create_table(
        "closed_account",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("reopens_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_closed_account")),
    )
    op.alter_column("rating", "person_id", nullable=True)
    op.create_index(
        "ix_rating_linked", "rating", ["rated_on"], postgresql_using="brin",
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    _data_requests()
    for table in ("points_entry", "rating_change", "audit_entry"):
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute("DROP TRIGGER ticket_event_keeps_its_facts ON ticket_event")
    for table, unlinking in UNLINKING.items():
        op.execute(
            f"""
            CREATE FUNCTION {table}_only_unlinked() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF {unlinking} THEN RETURN NULL; END IF;
                RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END $$
            """
        )
    for table in ("points_entry", "rating_change"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR TRUNCATE ON {table} {EVERY_STATEMENT}"
        )
        op.execute(
            f"CREATE TRIGGER {table}_unlinked AFTER UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_only_unlinked()"
        )
    op.execute(
        "CREATE TRIGGER ticket_event_keeps_its_facts AFTER UPDATE ON ticket_event FOR EACH ROW "
        f"WHEN ({OLD_EVENT}) EXECUTE FUNCTION ticket_event_only_unlinked()"
    )
    op.execute(
        f"CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR TRUNCATE ON audit_entry {EVERY_STATEMENT}"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit_entry FOR EACH ROW "
        f"WHEN (OLD.at > now() - interval '{AUDIT_YEARS} years') EXECUTE FUNCTION refuse_change()"
    )


def _data_requests() -> None:
    op.create_table(
        "data_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("proof", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="waiting", nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('export', 'erase')", name=op.f("ck_data_request_kind")),
        sa.CheckConstraint("state IN ('waiting', 'done', 'refused')", name=op.f("ck_data_request_state")),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_data_request_decided"),
        ),
        sa.CheckConstraint("decided_by_id <> asked_by_id", name=op.f("ck_data_request_second_person")),
        sa.CheckConstraint(
            "state <> 'waiting' OR num_nonnulls(person_id, phone_sealed) = 1",
            name=op.f("ck_data_request_about_somebody"),
        ),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f("fk_data_request_county_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_data_request_person_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_data_request_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_data_request_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    op.create_index(op.f("ix_data_request_county_id_id"), "data_request", ["county_id", "id"])


def downgrade() -> None:
    """Not possible once somebody was forgotten: a rating would need its author again."""
    op.execute("DROP TRIGGER audit_entry_is_kept ON audit_entry")
    op.execute("DROP TRIGGER ticket_event_keeps_its_facts ON ticket_event")
    for table in ("points_entry", "rating_change"):
        op.execute(f"DROP TRIGGER {table}_unlinked ON {table}")
    for table in ("points_entry", "rating_change", "audit_entry"):
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"{EVERY_STATEMENT}"
        )
    op.execute(
        "CREATE TRIGGER ticket_event_keeps_its_facts BEFORE UPDATE ON ticket_event "
        f"FOR EACH ROW WHEN ({OLD_EVENT}) EXECUTE FUNCTION refuse_change()"
    )
    for table in UNLINKING:
        op.execute(f"DROP FUNCTION {table}_only_unlinked")
    op.drop_table("data_request")
    op.drop_index("ix_rating_linked", "rating")
    op.alter_column("rating", "person_id", nullable=False)
    op.drop_table("closed_account")
    op.drop_constraint(op.f("ck_person_closed_has_no_openid"), "person")
    op.drop_column("person", "closed_at")
