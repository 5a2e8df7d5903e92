"""Tickets go along with their village when it goes into another one."""

from backend.app.places.succession import village_now
from backend.app.tickets.models import Ticket
from backend.app.tickets.naming import keep_from, of_village


def move_along(ticket: Ticket) -> bool:
    """Village and office become what they are today; False where they are that already.

    Whom a ticket was kept from it stays kept from, and from those of the other village as well.
    """
    village = ticket.village_id and village_now(ticket.village_id)
    unit = ticket.unit_region_id and village_now(ticket.unit_region_id)
    if (village, unit) == (ticket.village_id, ticket.unit_region_id):
        return False
    if village is not None and ticket.kept_from_regions:
        keep_from(ticket, of_village(village))
    ticket.village_id, ticket.unit_region_id = village, unit
    return True
