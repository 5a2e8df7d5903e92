"""Categories of tickets belong to a county: each gets a copy of those there are."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# The first county keeps the rows, the others get copies; tickets follow.
COPIED = """
    INSERT INTO ticket_category (county_id, copy_of, code, name, icon, urgency, synonyms,
                                 position, valid_from, valid_to)
    SELECT r.id, c.id, c.code, c.name, c.icon, c.urgency, c.synonyms, c.position, c.valid_from,
           c.valid_to
    FROM ticket_category c JOIN region r ON r.level = 'county' AND r.id <> c.county_id
    ORDER BY r.id, c.id
"""
# On the way back a county's own version becomes the first county's of the same code.
GATHERED = """
    UPDATE ticket t SET category_id = kept.id
    FROM ticket_category own, LATERAL (
        SELECT c.id FROM ticket_category c
        WHERE c.code = own.code
          AND c.county_id = (SELECT min(county_id) FROM ticket_category WHERE code = own.code)
        ORDER BY c.valid_from = own.valid_from DESC, c.valid_to IS NULL DESC, c.id LIMIT 1
    ) kept
    WHERE own.id = t.category_id
"""


def upgrade() -> None:
    op.drop_constraint(op.f("fk_ticket_category_id"), "ticket", type_="foreignkey")
    op.drop_index("uq_ticket_category_open", table_name="ticket_category")
    op.add_column("ticket_category", sa.Column("county_id", sa.BigInteger(), nullable=True))
    op.add_column("ticket_category", sa.Column("copy_of", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE ticket_category SET county_id = (SELECT min(id) FROM region WHERE level = 'county')"
    )
    op.execute("DELETE FROM ticket_category WHERE county_id IS NULL")
    op.execute(COPIED)
    op.execute(
        "UPDATE ticket t SET category_id = c.id FROM ticket_category c"
        " WHERE c.county_id = t.county_id AND c.copy_of = t.category_id"
    )
    op.drop_column("ticket_category", "copy_of")
    op.alter_column("ticket_category", "county_id", nullable=False)
    op.create_foreign_key(
        op.f("fk_ticket_category_county_id"), "ticket_category", "region", ["county_id"], ["id"]
    )
    op.create_unique_constraint(
        op.f("uq_ticket_category_county_id_id"), "ticket_category", ["county_id", "id"]
    )
    op.create_index(
        "uq_ticket_category_open", "ticket_category", ["county_id", "code"], unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )  # fmt: skip
    op.create_foreign_key(
        op.f("fk_ticket_county_id_category_id"), "ticket", "ticket_category",
        ["county_id", "category_id"], ["county_id", "id"],
    )  # fmt: skip


def downgrade() -> None:
    op.drop_constraint(op.f("fk_ticket_county_id_category_id"), "ticket", type_="foreignkey")
    op.drop_index("uq_ticket_category_open", table_name="ticket_category")
    op.drop_constraint(op.f("uq_ticket_category_county_id_id"), "ticket_category", type_="unique")
    op.execute(GATHERED)
    op.execute(
        "DELETE FROM ticket_category c WHERE county_id <>"
        " (SELECT min(county_id) FROM ticket_category o WHERE o.code = c.code)"
    )
    op.drop_column("ticket_category", "county_id")
    op.create_index(
        "uq_ticket_category_open", "ticket_category", ["code"], unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )  # fmt: skip
    op.create_foreign_key(
        op.f("fk_ticket_category_id"), "ticket", "ticket_category", ["category_id"], ["id"]
    )
