"""A province for the benchmarks: 22,080 villages and a million ratings of one month."""

from datetime import date

from sqlalchemy import text

from backend.app.core.db import autocommit, transaction
from backend.app.places.operations import seed_kinds
from backend.app.ratings.operations import recount, seed_reasons
from benchmarks.surroundings import progress

VILLAGES, RATINGS, PEOPLE, COUNTIES, TOWNSHIPS = 22_080, 1_000_000, 50_000, 1, 1_500
MONTH = date(2026, 10, 1)
STATEMENTS = (
    """
    INSERT INTO region (level, code, name, opened_on)
    VALUES ('county', '360000000000', '某省', '2020-01-01')
    """,
    "UPDATE region SET county_id = id",
    """
    INSERT INTO region (level, code, name, parent_id, county_id, opened_on)
    SELECT 'township', '36' || lpad(n::text, 7, '0') || '000', '第' || n || '镇', c.id, c.id,
           '2020-01-01'
    FROM region c, generate_series(1, :townships) AS n WHERE c.level = 'county'
    """,
    "UPDATE region SET township_id = id WHERE level = 'township'",
    """
    INSERT INTO region (level, code, name, parent_id, county_id, township_id, opened_on)
    SELECT 'village', left(t.code, 9) || lpad((200 + n / :townships)::text, 3, '0'),
           '第' || n || '村', t.id, t.county_id, t.id, '2020-01-01'
    FROM generate_series(0, :villages - 1) AS n
    JOIN region t ON t.code = '36' || lpad((1 + n % :townships)::text, 7, '0') || '000'
    """,
    """
    INSERT INTO service_point (village_id, kind_code, name, opened_on)
    SELECT id, 'service_window', '办事窗口', '2020-01-01' FROM region WHERE level = 'village'
    """,
    """
    INSERT INTO qr_code (service_point_id, code, serial, issued_at)
    SELECT id, 'bench' || id, 'B' || id, now() FROM service_point
    """,
    """
    INSERT INTO person (openid, created_at)
    SELECT 'bench-' || n, now() FROM generate_series(1, :people) AS n
    """,
)
RATE = text(
    """
    INSERT INTO rating (county_id, village_id, service_point_id, qr_code_id, person_id, rated_on,
                        scanned_on, created_at, level, idempotency_key, request_digest, scan_nonce)
    SELECT v.county_id, v.id, s.id, q.id, 1 + n % :people, CAST(:month AS date) + (n % 31)::int,
           CAST(:month AS date) + (n % 31)::int,
           CAST(:month AS timestamptz) + (n % 31) * interval '1 day',
           CASE WHEN hashint4(n::int) % 100 < 50 THEN 1 WHEN hashint4(n::int) % 100 < 75 THEN 2
                WHEN hashint4(n::int) % 100 < 90 THEN 3 WHEN hashint4(n::int) % 100 < 97 THEN 4
                ELSE 5 END,
           gen_random_uuid(), '\\x00', decode(lpad(to_hex(n), 24, '0'), 'hex')
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n
    JOIN service_point s ON s.id = 1 + (n::bigint * 7919) % :villages
    JOIN qr_code q ON q.service_point_id = s.id
    JOIN region v ON v.id = s.village_id
    """
)
BATCH = 1_000_000
# What keeps each row in order costs ten times the row itself; made at the end, it is done once.
UNMADE = text(
    """
    SELECT format('ALTER TABLE rating DROP CONSTRAINT %I', conname) AS drop,
           format('ALTER TABLE rating ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
               AS make
    FROM pg_constraint WHERE conrelid = 'rating'::regclass AND contype = 'u'
    UNION ALL
    SELECT format('DROP INDEX %I', relname), pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = 'rating'::regclass AND NOT indisunique
    """
)


def build(ratings: int = RATINGS) -> int:
    """Fills empty tables; returns how many ratings there are."""
    values = {
        "townships": TOWNSHIPS,
        "villages": VILLAGES,
        "people": PEOPLE,
        "month": MONTH,
    }
    with transaction() as session:
        # Building the data is not what is measured.
        session.execute(text("SET LOCAL statement_timeout = 0"))
        seed_kinds()
        seed_reasons()
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in STATEMENTS:
            session.execute(text(statement), values)
        unmade = session.execute(UNMADE).all()
        for index in unmade:
            session.execute(text(index.drop))
        for first in range(0, ratings, BATCH):
            progress(f"{first} of {ratings} ratings stored")
            last = min(first + BATCH, ratings) - 1
            session.execute(RATE, {**values, "first": first, "last": last})
        progress("making the indexes")
        for index in unmade:
            session.execute(text(index.make.replace(":", "\\:")))
        progress("counting them")
        recount(MONTH, MONTH)
        stored: int = session.scalar(text("SELECT count(*) FROM rating")) or 0
    with autocommit() as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute("VACUUM ANALYZE")
    return stored
