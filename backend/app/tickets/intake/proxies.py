"""代录: staff write down what somebody said by phone or on paper; capped, and sampled.

What they see themselves on a round （巡查） is of a class of parts or events and nobody's request.
"""

import hashlib
from dataclasses import replace

from sqlalchemy import func, select

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.clock import midnight
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.places.queries import region_path, settings_of
from backend.app.tickets.city.queries import find_class
from backend.app.tickets.errors import HandlerVerifies, ProxyCapReached, TicketMoved
from backend.app.tickets.intake import operations as intake
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.kinds import Channel
from backend.app.tickets.models import Ticket
from backend.app.tickets.transitions import lock

FOR_OTHERS = (Channel.PHONE, Channel.PAPER)
CHECKS = {"right": "属实", "wrong": "不属实", "unreached": "联系不上"}


def enter(
    actor: Actor, channel: Channel, ticket_request: TicketRequest, city_class: str | None = None
) -> Ticket:
    """Opens a ticket for somebody else; every so many are looked at again by a colleague."""
    if channel not in (*FOR_OTHERS, Channel.PATROL):
        raise InvalidInput(errors={"channel": ["请选电话、纸条或巡查发现"]})
    if ticket_request.village_id is None:
        raise InvalidInput(errors={"village_id": ["请选是哪个村的事"]})
    path = region_path(ticket_request.village_id)
    if not may(actor, Permission.ENTER_FOR_OTHERS, path):
        raise NotAllowed("这个村不归您管")
    row = find_class(path[-1], city_class)
    class_id = row.id if row else None
    if channel is Channel.PATROL:
        return _enter_seen(actor, ticket_request, class_id)
    if not (ticket_request.contact_name or "").strip():
        raise InvalidInput(errors={"contact_name": ["请填反映人怎么称呼，便于回访"]})
    policy = settings_of(path[-1])
    at = clock.now()
    today = midnight(clock.local_day(at))
    entered = db.session.scalar(
        select(func.count()).where(
            Ticket.proxy_id == actor.person_id,
            Ticket.created_at >= today,
            Ticket.channel.in_(FOR_OTHERS),
        )
    )
    if (entered or 0) >= policy.proxy_cap:
        raise ProxyCapReached
    ticket = intake.open_ticket(
        ticket_request, channel, at, proxy_id=actor.person_id, city_class_id=class_id
    )
    ticket.sampled = is_sampled(ticket.id, policy.sample_share)
    record("enter_ticket", actor.person_id, "ticket", ticket.id)
    return ticket


def _enter_seen(actor: Actor, ticket_request: TicketRequest, class_id: int | None) -> Ticket:
    """巡查发现: nobody asked, nobody is called back, and so it is neither capped nor sampled."""
    if class_id is None:
        raise InvalidInput(errors={"city_class": ["巡查发现的请选是哪种部件或事件"]})
    seen = replace(ticket_request, phone=None, contact_name=None, contact_note=None)
    ticket = intake.open_ticket(
        seen, Channel.PATROL, clock.now(), proxy_id=actor.person_id, city_class_id=class_id
    )
    record("enter_ticket", actor.person_id, "ticket", ticket.id)
    return ticket


def is_sampled(ticket_id: int, share: int) -> bool:
    """By a hash of the number: nobody can choose which ones, anybody can check."""
    digest = hashlib.sha256(f"sample:{ticket_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < share


def check(actor: Actor, ticket_id: int, result: str) -> Ticket:
    """复核 of a sampled entry, by somebody who did not enter it."""
    if result not in CHECKS:
        raise InvalidInput(errors={"result": ["请选属实、不属实或联系不上"]})
    ticket = lock(ticket_id)
    if not may(actor, Permission.RUN_TICKET_DESK, (ticket.county_id,)):
        raise NotAllowed
    refusal = HandlerVerifies("自己代录的不能自己复核，请换一位同事")
    check_another_hand(actor, ticket.proxy_id, refusal=refusal)
    if not ticket.sampled or ticket.checked_at is not None:
        raise TicketMoved("这件已经复核过了")
    ticket.checked_at, ticket.checked_by_id = clock.now(), actor.person_id
    ticket.check_result = result
    record("check_proxy", actor.person_id, "ticket", ticket_id, decision=result)
    return ticket
