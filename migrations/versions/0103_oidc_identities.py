"""OpenID Connect among the ways by which somebody comes without the mini-program."""

from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None

RESTRICT = """
    ALTER TABLE person_identity DROP CONSTRAINT ck_person_identity_way,
    ADD CONSTRAINT ck_person_identity_way CHECK (way IN ({ways}))
"""


def upgrade() -> None:
    op.execute(RESTRICT.format(ways="'sms', 'wechat_web', 'oidc'"))


def downgrade() -> None:
    op.execute("DELETE FROM person_identity WHERE way = 'oidc'")
    op.execute(RESTRICT.format(ways="'sms', 'wechat_web'"))
