"""Reads of rewards, stock and redemptions for the console."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from backend.app.accounts.sql import join_grant, join_person
from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.places.sql import join_region, lies_within
from backend.app.rewards.states import RedemptionState

PAGE = 50
REWARDS = text(
    f"""
    SELECT r.id, r.name, r.description, r.price, r.photo_key, r.monthly_limit, r.total_limit,
           r.starts_on, r.ends_on, r.retired_at, place.name AS place,
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
    SELECT m.id, m.kind, m.on_hand, m.note, m.created_at, r.name AS reward, p.display_name AS by,
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


class CatalogueLine(NamedTuple):
    """A reward with what lies in all shops together."""

    id: int
    name: str
    description: str
    price: int
    photo_key: str | None
    monthly_limit: int | None
    total_limit: int | None
    starts_on: date
    ends_on: date | None
    retired_at: datetime | None
    place: str
    on_hand: int
    reserved: int
    handed_out: int


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


class KeeperLine(NamedTuple):
    """Somebody who hands out at a shop, or did."""

    id: int
    name: str
    starts_on: date
    revoked_at: datetime | None


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


class PublishedPoints(NamedTuple):
    """A village's published month of points."""

    village_id: int
    village: str
    township: str
    id: int
    month: date
    published_at: datetime
    digest: bytes
    redemptions: int
    corrections: int


def list_rewards(county_id: int, with_retired: bool = False) -> list[CatalogueLine]:
    """The county's catalogue with what lies in all shops together."""
    return fetch_named(CatalogueLine, REWARDS, {"county_id": county_id, "all": with_retired})


def list_movements(shop_id: int) -> list[MovementLine]:
    """What changed the shelf, newest first; what is only put aside changes nothing."""
    return fetch_named(MovementLine, MOVEMENTS, {"shop_id": shop_id})


def list_keepers(shop_id: int) -> list[KeeperLine]:
    return fetch_named(KeeperLine, KEEPERS, {"shop_id": shop_id})


def list_counts(shop_id: int) -> list[CountOfShop]:
    """The last stock-takings with their lines."""
    counts = fetch_named(CountOfShop, COUNTS, {"shop_id": shop_id})
    lines: dict[int, list[CountLine]] = {}
    values = {"count_ids": [count.id for count in counts]}
    for line in fetch_named(CountLine, COUNT_LINES, values):
        lines.setdefault(line.count_id, []).append(line)
    return [count._replace(lines=tuple(lines.get(count.id, ()))) for count in counts]


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


def list_redemptions(values: dict[str, Any], page: int = 1) -> list[RedemptionLine]:
    limits = {"most": PAGE, "skip": (page - 1) * PAGE}
    return fetch_named(RedemptionLine, LINES, {**values, **limits})


def count_redemptions(values: dict[str, Any]) -> Any:
    """How many lines the filter finds, and what they add up to."""
    return db.session.execute(COUNTED, values).one()


def export_rows(region_id: int, month: date) -> list[RedemptionLine]:
    """Every redemption by a region's people or in its shops in a month, newest first."""
    limits = {"most": None, "skip": 0}
    return fetch_named(RedemptionLine, LINES, {**asked([region_id], month), **limits})


def list_publications(within: Collection[int], month: date) -> list[PublishedPoints]:
    return fetch_named(PublishedPoints, PUBLICATIONS, {"within": list(within), "month": month})
