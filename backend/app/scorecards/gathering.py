"""Keeps a month's facts up to date: while it runs all are gathered, later what was written since.

From the month's end on only what is written can change its facts, not the time that passes. So of
a county that was gathered since then only those villages are aggregated again whose ratings or
tickets were written by transactions which that gathering did not see, or whose survey, imports or
kind are not what is kept. The result is the same to the digit as gathering all.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import delete, text

from backend.app.core import calendar
from backend.app.core.db import db
from backend.app.core.written import seen, writer_of
from backend.app.ratings.facts import level_facts, written_since
from backend.app.scorecards import facts as month_facts
from backend.app.scorecards.facts import UNIT, Elsewhere, Village, VillageFacts
from backend.app.scorecards.models import MonthGather
from backend.app.scoring.catalog import IMPORTED
from backend.app.tickets.facts import ticket_facts, touched_since

# Longer than any month stays open; older marks say nothing to anybody.
MARKS_KEPT = timedelta(days=400)
OLD_MARKS = text("DELETE FROM ticket_touch WHERE at < :before")
# A row that came from a backup was written by another transaction than it says: the numbers of
# that server mean nothing here.
SEEN = text(
    f"""
    SELECT g.county_id, g.seen FROM month_gather g
    WHERE g.month = :month AND g.county_id = ANY(:counties) AND g.xid = {writer_of("g")}
    """  # noqa: S608
)
REMEMBER = text(
    """
    INSERT INTO month_gather (county_id, month, seen, xid, gathered_at)
    SELECT id, :month, :seen, pg_current_xact_id()::text::bigint, :at
    FROM unnest(CAST(:counties AS bigint[])) AS id ORDER BY id
    ON CONFLICT (county_id, month) DO UPDATE
    SET seen = excluded.seen, xid = excluded.xid, gathered_at = excluded.gathered_at
    """
)


def is_over(month: date, until: datetime) -> bool:
    """From then on only what is written can change a month."""
    return until >= calendar.midnight(calendar.next_month(month))


def bring_up_to_date(
    month: date, county_ids: Collection[int], until: datetime
) -> list[VillageFacts]:
    """Gathers what may have changed, writes what has, and returns the facts of all, by village."""
    counties, over = sorted(county_ids), is_over(month, until)
    asked = {"month": month, "counties": counties}
    known = {row.county_id: row.seen for row in db.session.execute(SEEN, asked)} if over else {}
    new = [county_id for county_id in counties if county_id not in known]
    now = seen()
    found = _gathered(month, new, until) if new else []
    if known:
        found = sorted([*found, *_renewed(month, known, until)], key=lambda one: one.village_id)
    if over:
        db.session.execute(REMEMBER, {**asked, "seen": now, "at": calendar.now()})
    return found


def _gathered(month: date, county_ids: Collection[int], until: datetime) -> list[VillageFacts]:
    found = month_facts.gather(month, county_ids, until)
    month_facts.keep(month, county_ids, found)
    return found


def _renewed(month: date, known: Mapping[int, int], until: datetime) -> list[VillageFacts]:
    before = {one.village_id: one for one in month_facts.kept(month, known)}
    villages = month_facts.open_villages(month, known)
    other = month_facts.elsewhere(month, known)
    written, rated = _written(month, known)
    stale = [
        village
        for village in villages
        if village[0] in written or _differs(before.get(village[0]), village, other, rated)
    ]
    ids = [village[0] for village in stale]
    fresh = month_facts.assemble(
        month, stale, level_facts(month, known, ids) if ids else {},
        ticket_facts(month, known, until, ids) if ids else {}, other,
    )  # fmt: skip
    changed = [one for one in fresh if one != before.get(one.village_id)]
    gone = before.keys() - {village[0] for village in villages}
    if changed or gone:
        month_facts.keep(month, known, changed, gone.union(one.village_id for one in changed))
    renewed = {**before, **{one.village_id: one for one in fresh}}
    return [renewed[village[0]] for village in villages]


def _written(month: date, known: Mapping[int, int]) -> tuple[set[int], set[int]]:
    """The villages that somebody wrote about since, and those about which there are ratings."""
    written, rated = set(), set()
    for county_id, last in known.items():
        written.update(touched_since(county_id, last))
        for village_id, is_new in written_since(month, [county_id], last).items():
            rated.add(village_id)
            if is_new:
                written.add(village_id)
    return written, rated


def _differs(
    kept: VillageFacts | None, village: Village, other: Elsewhere, rated: Collection[int]
) -> bool:
    """Whether what is kept was made of something else than there is now."""
    if kept is None:
        return True
    village_id, county_id, kind = village
    counts, cases = kept.counts, kept.cases
    survey = other.surveys.get(village_id)
    imported = other.imported.get(village_id, {})
    return (
        (kept.county_id, kept.kind) != (county_id, kind)
        or village_id in other.struck
        or ("levels" in counts and village_id not in rated)
        or (cases.get(UNIT), counts.get("survey"), counts.get("survey_people"))
        != (
            (None, None, None)
            if survey is None
            else ([survey.unit_id], survey.counts, [survey.people])
        )
        or any(counts.get(source) != imported.get(source) for source in IMPORTED.values())
    )


def forget_old_marks() -> None:
    """By night."""
    before = calendar.now() - MARKS_KEPT
    db.session.execute(OLD_MARKS, {"before": before})
    db.session.execute(delete(MonthGather).where(MonthGather.gathered_at < before))
