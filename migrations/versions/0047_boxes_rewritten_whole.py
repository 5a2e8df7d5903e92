"""Boxes rewritten whole under fresh keys; an inbox that tells when a crash has emptied it.

What lay in the boxes before was closed with keys of another kind and is not taken over: upgrade
when no round is open and the letters are read (runbook, Upgrade).
"""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

ROLE = "village_voice_anonymous"
SPENT = """
    (nullifier bytea PRIMARY KEY CHECK (octet_length(nullifier) = 32),
     desk_id uuid NOT NULL REFERENCES anonymous.desk (id))
"""
OLD = ("inbox", "spent", "box", "box_key", "word_inbox", "word_spent")
NEW = ("box_key", "letter_box", "box", "day_box", "spent", "day_spent", "flushed", "inbox_epoch",
       "inbox")  # fmt: skip
UPGRADE = (
    "ALTER TABLE anonymous.desk DROP COLUMN box_key",
    # Unlogged: what was just said leaves no trace in the write-ahead log. A crash empties it and,
    # with it, the county's epoch: phones see another one and send again. No time, nobody.
    """
    CREATE UNLOGGED TABLE anonymous.inbox (
        nullifier bytea PRIMARY KEY CHECK (octet_length(nullifier) = 32),
        desk_id uuid NOT NULL, sealed bytea NOT NULL)
    """,
    """
    CREATE UNLOGGED TABLE anonymous.inbox_epoch (
        county_id bigint PRIMARY KEY, epoch uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE)
    """,
    # How often an inbox was flushed: a number that a phone compares with the one it was told.
    """
    CREATE TABLE anonymous.flushed (
        epoch uuid PRIMARY KEY, county_id bigint NOT NULL, through integer NOT NULL,
        period date NOT NULL)
    """,
    f"CREATE TABLE anonymous.day_spent {SPENT}",
    f"CREATE TABLE anonymous.spent {SPENT}",
    # Which key a body was said under stands inside the seal.
    "CREATE TABLE anonymous.day_box (id uuid PRIMARY KEY, sealed bytea NOT NULL)",
    "CREATE TABLE anonymous.box (id uuid PRIMARY KEY, sealed bytea NOT NULL)",
    """
    CREATE TABLE anonymous.letter_box (
        id uuid PRIMARY KEY, sealed bytea NOT NULL, nights smallint NOT NULL)
    """,
    """
    CREATE TABLE anonymous.box_key (
        box text PRIMARY KEY CHECK (box IN ('inbox', 'day_box', 'box', 'letter_box')),
        public bytea NOT NULL CHECK (octet_length(public) = 32), file text NOT NULL)
    """,
    f"GRANT INSERT, SELECT (nullifier) ON anonymous.inbox TO {ROLE}",
    f"GRANT INSERT, SELECT ON anonymous.inbox_epoch TO {ROLE}",
    f"GRANT SELECT ON anonymous.flushed TO {ROLE}",
    f"GRANT SELECT (nullifier) ON anonymous.spent, anonymous.day_spent TO {ROLE}",
    f"GRANT SELECT (box, public) ON anonymous.box_key TO {ROLE}",
)
DOWNGRADE = (
    """
    ALTER TABLE anonymous.desk ADD box_key bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
        CHECK (octet_length(box_key) = 32)
    """,
    "ALTER TABLE anonymous.desk ALTER box_key DROP DEFAULT",
    """
    CREATE UNLOGGED TABLE anonymous.inbox (
        nullifier bytea PRIMARY KEY CHECK (octet_length(nullifier) = 32),
        kid bytea NOT NULL, sealed bytea NOT NULL)
    """,
    """
    CREATE TABLE anonymous.spent (
        nullifier bytea PRIMARY KEY CHECK (octet_length(nullifier) = 32),
        kid bytea NOT NULL)
    """,
    """
    CREATE TABLE anonymous.box (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(), kid bytea NOT NULL, sealed bytea NOT NULL,
        nights smallint NOT NULL DEFAULT 0)
    """,
    """
    CREATE TABLE anonymous.box_key (
        public bytea PRIMARY KEY CHECK (octet_length(public) = 32),
        county_id bigint NOT NULL, age smallint NOT NULL DEFAULT 0, file text NOT NULL)
    """,
    """
    CREATE UNLOGGED TABLE anonymous.word_inbox (
        id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
        county_id bigint NOT NULL, sealed bytea NOT NULL)
    """,
    "CREATE TABLE anonymous.word_spent (id bytea PRIMARY KEY CHECK (octet_length(id) = 16))",
    f"GRANT INSERT, SELECT (nullifier) ON anonymous.inbox TO {ROLE}",
    f"GRANT SELECT (nullifier) ON anonymous.spent TO {ROLE}",
    f"GRANT INSERT, SELECT (id) ON anonymous.word_inbox TO {ROLE}",
    f"GRANT SELECT ON anonymous.word_spent TO {ROLE}",
    f"GRANT SELECT (public, county_id, age) ON anonymous.box_key TO {ROLE}",
)


def upgrade() -> None:
    for table in OLD:
        op.execute(f"DROP TABLE anonymous.{table}")
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for table in NEW:
        op.execute(f"DROP TABLE anonymous.{table}")
    for statement in DOWNGRADE:
        op.execute(statement)
