"""公示: what a village is told about a month's points and rewards; frozen when published.

A name is never more than its surname: 张*. Nobody is ranked: lines stand by surname, and within
one surname in an order that says nothing about figures.
"""

import hashlib
from datetime import date
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor, Permission
from backend.app.accounts.sql import bound_to
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotFound
from backend.app.places.queries import get_place, village_label
from backend.app.places.sql import same_village
from backend.app.places.succession import village_now
from backend.app.points.sql import FLOW, balance_of
from backend.app.rewards.models import PointsPublication, PublicationCorrection, Redemption, Reward
from backend.app.rewards.redemptions.operations import masked
from backend.app.rewards.shops.operations import check_region
from backend.app.rewards.states import RedemptionState

# The village itself, and what went into it without a notice of its own about the month.
OF_VILLAGE = f"""
    IN (SELECT s.id FROM {same_village(":village_id")} AS s
        WHERE s.id = :village_id OR NOT EXISTS (
            SELECT FROM points_publication p WHERE p.village_id = s.id AND p.month = :month))
"""
FLOWS = text(
    f"""
    SELECT {FLOW} AS flow, sum(amount) AS points, count(DISTINCT person_id) AS people
    FROM points_entry WHERE village_id {OF_VILLAGE} AND month = :month GROUP BY flow
    """
)
BALANCES = text(
    f"""
    WITH member AS (
        SELECT b.person_id, COALESCE((
            SELECT x.surname FROM redemption x WHERE x.person_id = b.person_id AND x.surname <> ''
            ORDER BY x.id DESC LIMIT 1), '') AS surname
        FROM {bound_to(":village_id")} AS b
    )
    SELECT m.surname, sum(e.amount) AS balance
    FROM member m JOIN points_entry e ON e.person_id = m.person_id AND e.earned_on < :next
    GROUP BY m.person_id, m.surname HAVING sum(e.amount) > 0
    ORDER BY m.surname, md5(m.person_id || '|' || :next)
    """
)
HANDED_OUT = text(
    f"""
    SELECT x.handed_out_at, x.surname, r.name AS reward, x.price, s.name AS shop
    FROM redemption x JOIN reward r ON r.id = x.reward_id
    JOIN exchange_point s ON s.id = x.exchange_point_id
    WHERE x.village_id {OF_VILLAGE} AND x.state = '{RedemptionState.HANDED_OUT}'
      AND x.handed_out_at >= :from AND x.handed_out_at < :until
    ORDER BY x.handed_out_at, x.id
    """
)
STOCK = text(
    f"""
    SELECT s.name AS shop, r.name AS reward,
           COALESCE(sum(m.on_hand) FILTER (WHERE m.created_at < :from), 0) AS opening,
           COALESCE(sum(m.on_hand) FILTER (WHERE m.created_at >= :from
                    AND m.kind IN ('delivery', 'undo_delivery')), 0) AS delivered,
           COALESCE(sum(m.on_hand) FILTER (WHERE m.created_at >= :from
                    AND m.kind IN ('handout', 'return')), 0) AS handed_out,
           COALESCE(sum(m.on_hand) FILTER (WHERE m.created_at >= :from
                    AND m.kind = 'count'), 0) AS counted,
           sum(m.on_hand) AS closing
    FROM stock_movement m JOIN exchange_point s ON s.id = m.exchange_point_id
    JOIN reward r ON r.id = m.reward_id
    WHERE s.village_id {OF_VILLAGE} AND m.created_at < :until
    GROUP BY s.id, s.name, r.id, r.name ORDER BY s.id, r.name
    """
)
# Villages in which anything happened until the month's end, and which have not been told yet.
DUE = text(
    f"""
    SELECT v.id FROM region v
    WHERE v.level = 'village' AND v.closed_on IS NULL AND v.county_id IN
          (SELECT county_id FROM exchange_point)
      AND (:region_id = 0 OR :region_id IN (v.id, v.township_id, v.county_id))
      AND NOT EXISTS (SELECT FROM points_publication p
                      WHERE p.village_id = v.id AND p.month = :month)
      AND (EXISTS (SELECT FROM redemption x WHERE x.village_id = v.id
                   AND x.handed_out_at >= :from AND x.handed_out_at < :until)
           OR EXISTS (SELECT FROM {bound_to("v.id")} AS b
                      WHERE {balance_of("b.person_id")} > 0))
    ORDER BY v.code
    """
)
# The names in a published copy, by what an entry is in sums.
FLOWS_SHOWN = {
    "earned": "earned", "redeemed": "spent", "expired": "expired", "adjusted": "adjusted",
    "reversed": "reversed",
}  # fmt: skip


def villages_due(month: date, region_id: int = 0) -> list[int]:
    """Villages of a region, of all counties by default, that wait to be told about a month."""
    return list(db.session.scalars(DUE, {**_bounds(month), "month": month, "region_id": region_id}))


def _bounds(month: date) -> dict[str, Any]:
    until = clock.next_month(month)
    return {"from": clock.midnight(month), "until": clock.midnight(until)}


