"""What a village sees of its months before they are locked: as they stood on a Monday.

A rated unit must not learn from a figure that moves who was unhappy today. Its phones read a copy
that is made once a week; in the running month a copy is kept until three more ratings have come, or
none at all. A locked month does not move and is read itself.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.places.sql import county_of, join_region
from backend.app.scorecards.models import MonthFact, Scorecard
from backend.app.scoring.levels import bad_of

# Fewer bad ratings, or raters, than this are not told apart.
FEWEST = 3
COPY = text(
    """
    INSERT INTO shown_month AS kept (village_id, month, shown_on, card, facts)
    SELECT s.village_id, s.month, :today, to_jsonb(s), to_jsonb(f)
    FROM scorecard s JOIN month_fact f ON f.village_id = s.village_id AND f.month = s.month
    WHERE s.month >= :since
      AND (s.month < :running OR s.n = 0 OR s.n >= :fewest)
      AND NOT EXISTS (SELECT FROM month_lock l
                      WHERE l.county_id = s.county_id AND l.month = s.month)
    ON CONFLICT (village_id, month) DO UPDATE
    SET shown_on = EXCLUDED.shown_on, card = EXCLUDED.card, facts = EXCLUDED.facts
    WHERE EXCLUDED.month < :running
       OR EXCLUDED.facts -> 'counts' -> 'levels'
              IS NOT DISTINCT FROM kept.facts -> 'counts' -> 'levels'
       OR (EXCLUDED.card ->> 'n')::int >= (kept.card ->> 'n')::int + :fewest
    """
)
FORGET = text(
    f"""
    DELETE FROM shown_month k USING month_lock l
    WHERE l.county_id = {county_of("k.village_id")} AND l.month = k.month
    """
)
# A month that is over has been copied on a Monday; where none was, nothing of it moves any more.
CARDS = text(
    f"""
    SELECT s.* FROM scorecard s
    WHERE s.village_id = :village_id AND s.month BETWEEN :first AND :last
      AND (EXISTS (SELECT FROM month_lock l
                   WHERE l.county_id = s.county_id AND l.month = s.month)
           OR s.month < :running
              AND NOT EXISTS (SELECT FROM shown_month k
                              WHERE k.village_id = s.village_id AND k.month = s.month))
    UNION ALL
    SELECT (jsonb_populate_record(NULL::scorecard, k.card)).* FROM shown_month k
    {join_region("v", "k.village_id")}
    WHERE k.village_id = :village_id AND k.month BETWEEN :first AND :last
      AND NOT EXISTS (SELECT FROM month_lock l
                      WHERE l.county_id = v.county_id AND l.month = k.month)
    ORDER BY month
    """
)
FACTS = text(
    f"""
    SELECT (jsonb_populate_record(NULL::month_fact, k.facts)).* FROM shown_month k
    {join_region("v", "k.village_id")}
    WHERE k.village_id = :village_id AND k.month = :month
      AND NOT EXISTS (SELECT FROM month_lock l
                      WHERE l.county_id = v.county_id AND l.month = k.month)
    """
)


def show_week() -> int:
    """Copies what stands today for the villages' phones; returns how many months of villages."""
    today = clock.today()
    running = clock.month_of(today)
    since = clock.months_back(running, 12)[0]
    db.session.execute(FORGET)
    values = {"today": today, "since": since, "running": running, "fewest": FEWEST}
    copied: Any = db.session.execute(COPY, values)
    return int(copied.rowcount)


def shown_cards(village_id: int, first: date, last: date) -> list[Scorecard]:
    """The village's cards of some months as its phones show them, oldest first."""
    running = clock.month_of(clock.today())
    values = {"village_id": village_id, "first": first, "last": last, "running": running}
    return [Scorecard(**row) for row in db.session.execute(CARDS, values).mappings()]


def shown_card(village_id: int, month: date) -> Scorecard | None:
    found = shown_cards(village_id, month, month)
    return found[0] if found else None


def shown_facts(village_id: int, month: date) -> MonthFact | None:
    """The facts behind the card; those of a locked month are the kept ones."""
    values = {"village_id": village_id, "month": month}
    row = db.session.execute(FACTS, values).mappings().one_or_none()
    return MonthFact(**row) if row else db.session.get(MonthFact, (village_id, month))


def newest_shown(village_id: int) -> date | None:
    """The newest month of which the village's phones show anything."""
    running = clock.month_of(clock.today())
    cards = shown_cards(village_id, clock.months_back(running, 12)[0], running)
    return cards[-1].month if cards else None


def hides_levels(levels: Sequence[int]) -> bool:
    """One or two bad ratings are not told apart from the others."""
    return 0 < bad_of(levels) < FEWEST
