"""How often a target is reported may be lowered while it is in force."""

from pathlib import Path

from alembic import op

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).parents[1] / "assessments/triggers.sql"
NAME, MOVING = "FUNCTION keep_issued_target()", "{state,version,"


def _replace(moving: str) -> None:
    """The function as it was written first, with what may change of an issued target."""
    written = TRIGGERS.read_text("utf-8")
    begins = written.index(f"CREATE {NAME}")
    body = written[begins : written.index("END $$;", begins)].replace(MOVING, moving)
    op.execute(body.replace("CREATE ", "CREATE OR REPLACE ", 1) + "END $$")


def upgrade() -> None:
    _replace("{rhythm,state,version,")


def downgrade() -> None:
    _replace(MOVING)
