"""A cadre's phone: who took part in a meeting or in volunteer work; somebody else confirms."""

from typing import Any

from backend.app.access import Permission, regions_of
from backend.app.accounts.villagers import villagers_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import NotFound
from backend.app.core.web.guards import actor, guard
from backend.app.places.queries import get_place
from backend.app.points import forms, schemas
from backend.app.points.activities import operations as activities
from backend.app.points.blueprints import api as blueprint

RECENT = 20


def _own_village() -> int:
    regions = sorted(regions_of(actor(), Permission.ENTER_DEEDS))
    villages = [region for region in regions if get_place(region).level == "village"]
    if not villages:
        raise NotFound("手机上只登记本村的事，别的请在工作台登记")
    return villages[0]


def _page(village_id: int) -> dict[str, Any]:
    within = frozenset({village_id})
    return {
        "village": get_place(village_id).name,
        "rules": activities.deed_rules(village_id, clock.today()),
        "people": villagers_of(village_id),
        "items": activities.list_deeds(within, actor().person_id, most=RECENT),
    }


@blueprint.get("/cadre/deeds")
@guard(Permission.ENTER_DEEDS)
@blueprint.response(200, schemas.DeedsShape())
def show_village_deeds() -> dict[str, Any]:
    """What can be entered, for whom, and what became of what was."""
    return _page(_own_village())


@blueprint.post("/cadre/deeds")
@guard(Permission.ENTER_DEEDS)
@blueprint.arguments(schemas.NewDeedShape())
@blueprint.response(201, schemas.DeedsShape())
def enter_village_deed(body: dict[str, Any]) -> dict[str, Any]:
    """Gives nobody points yet: a second person has to confirm."""
    village_id = _own_village()
    with transaction():
        activities.enter(
            actor(), village_id, body["rule_id"], body["happened_on"], body["note"],
            forms.people_of(body["people"]),
        )  # fmt: skip
    return _page(village_id)
