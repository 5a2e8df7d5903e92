"""A villager's standing: what gives points, what expires, a freeze and its appeal, own draws."""

from typing import Any

from flask import current_app, url_for

from backend.app.access import Permission
from backend.app.accounts.numbers import numbers_of
from backend.app.accounts.villagers import home_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.web.guards import actor, guard
from backend.app.places.queries import settings_of
from backend.app.points import expiry, queries, schemas
from backend.app.points.blueprints import api as blueprint
from backend.app.points.draws import operations as draws
from backend.app.points.freezes import operations as freezes
from backend.app.points.rules import queries as rule_queries


@blueprint.get("/me/points/standing")
@guard(Permission.SEE_OWN_POINTS)
@blueprint.response(200, schemas.StandingShape())
def show_standing() -> dict[str, Any]:
    """What is beside the balance: one's number, the rules, what expires soon, a freeze."""
    person_id = actor().person_id
    own = home_of(person_id)
    decided = settings_of(own.county_id) if own else None
    return {
        "number": numbers_of([person_id])[person_id],
        "freeze": queries.open_freeze(person_id),
        "expiry": expiry.coming_for(person_id),
        "rules": rule_queries.rules_for(own.county_id, own.village_id, clock.today())
        if own
        else None,
        "draws": bool(decided and decided.draws_on) or bool(draws.own_chances(person_id)),
        "survey_points": decided.survey_points if decided else 0,
    }


@blueprint.post("/me/points/appeal")
@guard(Permission.SEE_OWN_POINTS)
@blueprint.arguments(schemas.AppealShape())
@blueprint.response(200, schemas.FreezeShape())
def appeal(body: dict[str, Any]) -> Any:
    """Once, in the person's own words; another clerk decides."""
    with transaction():
        return freezes.appeal(actor().person_id, body["words"])


@blueprint.get("/me/draws")
@guard(Permission.SEE_OWN_POINTS)
@blueprint.response(200, schemas.ChancesShape())
def list_own_draws() -> dict[str, Any]:
    """The draws one has an entry in, with the secret code that proves it."""
    host = current_app.config["SETTINGS"].public_host
    items = [
        {
            "id": one.draw.id, "title": one.draw.title, "state": one.draw.state,
            "entries": one.draw.entries, "commitment": (one.draw.commitment or b"").hex(),
            "seed_source": one.draw.seed_source, "seed_at": one.draw.seed_at,
            "seed": one.draw.seed, "called_off_reason": one.draw.called_off_reason,
            "code": one.code, "hash": one.hash, "position": one.position, "prize": one.prize,
            "prizes": one.draw.prizes,
            "page": host + url_for("points_public.show_public_draw", draw_id=one.draw.id),
        }
        for one in draws.own_chances(actor().person_id)
    ]  # fmt: skip
    return {"items": items}
