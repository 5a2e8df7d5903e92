"""Which village stands for a village on a day, for every statement that asks."""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

# A merge leads only to a village that is open then, so no way leads round in a circle.
VILLAGE_ON = """
    CREATE FUNCTION village_on(village bigint, day date) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
    DECLARE became bigint;
    BEGIN
        LOOP
            SELECT merged_into_id INTO became FROM region WHERE id = village AND closed_on <= day;
            EXIT WHEN became IS NULL;
            village := became;
        END LOOP;
        RETURN village;
    END $$
"""


def upgrade() -> None:
    op.execute(VILLAGE_ON)
    op.create_index(op.f("ix_region_merged_into_id"), "region", ["merged_into_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_region_merged_into_id"), "region")
    op.execute("DROP FUNCTION village_on")
