"""领导一屏: read-only, for a phone, a desk and a wall."""

from datetime import date

from flask import render_template, request

from backend.app.access import Permission, regions_of
from backend.app.core import clock
from backend.app.core.errors import NotFound
from backend.app.core.guards import actor, guard
from backend.app.places.queries import get_place
from backend.app.scorecards.blueprints import console as blueprint
from backend.app.scorecards.leader.queries import leader_page
from backend.app.scorecards.request_params import read_month

# A wall shows what is a minute old at most; nobody stands there to reload it.
REFRESH_SECONDS = 60


def _month() -> date:
    asked = request.args.get("month")
    return read_month(asked) if asked else clock.previous_month(_this_month())


def _this_month() -> date:
    return clock.month_of(clock.today())


@blueprint.get("/leader")
@guard(Permission.SEE_LEADER_PAGE)
def show_leader_page() -> str:
    """The last whole month, unless another is asked for; what is late is always of now."""
    counties = regions_of(actor(), Permission.SEE_LEADER_PAGE)
    if not counties:
        raise NotFound
    county, month, is_wall = min(counties), _month(), request.args.get("wall") == "1"
    return render_template(
        "scorecards/wall.html" if is_wall else "scorecards/leader.html",
        page=leader_page(actor(), county, month), month=month, county=get_place(county),
        this_month=_this_month(), last_month=clock.previous_month(_this_month()),
        at=clock.now(), refresh=REFRESH_SECONDS,
    )  # fmt: skip
