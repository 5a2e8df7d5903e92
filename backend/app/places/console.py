"""Staff look after service points, codes, photos and posters."""

import io
from typing import Any

from flask import (
    Blueprint,
    current_app,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug import Response

from backend.app.access import Permission, regions_of
from backend.app.core.db import transaction
from backend.app.core.errors import NotAllowed
from backend.app.core.files.photos import MOST_BYTES, PhotoUnreadable
from backend.app.core.web import boxes
from backend.app.core.web.forms import form_args, query_args, takes_file
from backend.app.core.web.guards import actor, guard
from backend.app.places import operations, printing, queries, reorganisation, schemas, targets
from backend.app.places.county_settings import SETTINGS
from backend.app.places.residents import residents_of

blueprint = Blueprint("places_console", __name__, url_prefix="/console/places")
NAME, REASON = boxes.SingleLine(60), boxes.SingleLine(100)
# What the page says after an act; the address carries only the key.
DONE = {
    "added": "已新设，请打印海报贴到现场",
    "renamed": "已改名，旧海报仍可扫，方便时换上新的",
    "photo": "照片已换，拍摄地点等信息已去掉",
    "rotated": "旧码已停用，请打印新海报换上",
    "revoked": "这个码已停用",
    "group": "小组已新设，村民绑定时可以选",
    "closed": "服务点已撤销，以前的评价还在",
}


@blueprint.get("/search.json")
@guard(Permission.USE_CONSOLE)
@query_args(q=boxes.SingleLine(30, "请输入 1 到 30 个字"))
def search(q: str) -> dict[str, Any]:
    """Villages for a picker, only those the actor may see."""
    within = regions_of(actor(), Permission.USE_CONSOLE)
    found = queries.search_villages(q, within)
    return {"items": schemas.RegionShape(many=True).dump(found)}


@blueprint.get("/villages/<int:village_id>")
@guard(Permission.PRINT_POSTERS)
@query_args(done=boxes.Text())
def show_village(village_id: int, done: str) -> str:
    """A village's service points with their codes."""
    village = queries.village_label(village_id)
    place = queries.get_place(village_id)
    if not regions_of(actor(), Permission.PRINT_POSTERS).intersection(place.path):
        raise NotAllowed
    return render_template(
        "places/village.html",
        village=village,
        place=place,
        points=targets.list_points(village_id),
        kinds=targets.list_kinds(),
        groups=queries.list_children(village_id),
        residents=residents_of([village_id]).get(village_id),
        done=DONE.get(done),
    )


@blueprint.post("/villages/<int:village_id>/service-points")
@guard(Permission.MANAGE_PLACES)
@form_args(kind_code=boxes.SingleLine(30), name=NAME)
def add_service_point(village_id: int, kind_code: str, name: str) -> Response:
    with transaction():
        point = operations.add_service_point(
            actor(), village_id=village_id, kind_code=kind_code, name=name
        )
    return _back(point.village_id, "added")


@blueprint.post("/villages/<int:village_id>/groups")
@guard(Permission.MANAGE_PLACES)
@form_args(name=NAME)
def add_group(village_id: int, name: str) -> Response:
    with transaction():
        reorganisation.add_group(actor(), village_id, name)
    return _back(village_id, "group")


@blueprint.post("/service-points/<int:point_id>/name")
@guard(Permission.MANAGE_PLACES)
@form_args(name=NAME)
def rename_service_point(point_id: int, name: str) -> Response:
    with transaction():
        operations.rename_service_point(actor(), point_id, name)
    return _back(targets.get_point(point_id).village.id, "renamed")


@blueprint.post("/service-points/<int:point_id>/photo")
@takes_file(MOST_BYTES)
@guard(Permission.MANAGE_PLACES)
def set_photo(point_id: int) -> Response:
    upload = request.files.get("photo")
    if upload is None:
        raise PhotoUnreadable("请先选一张照片")
    with transaction():
        operations.set_photo(actor(), point_id, upload.read())
    return _back(targets.get_point(point_id).village.id, "photo")


@blueprint.post("/service-points/<int:point_id>/code")
@guard(Permission.MANAGE_PLACES)
@form_args(reason=REASON)
def rotate_code(point_id: int, reason: str) -> Response:
    with transaction():
        operations.rotate_code(actor(), point_id, reason)
    return _back(targets.get_point(point_id).village.id, "rotated")


@blueprint.post("/service-points/<int:point_id>/code/revoke")
@guard(Permission.MANAGE_PLACES)
@form_args(reason=REASON)
def revoke_code(point_id: int, reason: str) -> Response:
    with transaction():
        operations.revoke_code(actor(), point_id, reason)
    return _back(targets.get_point(point_id).village.id, "revoked")


@blueprint.post("/service-points/<int:point_id>/close")
@guard(Permission.MANAGE_PLACES)
def close_service_point(point_id: int) -> Response:
    village_id = targets.get_point(point_id).village.id
    with transaction():
        operations.close_service_point(actor(), point_id)
    return _back(village_id, "closed")


@blueprint.get("/service-points/<int:point_id>/poster.pdf")
@guard(Permission.PRINT_POSTERS)
def print_point(point_id: int) -> Response:
    with transaction():
        file = printing.print_point(actor(), point_id, _public_host())
    return _pdf(file)


@blueprint.get("/regions/<int:region_id>/posters.pdf")
@guard(Permission.PRINT_POSTERS)
def print_region(region_id: int) -> Response:
    """Every poster of a village or township in one file."""
    with transaction():
        file = printing.print_region(actor(), region_id, _public_host())
    return _pdf(file)


@blueprint.get("/settings")
@guard(Permission.MANAGE_TICKET_RULES)
def list_settings() -> str:
    """What the reader's county decides by single values, each with the page that changes it."""
    counties = sorted(regions_of(actor(), Permission.MANAGE_TICKET_RULES))
    return render_template(
        "places/settings.html", listed=SETTINGS,
        counties=[(queries.get_place(one), vars(queries.settings_of(one))) for one in counties],
    )  # fmt: skip


def _public_host() -> str:
    host: str = current_app.config["SETTINGS"].public_host
    return host


def _pdf(file: printing.PosterFile) -> Response:
    return send_file(
        io.BytesIO(file.content), mimetype="application/pdf", download_name=file.name, max_age=0
    )


def _back(village_id: int, done: str) -> Response:
    return redirect(url_for("places_console.show_village", village_id=village_id, done=done), 303)
