"""Reads about tickets for the phone: own ones, a village's queue, earlier answers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_

from backend.app.access import Actor, Role
from backend.app.core import clock
from backend.app.core.clock import midnight
from backend.app.core.db import db
from backend.app.core.text_check import WordsState
from backend.app.places.queries import settings_of
from backend.app.places.succession import same_villages
from backend.app.tickets.clocks.lateness import is_late, is_soon, next_due
from backend.app.tickets.errors import TicketUnknown
from backend.app.tickets.models import (
    ReplyTemplate,
    Ticket,
    TicketCategory,
    TicketEvent,
    TicketExtension,
)
from backend.app.tickets.parties import is_kept_from, parties_of, reaches, sides_of
from backend.app.tickets.search import folded, query_grams
from backend.app.tickets.states import (
    CLOSED,
    RUNNING,
    UNFINISHED,
    WITH_UNIT,
    ExtensionState,
    Move,
    Party,
    State,
    moves,
)
from backend.app.tickets.transitions import has_handled

PAGE = 20
PAST_ANSWERS = 8
MINE_TO_DO = [state.value for state in WITH_UNIT & RUNNING]
# What the phone calls the moves it offers.
AUTHOR_MAY = {
    Move.SUPPLEMENT: "supplement",
    Move.CONFIRM: "verdict",
    Move.REOPEN: "reopen",
    Move.WITHDRAW: "withdraw",
}
CADRE_MAY = {
    Move.SIGN: "sign",
    Move.ASK: "ask",
    Move.RESUME: "resume",
    Move.PROGRESS: "progress",
    Move.REQUEST_EXTENSION: "request_extension",
    Move.HAND_BACK: "hand_back",
    Move.REPLY: "reply",
}


def find_own(person_id: int, ticket_id: int) -> Ticket:
    """Raises TicketUnknown for anybody else's."""
    ticket = db.session.scalar(
        select(Ticket).where(Ticket.id == ticket_id, Ticket.person_id == person_id)
    )
    if ticket is None:
        raise TicketUnknown
    return ticket


def own_tickets(person_id: int, before: int | None) -> list[Ticket]:
    """One page and one more, newest first, read in the order of the index."""
    query = select(Ticket).where(Ticket.person_id == person_id)
    place = (Ticket.created_at, Ticket.id)
    if before is not None:
        own = select(*place).where(Ticket.id == before, Ticket.person_id == person_id)
        last = db.session.execute(own).one_or_none()
        if last is None:
            return []
        query = query.where(tuple_(*place) < tuple_(*last))
    newest_first = query.order_by(Ticket.created_at.desc(), Ticket.id.desc())
    return list(db.session.scalars(newest_first.limit(PAGE + 1)))


def count_needing_answer(person_id: int) -> int:
    """How many own tickets wait for their author."""
    waiting = or_(
        Ticket.state == State.WAITING.value,
        and_(Ticket.state == State.ANSWERED.value, Ticket.verdict.is_(None)),
    )
    counted = select(func.count()).where(Ticket.person_id == person_id, waiting)
    return db.session.scalar(counted) or 0


def author_may(ticket: Ticket, at: datetime) -> list[str]:
    """What the author can do now, in the phone's words."""
    if ticket.archived_at is not None:
        return []
    state = State(ticket.state)
    found = [AUTHOR_MAY[move] for move in moves(state, {Party.AUTHOR}) if move in AUTHOR_MAY]
    if ticket.verdict not in (None, "unanswered") and "verdict" in found:
        found.remove("verdict")
    if "reopen" in found and not _may_reopen(ticket, at):
        found.remove("reopen")
    return found


def _may_reopen(ticket: Ticket, at: datetime) -> bool:
    """Once, within the time the county keeps it open; before that the villager says 没解决."""
    if ticket.reopened_by_author:
        return False
    if ticket.closed_at is None:
        return ticket.verdict == "not"
    return (at - ticket.closed_at).days < settings_of(ticket.county_id).archive_days


def cadre_may(ticket: Ticket, parties: Collection[Party]) -> list[str]:
    if ticket.archived_at is not None:
        return []
    found = [CADRE_MAY[move] for move in moves(State(ticket.state), parties) if move in CADRE_MAY]
    late = clock.now() > ticket.due_at
    if "request_extension" in found and (late or _has_pending_extension(ticket.id)):
        found.remove("request_extension")
    if ticket.person_id is None and ticket.receipt is None and "ask" in found:
        found.remove("ask")
    return found


def _has_pending_extension(ticket_id: int) -> bool:
    pending = select(TicketExtension.id).where(
        TicketExtension.ticket_id == ticket_id, TicketExtension.state == ExtensionState.PENDING
    )
    return db.session.scalar(pending) is not None


def find_for_unit(actor: Actor, ticket_id: int) -> tuple[Ticket, frozenset[Party]]:
    """A ticket of the reader's own unit, now or where they worked on it; else TicketUnknown."""
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None:
        raise TicketUnknown
    parties = parties_of(actor, ticket)
    own_village = ticket.village_id in village_ids_of(actor) and not is_kept_from(actor, ticket)
    worked = own_village and has_handled(ticket, actor.person_id)
    if Party.HANDLER not in parties and not worked:
        raise TicketUnknown
    return ticket, parties


