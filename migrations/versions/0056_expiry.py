"""One word for what ends on its day: points and reservations expire.

The audit log keeps the names its entries were written with.
"""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

TABLES = (("points_lapse", "points_expiry"), ("points_lapse_line", "points_expiry_line"))
COLUMNS = (
    ("points_expiry", "lapses_on", "expires_on"),
    ("points_expiry_line", "lapse_id", "expiry_id"),
    ("county_settings", "lapse", "expiry_rule"),
    ("county_settings", "lapse_month", "expiry_month"),
)
CONSTRAINTS = (
    ("points_expiry", "pk_points_lapse", "pk_points_expiry"),
    ("points_expiry", "ck_points_lapse_notice", "ck_points_expiry_notice"),
    ("points_expiry", "ck_points_lapse_order", "ck_points_expiry_order"),
    ("points_expiry", "uq_points_lapse_county_id_lapses_on", "uq_points_expiry_county_id_expires_on"),
    ("points_expiry", "fk_points_lapse_county_id", "fk_points_expiry_county_id"),
    ("points_expiry_line", "pk_points_lapse_line", "pk_points_expiry_line"),
    ("points_expiry_line", "ck_points_lapse_line_taken", "ck_points_expiry_line_taken"),
    ("points_expiry_line", "ck_points_lapse_line_told", "ck_points_expiry_line_told"),
    (
        "points_expiry_line",
        "uq_points_lapse_line_lapse_id_person_id",
        "uq_points_expiry_line_expiry_id_person_id",
    ),
    ("points_expiry_line", "fk_points_lapse_line_lapse_id", "fk_points_expiry_line_expiry_id"),
    ("points_expiry_line", "fk_points_lapse_line_person_id", "fk_points_expiry_line_person_id"),
    ("county_settings", "ck_county_settings_lapse", "ck_county_settings_expiry_rule"),
    ("county_settings", "ck_county_settings_lapse_month", "ck_county_settings_expiry_month"),
)
RELATIONS = (
    ("INDEX", "ix_points_lapse_line_person_id", "ix_points_expiry_line_person_id"),
    ("SEQUENCE", "points_lapse_id_seq", "points_expiry_id_seq"),
    ("SEQUENCE", "points_lapse_line_id_seq", "points_expiry_line_id_seq"),
)
# Words in rows: an entry of the ledger keeps all but the name of its cause.
WORDS = """
    ALTER TABLE redemption DROP CONSTRAINT ck_redemption_state;
    UPDATE redemption SET state = '{new_state}' WHERE state = '{old_state}';
    ALTER TABLE redemption ADD CONSTRAINT ck_redemption_state
        CHECK (state IN ('reserved', 'handed_out', 'cancelled', '{new_state}', 'returned'));
    ALTER TABLE points_entry DISABLE TRIGGER points_entry_unlinked;
    UPDATE points_entry SET cause_kind = '{new_cause}' WHERE cause_kind = '{old_cause}';
    ALTER TABLE points_entry ENABLE TRIGGER points_entry_unlinked;
    UPDATE notice SET subject_kind = 'points_{new_cause}' WHERE subject_kind = 'points_{old_cause}'
"""


def upgrade() -> None:
    for old, new in TABLES:
        op.execute(f"ALTER TABLE {old} RENAME TO {new}")
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for table, old, new in CONSTRAINTS:
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
    for kind, old, new in RELATIONS:
        op.execute(f"ALTER {kind} {old} RENAME TO {new}")
    _words(old_state="lapsed", new_state="expired", old_cause="lapse", new_cause="expiry")


def downgrade() -> None:
    _words(old_state="expired", new_state="lapsed", old_cause="expiry", new_cause="lapse")
    for kind, old, new in RELATIONS:
        op.execute(f"ALTER {kind} {new} RENAME TO {old}")
    for table, old, new in CONSTRAINTS:
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {new} TO {old}")
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    for old, new in TABLES:
        op.execute(f"ALTER TABLE {new} RENAME TO {old}")


def _words(**names: str) -> None:
    for statement in WORDS.format(**names).split(";"):
        op.execute(statement)
