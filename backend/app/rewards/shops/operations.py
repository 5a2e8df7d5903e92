"""兑换点: opened, changed, paused and closed by those who manage rewards there."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor, Permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.places.queries import get_place
from backend.app.rewards.errors import ShopUnknown
from backend.app.rewards.models import ExchangePoint
from backend.app.rewards.shops.queries import waiting_count
from backend.app.rewards.shops.staff import dismiss_all


@dataclass(frozen=True)
class ShopForm:
    """What the page of a shop asks for."""

    name: str
    address: str
    hours: str
    contact: str
    latitude: Decimal | None = None
    longitude: Decimal | None = None


def _check(form: ShopForm) -> None:
    faults = {}
    for name, value, most, missing in (
        ("name", form.name, 30, "请填名称"),
        ("address", form.address, 80, "请填地址，村民要找得到"),
        ("hours", form.hours, 60, "请填开门时间，如 每天 8:00—18:00"),
        ("contact", form.contact, 40, None),
    ):
        if missing and not value:
            faults[name] = [missing]
        elif len(value) > most:
            faults[name] = [f"最多 {most} 个字"]
    if (form.latitude is None) != (form.longitude is None):
        faults["latitude"] = ["经纬度要填就两个都填"]
    elif form.latitude is not None and not -90 <= form.latitude <= 90:
        faults["latitude"] = ["纬度在 -90 到 90 之间"]
    elif form.longitude is not None and not -180 <= form.longitude <= 180:
        faults["longitude"] = ["经度在 -180 到 180 之间"]
    if faults:
        raise InvalidInput(errors=faults)


def check_region(actor: Actor, region_id: int, permission: Permission) -> None:
    """Raises NotAllowed unless the region is the actor's."""
    if not may(actor, permission, get_place(region_id).path):
        raise NotAllowed("这个地方不归您管")


def open_shop(actor: Actor, village_id: int, form: ShopForm) -> ExchangePoint:
    """A new exchange point in a village."""
    place = get_place(village_id)
    if place.level != "village" or not place.is_open or place.county_id is None:
        raise InvalidInput(errors={"village_id": ["请选一个村"]})
    check_region(actor, village_id, Permission.MANAGE_REWARDS)
    _check(form)
    shop = ExchangePoint(
        county_id=place.county_id, village_id=village_id, opened_on=clock.today(),
        **form.__dict__,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(shop)
    except IntegrityError:
        raise Conflict("这个村已有同名的兑换点", {"name": ["这个村已有同名的兑换点"]}) from None
    record("open_exchange_point", actor.person_id, "exchange_point", shop.id, region_id=village_id)
    return shop


def lock_shop(actor: Actor, shop_id: int) -> ExchangePoint:
    """An open shop the actor manages, held; raises ShopUnknown or NotAllowed."""
    shop = db.session.get(ExchangePoint, shop_id, with_for_update=True, populate_existing=True)
    if shop is None or shop.closed_on is not None:
        raise ShopUnknown
    check_region(actor, shop.village_id, Permission.MANAGE_REWARDS)
    return shop


def change_shop(actor: Actor, shop_id: int, form: ShopForm) -> None:
    shop = lock_shop(actor, shop_id)
    _check(form)
    try:
        with db.session.begin_nested():
            for name, value in form.__dict__.items():
                setattr(shop, name, value)
            db.session.flush()
    except IntegrityError:
        raise Conflict("这个村已有同名的兑换点", {"name": ["这个村已有同名的兑换点"]}) from None
    record("change_exchange_point", actor.person_id, "exchange_point", shop.id)


def pause_shop(actor: Actor, shop_id: int, reason: str) -> None:
    """Nothing is reserved or handed out there until it goes on."""
    shop = lock_shop(actor, shop_id)
    reason = reason.strip()
    if not 2 <= len(reason) <= 60:
        raise InvalidInput(errors={"pause_reason": ["请写为什么暂停，村民会看到（60 字以内）"]})
    shop.paused_at, shop.pause_reason = shop.paused_at or clock.now(), reason
    record("pause_exchange_point", actor.person_id, "exchange_point", shop.id)


def resume_shop(actor: Actor, shop_id: int) -> None:
    shop = lock_shop(actor, shop_id)
    shop.paused_at = shop.pause_reason = None
    record("resume_exchange_point", actor.person_id, "exchange_point", shop.id)


def close_shop(actor: Actor, shop_id: int) -> None:
    """For good; refused while somebody's things are put aside there."""
    shop = lock_shop(actor, shop_id)
    waiting = waiting_count(shop.id)
    if waiting:
        raise Conflict(f"还有 {waiting} 件预留的没领走，先暂停，等领完或取消了再关")
    shop.closed_on = clock.today()
    dismiss_all(actor, shop.id)
    record("close_exchange_point", actor.person_id, "exchange_point", shop.id)
