"""差评回访: a bad rating opens a ticket of its own, where the county wants it."""

from datetime import timedelta

import structlog
from sqlalchemy import select, text

from backend.app.core import calendar
from backend.app.core.db import db, transaction
from backend.app.ratings.queries import BadRating, bad_rating, bad_rating_ids
from backend.app.scoring.measurements import LEVEL_NAMES
from backend.app.tickets.categories import list_categories, suggest_for
from backend.app.tickets.county import policy_of
from backend.app.tickets.deadlines import Urgency
from backend.app.tickets.intake import Said, open_ticket
from backend.app.tickets.kinds import Channel, Kind
from backend.app.tickets.models import Ticket

log = structlog.get_logger()
LOOK_BACK = timedelta(days=3)
ANY_SERVICE = "service"


def open_for_rating(rating_id: int) -> Ticket | None:
    """The call-back ticket of a bad rating, at most one for ever; None where none is wanted."""
    rating = bad_rating(rating_id)
    if rating is None or not policy_of(rating.county_id).bad_rating_opens:
        return None
    # Two workers may do this at once: whoever comes second waits here and finds the ticket.
    db.session.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": rating_id})
    known = db.session.scalar(select(Ticket).where(Ticket.rating_id == rating_id))
    if known is not None:
        return known
    words = _words(rating)
    # What was rated says what it is about: a tap is the water bureau's, a counter the village's.
    codes = {category.code for category in list_categories(rating.county_id)}
    category = suggest_for(rating.county_id, words).category or (
        ANY_SERVICE if ANY_SERVICE in codes else None
    )
    said = Said(Kind.COMPLAINT, words, rating.village_id, category=category, confidential=True)
    return open_ticket(
        said,
        Channel.RATING,
        calendar.now(),
        person_id=rating.person_id,
        rating_id=rating_id,
        urgency=Urgency.RATING.value,
    )


def _words(rating: BadRating) -> str:
    """对「办事窗口」评了不满意:等太久。And the villager's own words, if any."""
    reasons = f":{'、'.join(rating.reasons)}" if rating.reasons else ""
    said = f"\n{rating.words}" if rating.words else ""
    level = LEVEL_NAMES[rating.level - 1]
    return f"对「{rating.service_point_name}」评了「{level}」{reasons}。{said}"


def open_missing() -> int:
    """Tickets for the bad ratings of the last days that have none; returns how many are new.

    Asked for by the timetable, so that storing a rating waits for nothing but its own statement.
    """
    since = calendar.local_day(calendar.now() - LOOK_BACK)
    opened = last = 0
    while True:
        with transaction() as session:
            wanted = bad_rating_ids(since, last)
            known = set(
                session.scalars(select(Ticket.rating_id).where(Ticket.rating_id.in_(wanted)))
            )
        if not wanted:
            return opened
        last = wanted[-1]
        for rating_id in wanted:
            if rating_id not in known:
                with transaction():
                    opened += open_for_rating(rating_id) is not None
