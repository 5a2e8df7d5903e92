"""Reads of redemptions for the console and its exports: filtered, page by page."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from backend.app.accounts.sql import join_person
from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.places.sql import join_region
from backend.app.rewards.states import RedemptionState

PAGE = 50
FILTERED = f"""
    FROM redemption x JOIN reward r ON r.id = x.reward_id
    JOIN exchange_point s ON s.id = x.exchange_point_id
    {join_region("v", "x.village_id")} {join_region("place", "s.village_id")}
    {join_person("o", "x.person_id")}
    LEFT {join_person("p", "x.handed_out_by_id")}
    LEFT {join_person("q", "x.returned_by_id")}
    WHERE (v.id = ANY(:within) OR v.township_id = ANY(:within) OR v.county_id = ANY(:within)
           OR place.id = ANY(:within) OR place.township_id = ANY(:within))
      AND (:state = '' OR x.state = :state)
      AND (:shop_id = 0 OR x.exchange_point_id = :shop_id)
      AND (:keeper_id = 0 OR x.handed_out_by_id = :keeper_id)
      AND (:person_id = 0 OR x.person_id = :person_id)
      AND x.reserved_at >= :from AND x.reserved_at < :until
"""
COLUMNS = """
    x.id, o.number, x.surname, x.price, x.state, x.reserved_at, x.handed_out_at, x.ended_at,
    x.was_scanned, x.return_reason, x.handed_out_by_id, x.exchange_point_id, r.name AS reward,
    s.name AS shop, v.name AS village, p.display_name AS keeper, q.display_name AS returned_by
"""
LINES = text(
    f"SELECT {COLUMNS} {FILTERED} ORDER BY x.reserved_at DESC, x.id DESC LIMIT :most OFFSET :skip"
)
FETCHED = f"x.state = '{RedemptionState.HANDED_OUT}'"
COUNTED = text(
    f"""
    SELECT count(*) AS lines, count(*) FILTER (WHERE {FETCHED}) AS handed_out,
           COALESCE(sum(x.price) FILTER (WHERE {FETCHED}), 0) AS points,
           count(*) FILTER (WHERE x.state = '{RedemptionState.RESERVED}') AS reserved,
           count(*) FILTER (WHERE x.state = '{RedemptionState.RETURNED}') AS returned {FILTERED}
    """
)


class RedemptionLine(NamedTuple):
    """A redemption with whose it is, where and through whom."""

    id: int
    number: int
    surname: str
    price: int
    state: str
    reserved_at: datetime
    handed_out_at: datetime | None
    ended_at: datetime | None
    was_scanned: bool | None
    return_reason: str | None
    handed_out_by_id: int | None
    exchange_point_id: int
    reward: str
    shop: str
    village: str
    keeper: str | None
    returned_by: str | None


def filter_values(
    within: Collection[int], month: date, state: str = "", shop_id: int = 0,
    keeper_id: int = 0, person_id: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """A filter of redemptions, as the statements want it."""
    return {
        "within": list(within), "state": state, "shop_id": shop_id, "keeper_id": keeper_id,
        "person_id": person_id, "from": clock.midnight(month),
        "until": clock.midnight(clock.next_month(month)),
    }  # fmt: skip


def list_redemptions(values: dict[str, Any], page: int = 1) -> list[RedemptionLine]:
    limits = {"most": PAGE, "skip": (page - 1) * PAGE}
    return fetch_named(RedemptionLine, LINES, {**values, **limits})


def count_redemptions(values: dict[str, Any]) -> Any:
    """How many lines the filter finds, and what they add up to."""
    return db.session.execute(COUNTED, values).one()


def export_rows(region_id: int, month: date) -> list[RedemptionLine]:
    """Every redemption by a region's people or in its shops in a month, newest first."""
    limits = {"most": None, "skip": 0}
    return fetch_named(RedemptionLine, LINES, {**filter_values([region_id], month), **limits})
