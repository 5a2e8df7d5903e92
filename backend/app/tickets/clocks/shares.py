"""Whose hands a ticket's time passed in: the hotline's, the desk's, each unit's."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select

from backend.app.core.db import db
from backend.app.tickets.clocks.lights import length_words
from backend.app.tickets.kinds import Channel
from backend.app.tickets.models import Ticket, TicketTurn

# What takes no longer was passed on at once.
SHORTEST = timedelta(minutes=1)
BEFORE = {Channel.HOTLINE: "转来之前"}


class Offices(Protocol):
    """Names of units by their ids."""

    def office(self, region_id: int | None, department_id: int | None, county_id: int) -> str: ...


@dataclass(frozen=True)
class Spell:
    """How long a ticket lay somewhere; the first may lie before it came here."""

    name: str
    length: timedelta


def turns_by_ticket(ticket_ids: Collection[int]) -> dict[int, list[TicketTurn]]:
    """Of several tickets at once, each in order."""
    result: dict[int, list[TicketTurn]] = {}
    query = select(TicketTurn).where(TicketTurn.ticket_id.in_(ticket_ids))
    for turn in db.session.scalars(query.order_by(TicketTurn.id)):
        result.setdefault(turn.ticket_id, []).append(turn)
    return result


def overran(ticket: Ticket, at: datetime) -> bool:
    """Either clock, whatever came after: what the villager was promised, or an office was given."""
    end = ticket.answered_at or ticket.closed_at or at
    return end > min(ticket.citizen_due_at, ticket.due_at)


def spells(
    ticket: Ticket, turns: Collection[TicketTurn], names: Offices, at: datetime
) -> list[Spell]:
    """In the order in which they came; neighbours of one name are one."""
    result: list[Spell] = []
    if turns:
        first = min(turn.started_at for turn in turns)
        name = BEFORE.get(Channel(ticket.channel), "登记之前")
        _append(result, name, first - ticket.created_at)
    for turn in turns:
        name = names.office(turn.unit_region_id, turn.unit_department_id, ticket.county_id)
        _append(result, name, (turn.ended_at or at) - turn.started_at)
    return result


def _append(found: list[Spell], name: str, length: timedelta) -> None:
    if length < SHORTEST:
        return
    if found and found[-1].name == name:
        length += found.pop().length
    found.append(Spell(name, length))


def in_words(found: Collection[Spell]) -> str:
    """转来之前 28 天，县诉求受理中心 3 小时，东村 2 天."""
    return "，".join(f"{spell.name} {length_words(spell.length)}" for spell in found)
