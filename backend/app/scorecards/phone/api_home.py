"""All that the first page of a phone shows, in one answer: far out each request is a wait."""

from typing import Any

from backend.app.access import Permission, Role
from backend.app.accounts.queries import actor_today, describe_villager
from backend.app.core.web.guards import actor, guard
from backend.app.notices.queries import unread_count
from backend.app.points.queries import balance_of
from backend.app.scorecards.blueprints import api as blueprint
from backend.app.scorecards.phone.api import scorecard_of
from backend.app.scorecards.phone.home_schemas import HomeShape
from backend.app.tickets.api import own_page
from backend.app.tickets.queries import headline, queue_counts


@blueprint.get("/me/home")
@guard(Permission.OWN_ACCOUNT)
@blueprint.response(200, HomeShape())
def show_home() -> dict[str, Any]:
    """What /me, /me/points, /me/tickets, /me/notices, the queue and the scorecard say of it."""
    reader = actor()
    me = describe_villager(reader.person_id)
    is_cadre = any(grant["role"] == Role.CADRE for grant in me["roles"])
    village = me["binding"]["village"] if me["binding"] else None
    return {
        "me": me,
        "balance": balance_of(reader.person_id),
        "tickets": own_page(reader.person_id, None),
        "unread": unread_count(reader.person_id),
        # A route of villagers knows nobody's roles.
        "headline": headline(queue_counts(actor_today(reader.person_id))) if is_cadre else "",
        "scorecard": scorecard_of(village.id, None) if village else None,
    }
