"""Closing a month of 500,000 entries and its report against the raw SQL sum, in turns."""

import time
from collections.abc import Callable
from datetime import date
from statistics import median

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import autocommit, db, transaction
from backend.app.points import months
from benchmarks.surroundings import application, servers
from tests.factories.county import make_county

RUNS, ENTRIES, OTHER_MONTHS, VILLAGES, PEOPLE = 7, 500_000, 2, 300, 20_000
MONTH = clock.previous_month(clock.month_of(clock.today()))
PEOPLE_SQL = (
    "INSERT INTO person (openid, created_at) SELECT 'b-' || n, now() FROM generate_series(1, :n) n"
)
# Nine in ten earned, the rest spent, returned and expired; a month after the other, as in life.
FILL = text(
    """
    INSERT INTO points_entry (person_id, kind, amount, county_id, village_id, rule_id, cause_kind,
                              cause_id, earned_on, nth, created_at)
    SELECT 1 + n % :people,
           CASE n % 10 WHEN 0 THEN 'spent' WHEN 5 THEN 'adjusted' ELSE 'earned' END,
           CASE n % 10 WHEN 0 THEN -5 WHEN 5 THEN 1 ELSE 2 END, :county_id,
           (CAST(:villages AS bigint[]))[1 + n % :people % :count],
           CASE WHEN n % 5 = 0 THEN NULL ELSE 1 END, 'bench', :offset + n,
           CAST(:month AS date) + n * 28 / :entries,
           CASE WHEN n % 5 = 0 THEN NULL ELSE n / :people END,
           CAST(:month AS date) + n * 28 / :entries
    FROM generate_series(1, :entries) AS n ORDER BY n
    """
)
RAW = text(
    """
    SELECT village_id, sum(amount) FROM points_entry
    WHERE earned_on >= :month AND earned_on < :next AND county_id = :county_id
    GROUP BY village_id
    """
)


def fill() -> int:
    county = make_county(villages=VILLAGES)
    with transaction() as session:
        session.execute(text(PEOPLE_SQL), {"n": PEOPLE})
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for nth, month in enumerate(clock.months_back(MONTH, OTHER_MONTHS + 1)):
            session.execute(
                FILL,
                {"people": PEOPLE, "county_id": county.id, "villages": county.village_ids,
                 "count": VILLAGES, "offset": nth * ENTRIES, "month": month, "entries": ENTRIES},
            )  # fmt: skip
    with autocommit() as connection:
        # What autovacuum has long done in a real county.
        connection.execute("VACUUM ANALYZE points_entry")
    return county.id


def timed(action: Callable[[], int]) -> tuple[float, int]:
    """Seconds and the sum of all points that the action found; nothing of it is kept."""
    began = time.perf_counter()
    found = action()
    seconds = time.perf_counter() - began
    db.session.rollback()
    return seconds, found


def main() -> None:
    with servers() as environment, application(environment):
        county_id = fill()
        values: dict[str, int | date] = {
            "county_id": county_id, "month": MONTH, "next": clock.next_month(MONTH),
        }  # fmt: skip

        def raw() -> int:
            return sum(row[1] for row in db.session.execute(RAW, values))

        def ours() -> int:
            if months.close_month(county_id, MONTH) != ENTRIES:
                raise SystemExit("the close did not see every entry")
            return months.report(county_id, county_id, MONTH).total("net")

        timed(raw), timed(ours)
        pairs = [(timed(raw), timed(ours)) for _ in range(RUNS)]
    if len({found for pair in pairs for _, found in pair}) != 1:
        raise SystemExit("the sums differ")
    ratios = [ours[0] / raw[0] for raw, ours in pairs]
    print(f"month close of {ENTRIES} entries in {VILLAGES} villages, with its report by village")
    print(f"  ours {median(ours[0] for _, ours in pairs):6.3f} s")
    print(f"  raw  {median(raw[0] for raw, _ in pairs):6.3f} s")
    print(f"  ratio {median(ratios):.2f} of {', '.join(f'{r:.2f}' for r in ratios)} (bar <= 2.0)")


if __name__ == "__main__":
    main()
