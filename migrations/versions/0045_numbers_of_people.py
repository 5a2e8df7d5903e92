"""People have a random number of twelve digits: what is shown, typed and quoted instead of the id."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

# Forty-eight random bits of a UUID, as twelve digits that do not begin with 0. Rows that the same
# statement wrote before are seen, so that thousands at once get different ones too.
NUMBER = """
    CREATE FUNCTION random_person_number() RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE drawn bigint;
    BEGIN
        LOOP
            drawn := 100000000000
                + ('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint
                  % 900000000000;
            EXIT WHEN NOT EXISTS (SELECT FROM person WHERE number = drawn);
        END LOOP;
        RETURN drawn;
    END $$
"""


def upgrade() -> None:
    op.add_column("person", sa.Column("number", sa.BigInteger()))
    op.create_unique_constraint(op.f("uq_person_number"), "person", ["number"])
    op.execute(NUMBER)
    op.execute("UPDATE person SET number = random_person_number()")
    op.alter_column(
        "person", "number", nullable=False, server_default=sa.text("random_person_number()")
    )
    op.create_check_constraint(
        op.f("ck_person_number"), "person", "number BETWEEN 100000000000 AND 999999999999"
    )


def downgrade() -> None:
    op.drop_column("person", "number")
    op.execute("DROP FUNCTION random_person_number")
