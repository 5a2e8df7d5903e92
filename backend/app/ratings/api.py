"""Scan, rate, change, follow up: the villager's main path."""

from typing import Any

from backend.app.access import Permission
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.web.bodies import Blueprint
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.idempotency import IDEMPOTENCY_KEY, idempotency_key
from backend.app.core.web.request_fingerprint import trace_of_request
from backend.app.core.web.schemas import load_json
from backend.app.places.errors import CodeRevoked, CodeUnknown
from backend.app.places.targets import CODE, photo_address
from backend.app.points.point_sources import RATING
from backend.app.points.queries import rule_amount
from backend.app.ratings import offline_scan, operations, queries, scan_token, schemas
from backend.app.scoring.levels import level_name

blueprint = Blueprint("ratings", __name__, url_prefix="/api/v1", description="评价")


@blueprint.get("/codes/<string:code>")
@guard(Permission.RATE)
@blueprint.response(200, schemas.LandingShape())
def show_landing(code: str) -> dict[str, Any]:
    """What a scanned code leads to, with a token for one rating."""
    person_id = actor().person_id
    landing = queries.find_landing(code, person_id) if CODE.fullmatch(code) else None
    if landing is None:
        raise CodeUnknown
    if landing.revoked:
        raise CodeRevoked
    at = clock.now()
    today = clock.local_day(at)
    token, scan = scan_token.issue(person_id, landing.qr_code_id, at)
    refusal = queries.refusal_for(person_id, landing.qr_code_id, today)
    earlier = queries.rated_on(person_id, landing.qr_code_id, today)
    return {
        "scan_token": token,
        "scan_token_expires_at": scan.expires_at,
        "village": {
            "id": landing.village_id,
            "name": landing.village,
            "township": landing.township,
            "county": landing.county,
            "county_id": landing.county_id,
        },
        "service_point": {
            "id": landing.service_point_id,
            "name": landing.service_point,
            "kind": landing.kind,
            "kind_name": landing.kind_name,
            "icon": landing.icon,
            "photo_url": photo_address(landing.photo_key),
        },
        "may_rate": refusal is None and earlier is None,
        "refusal": {"code": refusal.code, "message": refusal.message} if refusal else None,
        "rated_today": _as_dict(queries.own_rating(person_id, earlier)) if earlier else None,
        "levels": queries.level_choices(),
        "points_for_rating": rule_amount(RATING, today, landing.county_id, landing.village_id),
        "suggest_binding": landing.bound_village_id is None,
    }


NEW_RATING = schemas.NewRatingShape()


@blueprint.post("/ratings")
@guard(Permission.RATE)
@blueprint.doc(
    parameters=[IDEMPOTENCY_KEY],
    requestBody={
        "required": True,
        "content": {"application/json": {"schema": schemas.NewRatingShape}},
    },
)
@blueprint.alt_response(201, schema=schemas.NewlyRatedShape, success=True)
def create_rating() -> tuple[dict[str, Any], int]:
    """One rating; sending it again under the same key changes nothing and answers the same.

    The busiest route of all: it loads its shape itself, which takes half the time of the
    general way.
    """
    body = load_json(NEW_RATING)
    key = idempotency_key()
    rated = operations.rate(
        _scan(body),
        key,
        operations.RatingInput(body["level"], tuple(body["reason_ids"]), body["words"]),
        trace_of_request(),
    )
    answer = _as_dict(rated.rating)
    answer["points_awarded"], answer["balance"] = rated.points_awarded, rated.balance
    return answer, 201


def _scan(body: dict[str, Any]) -> scan_token.Scan:
    """By the server's own token, or by what the phone says of a scan without a signal."""
    person_id = actor().person_id
    if body["offline_scan"] is None:
        return scan_token.read(body["scan_token"], person_id)
    return offline_scan.read(person_id, at=clock.now(), **body["offline_scan"])


@blueprint.put("/ratings/<int:rating_id>")
@guard(Permission.RATE)
@blueprint.arguments(schemas.RatingInputShape())
@blueprint.response(200, schemas.RatingShape())
def change_rating(given: dict[str, Any], rating_id: int) -> dict[str, Any]:
    """Changes an own rating within seven days."""
    person_id = actor().person_id
    with transaction():
        operations.change_rating(
            person_id,
            rating_id,
            operations.RatingInput(given["level"], tuple(given["reason_ids"]), given["words"]),
        )
    return _as_dict(queries.own_rating(person_id, rating_id))


@blueprint.post("/ratings/<int:rating_id>/followup")
@guard(Permission.RATE)
@blueprint.arguments(schemas.FollowupInputShape())
@blueprint.response(201, schemas.RatingShape())
def create_followup(given: dict[str, Any], rating_id: int) -> dict[str, Any]:
    """追评: once, and from then on it is what counts."""
    person_id = actor().person_id
    with transaction():
        operations.follow_up(person_id, rating_id, given["level"], given["words"])
    return _as_dict(queries.own_rating(person_id, rating_id))


@blueprint.get("/me/ratings")
@guard(Permission.RATE)
@blueprint.arguments(schemas.RatingsBeforeQuery(), location="query")
@blueprint.response(200, schemas.OwnRatingsShape())
def list_own_ratings(query: dict[str, Any]) -> dict[str, Any]:
    """Own ratings, newest first."""
    rows = queries.own_ratings(actor().person_id, query["before"])
    page = rows[: queries.PAGE]
    return {
        "items": [_as_dict(line) for line in page],
        "next": page[-1].id if len(rows) > queries.PAGE else None,
    }


def _as_dict(line: queries.RatingLine) -> dict[str, Any]:
    change_until = line.created_at + operations.CHANGE_WINDOW
    may_change = line.followup_level is None and clock.now() <= change_until
    return {
        "id": line.id,
        "level": line.level,
        "label": level_name(line.level),
        "reason_ids": line.reason_ids,
        "reasons": line.reasons,
        "words": line.words,
        "words_state": line.words_state,
        "rated_on": line.rated_on,
        "channel": line.channel,
        "change_until": change_until if may_change else None,
        "village_name": line.village_name,
        "service_point_name": line.service_point_name,
        "followup": {
            "level": line.followup_level,
            "label": level_name(line.followup_level),
            "words": line.followup_words,
            "created_at": line.followup_at,
        }
        if line.followup_level
        else None,
    }
