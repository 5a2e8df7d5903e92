"""管店: the phone of a cadre or keeper behind the counter."""

from typing import Any

from backend.app.access import Permission
from backend.app.core.db import transaction
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.idempotency import IDEMPOTENCY_KEY, idempotency_key
from backend.app.points.blueprints import api as blueprint
from backend.app.rewards import schemas
from backend.app.rewards.catalogue.queries import show_shop
from backend.app.rewards.errors import NoShopOfYours
from backend.app.rewards.redemptions import handover
from backend.app.rewards.redemptions import queries as own_redemptions
from backend.app.rewards.redemptions.operations import masked
from backend.app.rewards.shops import queries as shop_queries
from backend.app.rewards.shops import staff as shop_staff


@blueprint.post("/me/shops")
@guard(Permission.OWN_ACCOUNT)
@blueprint.arguments(schemas.KeeperInvitationShape())
@blueprint.response(204)
def become_keeper(body: dict[str, Any]) -> None:
    """Becomes keeper of a shop with the code the office gave; again, it changes nothing."""
    with transaction():
        shop_staff.accept_invitation(actor().person_id, body["code"])


@blueprint.get("/shop")
@guard(Permission.HAND_OUT_REWARDS)
@blueprint.arguments(schemas.CountersQuery(), location="query")
@blueprint.response(200, schemas.CountersShape())
def show_counter(query: dict[str, Any]) -> dict[str, Any]:
    """The reader's shops, and one of them with its shelf and its day."""
    shops = shop_queries.shops_by_id(shop_queries.shop_ids_of(actor()))
    chosen = next((one for one in shops if one.id == query["shop"]), None)
    if query["shop"] is not None and chosen is None:
        raise NoShopOfYours
    chosen = chosen or (shops[0] if shops else None)
    return {
        "shops": [show_shop(shop) for shop in shops],
        "counter": _counter(chosen) if chosen else None,
    }


def _counter(shop: shop_queries.Shop) -> dict[str, Any]:
    lines = [
        {**line._asdict(), "who": masked(line.surname)} for line in shop_queries.today_at(shop.id)
    ]
    return {
        "id": shop.id,
        "name": shop.name,
        "village": shop.village,
        "paused": shop.pause_reason,
        "stock": shop_queries.stock_of([shop.id]).get(shop.id, []),
        "done": [line for line in lines if line["state"] != "reserved"],
        "waiting": [line for line in lines if line["state"] == "reserved"],
    }


@blueprint.post("/shop/lookups")
@guard(Permission.HAND_OUT_REWARDS)
@blueprint.arguments(schemas.TypedCodeShape())
@blueprint.response(200, schemas.AtCounterShape())
def look_up(body: dict[str, Any]) -> dict[str, Any]:
    """What the code is for; nothing has been handed out yet."""
    redemption = handover.look_up(actor(), body["code"])
    return own_redemptions.show_at_counter(redemption.id)


@blueprint.post("/shop/redemptions/<int:redemption_id>/handout")
@guard(Permission.HAND_OUT_REWARDS)
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(schemas.HandoutInputShape())
@blueprint.response(200, schemas.AtCounterShape())
def hand_out(body: dict[str, Any], redemption_id: int) -> dict[str, Any]:
    """The goods have changed hands; sending it again under the same key changes nothing."""
    key = idempotency_key()
    with transaction():
        handover.hand_out(actor(), redemption_id, body["code"], key, body["scanned"])
    return own_redemptions.show_at_counter(redemption_id)


@blueprint.post("/shop/redemptions/<int:redemption_id>/return")
@guard(Permission.HAND_OUT_REWARDS)
@blueprint.arguments(schemas.ReturnInputShape())
@blueprint.response(200, schemas.AtCounterShape())
def bring_back(body: dict[str, Any], redemption_id: int) -> dict[str, Any]:
    """退货."""
    with transaction():
        handover.bring_back(actor(), redemption_id, body["reason"], body["on_the_shelf"])
    return own_redemptions.show_at_counter(redemption_id)
