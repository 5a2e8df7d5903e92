"""The catalogue: rewards added, changed and taken off by those who manage them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor, Permission
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput
from backend.app.core.files import storage
from backend.app.core.files.photos import keep_unopened
from backend.app.places.queries import get_place
from backend.app.rewards.errors import RewardUnknown
from backend.app.rewards.models import Reward
from backend.app.rewards.shops.operations import check_region

DEAREST, MOST_EACH = 100_000, 99
SAME_NAME = "这个范围里已有同名的东西"


@dataclass(frozen=True)
class RewardForm:
    """What the page of a reward asks for."""

    name: str
    description: str
    price: int
    monthly_limit: int | None
    total_limit: int | None
    starts_on: date
    ends_on: date | None


def _check(form: RewardForm) -> None:
    faults: dict[str, list[str]] = {}
    if not form.name:
        faults["name"] = ["请填名称"]
    elif len(form.name) > 30:
        faults["name"] = ["最多 30 个字"]
    if len(form.description) > 200:
        faults["description"] = ["最多 200 个字"]
    if not 1 <= form.price <= DEAREST:
        faults["price"] = [f"积分在 1 到 {DEAREST} 之间"]
    for name, limit in (("monthly_limit", form.monthly_limit), ("total_limit", form.total_limit)):
        if limit is not None and not 1 <= limit <= MOST_EACH:
            faults[name] = [f"在 1 到 {MOST_EACH} 之间，不限就空着"]
    if form.ends_on is not None and form.ends_on < form.starts_on:
        faults["ends_on"] = ["结束日期不能早于开始日期"]
    if faults:
        raise InvalidInput(errors=faults)


def add_reward(actor: Actor, region_id: int, form: RewardForm, photo: bytes | None) -> Reward:
    """A new thing for the people of a county, township or village."""
    place = get_place(region_id)
    if place.level == "group" or not place.is_open:
        raise InvalidInput(errors={"region_id": ["请选县、乡镇或村"]})
    check_region(actor, region_id, Permission.MANAGE_REWARDS)
    _check(form)
    reward = Reward(
        county_id=place.county_id or region_id, region_id=region_id, photo_key=_keep(photo),
        created_at=clock.now(), created_by_id=actor.person_id, **form.__dict__,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(reward)
    except IntegrityError:
        raise Conflict(SAME_NAME, {"name": [SAME_NAME]}) from None
    record(
        "add_reward", actor.person_id, "reward", reward.id,
        region_id=region_id, price=form.price,
    )  # fmt: skip
    return reward


def _keep(photo: bytes | None) -> str | None:
    if not photo:
        return None
    # The folder whose pictures everybody may see: names in it are random and never used twice.
    key = storage.new_key("photos", "jpg")
    keep_unopened(key, photo)
    return key


def find_reward(actor: Actor, reward_id: int) -> Reward:
    """One the actor manages, held; raises RewardUnknown or NotAllowed."""
    reward = db.session.get(Reward, reward_id, with_for_update=True, populate_existing=True)
    if reward is None or reward.retired_at is not None:
        raise RewardUnknown
    check_region(actor, reward.region_id, Permission.MANAGE_REWARDS)
    return reward


def change_reward(actor: Actor, reward_id: int, form: RewardForm, photo: bytes | None) -> Reward:
    """What is reserved already keeps the price it was reserved at."""
    reward = find_reward(actor, reward_id)
    _check(form)
    before = reward.price
    try:
        with db.session.begin_nested():
            for name, value in form.__dict__.items():
                setattr(reward, name, value)
            # The picture before stays: somebody's page may still show it.
            reward.photo_key = _keep(photo) or reward.photo_key
            db.session.flush()
    except IntegrityError:
        raise Conflict(SAME_NAME, {"name": [SAME_NAME]}) from None
    record("change_reward", actor.person_id, "reward", reward.id, price=form.price, before=before)
    return reward


def retire_reward(actor: Actor, reward_id: int) -> None:
    """Off the catalogue; what is reserved can still be fetched."""
    reward = find_reward(actor, reward_id)
    reward.retired_at = clock.now()
    record("retire_reward", actor.person_id, "reward", reward.id)
