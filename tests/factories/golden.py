"""The rows of the month that docs/scoring.md works by hand."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.tickets.clocks.working_calendar import seed_calendar
from tests.factories.county import County, make_county, make_person
from tests.factories.ratings import rate_village

MONTH = date(2026, 9, 1)
NAMES = ("东村", "西村", "南村")
LEVELS = ([1] * 8 + [2] * 3 + [5], [1] * 5 + [2] * 5 + [3] * 3 + [4] * 2 + [5], [1, 1, 2])
# Village, hours by the clock until the first answer (24 are allowed), what the villager said.
TICKETS = (
    (0, 2, "solved"), (0, 3, "solved"), (0, 20, "solved"), (0, 5, "partly"), (0, 60, None),
    (1, 4, "solved"), (1, 6, "partly"), (1, 70, "not"), (1, None, "not"),
)  # fmt: skip
STORE = text(
    """
    INSERT INTO ticket (number, county_id, village_id, unit_region_id, person_id, channel, kind,
                        urgency, words, words_state, state, created_at, round_started_at,
                        citizen_due_at, due_at, closed_at, verdict, verdict_at, kept_from_regions)
    VALUES (:number, :county_id, :village_id,
            CASE WHEN CAST(:channel AS text) = 'rating' THEN CAST(:county_id AS bigint)
                 ELSE CAST(:village_id AS bigint) END,
            :person_id, :channel, 'help', 'ordinary',
            '路灯不亮', 'shown', :state, :at, :at, :due_at, :due_at, :closed_at,
            CAST(:verdict AS text), :verdict_at,
            CASE WHEN CAST(:channel AS text) = 'rating'
                 THEN ARRAY[CAST(:village_id AS bigint)] ELSE '{}' END)
    RETURNING id
    """
)
STORE_TURN = text(
    """
    INSERT INTO ticket_turn (ticket_id, county_id, round, unit_region_id, village_id, call_back,
                             mending, started_at, first_answer_due_at, first_answered_at, due_at,
                             ended_at, withdrawn_at, verdict, verdict_at)
    VALUES (:ticket_id, :county_id, 1,
            CASE WHEN CAST(:channel AS text) = 'rating' THEN CAST(:county_id AS bigint)
                 ELSE CAST(:village_id AS bigint) END,
            :village_id, CAST(:channel AS text) = 'rating', CAST(:channel AS text) = 'mending',
            :at, :answer_due_at, :answered_at, :due_at, :ended_at, :ended_at,
            CAST(:verdict AS text), :verdict_at)
    """
)


DAY = date(2026, 9, 7)


def store(
    county: County, nth: int, village: int, answered: int | None, verdict, day=DAY, **more
) -> None:
    """A ticket of Monday the 7th of September at nine, its deadlines as they come."""
    at = datetime.combine(day, time(9), clock.COUNTY_ZONE)
    values = {
        "number": f"G{nth}", "county_id": county.id, "village_id": county.village_ids[village],
        "person_id": make_person(), "channel": "mini", "state": "handling", "at": at,
        "answer_due_at": at + timedelta(hours=24),
        "answered_at": None if answered is None else at + timedelta(hours=answered),
        "due_at": at + timedelta(days=40), "closed_at": None, "verdict": verdict,
        "verdict_at": at + timedelta(days=9) if verdict else None, "ended_at": None, **more,
    }  # fmt: skip
    with transaction():
        ticket_id = db.session.scalar(STORE, values)
        db.session.execute(STORE_TURN, {**values, "ticket_id": ticket_id})


def golden_county() -> County:
    """Three villages with their ratings and tickets of the month."""
    county = make_county(villages=3)
    with transaction():
        seed_calendar(county.id)
    for village, levels in enumerate(LEVELS):
        rate_village(county, village, levels, MONTH)
    for nth, (village, answered, verdict) in enumerate(TICKETS):
        store(county, nth, village, answered, verdict)
    return county
