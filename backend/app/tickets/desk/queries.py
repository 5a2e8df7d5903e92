"""Reads of tickets for the console: found, counted, compared by office."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    false,
    func,
    not_,
    or_,
    select,
    text,
    union,
)

from backend.app.access import Actor, Permission, Role, has_permission
from backend.app.access.permissions import TABLE
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.core.text_check import READABLE
from backend.app.core.web.boxes import whole
from backend.app.places.queries import villages_under
from backend.app.places.succession import same_villages
from backend.app.tickets.city.queries import class_ids
from backend.app.tickets.clocks.lateness import is_at_desk, is_late, is_running, is_soon, next_due
from backend.app.tickets.errors import TicketUnknown
from backend.app.tickets.models import Supervision, Ticket, TicketCategory, TicketEvent
from backend.app.tickets.parties import parties_of, reaches, sides_of
from backend.app.tickets.search import query_grams
from backend.app.tickets.states import (
    AT_DESK,
    CLOSED,
    OPEN,
    WITH_UNIT,
    ExtensionState,
    Party,
    State,
)

PAGE = 50
LAST_PAGE = 200
SEES = TABLE[Permission.SEE_TICKETS]
# The tabs of the list: what a state means for whoever works through it.
VIEWS: dict[str, tuple[str, frozenset[State]]] = {
    "desk": ("待受理、待派单", AT_DESK),
    "running": ("办理中", WITH_UNIT),
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
    # Moderated words are the desk's to read, and so to search.
    reads_moderated: bool = False

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
class TicketFilters:
    """What the address asks for."""

    view: str = "desk"
    search: str = ""
    category: str = ""
    kind: str = ""
    channel: str = ""
    tag: str = ""
    city_class: str = ""
    region_id: int | None = None
    department_id: int | None = None
    newest: bool = False
    page: int = 1

    @property
    def narrowed(self) -> bool:
        return replace(self, view="", newest=False, page=1) != TicketFilters(view="")


def _in_view(view: str, at: datetime) -> ColumnElement[bool]:
    if view == "late":
        return is_late(at)
    states = Ticket.state.in_([state.value for state in VIEWS[view][1]])
    if view == "extension":
        pending = text(
            "EXISTS (SELECT FROM ticket_extension x"
            f" WHERE x.ticket_id = ticket.id AND x.state = '{ExtensionState.PENDING}')"
        )
        return and_(states, pending)
    return states if view != "all" else Ticket.id.is_not(None)


def _is_searched(search: str) -> ColumnElement[bool]:
    """By the beginning of our number or of their system's, or by words."""
    theirs = Ticket.source_number.startswith(search, autoescape=True)
    if whole(search[:4]) is not None or "-" in search:
        return or_(Ticket.number.startswith(search, autoescape=True), theirs)
    wanted = query_grams(search)
    by_words = (
        Ticket.grams.contains(wanted) if wanted else Ticket.words.contains(search, autoescape=True)
    )
    return or_(by_words, theirs)


def _filtered(query: Select[Any], filters: TicketFilters) -> Select[Any]:
    if filters.search:
        query = query.where(_is_searched(filters.search))
    if filters.category:
        codes = select(TicketCategory.id).where(TicketCategory.code == filters.category)
        query = query.where(Ticket.category_id.in_(codes))
    if filters.city_class:
        query = query.where(Ticket.city_class_id.in_(class_ids(filters.city_class)))
    equal = {
        Ticket.kind: filters.kind, Ticket.channel: filters.channel,
        Ticket.unit_department_id: filters.department_id,
    }  # fmt: skip
    query = query.where(*(column == value for column, value in equal.items() if value))
    if filters.tag:
        query = query.where(Ticket.tags.contains([filters.tag]))
    if filters.region_id:
        places = same_villages([filters.region_id])
        query = query.where(
            or_(
                Ticket.unit_region_id.in_(places),
                Ticket.village_id.in_(places),
                Ticket.village_id.in_(villages_under([filters.region_id])),
            )
        )
    return query


def narrowed(query: Select[Any], scope: Scope, filters: TicketFilters) -> Select[Any]:
    """What of a query over tickets the reader may see and asked for."""
    query = query.where(scope.covers(), _in_view(filters.view, clock.now()))
    query = _filtered(query, filters)
    if filters.search and not scope.reads_moderated:
        query = query.where(Ticket.words_state.in_(READABLE))
    return query


# By the time readers are told: an order by ids would tell between which tickets of which days a
# call-back was opened.
NEWEST = (Ticket.listed_at.desc(), Ticket.id.desc())


def find_tickets(scope: Scope, filters: TicketFilters) -> list[Ticket]:
    """One page and one more: what is due first, or the newest first."""
    query = narrowed(select(Ticket), scope, filters)
    ended = filters.view in ("closed", "all") or filters.newest
    order = NEWEST if ended else (next_due(), Ticket.id)
    page = query.order_by(*order).limit(PAGE + 1).offset((filters.page - 1) * PAGE)
    return list(db.session.scalars(page))


