"""Reads of what somebody reserved and fetched."""

from typing import Any

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.rewards.catalogue.queries import photo_url
from backend.app.rewards.errors import RedemptionUnknown
from backend.app.rewards.redemptions.operations import masked
from backend.app.rewards.states import RedemptionState

PAGE = 20
LINES = """
    SELECT x.id, x.state, x.price, x.surname, x.reserved_at, x.keep_until, x.handed_out_at,
           x.ended_at, x.return_reason, r.name AS reward, r.photo_key, r.description,
           s.name AS shop, s.address, s.hours, s.contact, s.pause_reason
    FROM redemption x JOIN reward r ON r.id = x.reward_id
    JOIN exchange_point s ON s.id = x.exchange_point_id
"""
OWN = text(
    f"""
    {LINES} WHERE x.person_id = :person_id AND (:before = 0 OR x.id < :before)
    ORDER BY x.id DESC LIMIT :most
    """
)
ONE = text(f"{LINES} WHERE x.id = :id AND (x.person_id = :person_id OR :anybody)")
STATE_NAMES = RedemptionState.names()


def list_own(person_id: int, before: int | None) -> list[dict[str, Any]]:
    """One page and one more, newest first."""
    values = {"person_id": person_id, "before": before or 0, "most": PAGE + 1}
    return [_show(row) for row in db.session.execute(OWN, values)]


def show_own(person_id: int, redemption_id: int) -> dict[str, Any]:
    """Raises RedemptionUnknown for anybody else's."""
    return _one(redemption_id, person_id, anybody=False)


def show_at_counter(redemption_id: int) -> dict[str, Any]:
    """What the keeper may know: the thing, and a surname."""
    shown = _one(redemption_id, 0, anybody=True)
    shown["who"] = masked(shown.pop("surname"))
    return shown


def _one(redemption_id: int, person_id: int, anybody: bool) -> dict[str, Any]:
    values = {"id": redemption_id, "person_id": person_id, "anybody": anybody}
    row = db.session.execute(ONE, values).one_or_none()
    if row is None:
        raise RedemptionUnknown
    return _show(row)


def _show(row: Any) -> dict[str, Any]:
    # What the job has not given back yet is already over for whoever looks.
    over = row.state == "reserved" and row.keep_until <= clock.now()
    state = "expired" if over else row.state
    return {
        "id": row.id,
        "state": state,
        "state_name": STATE_NAMES[state],
        "reward": row.reward,
        "description": row.description,
        "photo_url": photo_url(row.photo_key),
        "price": row.price,
        "surname": row.surname,
        "shop": row.shop,
        "address": row.address,
        "hours": row.hours,
        "contact": row.contact,
        "paused": row.pause_reason,
        "reserved_at": row.reserved_at,
        "keep_until": row.keep_until,
        "handed_out_at": row.handed_out_at,
        "ended_at": row.ended_at,
        "return_reason": row.return_reason,
    }
