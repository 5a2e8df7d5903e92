"""Reads of rewards, stock and redemptions for the console."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import text

from backend.app.accounts.sql import join_grant, join_person
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.places.sql import join_region, lies_within
from backend.app.rewards.states import RedemptionState

PAGE = 50
REWARDS = text(
    f"""
    SELECT r.*, place.name AS place, place.level, place.township_id,
           COALESCE(stock.on_hand, 0) AS on_hand, COALESCE(stock.reserved, 0) AS reserved,
           COALESCE(gone.handed_out, 0) AS handed_out
    FROM reward r {join_region("place", "r.region_id")}
    LEFT JOIN (SELECT reward_id, sum(on_hand) AS on_hand, sum(reserved) AS reserved
               FROM stock_balance GROUP BY reward_id) AS stock ON stock.reward_id = r.id
    LEFT JOIN (SELECT reward_id, count(*) AS handed_out FROM redemption
               WHERE state = '{RedemptionState.HANDED_OUT}' GROUP BY reward_id
               ) AS gone ON gone.reward_id = r.id
    WHERE r.county_id = :county_id AND (r.retired_at IS NULL OR :all)
    ORDER BY r.retired_at IS NOT NULL, r.price, r.id
    """
)
MOVEMENTS = text(
    f"""
    SELECT m.*, r.name AS reward, p.display_name AS by,
           (SELECT u.id FROM stock_movement u WHERE u.reverses_id = m.id) AS undone_by
    FROM stock_movement m JOIN reward r ON r.id = m.reward_id
    LEFT {join_person("p", "m.person_id")} AND m.kind <> 'reservation'
    WHERE m.exchange_point_id = :shop_id AND m.on_hand <> 0
    ORDER BY m.id DESC LIMIT 60
    """
)
KEEPERS = text(
    f"""
    SELECT k.id, p.display_name AS name, g.starts_on, g.revoked_at
    FROM exchange_keeper k {join_grant("g", "k.grant_id")}
    {join_person("p", "k.person_id")}
    WHERE k.exchange_point_id = :shop_id ORDER BY g.revoked_at NULLS FIRST, k.id
    """
)
COUNTS = text(
    f"""
    SELECT c.*, a.display_name AS counted_by, b.display_name AS decided_by
    FROM stock_count c {join_person("a", "c.counted_by_id")}
    LEFT {join_person("b", "c.decided_by_id")}
    WHERE c.exchange_point_id = :shop_id ORDER BY c.id DESC LIMIT 10
    """
)
COUNT_LINES = text(
    """
    SELECT l.*, r.name AS reward FROM stock_count_line l JOIN reward r ON r.id = l.reward_id
    WHERE l.count_id = ANY(:count_ids) ORDER BY l.count_id, r.name
    """
)
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
PUBLICATIONS = text(
    f"""
    SELECT v.id AS village_id, v.name AS village, t.name AS township, p.id, p.month,
           p.published_at, p.digest, jsonb_array_length(p.content->'redemptions') AS redemptions,
           (SELECT count(*) FROM points_publication_correction c
            WHERE c.publication_id = p.id) AS corrections
    FROM points_publication p {join_region("v", "p.village_id")}
    {join_region("t", "v.township_id")}
    WHERE p.month = :month AND {lies_within("v", ":within")}
    ORDER BY v.code
    """
)


def list_rewards(county_id: int, with_retired: bool = False) -> list[Any]:
    """The county's catalogue with what lies in all shops together."""
    return list(db.session.execute(REWARDS, {"county_id": county_id, "all": with_retired}))


def list_movements(shop_id: int) -> list[Any]:
    """What changed the shelf, newest first; what is only put aside changes nothing."""
    return list(db.session.execute(MOVEMENTS, {"shop_id": shop_id}))


def list_keepers(shop_id: int) -> list[Any]:
    return list(db.session.execute(KEEPERS, {"shop_id": shop_id}))


def list_counts(shop_id: int) -> list[dict[str, Any]]:
    """The last stock-takings with their lines."""
    counts = db.session.execute(COUNTS, {"shop_id": shop_id}).mappings().all()
    lines: dict[int, list[Any]] = {}
    values = {"count_ids": [one["id"] for one in counts]}
    for line in db.session.execute(COUNT_LINES, values):
        lines.setdefault(line.count_id, []).append(line)
    return [{**one, "lines": lines.get(one["id"], [])} for one in counts]


def asked(
    within: Collection[int], month: date, state: str = "", shop_id: int = 0,
    keeper_id: int = 0, person_id: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """A filter of redemptions, as the statements want it."""
    return {
        "within": list(within), "state": state, "shop_id": shop_id, "keeper_id": keeper_id,
        "person_id": person_id, "from": clock.midnight(month),
        "until": clock.midnight(clock.next_month(month)),
    }  # fmt: skip


def list_redemptions(values: dict[str, Any], page: int = 1) -> list[Any]:
    limits = {"most": PAGE, "skip": (page - 1) * PAGE}
    return list(db.session.execute(LINES, {**values, **limits}))


def count_redemptions(values: dict[str, Any]) -> Any:
    """How many lines the filter finds, and what they add up to."""
    return db.session.execute(COUNTED, values).one()


def export_rows(region_id: int, month: date) -> list[Any]:
    """Every redemption by a region's people or in its shops in a month, newest first."""
    limits = {"most": None, "skip": 0}
    return list(db.session.execute(LINES, {**asked([region_id], month), **limits}))


def list_publications(within: Collection[int], month: date) -> list[Any]:
    return list(db.session.execute(PUBLICATIONS, {"within": list(within), "month": month}))
