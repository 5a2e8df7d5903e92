"""差评整改: what a village learns of its bad ratings, weekly and from three on, as a task.

It says what was found wanting and where, in counts of three and more, and names nobody: neither
persons nor days nor single levels. The village answers it like any other ticket.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select, text

from backend.app.core import clock
from backend.app.core.batches import each
from backend.app.core.db import db, lock
from backend.app.core.queue import JobName
from backend.app.places.queries import settings_of
from backend.app.places.sql import join_region, village_now
from backend.app.ratings.bad_ratings import BadReason, bad_reasons
from backend.app.ratings.sql import bad_ratings
from backend.app.tickets.bad_ratings.call_backs import any_service
from backend.app.tickets.clocks.deadlines import Urgency
from backend.app.tickets.intake.operations import TicketRequest, open_ticket
from backend.app.tickets.kinds import Channel, TicketKind
from backend.app.tickets.models import MendedRating, Ticket

FEWEST = 3
LOOK_BACK = timedelta(days=120)


def open_mendings() -> int:
    """A task for every village with three or more bad ratings that are in no task yet.

    What was said of a village that went into another one is the other's to mend.

    Counted are ratings of weeks that are over; fewer than three wait for others to come. Running
    it again opens nothing twice.
    """
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    counties = dict(_villages(monday))
    return each(
        JobName.OPEN_MENDINGS,
        counties,
        lambda village_id: open_for_village(village_id, counties[village_id], monday) is not None,
    )


WAITING = text(
    f"""
    SELECT v.id AS village_id, r.county_id FROM {bad_ratings(":since", ":monday")} r
    {join_region("v", village_now("r.village_id"))} AND v.closed_on IS NULL
    WHERE NOT EXISTS (SELECT FROM ticket_mended_rating m WHERE m.rating_id = r.id)
    GROUP BY 1, 2 HAVING count(*) >= :fewest ORDER BY 1
    """
)


def _villages(monday: date) -> Sequence[tuple[int, int]]:
    values = {"since": monday - LOOK_BACK, "monday": monday, "fewest": FEWEST}
    return [(row.village_id, row.county_id) for row in db.session.execute(WAITING, values)]


def open_for_village(village_id: int, county_id: int, monday: date) -> Ticket | None:
    """The village's task for its bad ratings before this Monday; None for fewer than three."""
    if not settings_of(county_id).bad_rating_opens:
        return None
    lock("mending", village_id)
    rated = bad_reasons(village_id, monday - LOOK_BACK, monday)
    asked = select(MendedRating.rating_id).where(
        MendedRating.rating_id.in_([one.rating_id for one in rated])
    )
    mended = set(db.session.scalars(asked))
    found = [one for one in rated if one.rating_id not in mended]
    if len(found) < FEWEST:
        return None
    ticket_request = TicketRequest(
        TicketKind.COMPLAINT, summary(found), village_id, category=any_service(county_id)
    )
    ticket = open_ticket(ticket_request, Channel.MENDING, clock.now(), urgency=Urgency.RATING.value)
    db.session.add_all(MendedRating(rating_id=one.rating_id, ticket_id=ticket.id) for one in found)
    return ticket


def summary(found: Sequence[BadReason]) -> str:
    """Counts per service point and reason; what has fewer than three is not told apart."""
    lines = [f"最近有 {len(found)} 条差评，请整改。"]
    points = Counter(one.service_point for one in found)
    told = [name for name, count in points.most_common() if count >= FEWEST]
    rest = sum(count for name, count in points.items() if name not in told)
    if 0 < rest < FEWEST and told:
        # The smallest that is told would give the rest away by subtraction.
        told.pop()
    for name in told:
        of_point = [one for one in found if one.service_point == name]
        lines.append(f"「{name}」{len(of_point)} 条：{_reasons(of_point)}")
    others = [one for one in found if one.service_point not in told]
    if others:
        where = "其他地方" if told else "几处合计"
        lines.append(f"{where} {len(others)} 条：{_reasons(others)}")
    lines.append("不写是谁评的、哪天评的。请改好后写明怎么改的，可以附照片。")
    return "\n".join(lines)


def _reasons(found: Sequence[BadReason]) -> str:
    ticked = Counter(reason for one in found for reason in one.reasons)
    if not ticked:
        return "没有勾选原因"
    often = [f"{reason} {count} 次" for reason, count in ticked.most_common() if count >= FEWEST]
    seldom = sorted(reason for reason, count in ticked.items() if count < FEWEST)
    return "，".join([*often, *([f"也有人说{'、'.join(seldom)}"] if seldom else [])])
