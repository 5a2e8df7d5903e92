"""Writes of the rules: a draft, the villagers' vote, a version in force, its end."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import PurePath
from typing import Any

from sqlalchemy import func, or_, select

from backend.app.access import Actor, Permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backend.app.core.files import storage
from backend.app.places.queries import Place, get_place
from backend.app.places.succession import same_villages
from backend.app.points.models import PointsRule, PointsRuleSet
from backend.app.points.rules.rulebook import (
    RuleItem,
    Vote,
    check_items,
    check_start,
    check_vote,
    item_from,
)

LARGEST_FILE = 10 * 1024 * 1024
# By their first bytes: what a phone or an office makes of minutes.
FILES = {
    b"%PDF-": "pdf",
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG": "png",
    b"PK\x03\x04": "docx",
}


def _own_place(actor: Actor, region_id: int) -> Place:
    place = get_place(region_id)
    if place.level not in ("county", "village"):
        raise InvalidInput(errors={"region_id": ["办法由县或村定，请选县或村"]})
    if not may(actor, Permission.MANAGE_POINTS, place.path):
        raise NotAllowed("这个地方不归您管")
    return place


def _open_place(actor: Actor, region_id: int) -> Place:
    place = _own_place(actor, region_id)
    if not place.is_open:
        raise Conflict("这个村已撤并，它的办法不再改。请到并入的村接着办")
    return place


def draft_of(region_id: int) -> PointsRuleSet | None:
    return db.session.scalar(
        select(PointsRuleSet).where(
            PointsRuleSet.region_id == region_id, PointsRuleSet.version.is_(None)
        )
    )


def drafts_left(region_id: int) -> list[PointsRuleSet]:
    """Drafts of villages that went into this one: their ids stay with those villages."""
    gone = set(same_villages([region_id])) - {region_id}
    query = select(PointsRuleSet).where(
        PointsRuleSet.region_id.in_(gone), PointsRuleSet.version.is_(None)
    )
    return list(db.session.scalars(query.order_by(PointsRuleSet.id)))


def take_over_draft(actor: Actor, region_id: int, draft_id: int) -> PointsRuleSet:
    """A draft of a village that went into this one becomes its own, where it has none yet."""
    place, draft = _left(actor, region_id, draft_id)
    if draft_of(region_id) is not None:
        raise Conflict("这个村已有一份草稿，先定下来或不要它，再用留下的这份")
    before, draft.region_id = draft.region_id, region_id
    draft.county_id = place.county_id or draft.county_id
    db.session.flush()
    record(
        "take_over_points_draft", actor.person_id, "points_rule_set", draft.id,
        region_id=region_id, before=before,
    )  # fmt: skip
    return draft


def drop_left_draft(actor: Actor, region_id: int, draft_id: int) -> None:
    _, draft = _left(actor, region_id, draft_id)
    record(
        "drop_points_draft", actor.person_id, "points_rule_set", draft.id,
        region_id=draft.region_id,
    )  # fmt: skip
    db.session.delete(draft)


def _left(actor: Actor, region_id: int, draft_id: int) -> tuple[Place, PointsRuleSet]:
    place = _own_place(actor, region_id)
    draft = db.session.get(PointsRuleSet, draft_id, with_for_update=True)
    if draft is None or draft not in drafts_left(region_id):
        raise NotFound
    return place, draft


def save_draft(
    actor: Actor, region_id: int, title: str, items: Sequence[RuleItem], yearly_budget: int
) -> PointsRuleSet:
    """Keeps what a county or village means to vote on; raises InvalidInput with every reason."""
    place = _open_place(actor, region_id)
    faults = check_items(items, yearly_budget)
    if not 2 <= len(title.strip()) <= 60:
        faults["title"] = ["名称要 2 到 60 个字"]
    if faults:
        raise InvalidInput("这份办法还不能存，原因如下", errors=faults)
    draft = draft_of(region_id)
    if draft is None:
        draft = PointsRuleSet(
            county_id=place.county_id, region_id=region_id, made_by_id=actor.person_id
        )
        db.session.add(draft)
    draft.title, draft.yearly_budget = title.strip(), yearly_budget
    draft.items = [item.as_data() for item in items]
    draft.made_at = clock.now()
    db.session.flush()
    record(
        "save_points_draft", actor.person_id, "points_rule_set", draft.id,
        region_id=region_id, items=len(items), budget=yearly_budget,
    )  # fmt: skip
    return draft


def drop_draft(actor: Actor, region_id: int) -> None:
    _own_place(actor, region_id)
    draft = draft_of(region_id)
    if draft is None:
        raise NotFound
    record("drop_points_draft", actor.person_id, "points_rule_set", draft.id, region_id=region_id)
    db.session.delete(draft)


def adopt(
    actor: Actor,
    region_id: int,
    vote: Vote,
    starts_on: date | None,
    minutes: tuple[str, bytes] | None,
) -> PointsRuleSet:
    """Puts a draft into force from a day on, with its vote and minutes; the one before ends."""
    _open_place(actor, region_id)
    draft = db.session.get(
        PointsRuleSet,
        getattr(draft_of(region_id), "id", 0),
        with_for_update=True,
        populate_existing=True,
    )
    if draft is None or draft.version is not None:
        raise NotFound("没有草稿可以生效")
    items = [item_from(data) for data in draft.items]
    faults = check_items(items, draft.yearly_budget) | check_vote(vote, starts_on, clock.today())
    extension = _extension(minutes[1]) if minutes else None
    if extension is None:
        faults["minutes"] = ["请上传会议记录：PDF、图片或 Word 文档，不超过 10 MB"]
    if starts_on is not None and not faults:
        faults |= check_start(starts_on, _has_rules(region_id))
    if faults or starts_on is None or minutes is None:
        raise InvalidInput("还不能生效，原因如下", errors=faults)
    version = _end_the_one_before(region_id, starts_on) + 1
    draft.minutes_key = storage.new_key("minutes", extension or "")
    storage.put(draft.minutes_key, minutes[1])
    draft.minutes_name = PurePath(minutes[0]).name[-120:] or "会议记录"
    draft.version, draft.starts_on = version, starts_on
    draft.voted_on, draft.votes_yes = vote.held_on, vote.yes
    draft.votes_no, draft.votes_abstain = vote.no, vote.abstain
    draft.adopted_by_id, draft.adopted_at = actor.person_id, clock.now()
    db.session.flush()
    _write_rules(draft, items)
    record(
        "adopt_points_rules", actor.person_id, "points_rule_set", draft.id,
        region_id=region_id, version=version, starts_on=starts_on.isoformat(),
    )  # fmt: skip
    return draft


def _extension(content: bytes) -> str | None:
    if len(content) > LARGEST_FILE:
        return None
    return next((name for start, name in FILES.items() if content.startswith(start)), None)


def _has_rules(region_id: int) -> bool:
    return bool(
        db.session.scalar(select(PointsRule.id).where(PointsRule.region_id == region_id).limit(1))
    )


def _end_the_one_before(region_id: int, starts_on: date) -> int:
    """Ends what holds in the region the day before; returns the newest version there was."""
    rules = db.session.scalars(
        select(PointsRule).where(
            PointsRule.region_id == region_id,
            or_(PointsRule.ends_on.is_(None), PointsRule.ends_on >= starts_on),
        )
    ).all()
    sets = db.session.scalars(
        select(PointsRuleSet).where(
            PointsRuleSet.region_id == region_id,
            PointsRuleSet.version.is_not(None),
            or_(PointsRuleSet.ends_on.is_(None), PointsRuleSet.ends_on >= starts_on),
        )
    ).all()
    before: list[PointsRule | PointsRuleSet] = [*rules, *sets]
    for one in before:
        if one.starts_on is not None and one.starts_on >= starts_on:
            raise Conflict(errors={"starts_on": ["已有一版从这天或更晚开始，新办法须晚于它"]})
        one.ends_on = starts_on - timedelta(days=1)
    newest = db.session.scalar(
        select(func.max(PointsRule.version)).where(PointsRule.region_id == region_id)
    )
    return newest or 0


def _write_rules(adopted: PointsRuleSet, items: Sequence[RuleItem]) -> None:
    for item in items:
        values: dict[str, Any] = {
            "rule_set_id": adopted.id, "region_id": adopted.region_id, "code": item.code,
            "version": adopted.version, "group_name": item.group, "label": item.label,
            "amount": item.amount, "daily_cap": item.daily_cap, "monthly_cap": item.monthly_cap,
            "starts_on": adopted.starts_on,
        }  # fmt: skip
        db.session.add(PointsRule(**values))
    db.session.flush()


def end_rules(actor: Actor, rule_set_id: int, reason: str) -> PointsRuleSet:
    """Stops a version after today, as when something in it turns out wrong."""
    rule_set = db.session.get(PointsRuleSet, rule_set_id, with_for_update=True)
    if rule_set is None or rule_set.version is None or rule_set.starts_on is None:
        raise NotFound
    _own_place(actor, rule_set.region_id)
    if not 2 <= len(reason.strip()) <= 100:
        raise InvalidInput(errors={"reason": ["请写停用的原因"]})
    today = clock.today()
    if rule_set.starts_on > today:
        raise Conflict("还没开始执行：请等它开始，或直接定下一版")
    if rule_set.ends_on is not None and rule_set.ends_on <= today:
        raise Conflict("这一版已经停了")
    rule_set.ends_on = today
    rules = select(PointsRule).where(PointsRule.rule_set_id == rule_set.id)
    for rule in db.session.scalars(rules):
        rule.ends_on = today
    record(
        "end_points_rules", actor.person_id, "points_rule_set", rule_set.id,
        region_id=rule_set.region_id, version=rule_set.version, reason=reason.strip(),
    )  # fmt: skip
    return rule_set
