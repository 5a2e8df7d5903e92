"""差评回访: each morning, bad ratings of the days before are called back by the level above.

Who is rated must not learn who was unhappy, nor when: tickets are opened together and in no order,
say the service point, level and reasons, and only words that the text check lets pass. All that
anybody but the author sees of their times is the week.
"""

import secrets
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.app.core import clock
from backend.app.core.batches import each
from backend.app.core.db import db, lock
from backend.app.core.queue import JobName
from backend.app.places.errors import RegionUnknown
from backend.app.places.queries import get_place, settings_of
from backend.app.places.succession import village_now
from backend.app.ratings.bad_ratings import BadRating, bad_rating, bad_rating_ids, owner_of
from backend.app.scoring.levels import level_name
from backend.app.tickets.clocks.deadlines import Stage, Urgency, due
from backend.app.tickets.clocks.turns import counted_from
from backend.app.tickets.errors import TicketUnknown
from backend.app.tickets.intake.operations import TicketRequest, open_ticket
from backend.app.tickets.kinds import Channel, TicketKind
from backend.app.tickets.models import CallBackDeclined, Ticket
from backend.app.tickets.rules.categories import list_categories, suggest_for
from backend.app.tickets.rules.queries import clock_of, limits_of
from backend.app.tickets.rules.routing import Office, staff_for
from backend.app.tickets.serializers import DESK_NAME

OPENED_AT = time(7, 30)
# How long a stopped timetable may be made up for.
LOOK_BACK = timedelta(days=7)
ANY_SERVICE = "service"


def opening_of(at: datetime) -> datetime:
    """Half past seven on the local day of an instant."""
    return clock.midnight(clock.local_day(at)) + timedelta(
        hours=OPENED_AT.hour, minutes=OPENED_AT.minute
    )


def open_for_rating(rating_id: int, at: datetime) -> Ticket | None:
    """The call-back ticket of a bad rating, at most one for ever; None where none is wanted."""
    rating = bad_rating(rating_id)
    if rating is None or not settings_of(rating.county_id).bad_rating_opens:
        return None
    # Two workers may do this at once: whoever comes second waits here and finds the ticket.
    lock("call_back", rating_id)
    known = db.session.scalar(select(Ticket).where(Ticket.rating_id == rating_id))
    if known is not None or db.session.get(CallBackDeclined, rating_id) is not None:
        return known
    words = _words(rating)
    # What was rated says what it is about: a tap is the water bureau's, a counter the village's.
    category = suggest_for(rating.county_id, words).category or any_service(rating.county_id)
    ticket_request = TicketRequest(
        TicketKind.COMPLAINT, words, rating.village_id, category=category, confidential=True
    )
    return open_ticket(
        ticket_request,
        Channel.RATING,
        at,
        person_id=rating.person_id,
        rating_id=rating_id,
        urgency=Urgency.RATING.value,
    )


def any_service(county_id: int) -> str | None:
    """The category of what is nothing else, where the county has it."""
    codes = {category.code for category in list_categories(county_id)}
    return ANY_SERVICE if ANY_SERVICE in codes else None


def _words(rating: BadRating) -> str:
    """对「办事窗口」评了不满意:等太久。And the villager's own words, if any."""
    reasons = f"：{'、'.join(rating.reasons)}" if rating.reasons else ""
    said = f"\n{rating.words}" if rating.words else ""
    level = level_name(rating.level)
    return f"对「{rating.service_point_name}」评了「{level}」{reasons}。{said}"


def open_call_backs() -> int:
    """Tickets for bad ratings given before today that have none; returns how many are new.

    All carry the same time, and their numbers follow no order of the ratings. Running it again, or
    days late, opens what is missing and nothing twice.
    """
    at = clock.now()
    today = clock.local_day(at)
    wanted = bad_rating_ids(today - LOOK_BACK, today)
    known = set(db.session.scalars(select(Ticket.rating_id).where(Ticket.rating_id.in_(wanted))))
    waiting = [rating_id for rating_id in wanted if rating_id not in known]
    secrets.SystemRandom().shuffle(waiting)
    opened_at = min(at, opening_of(at))
    return each(
        JobName.CALL_BACK_RATINGS,
        waiting,
        lambda rating_id: open_for_rating(rating_id, opened_at) is not None,
    )


def decline(person_id: int, rating_id: int) -> None:
    """不用回话: no call-back for an own rating; one that is open already can be withdrawn."""
    if owner_of(rating_id) != person_id:
        raise TicketUnknown
    db.session.execute(
        insert(CallBackDeclined)
        .values(rating_id=rating_id, at=clock.now())
        .on_conflict_do_nothing()
    )


def promise(village_id: int) -> tuple[str, datetime] | None:
    """Who answers a bad rating given now, and by when; None where the county calls nobody back."""
    place = get_place(village_now(village_id))
    county_id = place.county_id or 0
    if place.level != "village":
        raise RegionUnknown
    if not settings_of(county_id).bad_rating_opens:
        return None
    township = place.township_id or 0
    office = get_place(township).name if staff_for(Office(township)) else DESK_NAME
    opened_at = opening_of(clock.now() + timedelta(days=1))
    limit = limits_of(county_id, opened_at)[Urgency.RATING, Stage.FIRST_ANSWER]
    return office, due(clock_of(county_id), limit, counted_from(Channel.RATING, opened_at))