def publish(village_id: int, month: date, actor: Actor | None = None) -> PointsPublication:
    """Freezes a month that is over; published once, the same copy is returned again."""
    if month >= clock.month_of(clock.today()):
        raise InvalidInput(errors={"month": ["这个月还没过完，下个月才能公示"]})
    place = get_place(village_id)
    if actor is not None:
        check_region(actor, village_id, Permission.MANAGE_REWARDS)
    known = find_publication(village_id, month)
    if known is not None:
        return known
    content = compose(village_id, month)
    publication = PointsPublication(
        county_id=place.county_id or 0, village_id=village_id, month=month, content=content,
        digest=digest(content), published_at=clock.now(),
        published_by_id=actor.person_id if actor else None,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(publication)
    except IntegrityError:
        raise Conflict("刚才已经有人公示了这个月") from None
    record(
        "publish_points", actor.person_id if actor else None, "region", village_id,
        month=f"{month:%Y-%m}",
    )  # fmt: skip
    return publication


def digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def compose(village_id: int, month: date) -> dict[str, Any]:
    """The month as it stands now, in plain values."""
    label = village_label(village_id)
    values = {"village_id": village_id, "month": month, **_bounds(month)}
    flows = {row.flow: row for row in db.session.execute(FLOWS, values)}
    following = clock.next_month(month)
    balances = db.session.execute(BALANCES, {**values, "next": following}).all()
    return {
        "village": label.name,
        "township": label.township,
        "county": label.county,
        "month": f"{month:%Y-%m}",
        "points": {
            name: int(flows[flow].points) if flow in flows else 0
            for name, flow in FLOWS_SHOWN.items()
        },
        "earners": flows["earned"].people if "earned" in flows else 0,
        "balance": int(sum(row.balance for row in balances)),
        "balances": [
            {"name": masked(row.surname), "balance": int(row.balance)}
            for row in balances
            if row.surname
        ],
        "unnamed": {
            "people": sum(not row.surname for row in balances),
            "balance": int(sum(row.balance for row in balances if not row.surname)),
        },
        "redemptions": [
            {
                "on": f"{clock.local_day(row.handed_out_at):%Y-%m-%d}",
                "name": masked(row.surname),
                "reward": row.reward,
                "points": row.price,
                "shop": row.shop,
            }
            for row in db.session.execute(HANDED_OUT, values)
        ],
        "stock": [dict(row) for row in db.session.execute(STOCK, values).mappings()],
    }


def find_publication(village_id: int, month: date) -> PointsPublication | None:
    return db.session.scalar(
        select(PointsPublication).where(
            PointsPublication.village_id == village_id, PointsPublication.month == month
        )
    )


def get_publication(village_id: int, month: date) -> PointsPublication:
    """Raises NotFound."""
    publication = find_publication(village_id, month)
    if publication is None:
        raise NotFound("这个月的积分还没有公示")
    return publication


def list_publications(village_id: int) -> list[PointsPublication]:
    """The newest month first."""
    query = select(PointsPublication).where(PointsPublication.village_id == village_id)
    return list(db.session.scalars(query.order_by(PointsPublication.month.desc()).limit(36)))


def list_corrections(publication_id: int) -> list[PublicationCorrection]:
    query = select(PublicationCorrection).where(
        PublicationCorrection.publication_id == publication_id
    )
    return list(db.session.scalars(query.order_by(PublicationCorrection.id)))


def correct(actor: Actor, publication_id: int, words: str) -> PublicationCorrection:
    """A line under a month that was published: its figures stay as they were."""
    publication = db.session.get(PointsPublication, publication_id)
    if publication is None:
        raise NotFound
    check_region(actor, publication.village_id, Permission.MANAGE_REWARDS)
    words = words.strip()
    if not 4 <= len(words) <= 120:
        raise InvalidInput(errors={"words": ["请写清哪里有变（4 到 120 个字）"]})
    line = _add_correction(publication.id, words, actor.person_id)
    record(
        "correct_points_publication", actor.person_id, "region", publication.village_id,
        month=f"{publication.month:%Y-%m}",
    )  # fmt: skip
    return line


def _add_correction(
    publication_id: int, words: str, person_id: int | None
) -> PublicationCorrection:
    line = PublicationCorrection(
        publication_id=publication_id, words=words, created_at=clock.now(),
        created_by_id=person_id,
    )  # fmt: skip
    db.session.add(line)
    db.session.flush()
    return line


def note_return(redemption: Redemption, person_id: int) -> None:
    """What was published as fetched has been brought back: said under that month."""
    if redemption.handed_out_at is None:
        return
    day = clock.local_day(redemption.handed_out_at)
    month, own = clock.month_of(day), redemption.village_id
    publication = find_publication(own, month) or find_publication(village_now(own), month)
    if publication is None:
        return
    name = db.session.get_one(Reward, redemption.reward_id).name
    words = (
        f"{day.month}月{day.day}日 {masked(redemption.surname)} 兑的「{name}」已退货，"
        f"退回 {redemption.price} 分"
    )
    _add_correction(publication.id, words, person_id)
