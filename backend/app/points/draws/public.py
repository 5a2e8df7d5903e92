"""Past and coming draws, for everybody: the list, the rule, and a check in one's own browser."""

from flask import Response, render_template

from backend.app.core.errors import NotFound
from backend.app.core.web.guards import open_to_all
from backend.app.places.queries import get_place
from backend.app.points.blueprints import public as blueprint
from backend.app.points.draws import operations as draws
from backend.app.points.states import DrawState

STATES = DrawState.names()


@blueprint.get("/counties/<int:county_id>/draws")
@open_to_all("anybody may check a draw")
def list_public_draws(county_id: int) -> str:
    place = get_place(county_id)
    if place.level != "county":
        raise NotFound
    found = draws.list_draws(county_id, with_drafts=False)
    return render_template(
        "points/public_draws.html", place=place, draws=found, states=STATES,
        late={one.id for one in found if draws.is_called_off_late(one)},
    )  # fmt: skip


@blueprint.get("/draws/<int:draw_id>")
@open_to_all("anybody may check a draw")
def show_public_draw(draw_id: int) -> str:
    """The page computes the result anew from the list, without asking us."""
    draw = draws.get_public(draw_id)
    return render_template(
        "points/public_draw.html",
        draw=draw, place=get_place(draw.region_id), winners=draws.winners_of(draw.id),
        seed_format=draws.format_of(draw), late=draws.is_called_off_late(draw),
        readings=draws.seeds_of(draw.id) if draw.state == "called_off" else [],
    )  # fmt: skip


@blueprint.get("/draws/<int:draw_id>/list.txt")
@open_to_all("the list is published before the draw")
def show_draw_list(draw_id: int) -> Response:
    """One hash a line, sorted: exactly what the commitment is taken over."""
    draw = draws.get_public(draw_id)
    lines = (entry.hash.hex() for entry in draws.entries_of(draw.id))
    return Response("\n".join(lines), mimetype="text/plain")
