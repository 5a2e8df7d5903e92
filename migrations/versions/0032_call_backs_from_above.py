"""Bad ratings are called back by the level above, and tickets know whom they are kept from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

BEFORE = "channel IN ('anonymous', 'hotline', 'mini', 'paper', 'phone', 'rating')"
AFTER = "channel IN ('anonymous', 'hotline', 'mending', 'mini', 'paper', 'phone', 'rating')"
OPEN = "'assigned', 'handling', 'waiting'"
KEPT = (
    """
    UPDATE ticket t SET kept_from_regions = ARRAY(
        SELECT r.id FROM region v JOIN region r
            ON r.id IN (v.id, v.merged_into_id) OR r.merged_into_id = v.id
        WHERE v.id = t.village_id ORDER BY r.id)
    WHERE (t.about_cadres OR t.channel = 'rating') AND t.village_id IS NOT NULL
    """,
    """
    UPDATE ticket t SET kept_from_people = ARRAY(
        SELECT DISTINCT g.person_id FROM role_grant g
        WHERE g.role = 'cadre' AND g.region_id = ANY(t.kept_from_regions) ORDER BY 1)
    WHERE t.kept_from_regions <> '{}'
    """,
)
# What a village still has goes to its township, whose clock starts now; the village's turn ends
# with the lateness it has. What it answered stays in the events and turns.
HAND_OVER = (
    f"""
    CREATE TEMP TABLE handed_over ON COMMIT DROP AS
    SELECT t.id, t.county_id, t.village_id, v.township_id, t.round, t.state, t.channel, now() AS at
    FROM ticket t JOIN region v ON v.id = t.village_id
    WHERE t.unit_region_id = ANY(t.kept_from_regions) AND t.state IN ({OPEN})
    """,
    """
    UPDATE ticket_pause p SET resumed_at = h.at
    FROM handed_over h WHERE p.ticket_id = h.id AND p.resumed_at IS NULL
    """,
    """
    UPDATE ticket_turn u SET ended_at = greatest(h.at, u.started_at), paused_at = NULL
    FROM handed_over h WHERE u.ticket_id = h.id AND u.ended_at IS NULL
    """,
    """
    INSERT INTO ticket_event (ticket_id, at, party, move, from_state, to_state, round,
                              unit_region_id)
    SELECT id, at, 'system', 'reassign', state, 'assigned', round, township_id FROM handed_over
    """,
    """
    UPDATE ticket t
    SET state = 'assigned', version = version + 1, unit_region_id = h.township_id,
        assigned_at = h.at, signed_at = NULL, paused_at = NULL, extra_days = 0,
        sign_due_at = h.at + interval '1 day', due_at = h.at + interval '21 days'
    FROM handed_over h WHERE t.id = h.id
    """,
    """
    INSERT INTO ticket_turn (ticket_id, county_id, round, unit_region_id, village_id, call_back,
                             started_at, sign_due_at, first_answer_due_at, due_at, extra_days)
    SELECT id, county_id, round, township_id, CASE WHEN channel = 'rating' THEN village_id END,
           channel = 'rating', at, at + interval '1 day', at + interval '3 days',
           at + interval '21 days', 0
    FROM handed_over
    """,
    """
    UPDATE ticket t SET unit_region_id = v.township_id
    FROM region v
    WHERE v.id = t.village_id AND t.unit_region_id = ANY(t.kept_from_regions)
    """,
)


def upgrade() -> None:
    for name in ("kept_from_regions", "kept_from_people"):
        op.add_column(
            "ticket",
            sa.Column(
                name, postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False
            ),
        )
    op.drop_constraint("ck_ticket_not_to_those_it_is_about", "ticket")
    op.drop_constraint("ck_ticket_turn_own_village", "ticket_turn")
    op.create_check_constraint(
        op.f("ck_ticket_turn_own_village"),
        "ticket_turn",
        "village_id IS NULL OR call_back OR village_id = unit_region_id",
    )
    op.add_column(
        "ticket_turn",
        sa.Column("mending", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    for statement in (*KEPT, *HAND_OVER):
        op.execute(statement)
    op.create_check_constraint(
        op.f("ck_ticket_not_to_those_it_is_about"),
        "ticket",
        "unit_region_id IS NULL OR NOT unit_region_id = ANY(kept_from_regions)",
    )
    op.create_check_constraint(
        op.f("ck_ticket_kept_from_its_village"),
        "ticket",
        "village_id IS NULL OR NOT (about_cadres OR channel = 'rating')"
        " OR village_id = ANY(kept_from_regions)",
    )
    op.drop_constraint("ck_ticket_channel", "ticket")
    op.create_check_constraint(op.f("ck_ticket_channel"), "ticket", AFTER)
    op.create_table(
        "ticket_mended_rating",
        sa.Column("rating_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rating_id"], ["rating.id"], name=op.f("fk_ticket_mended_rating_rating_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_mended_rating_ticket_id")
        ),
        sa.PrimaryKeyConstraint("rating_id", name=op.f("pk_ticket_mended_rating")),
    )
    op.create_index(
        op.f("ix_ticket_mended_rating_ticket_id"), "ticket_mended_rating", ["ticket_id"]
    )
    op.create_table(
        "call_back_declined",
        sa.Column("rating_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rating_id"], ["rating.id"], name=op.f("fk_call_back_declined_rating_id")
        ),
        sa.PrimaryKeyConstraint("rating_id", name=op.f("pk_call_back_declined")),
    )


def downgrade() -> None:
    op.drop_table("call_back_declined")
    op.drop_table("ticket_mended_rating")
    op.execute("UPDATE ticket SET channel = 'hotline' WHERE channel = 'mending'")
    op.drop_constraint("ck_ticket_channel", "ticket")
    op.create_check_constraint(op.f("ck_ticket_channel"), "ticket", BEFORE)
    op.drop_column("ticket_turn", "mending")
    op.execute("UPDATE ticket_turn SET village_id = NULL WHERE village_id <> unit_region_id")
    op.drop_constraint("ck_ticket_turn_own_village", "ticket_turn")
    op.create_check_constraint(
        op.f("ck_ticket_turn_own_village"),
        "ticket_turn",
        "village_id IS NULL OR village_id = unit_region_id",
    )
    op.drop_constraint("ck_ticket_kept_from_its_village", "ticket")
    op.drop_constraint("ck_ticket_not_to_those_it_is_about", "ticket")
    op.create_check_constraint(
        op.f("ck_ticket_not_to_those_it_is_about"),
        "ticket",
        "NOT about_cadres OR unit_region_id IS DISTINCT FROM village_id",
    )
    op.drop_column("ticket", "kept_from_people")
    op.drop_column("ticket", "kept_from_regions")
