"""Every office's turn with a ticket has a clock of its own; what is filed keeps its state.

Turns of the past are made from the events. Until now deadlines ran from submission: those of the
turn that answered, or that runs, are moved by what the ticket had waited elsewhere. Turns that
ended with a hand-back get no deadline, as they were in no figure.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)
STATES = (
    "'accepted', 'answered', 'assigned', 'declined', 'handling', 'merged', 'resolved',"
    " 'submitted', 'unsolved', 'waiting', 'withdrawn'"
)
CLOSED = "'declined', 'merged', 'resolved', 'unsolved', 'withdrawn'"
FILL = """
    WITH steps AS (
        SELECT e.*, e.move IN ('submit', 'assign', 'reassign', 'hand_back', 'release', 'reopen',
                               'answer_merged') AS starts
        FROM ticket_event e
        WHERE e.move IN ('submit', 'assign', 'reassign', 'hand_back', 'release', 'reopen',
                         'answer_merged', 'reply', 'merge', 'decline', 'withdraw')
    ), told AS (
        SELECT s.*, lead(id) OVER follow AS next_id, lead(at) OVER follow AS next_at,
               lead(move) OVER follow AS next_move, lead(party) OVER follow AS next_party,
               lead(detail) OVER follow AS next_detail
        FROM steps s WINDOW follow AS (PARTITION BY ticket_id ORDER BY id)
    ), begun AS (
        SELECT told.*,
               move IN ('submit', 'hand_back', 'release') OR to_state = 'accepted' AS desk,
               move = 'answer_merged' AS together,
               CASE WHEN move = 'answer_merged' THEN at ELSE next_at END AS ended,
               CASE WHEN move = 'answer_merged' THEN at
                    WHEN next_move = 'reply' THEN next_at END AS answered,
               CASE WHEN move = 'answer_merged' THEN detail ELSE next_detail END ->> 'result'
                   AS said,
               lead(move) OVER (PARTITION BY ticket_id ORDER BY id) AS after_move,
               lead(detail) OVER (PARTITION BY ticket_id ORDER BY id) AS after_detail
        FROM told
        WHERE starts
          -- What the rules passed on at once was never with the desk.
          AND NOT (move = 'submit' AND COALESCE(next_move = 'assign' AND next_party = 'system',
                                                 false))
    )
    INSERT INTO ticket_turn (
        ticket_id, county_id, round, unit_region_id, unit_department_id, village_id, call_back,
        started_at, sign_due_at, first_answer_due_at, due_at, signed_at, first_answered_at,
        answered_at, result, paused_at, extra_days, ended_at, withdrawn_at, verdict, verdict_at,
        handling_level, finished_at)
    SELECT t.id, t.county_id, b.round,
           CASE WHEN NOT b.desk THEN b.unit_region_id END,
           CASE WHEN NOT b.desk THEN b.unit_department_id END,
           CASE WHEN NOT b.desk AND b.unit_region_id = t.village_id THEN t.village_id END,
           t.channel = 'rating', b.at,
           CASE WHEN b.is_last AND NOT b.desk THEN t.sign_due_at END,
           CASE WHEN b.round = 1 AND b.decides AND NOT b.desk AND NOT b.together
                THEN t.first_answer_due_at + (b.at - t.created_at) END,
           CASE WHEN b.desk THEN b.at + interval '1 day'
                WHEN b.together THEN NULL
                WHEN b.is_last THEN t.due_at + (b.at - t.round_started_at)
                WHEN b.after_move = 'reopen' THEN (b.after_detail ->> 'due_at')::timestamptz END,
           CASE WHEN b.is_last AND NOT b.desk THEN t.signed_at END,
           CASE WHEN NOT b.desk THEN heard.at END,
           b.answered, CASE WHEN b.answered IS NOT NULL THEN b.said END,
           CASE WHEN b.is_last AND b.ended IS NULL THEN t.paused_at END,
           CASE WHEN b.is_last AND NOT b.desk THEN t.extra_days ELSE 0 END,
           b.ended, withdrawn.at,
           CASE WHEN b.answered IS NOT NULL THEN spoken.answer END,
           CASE WHEN b.answered IS NOT NULL THEN spoken.at END,
           CASE WHEN b.answered IS NOT NULL THEN spoken.level END,
           CASE WHEN b.answered IS NOT NULL THEN finished.at END
    FROM (
        SELECT begun.*, after_move IS NULL AS is_last,
               after_move IS NULL OR after_move = 'reopen' AS decides
        FROM begun
    ) b
    JOIN ticket t ON t.id = b.ticket_id
    LEFT JOIN LATERAL (
        SELECT min(e.at) AS at FROM ticket_event e
        WHERE e.ticket_id = t.id AND e.move IN ('ask', 'progress', 'reply') AND e.id > b.id
          AND e.id <= COALESCE(b.next_id, e.id)
    ) heard ON NOT b.together
    LEFT JOIN LATERAL (
        SELECT max(e.at) AS at FROM ticket_event e
        WHERE e.ticket_id = t.id AND e.move IN ('withdraw', 'decline')
    ) withdrawn ON true
    LEFT JOIN LATERAL (
        SELECT e.detail ->> 'answer' AS answer, (e.detail ->> 'level')::smallint AS level, e.at
        FROM ticket_event e
        WHERE e.ticket_id = t.id AND e.round = b.round AND e.move IN ('confirm', 'dispute')
        ORDER BY e.id DESC LIMIT 1
    ) spoken ON true
    LEFT JOIN LATERAL (
        SELECT min(e.at) AS at FROM ticket_event e
        WHERE e.ticket_id = t.id AND e.round = b.round
          AND (e.move IN ('confirm', 'close_silent')
               OR (e.move = 'close_unsolved' AND b.said IS DISTINCT FROM 'cannot'))
    ) finished ON true
    ORDER BY b.id
