"""A villager's rewards: the catalogue, what is reserved, and the code to fetch it with."""

import base64
from typing import Any

from backend.app.access import Permission
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.files.qr import qr_png
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.idempotency import IDEMPOTENCY_KEY, idempotency_key
from backend.app.points.blueprints import api as blueprint
from backend.app.rewards import schemas
from backend.app.rewards.catalogue import queries as catalogue
from backend.app.rewards.redemptions import operations as redemptions
from backend.app.rewards.redemptions import queries as own_redemptions
from backend.app.rewards.redemptions.codes import in_qr, make_code

PIXELS = 12


@blueprint.get("/rewards")
@guard(Permission.REDEEM)
@blueprint.response(200, schemas.CatalogueShape())
def list_rewards() -> dict[str, Any]:
    """What there is for the reader today, with the nearest shop that has it."""
    return catalogue.show_catalogue(actor().person_id)


@blueprint.get("/rewards/<int:reward_id>")
@guard(Permission.REDEEM)
@blueprint.response(200, schemas.RewardDetailShape())
def show_reward(reward_id: int) -> dict[str, Any]:
    """One reward with the shops that have it, near to far."""
    return catalogue.show_reward(actor().person_id, reward_id)


@blueprint.get("/exchange-points")
@guard(Permission.REDEEM)
@blueprint.response(200, schemas.ShopsShape())
def list_shops() -> dict[str, Any]:
    """Where rewards are handed out, near to far."""
    return {"items": catalogue.show_shops(actor().person_id)}


@blueprint.post("/redemptions")
@guard(Permission.REDEEM)
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(schemas.ReservationInputShape())
@blueprint.response(201, schemas.RedemptionShape())
def reserve(body: dict[str, Any]) -> dict[str, Any]:
    """Puts one thing aside for three days; sending it again under the same key changes nothing."""
    key, person_id = idempotency_key(), actor().person_id
    with transaction():
        redemption_id = redemptions.reserve(
            person_id, key, body["reward_id"], body["exchange_point_id"], body["surname"]
        ).id
    return own_redemptions.show_own(person_id, redemption_id)


@blueprint.get("/me/redemptions")
@guard(Permission.REDEEM)
@blueprint.arguments(schemas.RedemptionsQuery(), location="query")
@blueprint.response(200, schemas.RedemptionsShape())
def list_redemptions(query: dict[str, Any]) -> dict[str, Any]:
    """Own redemptions, newest first."""
    lines = own_redemptions.list_own(actor().person_id, query["before"])
    page = lines[: own_redemptions.PAGE]
    return {
        "items": page,
        "next": page[-1]["id"] if len(lines) > own_redemptions.PAGE else None,
    }


@blueprint.get("/me/redemptions/<int:redemption_id>")
@guard(Permission.REDEEM)
@blueprint.response(200, schemas.RedemptionShape())
def show_redemption(redemption_id: int) -> dict[str, Any]:
    return own_redemptions.show_own(actor().person_id, redemption_id)


@blueprint.post("/me/redemptions/<int:redemption_id>/code")
@guard(Permission.REDEEM)
@blueprint.response(201, schemas.CodeShape())
def make_new_code(redemption_id: int) -> dict[str, Any]:
    """Eight digits and their square for five minutes; the ones before are worth nothing."""
    with transaction():
        redemption = redemptions.own_redemption(actor().person_id, redemption_id)
        digits, expires_at = make_code(redemption)
    square = base64.b64encode(qr_png(in_qr(digits), PIXELS)).decode()
    return {
        "digits": digits,
        "picture": f"data:image/png;base64,{square}",
        "expires_at": expires_at,
        "seconds": max(0, int((expires_at - clock.now()).total_seconds())),
    }


@blueprint.post("/me/redemptions/<int:redemption_id>/cancellation")
@guard(Permission.REDEEM)
@blueprint.response(200, schemas.RedemptionShape())
def cancel(redemption_id: int) -> dict[str, Any]:
    """Not wanted any more; the points come back at once."""
    person_id = actor().person_id
    with transaction():
        redemptions.cancel(person_id, redemption_id)
    return own_redemptions.show_own(person_id, redemption_id)
