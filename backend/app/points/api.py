"""A villager's own points."""

from typing import Any

from backend.app.access import Permission
from backend.app.core.web.guards import actor, guard
from backend.app.points import queries, schemas
from backend.app.points.blueprints import api as blueprint


@blueprint.get("/me/points")
@guard(Permission.SEE_OWN_POINTS)
@blueprint.arguments(schemas.EntriesBeforeQuery(), location="query")
@blueprint.response(200, schemas.StatementShape())
def list_own_points(query: dict[str, Any]) -> dict[str, Any]:
    """Balance and entries, newest first."""
    person_id = actor().person_id
    lines = queries.statement_of(person_id, query["before"])
    page = lines[: queries.PAGE]
    return {
        "balance": queries.balance_of(person_id),
        "items": page,
        "next": page[-1].id if len(lines) > queries.PAGE else None,
    }
