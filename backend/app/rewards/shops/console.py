"""兑换点: where rewards are handed out, who keeps them, and what lies there."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask import redirect
from flask import url_for as address_of

from backend.app.access import Actor, Permission, may, regions_of
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import query_args, read_id
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.places.queries import get_place, search_villages
from backend.app.points.blueprints import console as blueprint
from backend.app.rewards import forms as reward_forms
from backend.app.rewards.catalogue.queries import list_rewards
from backend.app.rewards.errors import ShopUnknown
from backend.app.rewards.shops import operations as shops
from backend.app.rewards.shops import queries as shop_queries
from backend.app.rewards.shops import staff as shop_staff
from backend.app.rewards.stock import counts as stock_counts
from backend.app.rewards.stock import operations as stock
from backend.app.rewards.stock import queries as stock_queries

Sent = dict[str, Any]
REFUSALS = (InvalidInput, Conflict, NotAllowed)
MOVEMENTS = {
    "delivery": "进货", "undo_delivery": "冲正进货", "count": "盘点差数", "handout": "领走",
    "return": "退回上架",
}  # fmt: skip


@blueprint.get("/shops")
@guard(Permission.SEE_REDEMPTIONS)
@query_args(q=boxes.Text(40))
def show_shops(q: str) -> Any:
    return _shops_page(q)


def _shops_page(words: str = "", error: DomainError | None = None) -> Any:
    shops = shop_queries.shops_within(regions_of(actor(), Permission.SEE_REDEMPTIONS))
    manages = regions_of(actor(), Permission.MANAGE_REWARDS)
    return render_page(
        "rewards/shops.html", error,
        shops=shops, stock=shop_queries.stock_of([shop.id for shop in shops]),
        q=words,
        found=search_villages(words, list(manages))[:20] if words else [],
    )  # fmt: skip


@blueprint.post("/shops")
@guard(Permission.MANAGE_REWARDS)
def open_shop() -> Any:
    try:
        village_id, shop = read_id("village_id"), reward_forms.read_shop()
        with transaction():
            shop_id = shops.open_shop(actor(), village_id, shop).id
    except REFUSALS as refused:
        return _shops_page(error=refused)
    return redirect(address_of("points_console.show_shop", shop_id=shop_id))


@blueprint.get("/shops/<int:shop_id>")
@guard(Permission.SEE_REDEMPTIONS)
def show_shop(shop_id: int) -> Any:
    return _shop_page(shop_id)


def _shop_page(shop_id: int, error: DomainError | None = None, code: str = "") -> Any:
    found = shop_queries.shops_by_id([shop_id])
    me = actor()
    path = get_place(found[0].village_id).path if found else ()
    if not found or not may(me, Permission.SEE_REDEMPTIONS, path):
        raise ShopUnknown
    return render_page(
        "rewards/shop.html", error,
        shop=found[0], code=code,
        form_key=uuid4(),
        mine=may(me, Permission.MANAGE_REWARDS, path) and found[0].closed_on is None,
        stock=shop_queries.stock_of([shop_id]).get(shop_id, []),
        rewards=list_rewards(get_place(found[0].village_id).county_id or 0),
        movements=stock_queries.list_movements(shop_id), names=MOVEMENTS,
        keepers=shop_queries.list_keepers(shop_id), counts=stock_queries.list_counts(shop_id),
        waiting=shop_queries.waiting_count(shop_id),
    )  # fmt: skip


def _invite(me: Actor, shop_id: int, form: Sent) -> str:
    shop = shops.lock_shop(me, shop_id)
    return shop_staff.invite_keeper(me, shop, form["keeper_name"])


def _dismiss(me: Actor, shop_id: int, _: Sent) -> None:
    shop = shops.lock_shop(me, shop_id)
    shop_staff.dismiss_keeper(me, shop, read_id("keeper_id"))


def _deliver(me: Actor, shop_id: int, form: Sent) -> None:
    reward_id = read_id("reward_id")
    stock.deliver(me, shop_id, reward_id, form["quantity"], form["note"], form["form_key"])


def _count(me: Actor, shop_id: int, _: Sent) -> None:
    ids = [line.reward_id for line in shop_queries.stock_of([shop_id]).get(shop_id, [])]
    stock_counts.count_stock(me, shop_id, reward_forms.read_counts(ids))


# What can be done to a shop; what an act answers is shown once.
ACTS: dict[str, Callable[[Actor, int, Sent], Any]] = {
    "change": lambda me, shop_id, _: shops.change_shop(me, shop_id, reward_forms.read_shop()),
    "pause": lambda me, shop_id, form: shops.pause_shop(me, shop_id, form["pause_reason"]),
    "resume": lambda me, shop_id, _: shops.resume_shop(me, shop_id),
    "close": lambda me, shop_id, _: shops.close_shop(me, shop_id),
    "invite": _invite,
    "dismiss": _dismiss,
    "deliver": _deliver,
    "undo": lambda me, _, form: stock.undo_delivery(me, read_id("movement_id"), form["note"]),
    "count": _count,
    "confirm": lambda me, *_: stock_counts.confirm_count(me, read_id("count_id")),
    "drop": lambda me, *_: stock_counts.drop_count(me, read_id("count_id")),
}


@blueprint.post("/shops/<int:shop_id>/<act>")
@guard(Permission.MANAGE_REWARDS)
def act_on_shop(shop_id: int, act: str) -> Any:
    if act not in ACTS:
        raise NotFound
    try:
        with transaction():
            code = ACTS[act](actor(), shop_id, reward_forms.SHOP_ACT.read())
    except REFUSALS as refused:
        return _shop_page(shop_id, refused)
    if act == "invite":
        return _shop_page(shop_id, code=code)
    if act == "close":
        return redirect(address_of("points_console.show_shops"))
    return redirect(address_of("points_console.show_shop", shop_id=shop_id))
