"""A draw's public number has one spelling, fixed with the list.

Draws that were published without a format are called off, in public: two readers could have chosen
among hundreds of spellings of one number.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

BEFORE = (
    "title", "region_id", "first_month", "last_month", "prizes", "seed_source", "seed_at",
    "commitment", "tickets", "published_at",
)  # fmt: skip
FORMAT = ("seed_numbers", "seed_digits", "seed_ascending")
KEEP = """
    CREATE OR REPLACE FUNCTION keep_published_draw() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state IN ('drawn', 'called_off') OR OLD.state = 'published' AND (
            TG_OP = 'DELETE' OR ({new}) IS DISTINCT FROM ({old})
        ) THEN
            RAISE EXCEPTION 'a published draw is not changed' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$
"""
FITS = """
    CREATE FUNCTION is_seed_spelling(value text, numbers int, digits int, ascending int)
    RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
        SELECT value ~ ('^[0-9]{' || numbers * digits || '}$') AND NOT EXISTS (
            SELECT FROM generate_series(1, ascending - 1) AS nth
            WHERE substr(value, (nth - 1) * digits + 1, digits) COLLATE "C"
                > substr(value, nth * digits + 1, digits) COLLATE "C"
        )
    $$
"""
READING = """
    CREATE FUNCTION check_draw_seed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE draw points_draw;
    BEGIN
        SELECT * INTO draw FROM points_draw WHERE id = NEW.draw_id FOR UPDATE;
        IF NOT COALESCE(is_seed_spelling(
            NEW.value, draw.seed_numbers, draw.seed_digits, draw.seed_ascending), false) THEN
            RAISE EXCEPTION 'not a spelling of the draw''s number'
                USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (SELECT FROM points_draw_seed s WHERE s.draw_id = NEW.draw_id
                   AND hand_of(s.person_id) = hand_of(NEW.person_id)) THEN
            RAISE EXCEPTION 'two readings of points_draw_seed are one hand'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
"""


def keep(names: tuple[str, ...]) -> str:
    return KEEP.format(
        new=", ".join(f"NEW.{name}" for name in names),
        old=", ".join(f"OLD.{name}" for name in names),
    )


def upgrade() -> None:
    for name in FORMAT:
        op.add_column("points_draw", sa.Column(name, sa.SmallInteger()))
    op.add_column("points_draw", sa.Column("called_off_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE points_draw SET state = 'called_off', called_off_at = now(), called_off_reason ="
        " '公布时没有写明那个数怎么写，取消重办' WHERE state = 'published'"
    )
    op.execute(FITS)
    op.execute(keep((*BEFORE, *FORMAT)))
    op.create_check_constraint(
        op.f("ck_points_draw_seed_format"), "points_draw",
        "(seed_numbers IS NULL) = (seed_digits IS NULL)"
        " AND (seed_numbers IS NULL) = (seed_ascending IS NULL)"
        " AND (state <> 'published' OR seed_numbers IS NOT NULL)"
        " AND seed_numbers >= 1 AND seed_digits >= 1 AND seed_ascending BETWEEN 0 AND seed_numbers"
        " AND seed_numbers * seed_digits BETWEEN 6 AND 60",
    )  # fmt: skip
    op.create_check_constraint(
        op.f("ck_points_draw_seed_spelling"), "points_draw",
        "is_seed_spelling(seed, seed_numbers, seed_digits, seed_ascending)",
    )  # fmt: skip
    op.execute(READING)
    op.execute(
        "CREATE TRIGGER points_draw_seed_spelling BEFORE INSERT ON points_draw_seed"
        " FOR EACH ROW EXECUTE FUNCTION check_draw_seed()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER points_draw_seed_spelling ON points_draw_seed")
    op.execute("DROP FUNCTION check_draw_seed()")
    op.drop_constraint(op.f("ck_points_draw_seed_spelling"), "points_draw", type_="check")
    op.drop_constraint(op.f("ck_points_draw_seed_format"), "points_draw", type_="check")
    op.execute(keep(BEFORE))
    op.execute("DROP FUNCTION is_seed_spelling(text, int, int, int)")
    op.drop_column("points_draw", "called_off_at")
    for name in FORMAT:
        op.drop_column("points_draw", name)
