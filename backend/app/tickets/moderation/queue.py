"""待核的话: whatever villagers of a county wrote and nobody has read yet, on one page."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from backend.app.access import Actor, Permission, regions_of
from backend.app.core.audit import look_at_words
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.core.text_check import WordsState
from backend.app.places.queries import region_names
from backend.app.ratings import words as rated
from backend.app.ratings.operations import review_words as review_rating
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.desk.queries import Scope, scope_of
from backend.app.tickets.models import Ticket, TicketEvent
from backend.app.tickets.states import Party

MOST = 100
MODERATED = WordsState.MODERATED.value


@dataclass(frozen=True)
class ModeratedText:
    """What somebody wrote, where, and why it waits; `ticket_id` None beside a rating."""

    words: str
    where: str
    reason: str | None
    id: int
    ticket_id: int | None = None
    event_id: int | None = None


def list_moderated(actor: Actor) -> list[ModeratedText]:
    """Of tickets the oldest first, then of ratings in an order that tells no day."""
    counties = regions_of(actor, Permission.REVIEW_WORDS)
    scope = scope_of(actor)
    tickets = list(db.session.scalars(_tickets(scope, counties).limit(MOST)))
    later = db.session.execute(_events(scope, counties).limit(MOST)).all()
    everything = [*tickets, *(ticket for _, ticket in later)]
    names = region_names([ticket.village_id or 0 for ticket in everything])
    found = [
        ModeratedText(
            "\n".join(filter(None, (ticket.words, ticket.place_note))), _where(ticket, names),
            ticket.moderation_reason, ticket.id, ticket.id,
        )
        for ticket in tickets
    ]  # fmt: skip
    found += [
        ModeratedText(event.words or "", _where(ticket, names), None, event.id, ticket.id, event.id)
        for event, ticket in later
    ]
    for one in found:
        look_at_words(one.words, "ticket", one.ticket_id or 0)
    return found + _beside_ratings(counties)


def count_moderated(actor: Actor) -> int:
    counties, scope = regions_of(actor, Permission.REVIEW_WORDS), scope_of(actor)
    counted = [
        select(func.count()).select_from(query.order_by(None).subquery()).scalar_subquery()
        for query in (_tickets(scope, counties), _events(scope, counties))
    ]
    return sum(db.session.execute(select(*counted)).one()) + rated.count_moderated(counties)


def _tickets(scope: Scope, counties: Collection[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(Ticket)
        .where(scope.covers(), Ticket.county_id.in_(counties), Ticket.words_state == MODERATED)
        .order_by(Ticket.id)
    )


def _events(scope: Scope, counties: Collection[int]) -> Select[*tuple[Any, ...]]:
    event = aliased(TicketEvent, name="event")
    return (
        select(event, Ticket)
        .join(Ticket, Ticket.id == event.ticket_id)
        .where(
            scope.covers(), Ticket.county_id.in_(counties),
            event.words_state == MODERATED, event.party == Party.AUTHOR.value,
        )
        .order_by(event.id)
    )  # fmt: skip


def _where(ticket: Ticket, names: dict[int, str]) -> str:
    return f"{ticket.number} {names.get(ticket.village_id or 0, '')}".strip()


def _beside_ratings(counties: Collection[int]) -> list[ModeratedText]:
    result = []
    for row in rated.list_moderated(counties, MOST):
        words = "\n追评：".join(filter(None, (row.words, row.followup_words)))
        look_at_words(words, "rating", row.id)
        result.append(
            ModeratedText(words, f"{row.village} {row.point}", row.moderation_reason, row.id)
        )
    return result


def decide(actor: Actor, kind: str, subject_id: int, ticket_id: int | None, show: bool) -> None:
    """Shows words to those who work on the matter, or keeps them from everybody else."""
    if kind == "rating":
        review_rating(actor, subject_id, "show" if show else "refuse")
    elif kind in ("ticket", "event") and ticket_id is not None:
        desk.review_words(actor, ticket_id, subject_id if kind == "event" else None, show)
    else:
        raise InvalidInput(errors={"kind": ["请从列表里选一段"]})
