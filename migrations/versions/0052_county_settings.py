"""What a county decides by single values stands in one row, not in three tables."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

TICKETS = "bad_rating_opens, proxy_cap, sample_share, silent_days, archive_days"
POINTS = (
    "lapse, valid_months, lapse_month, survey_points, draws_on, note_read_by_id, note_read_at"
)
# What each county decided; the usual values where it decided nothing of a kind.
GATHER = """
    INSERT INTO county_settings
        (county_id, bad_rating_opens, proxy_cap, sample_share, silent_days, archive_days, lapse,
         valid_months, lapse_month, survey_points, draws_on, objection_days, note_read_by_id,
         note_read_at)
    SELECT county_id, COALESCE(t.bad_rating_opens, true), COALESCE(t.proxy_cap, 20),
           COALESCE(t.sample_share, 10), COALESCE(t.silent_days, 14),
           COALESCE(t.archive_days, 30), COALESCE(p.lapse, 'never'),
           COALESCE(p.valid_months, 12), COALESCE(p.lapse_month, 4),
           COALESCE(p.survey_points, 5), COALESCE(p.draws_on, false),
           COALESCE(s.objection_days, 15), p.note_read_by_id, p.note_read_at
    FROM ticket_settings t
    FULL JOIN points_policy p USING (county_id)
    FULL JOIN score_policy s USING (county_id)
"""


def _county(table: str) -> tuple[sa.Column, sa.ForeignKeyConstraint, sa.PrimaryKeyConstraint]:
    return (
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f(f"fk_{table}_county_id")),
        sa.PrimaryKeyConstraint("county_id", name=op.f(f"pk_{table}")),
    )


def _number(name: str, usual: int | None) -> sa.Column:
    default = None if usual is None else sa.text(str(usual))
    return sa.Column(name, sa.SmallInteger(), server_default=default, nullable=False)


def _switch(name: str, usual: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=sa.text(usual), nullable=False)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _of_tickets() -> tuple[sa.Column, ...]:
    return (
        _switch("bad_rating_opens", "true"), _number("proxy_cap", 20),
        _number("sample_share", 10), _number("silent_days", 14), _number("archive_days", 30),
    )


def _of_points(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("lapse", sa.String(8), server_default=sa.text("'never'"), nullable=False),
        _number("valid_months", 12), _number("lapse_month", 4), _number("survey_points", 5),
        _switch("draws_on", "false"),
        sa.Column("note_read_by_id", sa.BigInteger(), nullable=True),
        sa.Column("note_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["note_read_by_id"], ["person.id"], name=op.f(f"fk_{table}_note_read_by_id")
        ),
        _check(table, "lapse", "lapse IN ('never', 'monthly', 'yearly')"),
        _check(table, "valid_months", "valid_months BETWEEN 6 AND 60"),
        _check(table, "lapse_month", "lapse_month BETWEEN 1 AND 12"),
        _check(table, "survey_points", "survey_points BETWEEN 0 AND 20"),
        _check(table, "note_read", "NOT draws_on OR note_read_by_id IS NOT NULL"),
    )


def upgrade() -> None:
    table = "county_settings"
    op.create_table(
        table, *_county(table), *_of_tickets(), *_of_points(table), _number("objection_days", 15),
        _check(table, "proxy_cap", "proxy_cap BETWEEN 0 AND 500"),
        _check(table, "sample_share", "sample_share BETWEEN 0 AND 100"),
        _check(table, "silent_days", "silent_days BETWEEN 8 AND 60"),
        _check(table, "archive_days", "archive_days BETWEEN 7 AND 365"),
        _check(table, "objection_days", "objection_days BETWEEN 1 AND 60"),
    )
    op.execute(GATHER)
    for old in ("ticket_settings", "points_policy", "score_policy"):
        op.drop_table(old)


def downgrade() -> None:
    op.create_table(
        "ticket_settings", *_county("ticket_settings"), *_of_tickets(),
        _check("ticket_settings", "sample_share", "sample_share BETWEEN 0 AND 100"),
        _check("ticket_settings", "proxy_cap", "proxy_cap >= 0"),
    )
    op.create_table("points_policy", *_county("points_policy"), *_of_points("points_policy"))
    op.create_table(
        "score_policy", *_county("score_policy"), _number("objection_days", None),
        _check("score_policy", "objection_days", "objection_days BETWEEN 1 AND 60"),
    )
    for table, columns in (
        ("ticket_settings", TICKETS), ("points_policy", POINTS),
        ("score_policy", "objection_days"),
    ):
        op.execute(
            f"INSERT INTO {table} (county_id, {columns})"
            f" SELECT county_id, {columns} FROM county_settings"
        )
    op.drop_table("county_settings")