def count_unfinished(village_id: int) -> int:
    """Tickets about a village, or with its office, for which somebody still waits."""
    of_village = or_(Ticket.village_id == village_id, Ticket.unit_region_id == village_id)
    query = select(func.count()).where(
        of_village, Ticket.state.in_([state.value for state in UNFINISHED])
    )
    return db.session.scalar(query) or 0


def village_ids_of(actor: Actor) -> list[int]:
    """The villages a cadre works for, with all that went into them."""
    return same_villages({grant.region_id for grant in actor.grants if grant.role is Role.CADRE})


@dataclass(frozen=True)
class QueueCounts:
    """What the top of the queue says."""

    todo: int
    late: int
    soon: int
    today: int
    waiting: int


def _of_own(actor: Actor) -> ColumnElement[bool]:
    """Tickets with the reader's villages, less what is kept from the reader."""
    return and_(
        Ticket.unit_region_id.in_(village_ids_of(actor)),
        reaches(actor.person_id, sides_of(actor.grants)),
    )


def queue_counts(actor: Actor) -> QueueCounts:
    """One statement over the open tickets of the reader's villages."""
    at = clock.now()
    todo = Ticket.state.in_(MINE_TO_DO)
    end_of_day = midnight(clock.local_day(at) + timedelta(days=1))
    row = db.session.execute(
        select(
            func.count().filter(todo),
            func.count().filter(todo, is_late(at)),
            func.count().filter(todo, is_soon(at)),
            func.count().filter(todo, next_due() < end_of_day),
            func.count().filter(Ticket.state == State.WAITING.value),
        ).where(_of_own(actor), Ticket.state.in_([state.value for state in WITH_UNIT]))
    ).one()
    return QueueCounts(*row)


def headline(counts: QueueCounts) -> str:
    """今天要办的 3 件, and how many are late."""
    if not counts.todo:
        return "手上没有要办的，歇口气"
    calm = f"手上 {counts.todo} 件，今天都不急"
    today = f"今天要办的 {counts.today} 件" if counts.today else calm
    return f"{today}，其中 {counts.late} 件已超时" if counts.late else today


def queue(actor: Actor, view: str, before_id: int | None) -> list[Ticket]:
    """Of the reader's villages: what to do by deadline, what waits, what is done (newest first)."""
    query = select(Ticket).where(_of_own(actor))
    if view == "todo":
        query = query.where(Ticket.state.in_(MINE_TO_DO)).order_by(next_due(), Ticket.id)
        # A village has a handful: the whole list fits on the phone.
        return list(db.session.scalars(query.limit(200)))
    if view == "waiting":
        waits = [State.WAITING.value, State.ANSWERED.value]
        query = query.where(Ticket.state.in_(waits))
    else:
        query = query.where(Ticket.state.in_([state.value for state in CLOSED]))
    if before_id is not None:
        query = query.where(Ticket.id < before_id)
    return list(db.session.scalars(query.order_by(Ticket.id.desc()).limit(PAGE + 1)))


def reply_templates(county_id: int, category_code: str | None) -> list[ReplyTemplate]:
    """The category's own first, then the general ones."""
    return list(
        db.session.scalars(
            select(ReplyTemplate)
            .where(
                ReplyTemplate.county_id == county_id,
                or_(
                    ReplyTemplate.category_code.is_(None),
                    ReplyTemplate.category_code == category_code,
                ),
            )
            .order_by(ReplyTemplate.category_code.is_(None), ReplyTemplate.id)
        )
    )


@dataclass(frozen=True)
class PastAnswer:
    """What somebody of the county answered to a ticket of the same category."""

    number: str
    words: str
    at: datetime


def past_answers(ticket: Ticket, words: str) -> list[PastAnswer]:
    """Answers that villagers were content with, newest first; found by the question's words."""
    query = (
        select(Ticket.number, TicketEvent.words, TicketEvent.at)
        .join(TicketEvent, TicketEvent.ticket_id == Ticket.id)
        .join(TicketCategory, TicketCategory.id == Ticket.category_id)
        .where(
            Ticket.county_id == ticket.county_id,
            Ticket.id != ticket.id,
            Ticket.confidential.is_(False),
            Ticket.kept_from_regions == [],
            Ticket.verdict.in_(["solved", "partly"]),
            TicketEvent.move == Move.REPLY.value,
            TicketEvent.words_state == WordsState.SHOWN,
            TicketCategory.code
            == select(TicketCategory.code)
            .where(TicketCategory.id == ticket.category_id)
            .scalar_subquery(),
        )
        .order_by(Ticket.id.desc())
        .limit(PAST_ANSWERS)
    )
    wanted = query_grams(words)
    if wanted:
        query = query.where(Ticket.grams.contains(wanted))
    elif folded(words):
        query = query.where(Ticket.words.contains(folded(words), autoescape=True))
    return [PastAnswer(row.number, row.words or "", row.at) for row in db.session.execute(query)]


def visits(since: date) -> dict[int, list[float]]:
    """When units last answered a ticket in each village, in seconds since 1970.

    Whoever answers has mostly just been there; review signals look at the ratings that follow.
    """
    query = select(Ticket.village_id, func.extract("epoch", Ticket.answered_at)).where(
        Ticket.answered_at >= midnight(since)
    )
    result: dict[int, list[float]] = {}
    for village_id, at in db.session.execute(query.order_by(Ticket.answered_at)):
        if village_id is not None:
            result.setdefault(village_id, []).append(float(at))
    return result
