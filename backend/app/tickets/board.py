"""Reads of tickets for the console: found, counted, compared by office."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, text

from backend.app.access import Actor, Permission, Role, has_permission
from backend.app.access.permissions import TABLE
from backend.app.core import calendar
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.places.queries import villages_under
from backend.app.tickets.errors import TicketUnknown
from backend.app.tickets.lights import SOON
from backend.app.tickets.models import Supervision, Ticket, TicketCategory, TicketEvent
from backend.app.tickets.parties import parties_of, reaches, sides_of
from backend.app.tickets.search import query_grams
from backend.app.tickets.states import CLOSED, OPEN, Party, State

PAGE = 50
LAST_PAGE = 200
SEES = TABLE[Permission.SEE_TICKETS]
# The tabs of the list: what a state means for whoever works through it.
VIEWS: dict[str, tuple[str, frozenset[State]]] = {
    "desk": ("待受理、待派单", frozenset({State.SUBMITTED, State.ACCEPTED})),
    "running": ("办理中", frozenset({State.ASSIGNED, State.HANDLING, State.WAITING})),
    "late": ("已超时", OPEN),
    "extension": ("待批延期", frozenset({State.HANDLING, State.WAITING})),
    "answered": ("待回访", frozenset({State.ANSWERED})),
    "closed": ("已结束", CLOSED),
    "all": ("全部", frozenset(State)),
}


@dataclass(frozen=True)
class Scope:
    """What somebody may see: whole counties, townships, departments; less what is kept from them.

    `sides`: the villages and townships they work for.
    """

    counties: frozenset[int] = frozenset()
    townships: frozenset[int] = frozenset()
    departments: frozenset[int] = frozenset()
    sides: frozenset[int] = frozenset()
    person_id: int = 0
    # Held words are the desk's to read, and so to search.
    reads_held: bool = False

    def covers(self) -> ColumnElement[bool]:
        parts: list[ColumnElement[bool]] = []
        if self.counties:
            parts.append(Ticket.county_id.in_(self.counties))
        if self.townships:
            below = villages_under(self.townships)
            parts += [Ticket.village_id.in_(below), Ticket.unit_region_id.in_(self.townships)]
        if self.departments:
            parts.append(Ticket.unit_department_id.in_(self.departments))
        seen = or_(*parts) if parts else false()
        return and_(seen, reaches(self.person_id, self.sides))


def scope_of(actor: Actor) -> Scope:
    """From the grants that hold today."""
    counties, townships, departments = set(), set(), set()
    for grant in actor.grants:
        if grant.role is Role.CADRE:
            continue
        if grant.department_id is not None:
            departments.add(grant.department_id)
        elif grant.role is Role.TOWNSHIP_STAFF:
            townships.add(grant.region_id)
        elif grant.role in SEES:
            counties.add(grant.region_id)
    return Scope(
        frozenset(counties),
        frozenset(townships),
        frozenset(departments),
        sides_of(actor.grants),
        actor.person_id,
        has_permission(actor, Permission.RUN_TICKET_DESK),
    )


@dataclass(frozen=True)
class Filters:
    """What the address asks for."""

    view: str = "desk"
    search: str = ""
    category: str = ""
    kind: str = ""
    channel: str = ""
    tag: str = ""
    region_id: int | None = None
    department_id: int | None = None
    newest: bool = False
    page: int = 1

    @property
    def narrowed(self) -> bool:
        return bool(
            self.search or self.category or self.kind or self.channel or self.tag
            or self.region_id or self.department_id
        )  # fmt: skip


def next_due() -> ColumnElement[datetime]:
    """Signing comes first where it has not been done."""
    return case(
        (Ticket.state == State.ASSIGNED.value, func.least(Ticket.sign_due_at, Ticket.due_at)),
        else_=Ticket.due_at,
    )


def _in_view(view: str, at: datetime) -> ColumnElement[bool]:
    states = Ticket.state.in_([state.value for state in VIEWS[view][1]])
    if view == "late":
        return and_(states, or_(Ticket.due_at < at, next_due() < at))
    if view == "extension":
        pending = text(
            "EXISTS (SELECT FROM ticket_extension x"
            " WHERE x.ticket_id = ticket.id AND x.state = 'pending')"
        )
        return and_(states, pending)
    return states if view != "all" else Ticket.id.is_not(None)


def _filtered(query: Select[Any], filters: Filters) -> Select[Any]:
    if filters.search:
        wanted = query_grams(filters.search)
        if filters.search[:4].isdecimal() or "-" in filters.search:
            query = query.where(Ticket.number.startswith(filters.search, autoescape=True))
        elif wanted:
            query = query.where(Ticket.grams.contains(wanted))
        else:
            query = query.where(Ticket.words.contains(filters.search, autoescape=True))
    if filters.category:
        codes = select(TicketCategory.id).where(TicketCategory.code == filters.category)
        query = query.where(Ticket.category_id.in_(codes))
    if filters.kind:
        query = query.where(Ticket.kind == filters.kind)
    if filters.channel:
        query = query.where(Ticket.channel == filters.channel)
    if filters.tag:
        query = query.where(Ticket.tags.contains([filters.tag]))
    if filters.region_id:
        query = query.where(
            or_(
                Ticket.unit_region_id == filters.region_id,
                Ticket.village_id == filters.region_id,
                Ticket.village_id.in_(villages_under([filters.region_id])),
            )
        )
    if filters.department_id:
        query = query.where(Ticket.unit_department_id == filters.department_id)
    return query


def narrowed(query: Select[Any], scope: Scope, filters: Filters) -> Select[Any]:
    """What of a query over tickets the reader may see and asked for."""
    query = query.where(scope.covers(), _in_view(filters.view, calendar.now()))
    query = _filtered(query, filters)
    if filters.search and not scope.reads_held:
        query = query.where(Ticket.words_state.in_(["shown", "none"]))
    return query


def find_tickets(scope: Scope, filters: Filters) -> list[Ticket]:
    """One page and one more: what is due first, or the newest first."""
    query = narrowed(select(Ticket), scope, filters)
    ended = filters.view in ("closed", "all") or filters.newest
    order = (Ticket.id.desc(),) if ended else (next_due(), Ticket.id)
    page = query.order_by(*order).limit(PAGE + 1).offset((filters.page - 1) * PAGE)
    return list(db.session.scalars(page))


def view_counts(scope: Scope) -> dict[str, int]:
    """How many lie in each tab that is work; one statement over what is not closed."""
    at = calendar.now()
    views = [view for view in VIEWS if view not in ("closed", "all")]
    open_states = [state.value for state in frozenset(State) - CLOSED]
    row = db.session.execute(
        select(*(func.count().filter(_in_view(view, at)) for view in views)).where(
            scope.covers(), Ticket.state.in_(open_states)
        )
    ).one()
    return dict(zip(views, row, strict=True))


def find_for_staff(actor: Actor, ticket_id: int) -> tuple[Ticket, frozenset[Party]]:
    """A ticket within what the reader may see, and what they are to it; else TicketUnknown."""
    ticket = db.session.scalar(
        select(Ticket).where(Ticket.id == ticket_id, scope_of(actor).covers())
    )
    if ticket is None:
        raise TicketUnknown
    return ticket, parties_of(actor, ticket)


@dataclass(frozen=True)
class OfficeLine:
    """One office on the board."""

    region_id: int | None
    department_id: int | None
    open: int
    late: int
    soon: int
    oldest_due_at: datetime | None
    answered: int
    solved: int
    partly: int
    unsolved: int
    silent: int
    typing_seconds: int
    typed: int

    @property
    def is_desk(self) -> bool:
        """What nobody has been given yet lies with the county's desk."""
        return self.region_id is None and self.department_id is None

    @property
    def minutes_a_case(self) -> float | None:
        """Average minutes of typing per answered case: the burden, shown to the county."""
        return round(self.typing_seconds / 60 / self.typed, 1) if self.typed else None


