"""Satisfaction of a province's month against the raw GROUP BY of the same million ratings.

Measured is what the raw statement says too: mean and positive rate of every village, and their
intervals beside them. Totals, ranks, which ratings are bad and the
rows of the cards are month_close's matter.
"""

import time
from statistics import median

from sqlalchemy import text

from backend.app.core.db import db, transaction
from backend.app.ratings.facts import level_counts
from backend.app.ratings.operations import recount
from backend.app.scorecards.operations import recompute_month
from backend.app.scoring.measuring import UnitFacts, measure
from benchmarks import province
from benchmarks.surroundings import application, servers

RUNS = 5
RAW = text(
    """
    SELECT village_id, count(*), avg((ARRAY[100, 80, 60, 30, 0])[effective_level]),
           count(*) FILTER (WHERE effective_level <= 3)
    FROM rating WHERE rated_on >= :month AND rated_on < CAST(:month AS date) + interval '1 month'
    GROUP BY village_id
    """
)


def timed(action: object) -> float:
    began = time.perf_counter()
    action()  # type: ignore[operator]
    return time.perf_counter() - began


def raw() -> None:
    db.session.execute(RAW, {"month": province.MONTH}).all()
    db.session.rollback()


def ours() -> None:
    with transaction():
        facts = [
            UnitFacts(village_id, None, {"levels": found.levels})
            for village_id, found in level_counts(province.MONTH, [1]).items()
        ]
    measure("satisfaction_mean", facts)
    measure("positive_rate", facts)


def whole() -> None:
    with transaction():
        recompute_month(province.MONTH)


def full_recount() -> None:
    with transaction():
        recount(province.MONTH, province.MONTH)


def main() -> None:
    with servers() as environment, application(environment):
        stored = province.build()
        ours()
        figures: dict[str, list[float]] = {"raw": [], "ours": [], "recount": []}
        for _ in range(RUNS):
            figures["raw"].append(timed(raw))
            figures["ours"].append(timed(ours))
        figures["recount"].append(timed(full_recount))
        everything = timed(whole)
    ratio = median(a / b for a, b in zip(figures["ours"], figures["raw"], strict=True))
    print(f"satisfaction of {province.VILLAGES} villages and {stored} ratings")
    print(f"  from the counters {median(figures['ours']):.2f} s")
    print(f"  raw GROUP BY      {median(figures['raw']):.2f} s")
    print(f"  counters made anew {figures['recount'][0]:.2f} s")
    print(f"  ratio {ratio:.2f} (bar <= 2.0)")
    print(f"  facts, totals, ranks and cards written {everything:.1f} s")


if __name__ == "__main__":
    main()
