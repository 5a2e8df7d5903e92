"""Many orders of the hotline at once: opened, told to their offices, taken back together.

Opening writes the rows that `intake.operations.open_ticket` writes for each of them (a test
compares the two), by COPY.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, text

from backend.app.core import clock
from backend.app.core.db import copy_rows, db
from backend.app.core.errors import Conflict
from backend.app.core.text_check import WordsState
from backend.app.imports.queries import subjects_of
from backend.app.notices.operations import notify
from backend.app.tickets.clocks import turns
from backend.app.tickets.intake import operations as intake
from backend.app.tickets.kinds import Channel, Outcome
from backend.app.tickets.models import Ticket, TicketEvent, TicketTurn
from backend.app.tickets.rules.routing import Office, route, staff_for
from backend.app.tickets.states import Move, Party, State

IDS = text(
    "SELECT nextval(pg_get_serial_sequence('ticket', 'id')) AS id FROM generate_series(1, :many)"
)
LISTED = 5
TOUCHED = text(
    """
    SELECT t.number FROM ticket t
    WHERE t.id = ANY(:ids) AND EXISTS (
        SELECT FROM ticket_event e
        WHERE e.ticket_id = t.id AND e.move NOT IN ('submit', 'accept', 'assign', 'reassign')
    ) ORDER BY t.id
    """
)
ANNUL_EVENTS = text(
    f"""
    INSERT INTO ticket_event (ticket_id, at, person_id, party, move, from_state, to_state, round,
                              unit_region_id, unit_department_id)
    SELECT id, :at, :person_id, '{Party.SYSTEM}', '{Move.ANNUL}', state, '{State.WITHDRAWN}', round,
           unit_region_id, unit_department_id
    FROM ticket WHERE id = ANY(:ids)
    """
)
ANNUL_TURNS = text(
    """
    UPDATE ticket_turn
    SET ended_at = COALESCE(ended_at, greatest(:at, started_at)), withdrawn_at = started_at
    WHERE ticket_id = ANY(:ids)
    """
)
ANNUL = text(
    f"""
    UPDATE ticket SET state = '{State.WITHDRAWN}', outcome = '{Outcome.ANNULLED}', closed_at = :at,
                      version = version + 1, paused_at = NULL
    WHERE id = ANY(:ids)
    """
)
DEDUP = "import_orders:{}"


class OrdersTouched(Conflict):
    """Somebody has worked on some of them."""

    code = "orders_touched"


def known_numbers(county_id: int, source: str) -> set[str]:
    """Those of the source that were taken and not taken back."""
    query = select(Ticket.source_number).where(
        Ticket.county_id == county_id, Ticket.source == source,
        Ticket.outcome.is_distinct_from(Outcome.ANNULLED.value),
    )  # fmt: skip
    return {number for number in db.session.scalars(query) if number}


def open_orders(source: str, orders: Sequence[Any]) -> list[int]:
    """Opens a ticket for each `OrderRequest`, in their order; returns their ids."""
    now = clock.now()
    ids = list(db.session.scalars(IDS, {"many": len(orders)}))
    tickets: list[Ticket] = []
    first_turns: list[TicketTurn] = []
    events: list[TicketEvent] = []
    for ticket_id, order in zip(ids, orders, strict=True):
        new = intake.compose(
            order.request, Channel.HOTLINE, order.received, ticket_id=ticket_id, source=source,
            source_number=order.number, hotline_due_at=order.due,
        )  # fmt: skip
        ticket = new.ticket
        events.append(intake.submission(ticket, new.suggested))
        events += _dispatched(ticket, new.category.code if new.category else None, now)
        first_turns.append(turns.first(ticket, max(order.received, now)))
        tickets.append(ticket)
    for table, objects in (
        ("ticket", tickets), ("ticket_turn", first_turns), ("ticket_event", events)
    ):  # fmt: skip
        _copy(table, objects)
    return ids


def _copy(table: str, objects: Sequence[Ticket | TicketTurn | TicketEvent]) -> None:
    """The attributes that were set, as columns; what none of them sets has its usual value."""
    names = sorted({name for one in objects for name in vars(one)} - {"_sa_instance_state"})
    copy_rows(table, names, ([_copied(vars(one).get(name)) for name in names] for one in objects))


def _copied(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


def _dispatched(ticket: Ticket, category_code: str | None, at: datetime) -> list[TicketEvent]:
    """As the rules say: accepted and assigned at once, or left to the desk."""
    office = route(ticket, category_code)
    if not office:
        return []
    accepted = _event(ticket, Move.ACCEPT, State.SUBMITTED, State.ACCEPTED, at)
    ticket.unit_region_id, ticket.unit_department_id = office.region_id, office.department_id
    assigned = _event(ticket, Move.ASSIGN, State.ACCEPTED, State.ASSIGNED, at)
    ticket.state, ticket.version = State.ASSIGNED.value, 3
    return [accepted, assigned]


def _event(ticket: Ticket, move: Move, before: State, after: State, at: datetime) -> TicketEvent:
    return TicketEvent(
        ticket_id=ticket.id, at=at, party=Party.SYSTEM.value, move=move.value,
        from_state=before.value, to_state=after.value, round=1,
        unit_region_id=ticket.unit_region_id, unit_department_id=ticket.unit_department_id,
        words_state=WordsState.NONE.value, detail={},
    )  # fmt: skip


def tell_offices(import_id: int, source: str) -> None:
    """One message to everybody who may sign for some of them; nobody hears of what is kept away."""
    counted: dict[int, int] = {}
    first: dict[int, int] = {}
    tickets = db.session.execute(
        select(Ticket.id, Ticket.unit_region_id, Ticket.unit_department_id, Ticket.kept_from_people)
        .where(Ticket.id.in_(subjects_of(import_id)), Ticket.state == State.ASSIGNED.value)
        .order_by(Ticket.id)
    ).all()
    offices = {Office(row.unit_region_id, row.unit_department_id) for row in tickets}
    staff = {office: staff_for(office) for office in offices}
    for row in tickets:
        for person_id in staff[Office(row.unit_region_id, row.unit_department_id)]:
            if person_id not in row.kept_from_people:
                counted[person_id] = counted.get(person_id, 0) + 1
                first.setdefault(person_id, row.id)
    for person_id, number in sorted(counted.items()):
        notify(
            [person_id],
            kind="ticket_work",
            title=f"有 {number} 件新诉求要签收",
            words=f"{source}转来的，请尽快签收。",
            page=f"/pages/cadre/ticket/index?id={first[person_id]}",
            subject_kind="ticket",
            subject_id=first[person_id],
            dedup=DEDUP.format(import_id),
        )


def annul_orders(person_id: int, ticket_ids: Sequence[int]) -> None:
    """Takes a whole import back; raises OrdersTouched once anybody has worked on one of them."""
    ids = list(ticket_ids)
    db.session.execute(select(Ticket.id).where(Ticket.id.in_(ids)).with_for_update())
    touched = list(db.session.scalars(TOUCHED, {"ids": ids}))
    if touched:
        listed = "、".join(touched[:LISTED])
        raise OrdersTouched(f"有 {len(touched)} 件已经有人办了，不能整批撤销：{listed}")
    values = {"ids": ids, "at": clock.now(), "person_id": person_id}
    for statement in (ANNUL_EVENTS, ANNUL_TURNS, ANNUL):
        db.session.execute(statement, values)