BOARD = """
    WITH standing AS (
        SELECT unit_region_id, unit_department_id,
               count(*) AS open,
               count(*) FILTER (WHERE due < :at AND paused_at IS NULL) AS late,
               count(*) FILTER (WHERE due >= :at AND due <= :soon) AS soon,
               min(due) FILTER (WHERE paused_at IS NULL) AS oldest
        FROM (
            SELECT CASE WHEN state NOT IN ('submitted', 'accepted') THEN unit_region_id END
                       AS unit_region_id,
                   CASE WHEN state NOT IN ('submitted', 'accepted') THEN unit_department_id END
                       AS unit_department_id, paused_at,
                   CASE WHEN state = 'assigned' THEN LEAST(sign_due_at, due_at)
                        ELSE due_at END AS due
            FROM ticket
            WHERE {covers}
              AND state IN ('submitted', 'accepted', 'assigned', 'handling', 'waiting')
        ) AS lying
        GROUP BY 1, 2
    ), done AS (
        SELECT unit_region_id, unit_department_id, count(*) AS answered,
               count(*) FILTER (WHERE verdict = 'solved') AS solved,
               count(*) FILTER (WHERE verdict = 'partly') AS partly,
               count(*) FILTER (WHERE verdict = 'not') AS unsolved,
               count(*) FILTER (WHERE verdict = 'unanswered') AS silent
        FROM ticket WHERE {covers} AND answered_at >= :since GROUP BY 1, 2
    ), typed AS (
        SELECT e.unit_region_id, e.unit_department_id, sum(e.typing_seconds) AS seconds,
               count(DISTINCT e.ticket_id) AS cases
        FROM ticket_event e JOIN ticket ON ticket.id = e.ticket_id
        WHERE {covers} AND ticket.answered_at >= :since AND e.typing_seconds IS NOT NULL
        GROUP BY 1, 2
    ), offices AS (
        SELECT unit_region_id, unit_department_id FROM standing
        UNION SELECT unit_region_id, unit_department_id FROM done
    )
    SELECT o.unit_region_id, o.unit_department_id,
           COALESCE(s.open, 0), COALESCE(s.late, 0), COALESCE(s.soon, 0), s.oldest,
           COALESCE(d.answered, 0), COALESCE(d.solved, 0), COALESCE(d.partly, 0),
           COALESCE(d.unsolved, 0), COALESCE(d.silent, 0),
           COALESCE(t.seconds, 0)::int, COALESCE(t.cases, 0)
    FROM offices o
    LEFT JOIN standing s ON s.unit_region_id IS NOT DISTINCT FROM o.unit_region_id
        AND s.unit_department_id IS NOT DISTINCT FROM o.unit_department_id
    LEFT JOIN done d ON d.unit_region_id IS NOT DISTINCT FROM o.unit_region_id
        AND d.unit_department_id IS NOT DISTINCT FROM o.unit_department_id
    LEFT JOIN typed t ON t.unit_region_id IS NOT DISTINCT FROM o.unit_region_id
        AND t.unit_department_id IS NOT DISTINCT FROM o.unit_department_id
    ORDER BY 4 DESC, 3 DESC, 7 DESC, 1, 2
    LIMIT 500
"""
LOOK_BACK = timedelta(days=30)


