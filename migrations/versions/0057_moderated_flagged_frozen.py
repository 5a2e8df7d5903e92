"""A word for each kind of waiting: words are moderated, ratings flagged, a day's points frozen.

The audit log keeps the names its entries were written with.
"""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

TABLES = (
    ("held_word", "moderated_word"),
    ("rating_hold", "rating_flag"),
    ("points_hold", "points_day_freeze"),
)
COLUMNS = (
    ("rating", "hold_reason", "moderation_reason"),
    ("ticket", "hold_reason", "moderation_reason"),
    ("rating", "held_at", "flagged_at"),
    ("rating_flag", "held_at", "flagged_at"),
    ("rating_day_count", "held", "flagged"),
    ("rating_month_count", "held", "flagged"),
    ("month_fact", "held", "flagged"),
    ("scorecard", "held", "flagged"),
    ("points_day_freeze", "held_by_id", "frozen_by_id"),
    ("points_day_freeze", "held_at", "frozen_at"),
)
# Named after their table: what is behind its name stays.
CONSTRAINTS = {
    ("held_word", "moderated_word"): ("ck_{}_length", "pk_{}", "fk_{}_county_id"),
    ("rating_hold", "rating_flag"): (
        "ck_{}_decided", "ck_{}_decision", "pk_{}", "uq_{}_rating_id", "fk_{}_decided_by_id",
        "fk_{}_rating_id",
    ),
    ("points_hold", "points_day_freeze"): (
        "ck_{}_amount", "ck_{}_decided", "ck_{}_decision", "ck_{}_second_person", "pk_{}",
        "fk_{}_county_id", "fk_{}_decided_by_id", "fk_{}_person_id",
    ),
}  # fmt: skip
MORE_CONSTRAINTS = (
    ("points_day_freeze", "fk_points_hold_held_by_id", "fk_points_day_freeze_frozen_by_id"),
    ("month_fact", "ck_month_fact_held", "ck_month_fact_flagged"),
)
RELATIONS = (
    ("INDEX", "ix_rating_hold_bunch", "ix_rating_flag_bunch"),
    ("INDEX", "ix_rating_hold_county_id_month", "ix_rating_flag_county_id_month"),
    ("INDEX", "ix_points_hold_county_id_id", "ix_points_day_freeze_county_id_id"),
    ("INDEX", "uq_points_hold_day", "uq_points_day_freeze_day"),
    ("SEQUENCE", "rating_hold_id_seq", "rating_flag_id_seq"),
    ("SEQUENCE", "points_hold_id_seq", "points_day_freeze_id_seq"),
)
SECOND_HAND = """
    CREATE TRIGGER two_hands_{by}_decided_by_id AFTER INSERT OR UPDATE OF {by}, decided_by_id
        ON points_day_freeze FOR EACH ROW
        WHEN (new.{by} IS NOT NULL AND new.decided_by_id IS NOT NULL)
        EXECUTE FUNCTION refuse_same_hand('{by}', 'decided_by_id')
"""
# Columns with the state of words, and the check of each where it has one.
STATES = (
    ("rating", "words_state", "ck_rating_words_state", "'none', 'shown', '{}', 'refused'"),
    (
        "rating", "followup_words_state", "ck_rating_followup_words_state",
        "'none', 'shown', '{}', 'refused'",
    ),
    ("ticket", "words_state", None, ""),
    ("ticket_event", "words_state", None, ""),
    ("survey_text", "state", "ck_survey_text_state", "'{}', 'shown', 'refused'"),
)  # fmt: skip
INDEXES = (
    ("ix_rating_words_to_review", "rating (village_id, id)",
     "words_state = '{0}' OR followup_words_state = '{0}'"),
    ("ix_ticket_{}", "ticket (county_id)", "words_state = '{0}'"),
    ("ix_ticket_event_{}", "ticket_event (ticket_id)",
     "words_state = '{0}' AND party = 'author'"),
)  # fmt: skip
CAUSES = (("hold", "day_freeze"), ("hold_back", "day_freeze_back"))


def upgrade() -> None:
    _drop_trigger("points_hold", "held_by_id")
    for old, new in TABLES:
        op.execute(f"ALTER TABLE {old} RENAME TO {new}")
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for table, old, new in _constraints():
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
    for kind, old, new in RELATIONS:
        op.execute(f"ALTER {kind} {old} RENAME TO {new}")
    op.execute(SECOND_HAND.format(by="frozen_by_id"))
    _words("held", "moderated", 12)
    _causes(CAUSES)


def downgrade() -> None:
    _causes([(new, old) for old, new in CAUSES])
    _words("moderated", "held", 8)
    _drop_trigger("points_day_freeze", "frozen_by_id")
    for kind, old, new in RELATIONS:
        op.execute(f"ALTER {kind} {new} RENAME TO {old}")
    for table, old, new in _constraints():
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {new} TO {old}")
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    op.execute(SECOND_HAND.format(by="held_by_id"))
    for old, new in TABLES:
        op.execute(f"ALTER TABLE {new} RENAME TO {old}")


def _constraints() -> list[tuple[str, str, str]]:
    """Table, old name and new name of each."""
    named = [
        (new, name.format(old), name.format(new))
        for (old, new), names in CONSTRAINTS.items()
        for name in names
    ]
    return [*named, *MORE_CONSTRAINTS]


def _drop_trigger(table: str, by: str) -> None:
    op.execute(f"DROP TRIGGER two_hands_{by}_decided_by_id ON {table}")


def _words(old: str, new: str, width: int) -> None:
    """The new word in place of the old one, in columns of that width."""
    for name, _, _ in INDEXES:
        op.execute(f"DROP INDEX {name.format(old)}")
    for table, column, check, allowed in STATES:
        if check:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check}")
        if len(new) > len(old):
            op.execute(f"ALTER TABLE {table} ALTER {column} TYPE varchar({width})")
        op.execute(f"UPDATE {table} SET {column} = '{new}' WHERE {column} = '{old}'")
        if len(new) < len(old):
            op.execute(f"ALTER TABLE {table} ALTER {column} TYPE varchar({width})")
        if check:
            op.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {check}"
                f" CHECK ({column} IN ({allowed.format(new)}))"
            )
    op.execute(f"ALTER TABLE survey_text ALTER state SET DEFAULT '{new}'")
    for name, where, condition in INDEXES:
        op.execute(
            f"CREATE INDEX {name.format(new)} ON {where} WHERE {condition.format(new)}"
        )


def _causes(names: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> None:
    """An entry of the ledger keeps all but the name of its cause."""
    op.execute("ALTER TABLE points_entry DISABLE TRIGGER points_entry_unlinked")
    for old, new in names:
        op.execute(f"UPDATE points_entry SET cause_kind = '{new}' WHERE cause_kind = '{old}'")
    op.execute("ALTER TABLE points_entry ENABLE TRIGGER points_entry_unlinked")
    old, new = names[0]
    op.execute(
        f"UPDATE notice SET subject_kind = 'points_{new}' WHERE subject_kind = 'points_{old}'"
    )
