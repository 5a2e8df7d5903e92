"""可疑情况: what an honest counter seldom looks like. A sign to look, never a verdict.

Nothing is refused by these; a village hall has many guests, and a feast day many parcels.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from backend.app.accounts.sql import join_binding, join_person
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.places.sql import join_region, lies_within
from backend.app.rewards.states import RedemptionState

BURST_OF, BURST_SECONDS = 5, 120
MANY_A_DAY, MANY_OF_A_HOUSEHOLD = 4, 3
TYPED_OF, TYPED_SHARE = 10, 0.6
RETURNS_OF = 3
SCOPE = f"""
    SELECT x.*, v.name AS village, who.number FROM redemption x
    {join_region("v", "x.village_id")} {join_person("who", "x.person_id")}
    WHERE x.handed_out_at >= :from AND x.handed_out_at < :until
      AND {lies_within("v", ":within")}
"""
# Five confirmed by one keeper within two minutes, for different people.
BURSTS = text(
    f"""
    WITH seen AS ({SCOPE}), windowed AS (
        SELECT handed_out_by_id, exchange_point_id, handed_out_at, person_id,
               lag(handed_out_at, :before) OVER w AS first_at,
               lag(person_id, 1) OVER w AS neighbour
        FROM seen WINDOW w AS (PARTITION BY handed_out_by_id ORDER BY handed_out_at, id))
    SELECT p.display_name AS keeper, p.number AS keeper_number, s.name AS shop,
           count(*) AS times, min(w.first_at) AS at
    FROM windowed w {join_person("p", "w.handed_out_by_id")}
    JOIN exchange_point s ON s.id = w.exchange_point_id
    WHERE w.handed_out_at - w.first_at <= make_interval(secs => :seconds)
      AND w.person_id <> w.neighbour
    GROUP BY p.display_name, p.number, s.name ORDER BY times DESC LIMIT 20
    """
)
# One account, one day, many parcels.
MANY = text(
    f"""
    WITH seen AS ({SCOPE})
    SELECT number, village, max(surname) AS surname, count(*) AS things,
           CAST(handed_out_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day
    FROM seen GROUP BY number, village, day HAVING count(*) >= :many
    ORDER BY things DESC LIMIT 20
    """
)
# One phone for many: accounts of one household whose parcels one keeper confirms within minutes.
HOUSEHOLDS = text(
    f"""
    WITH seen AS ({SCOPE})
    SELECT b.household, seen.village, p.display_name AS keeper, p.number AS keeper_number,
           count(DISTINCT seen.person_id) AS people, count(*) AS things,
           CAST(seen.handed_out_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day
    FROM seen {join_binding("b", "seen.person_id")}
         AND b.household IS NOT NULL
    {join_person("p", "seen.handed_out_by_id")}
    GROUP BY b.household, b.village_id, seen.village, p.display_name, p.number, day
    HAVING count(DISTINCT seen.person_id) >= :many
       AND max(seen.handed_out_at) - min(seen.handed_out_at) <= interval '10 minutes'
    ORDER BY people DESC LIMIT 20
    """
)
# Digits read out instead of a square held up: perhaps nobody stood there.
TYPED = text(
    f"""
    WITH seen AS ({SCOPE})
    SELECT p.display_name AS keeper, p.number AS keeper_number, s.name AS shop,
           count(*) FILTER (WHERE NOT was_scanned) AS typed, count(*) AS things
    FROM seen {join_person("p", "seen.handed_out_by_id")}
    JOIN exchange_point s ON s.id = seen.exchange_point_id
    GROUP BY p.display_name, p.number, s.name
    HAVING count(*) >= :least AND count(*) FILTER (WHERE NOT was_scanned) >= count(*) * :share
    ORDER BY typed DESC LIMIT 20
    """
)
# Things that come back: points and perhaps goods go round in a small circle, cheap ones too.
RETURNED = text(
    f"""
    WITH seen AS ({SCOPE})
    SELECT p.display_name AS keeper, p.number AS keeper_number,
           o.display_name AS taker, s.name AS shop, count(*) AS things, sum(seen.price) AS points,
           count(*) FILTER (WHERE NOT EXISTS (
               SELECT FROM stock_movement m WHERE m.redemption_id = seen.id AND m.kind = 'return'
           )) AS spoilt
    FROM seen {join_person("p", "seen.handed_out_by_id")}
    {join_person("o", "seen.returned_by_id")}
    JOIN exchange_point s ON s.id = seen.exchange_point_id
    WHERE seen.state = '{RedemptionState.RETURNED}'
    GROUP BY p.display_name, p.number, o.display_name, seen.returned_by_id, s.name
    HAVING count(*) >= :least ORDER BY things DESC LIMIT 20
    """
)
RETURNERS = text(
    f"""
    WITH seen AS ({SCOPE})
    SELECT number, village, max(surname) AS surname, count(*) AS things
    FROM seen WHERE state = '{RedemptionState.RETURNED}'
    GROUP BY number, village HAVING count(*) >= :least ORDER BY things DESC LIMIT 20
    """
)


@dataclass(frozen=True)
class Pattern:
    """One thing to look at, in words, with whom to ask for."""

    words: str
    keeper: int = 0
    person: int = 0


def find_patterns(within: Collection[int], month: date, named: bool = True) -> list[Pattern]:
    """What stands out in a month; `named` with the numbers of those whose points they are."""
    values = {
        "within": list(within), "from": clock.midnight(month),
        "until": clock.midnight(clock.next_month(month)),
    }  # fmt: skip

    def rows(statement: Any, **more: Any) -> Any:
        return db.session.execute(statement, {**values, **more})

    found = [
        Pattern(
            f"{row.keeper}在「{row.shop}」{clock.local_day(row.at):%m月%d日}起，"
            f"有 {row.times} 次在 {BURST_SECONDS // 60} 分钟里连着给不同的人核销 {BURST_OF} 件以上",
            keeper=row.keeper_number,
        )
        for row in rows(BURSTS, before=BURST_OF - 1, seconds=BURST_SECONDS)
    ]
    found += [
        Pattern(
            f"{row.village}{row.household}有 {row.people} 个账号，{row.day:%m月%d日}十分钟里"
            f"由{row.keeper}核销了 {row.things} 件，可能是一部手机替多人领",
            keeper=row.keeper_number,
        )
        for row in rows(HOUSEHOLDS, many=MANY_OF_A_HOUSEHOLD)
    ]
    found += [
        Pattern(
            f"{_taker(row, named)}{row.day:%m月%d日}一天领了 {row.things} 件",
            person=row.number if named else 0,
        )
        for row in rows(MANY, many=MANY_A_DAY)
    ]
    found += [
        Pattern(
            f"{row.keeper}在「{row.shop}」核销 {row.things} 件，其中 {row.typed} 件是手填的码，"
            "村民可能不在场",
            keeper=row.keeper_number,
        )
        for row in rows(TYPED, least=TYPED_OF, share=TYPED_SHARE)
    ]
    return found + _returns(rows, named)


def _taker(row: Any, named: bool) -> str:
    called = f"{row.surname}*" if row.surname else "村民"
    return f"{row.village}{called}" + (f"（积分号 {row.number}）" if named else "")


def _returns(rows: Callable[..., Any], named: bool) -> list[Pattern]:
    """Returns by who handed out and who took back, and by whose they were."""
    found = [
        Pattern(
            f"「{row.shop}」{row.keeper}核销的东西有 {row.things} 件由{row.taker}退货，"
            f"共 {row.points} 分，其中 {row.spoilt} 件没有放回货架",
            keeper=row.keeper_number,
        )
        for row in rows(RETURNED, least=RETURNS_OF)
    ]
    return found + [
        Pattern(
            f"{_taker(row, named)}一个月退了 {row.things} 件",
            person=row.number if named else 0,
        )
        for row in rows(RETURNERS, least=RETURNS_OF)
    ]
