"""抽奖: switch, draft, list and hash in public, a seed two people read alike, the winners."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, text

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.accounts.sql import is_staff, join_binding
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, fetch_named
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backend.app.places.operations import keep_settings
from backend.app.places.queries import get_place, settings_of
from backend.app.places.sql import join_region, village_now
from backend.app.points import notifications
from backend.app.points.draws.draw_rule import (
    FEWEST_DIGITS,
    MOST_DIGITS,
    SeedFormat,
    commitment,
    entry_hash,
    winners,
)
from backend.app.points.models import DrawEntry, DrawSeed, DrawWinner, PointsDraw

LEAD = timedelta(hours=24)
MOST_PRIZES = 200
LONGEST_SOURCE = 120
# Domain rules §8: what a county has to have read before it may switch draws on.
LEGAL_NOTE = (
    "微信平台不许用抽奖诱导分享、关注，也不许拿不确定的好处做诱饵。",
    "分享、转发、拉人都不加机会；一个人最多一次机会，不用花积分。",
    "机会只看这段时间有没有参与（评价、答回访、提诉求、村里的事），不看评了什么；匿名问卷不算，谁答了谁也不知道。",
    "奖品价值、个人所得税、公证等要求，请先问本县网信、市场监管和法制部门。",
    "国办函〔2026〕12号对积分、排名类功能审得严，小程序备案时要写明有抽奖。",
)
CHANCES = text(
    f"""
    SELECT e.person_id FROM points_entry e
    {join_binding("b", "e.person_id")}
    {join_region("v", village_now("b.village_id"))}
    WHERE e.kind = 'earned' AND e.cause_kind <> 'survey'
      AND e.earned_on >= :first AND e.earned_on < :next
      AND {village_now(":region_id")} IN (v.id, v.township_id, v.county_id)
      AND NOT {is_staff("e.person_id")}
      AND NOT EXISTS (SELECT FROM points_balance f WHERE f.person_id = e.person_id AND f.frozen)
    GROUP BY e.person_id
    """
)


class DrawsOff(NotAllowed):
    code = "draws_off"
    message = "本县没有开抽奖"


@dataclass(frozen=True)
class Plan:
    """What a draft says."""

    title: str
    first_month: date | None
    last_month: date | None
    prizes: tuple[tuple[str, int], ...]
    seed_source: str
    seed_at: datetime | None
    seed_format: SeedFormat | None


def _manager_of(actor: Actor, region_id: int) -> None:
    if not may(actor, Permission.MANAGE_POINTS, get_place(region_id).path):
        raise NotAllowed


def switch(actor: Actor, county_id: int, on: bool, note_read: bool) -> None:
    """On only for who has read the note; off at once, which stops nothing already published."""
    _manager_of(actor, county_id)
    if on and not note_read:
        raise InvalidInput(errors={"note": ["请先看完说明，勾上「已看过」"]})
    note = {"note_read_by_id": actor.person_id, "note_read_at": clock.now()} if on else {}
    keep_settings(county_id, {"draws_on": on}, **note)
    record("switch_draws", actor.person_id, "county", county_id, region_id=county_id, shown=on)


def _faults(plan: Plan) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    today = clock.today()
    if not 2 <= len(plan.title) <= 60:
        faults["title"] = ["名称要 2 到 60 个字"]
    if plan.first_month is None or plan.last_month is None or plan.first_month > plan.last_month:
        faults["first_month"] = ["请选从哪个月到哪个月参与的人"]
    elif clock.next_month(plan.last_month) > today:
        faults["last_month"] = ["这个月还没过完，名单定不下来"]
    total = sum(count for _, count in plan.prizes)
    if not plan.prizes or not all(
        1 <= len(name) <= 40 and count > 0 for name, count in plan.prizes
    ):
        faults["prizes"] = ["请写奖品和数量，一行一种，如：食用油 20"]
    elif total > MOST_PRIZES:
        faults["prizes"] = [f"奖品最多 {MOST_PRIZES} 份"]
    if not 6 <= len(plan.seed_source) <= LONGEST_SOURCE:
        faults["seed_source"] = ["请写清楚到时看哪个公开的数，如：某日某期双色球开奖号码"]
    if plan.seed_at is None:
        faults["seed_at"] = ["请填那个数什么时候公布"]
    if plan.seed_format is None or not plan.seed_format.fits:
        faults["seed_format"] = [
            f"请写清有几个数、每个几位、前几个从小到大；合起来 {FEWEST_DIGITS} 到 {MOST_DIGITS} 位"
        ]
    return faults


def save(actor: Actor, region_id: int, plan: Plan, draw_id: int | None = None) -> PointsDraw:
    """A draft, as often as needed."""
    _manager_of(actor, region_id)
    place = get_place(region_id)
    county_id = place.county_id or place.id
    if not settings_of(county_id).draws_on:
        raise DrawsOff
    faults = _faults(plan)
    if faults:
        raise InvalidInput(errors=faults)
    draw = _locked(draw_id) if draw_id else PointsDraw(
        county_id=county_id, made_by_id=actor.person_id, made_at=clock.now(), state="draft"
    )  # fmt: skip
    if draw.state != "draft":
        raise Conflict("已经公布，不能再改")
    draw.region_id, draw.title = region_id, plan.title
    draw.first_month, draw.last_month = plan.first_month, plan.last_month  # type: ignore[assignment]
    draw.prizes = [{"name": name, "count": count} for name, count in plan.prizes]
    draw.seed_source, draw.seed_at = plan.seed_source, plan.seed_at  # type: ignore[assignment]
    if plan.seed_format is not None:
        draw.seed_numbers, draw.seed_digits = plan.seed_format.numbers, plan.seed_format.digits
        draw.seed_ascending = plan.seed_format.ascending
    db.session.add(draw)
    db.session.flush()
    record("save_draw", actor.person_id, "points_draw", draw.id, region_id=region_id)
    return draw


def publish(actor: Actor, draw_id: int) -> PointsDraw:
    """Gives each person one entry and fixes the list by its hash, a day before the seed at
    least."""
    draw = _locked(draw_id)
    _manager_of(actor, draw.region_id)
    if draw.state != "draft":
        raise Conflict("已经公布过了")
    if not settings_of(draw.county_id).draws_on:
        raise DrawsOff
    at = clock.now()
    if draw.seed_at < at + LEAD:
        raise Conflict("名单要在那个数公布前至少一天公布，请把时间往后改")
    if format_of(draw) is None:
        raise Conflict("还没有写明那个数怎么写，请重新存一份草稿")
    values = {
        "first": draw.first_month, "next": clock.next_month(draw.last_month),
        "region_id": draw.region_id,
    }  # fmt: skip
    people = db.session.scalars(CHANCES, values).all()
    if len(people) < sum(prize["count"] for prize in draw.prizes):
        raise Conflict(f"这段时间只有 {len(people)} 人有机会，比奖品还少")
    codes = {person: secrets.token_hex(16) for person in people}
    made = sorted((entry_hash(code), person, code) for person, code in codes.items())
    db.session.add_all(
        DrawEntry(
            draw_id=draw.id, person_id=person, position=position, code=code,
            hash=bytes.fromhex(hashed),
        )
        for position, (hashed, person, code) in enumerate(made, 1)
    )  # fmt: skip
    draw.state, draw.published_at, draw.entries = "published", at, len(made)
    draw.commitment = bytes.fromhex(commitment([hashed for hashed, _, _ in made]))
    db.session.flush()
    record("publish_draw", actor.person_id, "points_draw", draw.id, count=len(made))
    return draw


def enter_seed(actor: Actor, draw_id: int, value: str) -> PointsDraw:
    """One of two readings of the public value; the second that agrees draws the winners."""
    draw = _locked(draw_id)
    _manager_of(actor, draw.region_id)
    if draw.state != "published":
        raise Conflict("现在不用录：还没公布名单，或已经开奖、取消")
    if clock.now() < draw.seed_at:
        raise Conflict("那个数还没到公布的时候")
    seed_format = format_of(draw)
    fault = seed_format.fault(value) if seed_format else "公布时没有写明那个数怎么写"
    if fault:
        raise InvalidInput(errors={"value": [fault]})
    earlier = seeds_of(draw.id)
    again = Conflict("您已经录过了，要另一个人再录一次")
    check_another_hand(actor, *(one.person_id for one in earlier), refusal=again)
    db.session.add(
        DrawSeed(draw_id=draw.id, person_id=actor.person_id, value=value, entered_at=clock.now())
    )
    db.session.flush()
    record("enter_draw_seed", actor.person_id, "points_draw", draw.id)
    if any(one.value == value for one in earlier):
        _draw(draw, value)
    return draw


def format_of(draw: PointsDraw) -> SeedFormat | None:
    """How its number is written; None for drafts and draws from before there were formats."""
    if draw.seed_numbers is None or draw.seed_digits is None or draw.seed_ascending is None:
        return None
    return SeedFormat(draw.seed_numbers, draw.seed_digits, draw.seed_ascending)


def _draw(draw: PointsDraw, seed: str) -> None:
    entries = {entry.hash.hex(): entry for entry in entries_of(draw.id)}
    names = [prize["name"] for prize in draw.prizes for _ in range(prize["count"])]
    won = [entries[winner] for winner in winners(list(entries), seed, len(names))]
    db.session.add_all(
        DrawWinner(draw_id=draw.id, nth=nth, entry_id=entry.id, prize=name)
        for nth, (entry, name) in enumerate(zip(won, names, strict=True), 1)
    )
    draw.state, draw.seed, draw.drawn_at = "drawn", seed, clock.now()
    db.session.flush()
    lucky = {entry.person_id for entry in won}
    notifications.tell_draw(draw, lucky, won=True)
    notifications.tell_draw(draw, {t.person_id for t in entries.values()} - lucky, won=False)


def call_off(actor: Actor, draw_id: int, reason: str) -> PointsDraw:
    """Before it is drawn, with a reason and the time, which stand on the public page.

    Once the number is known the page says so, and shows what was read of it until then.
    """
    draw = _locked(draw_id)
    _manager_of(actor, draw.region_id)
    if not 4 <= len(reason.strip()) <= 120:
        raise InvalidInput(errors={"reason": ["请写取消的原因，会公开"]})
    if draw.state not in ("draft", "published"):
        raise Conflict("已经开奖或取消")
    was_published = draw.state == "published"
    draw.state, draw.called_off_reason = "called_off", reason.strip()
    draw.called_off_at = clock.now()
    db.session.flush()
    record("call_off_draw", actor.person_id, "points_draw", draw.id, reason=reason.strip())
    if was_published:
        notifications.tell_called_off(draw, {entry.person_id for entry in entries_of(draw.id)})
    return draw


def is_called_off_late(draw: PointsDraw) -> bool:
    """Whether it was called off after its number could be known."""
    return draw.called_off_at is not None and draw.called_off_at >= draw.seed_at


def _locked(draw_id: int) -> PointsDraw:
    draw = db.session.get(PointsDraw, draw_id, with_for_update=True, populate_existing=True)
    if draw is None:
        raise NotFound("没有找到这次抽奖")
    return draw


def entries_of(draw_id: int) -> Sequence[DrawEntry]:
    query = select(DrawEntry).where(DrawEntry.draw_id == draw_id).order_by(DrawEntry.position)
    return db.session.scalars(query).all()


def get_public(draw_id: int) -> PointsDraw:
    """Raises NotFound for drafts too: nobody knows of them yet."""
    draw = db.session.get(PointsDraw, draw_id)
    if draw is None or draw.published_at is None:
        raise NotFound("没有找到这次抽奖")
    return draw


def list_draws(county_id: int, with_drafts: bool) -> Sequence[PointsDraw]:
    query = select(PointsDraw).where(PointsDraw.county_id == county_id)
    if not with_drafts:
        query = query.where(PointsDraw.published_at.is_not(None))
    return db.session.scalars(query.order_by(PointsDraw.id.desc()).limit(50)).all()


class WinnerLine(NamedTuple):
    """A prize, the place on the list and the hash that won it, and whose it is."""

    nth: int
    prize: str
    position: int
    hash: bytes
    person_id: int


def winners_of(draw_id: int) -> list[WinnerLine]:
    """Prize by prize: place on the list and hash; the person is for the office alone."""
    query = (
        select(DrawWinner.nth, DrawWinner.prize, DrawEntry.position, DrawEntry.hash,
               DrawEntry.person_id)
        .join(DrawEntry, DrawEntry.id == DrawWinner.entry_id)
        .where(DrawWinner.draw_id == draw_id)
        .order_by(DrawWinner.nth)
    )  # fmt: skip
    return fetch_named(WinnerLine, query)


def seeds_of(draw_id: int) -> Sequence[DrawSeed]:
    return db.session.scalars(
        select(DrawSeed).where(DrawSeed.draw_id == draw_id).order_by(DrawSeed.id)
    ).all()


@dataclass(frozen=True)
class OwnChance:
    """A draw as somebody who has an entry sees it."""

    draw: PointsDraw
    code: str
    hash: str
    position: int
    prize: str | None


def own_chances(person_id: int, draw_id: int | None = None) -> list[OwnChance]:
    """The draws somebody takes part in, the newest first."""
    query = (
        select(PointsDraw, DrawEntry, DrawWinner.prize)
        .join(DrawEntry, DrawEntry.draw_id == PointsDraw.id)
        .outerjoin(DrawWinner, DrawWinner.entry_id == DrawEntry.id)
        .where(DrawEntry.person_id == person_id)
        .order_by(PointsDraw.id.desc())
        .limit(20)
    )
    if draw_id is not None:
        query = query.where(PointsDraw.id == draw_id)
    return [
        OwnChance(draw, entry.code, entry.hash.hex(), entry.position, prize)
        for draw, entry, prize in db.session.execute(query)
    ]


def count_chances(draw: PointsDraw) -> int:
    """How many a draft would give an entry to today."""
    values = {
        "first": draw.first_month, "next": clock.next_month(draw.last_month),
        "region_id": draw.region_id,
    }  # fmt: skip
    query = select(func.count()).select_from(CHANCES.columns().subquery())
    return db.session.scalar(query, values) or 0
