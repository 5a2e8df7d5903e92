"""领导一屏: read-only, for a phone, a desk and a wall."""

from flask import render_template

from backend.app.access import Permission
from backend.app.core import clock
from backend.app.core.web import boxes
from backend.app.core.web.forms import query_args
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.places.queries import get_place
from backend.app.scorecards.blueprints import console as blueprint
from backend.app.scorecards.leader.queries import leader_page
from backend.app.scorecards.request_params import month_or

# A wall shows what is a minute old at most; nobody stands there to reload it.
REFRESH_SECONDS = 60


@blueprint.get("/leader")
@guard(Permission.SEE_LEADER_PAGE)
@query_args(wall=boxes.YesNo())
def show_leader_page(wall: bool) -> str:
    """The last whole month, unless another is asked for; what is late is always of now."""
    this_month = clock.month_of(clock.today())
    last_month = clock.previous_month(this_month)
    county, month = own_county(Permission.SEE_LEADER_PAGE), month_or(last_month)
    return render_template(
        "scorecards/wall.html" if wall else "scorecards/leader.html",
        page=leader_page(actor(), county, month), month=month, county=get_place(county),
        this_month=this_month, last_month=last_month,
        at=clock.now(), refresh=REFRESH_SECONDS,
    )  # fmt: skip
