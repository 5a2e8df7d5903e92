"""一键坐看全局: read-only, for a desk, a phone, A4 and a wall."""

from flask import render_template

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.overviews.county_queries import (
    added,
    coloured_window,
    county_view,
)
from backend.app.assessments.programmes.queries import overviewed_programmes
from backend.app.assessments.reports.window_queries import latest_windows
from backend.app.assessments.states import SupervisionState
from backend.app.core import clock
from backend.app.core.web import boxes
from backend.app.core.web.forms import query_args
from backend.app.core.web.guards import guard, own_county
from backend.app.places.queries import get_place

# A wall shows what is a minute old at most; nobody stands there to reload it.
REFRESH_SECONDS = 60


@blueprint.get("/leader")
@guard(Permission.SEE_ALL_PROGRAMMES)
@query_args(month=boxes.Text(7), wall=boxes.YesNo(), programme=boxes.Id(otherwise=None))
def show_leader_screen(month: str, wall: bool, programme: int | None) -> str:
    """The newest period whose colours stand, unless another month is asked for."""
    county_id = own_county(Permission.SEE_ALL_PROGRAMMES)
    listed = overviewed_programmes(county_id)
    shown = next((row for row in listed if programme in (None, row.id)), None)
    wanted = clock.parse_month(month)
    window = coloured_window(shown.id, wanted) if shown else None
    return render_template(
        f"assessments/leader_{'wall' if wall else 'desk'}.html",
        view=county_view(shown, window) if shown else None, listed=listed,
        county=get_place(county_id), at=clock.now(), refresh=REFRESH_SECONDS,
        windows=latest_windows(county_id, closed=False), states=SupervisionState.names(),
        added=added,
    )  # fmt: skip