def view_counts(scope: Scope) -> dict[str, int]:
    """How many lie in each tab that is work; one statement over what is not closed.

    `late_at_desk`: of the late ones what the county's desk has not passed on.
    """
    at = clock.now()
    conditions = {view: _in_view(view, at) for view in VIEWS if view not in ("closed", "all")} | {
        "late_at_desk": and_(is_late(at), is_at_desk())
    }
    open_states = [state.value for state in frozenset(State) - CLOSED]
    row = db.session.execute(
        select(*(func.count().filter(condition) for condition in conditions.values())).where(
            scope.covers(), Ticket.state.in_(open_states)
        )
    ).one()
    return dict(zip(conditions, row, strict=True))


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
    def late_at_desk(self) -> int:
        return self.late if self.is_desk else 0

    @property
    def is_desk(self) -> bool:
        """What nobody has been given yet lies with the county's desk."""
        return self.region_id is None and self.department_id is None

    @property
    def minutes_a_case(self) -> float | None:
        """Average minutes of typing per answered case: the burden, shown to the county."""
        return round(self.typing_seconds / 60 / self.typed, 1) if self.typed else None


LOOK_BACK = timedelta(days=30)


def offices_board(scope: Scope) -> list[OfficeLine]:
    """Every office with work, the desk among them, the latest first; beside it the answers of the
    last 30 days.
    """
    at = clock.now()
    standing, done, typed = _standing(scope, at), _done(scope, at), _typed(scope, at)
    offices = union(*(select(one.c.region, one.c.department) for one in (standing, done))).cte()

    def of_office(other: CTE) -> ColumnElement[bool]:
        return and_(
            other.c.region.is_not_distinct_from(offices.c.region),
            other.c.department.is_not_distinct_from(offices.c.department),
        )

    def figures(c_t_e: CTE, *names: str) -> list[ColumnElement[int]]:
        return [func.coalesce(c_t_e.c[name], 0) for name in names]

    under_way = figures(standing, "open", "late", "soon")
    answers = figures(done, "answered", "solved", "partly", "unsolved", "silent")
    query = (
        select(
            offices.c.region, offices.c.department, *under_way, standing.c.oldest, *answers,
            *figures(typed, "seconds", "cases"),
        )
        .select_from(offices)
        .outerjoin(standing, of_office(standing))
        .outerjoin(done, of_office(done))
        .outerjoin(typed, of_office(typed))
        .order_by(
            under_way[1].desc(), under_way[0].desc(), answers[0].desc(),
            offices.c.region, offices.c.department,
        )
    )  # fmt: skip
    return [OfficeLine(*row) for row in db.session.execute(query)]


def _standing(scope: Scope, at: datetime) -> CTE:
    """What lies where now."""
    count, with_unit = func.count(), not_(is_at_desk())
    unit = (
        case((with_unit, Ticket.unit_region_id)).label("region"),
        case((with_unit, Ticket.unit_department_id)).label("department"),
    )
    query = select(
        *unit,
        count.label("open"),
        count.filter(is_late(at)).label("late"),
        count.filter(is_soon(at)).label("soon"),
        func.min(next_due()).filter(is_running()).label("oldest"),
    ).where(scope.covers(), Ticket.state.in_([state.value for state in OPEN | {State.WAITING}]))
    return query.group_by(*unit).cte("standing")


def _done(scope: Scope, at: datetime) -> CTE:
    """What was answered lately, and what villagers said to it."""
    values = {"solved": "solved", "partly": "partly", "unsolved": "not", "silent": "unanswered"}
    query = select(
        Ticket.unit_region_id.label("region"),
        Ticket.unit_department_id.label("department"),
        func.count().label("answered"),
        *(func.count().filter(Ticket.verdict == word).label(name) for name, word in values.items()),
    ).where(scope.covers(), Ticket.answered_at >= at - LOOK_BACK)
    return query.group_by(Ticket.unit_region_id, Ticket.unit_department_id).cte("done")


def _typed(scope: Scope, at: datetime) -> CTE:
    """How long the offices typed for what was answered lately."""
    unit = (TicketEvent.unit_region_id, TicketEvent.unit_department_id)
    query = (
        select(
            unit[0].label("region"),
            unit[1].label("department"),
            func.sum(TicketEvent.typing_seconds).cast(Integer).label("seconds"),
            func.count(TicketEvent.ticket_id.distinct()).label("cases"),
        )
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(
            scope.covers(), Ticket.answered_at >= at - LOOK_BACK,
            TicketEvent.typing_seconds.is_not(None),
        )
    )  # fmt: skip
    return query.group_by(*unit).cte("typed")


def supervision_log(scope: Scope, limit: int = 50) -> list[tuple[Supervision, Ticket]]:
    """The newest steps of supervision with their tickets."""
    query = select(Supervision, Ticket).join(Ticket, Ticket.id == Supervision.ticket_id)
    newest = query.where(scope.covers()).order_by(Supervision.id.desc()).limit(limit)
    return [(step, ticket) for step, ticket in db.session.execute(newest)]


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


def id_of_number(actor: Actor, number: str) -> int:
    """The ticket behind a number somebody typed; raises InvalidInput where they see none such."""
    found = db.session.scalar(
        select(Ticket.id).where(Ticket.number == number.strip(), scope_of(actor).covers())
    )
    if found is None:
        raise InvalidInput(errors={"into": ["没有这个编号的诉求"]})
    return found
