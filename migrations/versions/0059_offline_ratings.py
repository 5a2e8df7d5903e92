"""Ratings given without a signal: the day of the scan beside the day they count for."""

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

UP = """
    ALTER TABLE rating ADD scanned_on date, ADD channel varchar(8) NOT NULL DEFAULT 'scan';
    UPDATE rating SET scanned_on = rated_on;
    ALTER TABLE rating
        ALTER scanned_on SET NOT NULL,
        DROP CONSTRAINT uq_rating_one_a_day,
        ADD CONSTRAINT uq_rating_one_a_day UNIQUE (person_id, service_point_id, scanned_on),
        ADD CONSTRAINT ck_rating_channel CHECK (channel IN ('scan', 'offline')),
        ADD CONSTRAINT ck_rating_counted_from_its_scan CHECK (rated_on >= scanned_on);
    CREATE INDEX ix_rating_offline ON rating (county_id, rated_on) WHERE channel = 'offline';
    CREATE FUNCTION is_locked_month(county bigint, first date) RETURNS boolean
        LANGUAGE sql STABLE
        AS $$ SELECT EXISTS (SELECT FROM month_lock WHERE county_id = county AND month = first) $$;
"""
DOWN = """
    DROP FUNCTION is_locked_month(bigint, date);
    DROP INDEX ix_rating_offline;
    ALTER TABLE rating
        DROP CONSTRAINT ck_rating_counted_from_its_scan,
        DROP CONSTRAINT ck_rating_channel,
        DROP CONSTRAINT uq_rating_one_a_day,
        ADD CONSTRAINT uq_rating_one_a_day UNIQUE (person_id, service_point_id, rated_on),
        DROP scanned_on, DROP channel;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