def offices_board(scope: Scope) -> list[OfficeLine]:
    """Every office with work, the desk among them, the latest first; beside it the answers of the
    last 30 days.
    """
    at = calendar.now()
    # Only ids stand in the condition; written out, the same statement serves every scope.
    covers = scope.covers().compile(
        dialect=db.engine.dialect, compile_kwargs={"literal_binds": True}
    )
    statement = text(BOARD.format(covers=covers))
    rows = db.session.execute(statement, {"at": at, "soon": at + SOON, "since": at - LOOK_BACK})
    return [OfficeLine(*row) for row in rows]


def supervision_log(scope: Scope, limit: int = 50) -> list[Any]:
    """The newest steps of supervision with their tickets."""
    return list(
        db.session.execute(
            select(Supervision, Ticket)
            .join(Ticket, Ticket.id == Supervision.ticket_id)
            .where(scope.covers())
            .order_by(Supervision.id.desc())
            .limit(limit)
        )
    )


def samples(scope: Scope) -> list[Ticket]:
    """Tickets entered for somebody that wait for a second look."""
    query = select(Ticket).where(scope.covers(), Ticket.sampled, Ticket.checked_at.is_(None))
    return list(db.session.scalars(query.order_by(Ticket.id).limit(PAGE)))


def similar(scope: Scope, ticket: Ticket, parties: Collection[Party]) -> list[Ticket]:
    """Open tickets of the same village and category that may be the same matter."""
    if Party.DESK not in parties or ticket.category_id is None:
        return []
    query = select(Ticket).where(
        scope.covers(),
        Ticket.village_id == ticket.village_id,
        Ticket.category_id == ticket.category_id,
        Ticket.id != ticket.id,
        Ticket.state.in_([s.value for s in OPEN | {State.WAITING}]),
        Ticket.created_at > ticket.created_at - LOOK_BACK,
    )
    return list(db.session.scalars(query.order_by(Ticket.id.desc()).limit(5)))


def merged_into(scope: Scope, ticket: Ticket) -> list[Ticket]:
    """What goes on under this ticket and the reader may see."""
    query = select(Ticket).where(scope.covers(), Ticket.parent_id == ticket.id).order_by(Ticket.id)
    return list(db.session.scalars(query.limit(20)))


def held_events(ticket: Ticket) -> list[TicketEvent]:
    """What an author wrote later and the text check held."""
    query = select(TicketEvent).where(
        TicketEvent.ticket_id == ticket.id,
        TicketEvent.words_state == "held",
        TicketEvent.party == Party.AUTHOR.value,
    )
    return list(db.session.scalars(query.order_by(TicketEvent.id)))


def id_of_number(actor: Actor, number: str) -> int:
    """The ticket behind a number somebody typed; raises InvalidInput where they see none such."""
    found = db.session.scalar(
        select(Ticket.id).where(Ticket.number == number.strip(), scope_of(actor).covers())
    )
    if found is None:
        raise InvalidInput(errors={"into": ["没有这个编号的诉求"]})
    return found
