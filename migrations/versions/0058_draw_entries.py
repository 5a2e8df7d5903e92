"""Whoever takes part in a draw has an entry in it: a ticket is a villager's request alone."""

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

COLUMNS = (("points_draw", "tickets", "entries"), ("points_draw_winner", "ticket_id", "entry_id"))
CONSTRAINTS = (
    ("points_draw_{}", "ck_points_draw_{}_hash"),
    ("points_draw_{}", "pk_points_draw_{}"),
    ("points_draw_{}", "uq_points_draw_{}_draw_id_person_id"),
    ("points_draw_{}", "uq_points_draw_{}_draw_id_position"),
    ("points_draw_{}", "fk_points_draw_{}_draw_id"),
    ("points_draw_{}", "fk_points_draw_{}_person_id"),
    ("points_draw_winner", "uq_points_draw_winner_{}_id"),
    ("points_draw_winner", "fk_points_draw_winner_{}_id"),
)
# A published draw stays as it was published; its entries among the rest.
KEEP_PUBLISHED = """
    CREATE OR REPLACE FUNCTION keep_published_draw() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state IN ('drawn', 'called_off') OR OLD.state = 'published' AND (
            TG_OP = 'DELETE'
                OR (NEW.title, NEW.region_id, NEW.first_month, NEW.last_month, NEW.prizes,
                NEW.seed_source, NEW.seed_at, NEW.commitment, NEW.{0}, NEW.published_at,
                NEW.seed_numbers, NEW.seed_digits, NEW.seed_ascending)
                IS DISTINCT FROM (OLD.title, OLD.region_id, OLD.first_month, OLD.last_month,
                OLD.prizes, OLD.seed_source, OLD.seed_at, OLD.commitment, OLD.{0},
                OLD.published_at, OLD.seed_numbers, OLD.seed_digits, OLD.seed_ascending)
        ) THEN
            RAISE EXCEPTION 'a published draw is not changed' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$
"""


def upgrade() -> None:
    _rename("ticket", "entry")
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    op.execute(KEEP_PUBLISHED.format("entries"))


def downgrade() -> None:
    _rename("entry", "ticket")
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    op.execute(KEEP_PUBLISHED.format("tickets"))


def _rename(old: str, new: str) -> None:
    table = f"points_draw_{old}"
    op.execute(f"ALTER TABLE {table} RENAME TO points_draw_{new}")
    op.execute(f"ALTER SEQUENCE {table}_id_seq RENAME TO points_draw_{new}_id_seq")
    op.execute(f"ALTER INDEX ix_{table}_person_id RENAME TO ix_points_draw_{new}_person_id")
    op.execute(
        f"ALTER TRIGGER {table}_append_only ON points_draw_{new}"
        f" RENAME TO points_draw_{new}_append_only"
    )
    for of_table, name in CONSTRAINTS:
        op.execute(
            f"ALTER TABLE {of_table.format(new)}"
            f" RENAME CONSTRAINT {name.format(old)} TO {name.format(new)}"
        )
