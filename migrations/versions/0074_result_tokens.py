"""Tokens that read published results of assessments."""

from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _let("scope IN ('read_results', 'read_scores')")


def downgrade() -> None:
    op.execute("DELETE FROM api_token WHERE scope = 'read_results'")
    _let("scope IN ('read_scores')")


def _let(scopes: str) -> None:
    op.drop_constraint(op.f("ck_api_token_scope"), "api_token")
    op.create_check_constraint(op.f("ck_api_token_scope"), "api_token", scopes)