"""
RESTORED = """
    UPDATE ticket t
    SET archived_at = e.at, state = e.from_state
    FROM (SELECT DISTINCT ON (ticket_id) ticket_id, at, from_state FROM ticket_event
          WHERE move = 'archive' ORDER BY ticket_id, id DESC) e
    WHERE t.state = 'archived' AND e.ticket_id = t.id
"""
# Of what is over nothing changes but what comes of it later.
FIXED = (
    "ticket_id", "round", "unit_region_id", "unit_department_id", "village_id", "call_back",
    "started_at", "sign_due_at", "first_answer_due_at", "due_at", "signed_at",
    "first_answered_at", "answered_at", "result", "extra_days", "ended_at",
)  # fmt: skip


def _moved_triggers(to: str, other: str) -> None:
    op.execute(f"DROP TRIGGER ticket_inserted ON {other}")
    op.execute(f"DROP TRIGGER ticket_updated ON {other}")
    op.execute(
        f"CREATE TRIGGER ticket_inserted AFTER INSERT ON {to} "
        "REFERENCING NEW TABLE AS became FOR EACH STATEMENT EXECUTE FUNCTION mark_touched_tickets()"
    )
    op.execute(
        f"CREATE TRIGGER ticket_updated AFTER UPDATE ON {to} "
        "REFERENCING OLD TABLE AS was NEW TABLE AS became "
        "FOR EACH STATEMENT EXECUTE FUNCTION mark_touched_tickets()"
    )


def upgrade() -> None:
    op.create_table(
        "ticket_turn",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("unit_region_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_department_id", sa.BigInteger(), nullable=True),
        sa.Column("village_id", sa.BigInteger(), nullable=True),
        sa.Column("call_back", sa.Boolean(), nullable=False),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("sign_due_at", Instant, nullable=True),
        sa.Column("first_answer_due_at", Instant, nullable=True),
        sa.Column("due_at", Instant, nullable=True),
        sa.Column("signed_at", Instant, nullable=True),
        sa.Column("first_answered_at", Instant, nullable=True),
        sa.Column("answered_at", Instant, nullable=True),
        sa.Column("result", sa.String(8), nullable=True),
        sa.Column("paused_at", Instant, nullable=True),
        sa.Column("extra_days", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("ended_at", Instant, nullable=True),
        sa.Column("withdrawn_at", Instant, nullable=True),
        sa.Column("verdict", sa.String(10), nullable=True),
        sa.Column("verdict_at", Instant, nullable=True),
        sa.Column("handling_level", sa.SmallInteger(), nullable=True),
        sa.Column("finished_at", Instant, nullable=True),
        sa.CheckConstraint(
            "unit_region_id IS NULL OR unit_department_id IS NULL",
            name=op.f("ck_ticket_turn_one_unit"),
        ),
        sa.CheckConstraint(
            "village_id IS NULL OR village_id = unit_region_id",
            name=op.f("ck_ticket_turn_own_village"),
        ),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_ticket_turn_order")),
        sa.CheckConstraint(
            "answered_at IS NULL OR answered_at = ended_at",
            name=op.f("ck_ticket_turn_answer_ends"),
        ),
        sa.CheckConstraint(
            "ended_at IS NOT NULL OR due_at IS NOT NULL", name=op.f("ck_ticket_turn_runs_to_a_time")
        ),
        sa.CheckConstraint(
            "(verdict IS NULL) = (verdict_at IS NULL)",
            name=op.f("ck_ticket_turn_verdict_has_a_time"),
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_turn_ticket_id")),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f("fk_ticket_turn_county_id")),
        sa.ForeignKeyConstraint(
            ["unit_region_id"], ["region.id"], name=op.f("fk_ticket_turn_unit_region_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_department_id"], ["department.id"],
            name=op.f("fk_ticket_turn_unit_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["region.id"], name=op.f("fk_ticket_turn_village_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_turn")),
    )  # fmt: skip
    op.execute(FILL)
    op.create_index(
        "uq_ticket_turn_running", "ticket_turn", ["ticket_id"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    op.create_index(op.f("ix_ticket_turn_ticket_id_id"), "ticket_turn", ["ticket_id", "id"])
    op.create_index(
        "ix_ticket_turn_village", "ticket_turn", ["village_id", "due_at"],
        postgresql_where=sa.text("village_id IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_ticket_turn_desk", "ticket_turn", ["county_id", "due_at"],
        postgresql_where=sa.text("unit_region_id IS NULL AND unit_department_id IS NULL"),
    )  # fmt: skip
    _moved_triggers("ticket_turn", "ticket")
    same = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FIXED)
    op.execute(
        f"""
        CREATE FUNCTION refuse_changed_turn() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {same} THEN RAISE EXCEPTION 'a turn that is over does not change'
                USING ERRCODE = 'check_violation'; END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER ticket_turn_is_over BEFORE UPDATE ON ticket_turn FOR EACH ROW"
        " WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_changed_turn()"
    )
    _upgrade_tickets()
    # What was gathered is gathered once more in full.
    op.execute("DELETE FROM month_gather")


