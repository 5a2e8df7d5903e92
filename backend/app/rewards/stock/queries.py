"""Reads of what changed a shop's shelf, and of stock-takings."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from backend.app.accounts.sql import join_person
from backend.app.core.db import fetch_named

MOVEMENTS = text(
    f"""
    SELECT m.id, m.kind, m.on_hand, m.note, m.created_at, r.name AS reward, p.display_name AS by,
           (SELECT u.id FROM stock_movement u WHERE u.reverses_id = m.id) AS undone_by
    FROM stock_movement m JOIN reward r ON r.id = m.reward_id
    LEFT {join_person("p", "m.person_id")} AND m.kind <> 'reservation'
    WHERE m.exchange_point_id = :shop_id AND m.on_hand <> 0
    ORDER BY m.id DESC LIMIT 60
    """
)
COUNTS = text(
    f"""
    SELECT c.id, c.state, c.has_difference, c.counted_by_id, c.counted_at,
           a.display_name AS counted_by, b.display_name AS decided_by
    FROM stock_count c {join_person("a", "c.counted_by_id")}
    LEFT {join_person("b", "c.decided_by_id")}
    WHERE c.exchange_point_id = :shop_id ORDER BY c.id DESC LIMIT 10
    """
)
COUNT_LINES = text(
    """
    SELECT l.count_id, l.reward_id, l.booked, l.counted, l.reason, r.name AS reward
    FROM stock_count_line l JOIN reward r ON r.id = l.reward_id
    WHERE l.count_id = ANY(:count_ids) ORDER BY l.count_id, r.name
    """
)


class MovementLine(NamedTuple):
    """A change of a shop's shelf; `undone_by` is the movement that takes it back."""

    id: int
    kind: str
    on_hand: int
    note: str | None
    created_at: datetime
    reward: str
    by: str | None
    undone_by: int | None


class CountLine(NamedTuple):
    """What was counted of a reward, beside what the books said."""

    count_id: int
    reward_id: int
    reward: str
    booked: int
    counted: int
    reason: str


class CountOfShop(NamedTuple):
    """A stock-taking, who counted and who looked again."""

    id: int
    state: str
    has_difference: bool
    counted_by_id: int
    counted_at: datetime
    counted_by: str
    decided_by: str | None
    lines: tuple[CountLine, ...] = ()


def list_movements(shop_id: int) -> list[MovementLine]:
    """What changed the shelf, newest first; what is only put aside changes nothing."""
    return fetch_named(MovementLine, MOVEMENTS, {"shop_id": shop_id})


def list_counts(shop_id: int) -> list[CountOfShop]:
    """The last stock-takings with their lines."""
    counts = fetch_named(CountOfShop, COUNTS, {"shop_id": shop_id})
    lines: dict[int, list[CountLine]] = {}
    values = {"count_ids": [count.id for count in counts]}
    for line in fetch_named(CountLine, COUNT_LINES, values):
        lines.setdefault(line.count_id, []).append(line)
    return [count._replace(lines=tuple(lines.get(count.id, ()))) for count in counts]
