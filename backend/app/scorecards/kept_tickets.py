"""Tickets of a month that is over are aggregated once; later only where something was written."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from backend.app.core import calendar
from backend.app.core.db import db, fetch_rows
from backend.app.scorecards.models import MonthGather
from backend.app.tickets.facts import (
    CASES,
    COUNTS,
    TicketFacts,
    parsed,
    snapshot,
    ticket_facts,
    touched_since,
)

# Longer than any month stays open; older marks say nothing to anybody.
MARKS_KEPT = timedelta(days=400)
KEPT = """
    SELECT village_id, counts::text, cases::text, waits::text, open_waits::text FROM month_fact
    WHERE month = :month AND county_id = ANY(:counties) AND village_id <> ALL(:touched)
"""
OLD_MARKS = text("DELETE FROM ticket_touch WHERE at < :before")


def is_over(month: date, until: datetime) -> bool:
    """From then on only what is written can change a month's tickets, not the time that passes."""
    return until >= calendar.midnight(calendar.next_month(month))


def month_tickets(
    month: date, county_ids: Collection[int], until: datetime
) -> dict[int, TicketFacts]:
    """As ticket_facts; of counties whose month was gathered since it ended, only what changed."""
    if not is_over(month, until):
        return ticket_facts(month, county_ids, until)
    known = _seen(month, county_ids)
    new = snapshot()
    whole = [county_id for county_id in county_ids if county_id not in known]
    found = ticket_facts(month, whole, until) if whole else {}
    touched = [one for county_id, old in known.items() for one in touched_since(county_id, old)]
    if known:
        found |= _kept(month, known, touched)
    if touched:
        found |= ticket_facts(month, known, until, touched)
    _remember(month, county_ids, new)
    return found


def _seen(month: date, county_ids: Collection[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(MonthGather.county_id, MonthGather.snapshot).where(
            MonthGather.month == month, MonthGather.county_id.in_(sorted(county_ids))
        )
    )
    return {row.county_id: row.snapshot for row in rows}


def _kept(
    month: date, county_ids: Collection[int], touched: Collection[int]
) -> dict[int, TicketFacts]:
    asked = {"month": month, "counties": sorted(county_ids), "touched": sorted(touched)}
    found = {}
    for village_id, *texts in fetch_rows(KEPT, asked):
        facts = parsed(*texts)
        facts.counts = {name: ns for name, ns in facts.counts.items() if name in COUNTS}
        facts.cases = {name: ids for name, ids in facts.cases.items() if name in CASES}
        if facts.counts or facts.cases:
            found[village_id] = facts
    return found


def _remember(month: date, county_ids: Collection[int], new: str) -> None:
    at = calendar.now()
    if county_ids:
        rows = [
            {"county_id": county_id, "month": month, "snapshot": new, "gathered_at": at}
            for county_id in sorted(county_ids)
        ]
        stored = insert(MonthGather).values(rows)
        db.session.execute(
            stored.on_conflict_do_update(
                index_elements=["county_id", "month"],
                set_={"snapshot": stored.excluded.snapshot, "gathered_at": at},
            )
        )


def forget_old_marks() -> None:
    """By night."""
    before = calendar.now() - MARKS_KEPT
    db.session.execute(OLD_MARKS, {"before": before})
    db.session.execute(delete(MonthGather).where(MonthGather.gathered_at < before))