def _upgrade_tickets() -> None:
    op.add_column("ticket", sa.Column("archived_at", Instant, nullable=True))
    op.add_column("ticket", sa.Column("hotline_due_at", Instant, nullable=True))
    op.add_column("ticket", sa.Column("citizen_due_at", Instant, nullable=True))
    op.drop_index("ix_ticket_to_archive", table_name="ticket")
    op.drop_constraint(op.f("ck_ticket_closed_has_a_time"), "ticket", type_="check")
    op.drop_constraint(op.f("ck_ticket_state"), "ticket", type_="check")
    op.execute(RESTORED)
    op.execute("UPDATE ticket SET citizen_due_at = due_at")
    op.execute(
        "UPDATE ticket SET due_at = n.due_at FROM ticket_turn n"
        " WHERE n.ticket_id = ticket.id AND n.ended_at IS NULL"
    )
    op.alter_column("ticket", "citizen_due_at", nullable=False)
    op.drop_column("ticket", "first_answer_due_at")
    op.drop_column("ticket", "first_answered_at")
    op.create_check_constraint(op.f("ck_ticket_state"), "ticket", f"state IN ({STATES})")
    op.create_check_constraint(
        op.f("ck_ticket_closed_has_a_time"), "ticket",
        f"(closed_at IS NOT NULL) = (state IN ({CLOSED}))",
    )  # fmt: skip
    op.create_check_constraint(
        op.f("ck_ticket_archived_once_closed"), "ticket", "archived_at >= closed_at"
    )
    op.create_index(
        "ix_ticket_to_archive", "ticket", ["closed_at"],
        postgresql_where=sa.text("closed_at IS NOT NULL AND archived_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.execute("DELETE FROM month_gather")
    op.drop_index("ix_ticket_to_archive", table_name="ticket")
    for name in ("archived_once_closed", "closed_has_a_time", "state"):
        op.drop_constraint(op.f(f"ck_ticket_{name}"), "ticket", type_="check")
    op.add_column("ticket", sa.Column("first_answered_at", Instant, nullable=True))
    op.add_column("ticket", sa.Column("first_answer_due_at", Instant, nullable=True))
    op.execute(
        "UPDATE ticket SET due_at = citizen_due_at, first_answer_due_at = COALESCE("
        "(SELECT min(first_answer_due_at) FROM ticket_turn n WHERE n.ticket_id = ticket.id),"
        " citizen_due_at), first_answered_at ="
        " (SELECT min(first_answered_at) FROM ticket_turn n WHERE n.ticket_id = ticket.id)"
    )
    op.execute("UPDATE ticket SET state = 'archived' WHERE archived_at IS NOT NULL")
    op.alter_column("ticket", "first_answer_due_at", nullable=False)
    for column in ("citizen_due_at", "hotline_due_at", "archived_at"):
        op.drop_column("ticket", column)
    op.create_check_constraint(
        op.f("ck_ticket_state"), "ticket", f"state IN ('archived', {STATES})"
    )
    op.create_check_constraint(
        op.f("ck_ticket_closed_has_a_time"), "ticket",
        f"(closed_at IS NOT NULL) = (state IN ('archived', {CLOSED}))",
    )  # fmt: skip
    op.create_index(
        "ix_ticket_to_archive", "ticket", ["closed_at"],
        postgresql_where=sa.text("closed_at IS NOT NULL AND state <> 'archived'"),
    )  # fmt: skip
    op.execute("DROP TRIGGER ticket_turn_is_over ON ticket_turn")
    op.execute("DROP FUNCTION refuse_changed_turn")
    _moved_triggers("ticket", "ticket_turn")
    op.drop_table("ticket_turn")
