"""Ballots by one-time codes and of judged elements, through the anonymous application."""

from pathlib import Path

from alembic import op

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).parents[1] / "assessments/ballots.sql"
CLOSED = ("appraisal_question", "appraisal_ballot")
COUNTED = {"appraisal_count": "entry_id, unit_id", "appraisal_slip": "entry_id, slip, unit_id"}
OF_CODES = "(SELECT id FROM anonymous.desk WHERE use = 'appraisal')"


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text("utf-8"))
    for table in CLOSED:
        op.execute(
            f"CREATE TRIGGER {table}_locked BEFORE INSERT OR DELETE OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION keep_locked_programme()"
        )


def downgrade() -> None:
    for table, key in COUNTED.items():
        op.execute(f"DELETE FROM {table} WHERE element_id IS NOT NULL")
        op.execute(f"ALTER TABLE {table} DROP COLUMN id, DROP COLUMN element_id")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY ({key})")
    for table in (*CLOSED[::-1], "anonymous.appraisal_code", "anonymous.appraisal_form"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP INDEX uq_appraisal_round_open")
    op.execute("ALTER TABLE appraisal_round DROP COLUMN kind, DROP COLUMN ends_on, DROP COLUMN desk_id")
    op.execute("CREATE UNIQUE INDEX uq_appraisal_round_open ON appraisal_round (programme_id) WHERE state = 'open'")
    for table in ("inbox", "day_spent", "spent"):
        op.execute(f"DELETE FROM anonymous.{table} WHERE desk_id IN {OF_CODES}")
    op.execute("DELETE FROM anonymous.desk WHERE use = 'appraisal'")
    op.execute("DROP INDEX anonymous.desk_county_id_period_use_key")
    op.execute("ALTER TABLE anonymous.desk ADD CONSTRAINT desk_county_id_period_use_key UNIQUE (county_id, period, use)")
    op.execute("ALTER TABLE anonymous.desk DROP CONSTRAINT desk_use_check")
    op.execute("ALTER TABLE anonymous.desk ADD CONSTRAINT desk_use_check CHECK (use IN ('survey', 'ticket'))")
