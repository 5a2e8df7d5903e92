"""Every table, as SQL: one file a feature in migrations/baseline, then what refers across them.

It has the number of the last revision of the chain that it replaces: a database at that revision
is at this one.
"""

from pathlib import Path

from alembic import op

revision = "0053"
down_revision = None
branch_labels = None
depends_on = None

FOLDER = Path(__file__).parents[1] / "baseline"
# Functions before the triggers that call them; keys when every table is there.
FIRST, LAST = ("functions",), ("foreign_keys", "grants")
# A role is the whole server's and may be there already, of another county's database.
ROLE = """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'village_voice_anonymous') THEN
            CREATE ROLE village_voice_anonymous LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
        END IF;
    END $$
"""
DROP = """
    DO $$ DECLARE one record; BEGIN
        DROP SCHEMA anonymous CASCADE;
        FOR one IN SELECT oid::regclass AS name FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
              AND relname <> 'alembic_version'
        LOOP EXECUTE format('DROP TABLE %s CASCADE', one.name); END LOOP;
        FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
            WHERE pronamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
        LOOP EXECUTE format('DROP FUNCTION %s', one.name); END LOOP;
    END $$
"""


def upgrade() -> None:
    _execute(ROLE)
    # Bodies of functions name tables that are made after them.
    _execute("SET LOCAL check_function_bodies = off")
    features = {path.stem for path in FOLDER.glob("*.sql")} - {*FIRST, *LAST}
    for name in (*FIRST, *sorted(features), *LAST):
        _execute((FOLDER / f"{name}.sql").read_text("utf-8"))


def downgrade() -> None:
    _execute(DROP)


def _execute(statements: str) -> None:
    """Several at once, which only the driver's own cursor takes."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(statements)
