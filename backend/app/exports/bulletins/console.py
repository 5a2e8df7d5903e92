"""简报 in the console: what was made, and a new one on demand."""

from datetime import date
from typing import Any

from flask import redirect, render_template, send_file
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, regions_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.files import storage
from backend.app.core.web import boxes
from backend.app.core.web.forms import form_args
from backend.app.core.web.guards import actor, guard
from backend.app.exports.blueprints import console as blueprint
from backend.app.exports.bulletins import operations as bulletins
from backend.app.exports.bulletins.periods import NAMES, BulletinKind, last_over
from backend.app.exports.states import BulletinState
from backend.app.places.queries import get_place, region_names


def _counties(permission: Permission) -> list[int]:
    places = [get_place(region_id) for region_id in sorted(regions_of(actor(), permission))]
    return [place.id for place in places if place.level == "county"]


@blueprint.get("/bulletins")
@guard(Permission.EXPORT)
def list_bulletins() -> str:
    """The newest first, with their files."""
    counties = _counties(Permission.EXPORT)
    listed = bulletins.list_bulletins(counties)
    publishes = _counties(Permission.PUBLISH)
    return render_template(
        "exports/bulletins.html",
        bulletins=listed, kinds=NAMES, names=region_names(counties), counties=publishes,
        days={kind: last_over(kind, clock.today()).start for kind in BulletinKind},
        busy=any(one.state == BulletinState.QUEUED for one in listed),
    )  # fmt: skip


@blueprint.post("/bulletins")
@guard(Permission.PUBLISH)
@form_args(county=boxes.Id(missing="请选县"), kind=boxes.Text(), day=boxes.Day(missing="请选一天"))
def request_bulletin(county: int, kind: str, day: date) -> Response:
    with transaction():
        bulletins.request_bulletin(actor(), county, kind, day)
    return redirect(address_of("exports_console.list_bulletins"), 303)


@blueprint.get("/bulletins/<int:bulletin_id>/<any(xlsx, pdf):format_>")
@guard(Permission.EXPORT)
def download_bulletin(bulletin_id: int, format_: str) -> Any:
    """The file; every fetch is in the audit log."""
    with transaction():
        key, name = bulletins.get_file(actor(), bulletin_id, format_)
    return send_file(storage.path(key), as_attachment=True, download_name=name)
