"""Choosing a village in the mini-program."""

from typing import Any

from backend.app.core.web.bodies import Blueprint
from backend.app.core.web.guards import open_to_all
from backend.app.places import queries, schemas

blueprint = Blueprint("places", __name__, url_prefix="/api/v1", description="地方")


@blueprint.get("/regions")
@open_to_all("names of places are public")
@blueprint.arguments(schemas.RegionsQuery, location="query")
@blueprint.response(200, schemas.RegionsShape)
def list_regions(query: dict[str, Any]) -> dict[str, Any]:
    """Counties, what lies below a region, or villages found by name."""
    if query["q"] is not None:
        return {"items": queries.search_villages(query["q"])}
    if query["parent_id"] is not None:
        queries.get_place(query["parent_id"])
    return {"items": queries.list_children(query["parent_id"])}
