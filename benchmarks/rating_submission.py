"""A whole rating against one bare INSERT, on the same server in alternating runs."""

import json
from statistics import median
from uuid import uuid4

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import autocommit, transaction
from backend.app.core.sessions import SessionKind, open_session
from backend.app.ratings import scan_token
from backend.local.run import THREADS
from benchmarks.load import Outcome, drive, request_bytes
from benchmarks.surroundings import application, cpu_seconds, servers, web
from tests.factories.county import County, make_county

# Short runs in turns, so that what else the machine does falls on both; and so many people that
# every rating earns its points. A connection for each of the server's threads.
RUNS, REQUESTS, PEOPLE, VILLAGES, WORKERS = 15, 1000, 3200, 40, 2
CONNECTIONS = WORKERS * THREADS
CREATE = """
    CREATE TABLE bare_rating (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id bigint NOT NULL,
        service_point_id bigint NOT NULL, level smallint NOT NULL, words text,
        created_at timestamptz NOT NULL
    )
"""
PEOPLE_SQL = """
    INSERT INTO person (openid, created_at)
    SELECT 'bench-' || n, now() FROM generate_series(1, :count) AS n RETURNING id
"""


def submissions(people: list[tuple[int, str]], codes: list[int], run: int) -> list[bytes]:
    """Requests nobody sent before: each person meets each service point once."""
    at = clock.now()
    made = []
    for nth in range(REQUESTS):
        number = run * REQUESTS + nth
        person_id, session = people[number % len(people)]
        code = codes[(number + number // len(people)) % len(codes)]
        token, _ = scan_token.issue(person_id, code, at)
        body = {"scan_token": token, "level": 1 + number % 5, "reason_ids": [], "words": "办得快"}
        headers = {"Authorization": f"Bearer {session}", "Idempotency-Key": str(uuid4())}
        made.append(request_bytes("/api/v1/ratings", json.dumps(body).encode(), headers))
    return made


def bare_requests() -> list[bytes]:
    body = {"person_id": 1, "service_point_id": 1, "level": 2, "words": "办得快"}
    return [request_bytes("/ratings", json.dumps(body).encode(), {})] * REQUESTS


def checked(outcome: Outcome) -> Outcome:
    if set(outcome.statuses) != {201}:
        raise SystemExit(f"unexpected answers: {outcome.statuses}")
    return outcome


def prepare() -> tuple[list[tuple[int, str]], list[int]]:
    county: County = make_county(villages=VILLAGES)
    with transaction() as session:
        session.execute(text(CREATE))
        ids = session.scalars(text(PEOPLE_SQL), {"count": PEOPLE}).all()
        codes = session.scalars(
            text("SELECT id FROM qr_code WHERE service_point_id = ANY(:ids)"),
            {"ids": county.service_point_ids},
        ).all()
    with autocommit() as connection:
        # What autovacuum has long done in a real county.
        connection.execute("ANALYZE")
    opened = clock.now().timestamp()
    return [(i, open_session(SessionKind.APP, i, opened)) for i in ids], list(codes)


def main() -> None:
    with servers() as environment, application(environment):
        people, codes = prepare()
        with (
            web("wsgi:app", environment, WORKERS) as (port, pid),
            web("benchmarks.bare:app", environment, WORKERS) as (bare_port, bare_pid),
        ):
            ours, bare, ours_cpu, bare_cpu = [], [], [], []
            for run in range(RUNS + 1):
                requests = submissions(people, codes, run)
                for measure, target, process, cpu, batch in (
                    (ours, port, pid, ours_cpu, requests),
                    (bare, bare_port, bare_pid, bare_cpu, bare_requests()),
                ):
                    before = cpu_seconds(process)
                    outcome = checked(drive(target, batch, CONNECTIONS))
                    if run:
                        measure.append(outcome.per_second)
                        cpu.append((cpu_seconds(process) - before) / REQUESTS * 1000)
    ratios = [a / b for a, b in zip(ours, bare, strict=True)]
    print("rating submission against a bare Flask + psycopg INSERT (two workers each)")
    print(f"  ours {median(ours):8.0f}/s   {median(ours_cpu):5.2f} CPU ms each (bar <= 1.2)")
    print(f"  bare {median(bare):8.0f}/s   {median(bare_cpu):5.2f} CPU ms each")
    spread = " ".join(f"{ratio:.2f}" for ratio in sorted(ratios))
    print(f"  ratio {median(ratios):.2f} of {spread} (bar >= 0.25)")


if __name__ == "__main__":
    main()
