"""Staff look after service points, codes, photos and posters."""

import io
from collections.abc import Callable
from functools import wraps
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
from marshmallow import ValidationError
from werkzeug import Response

from backend.app.access import Permission, regions_of
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.files.photos import MOST_BYTES, PhotoUnreadable
from backend.app.core.guards import actor, guard
from backend.app.core.schemas import Shape
from backend.app.places import operations, printing, queries, reorganisation, schemas, targets
from backend.app.places.residents import residents_of

blueprint = Blueprint("places_console", __name__, url_prefix="/console/places")
FORM_OVERHEAD = 64 * 1024
View = Callable[..., Any]
# What the page says after an act; the address carries only the key.
DONE = {
    "added": "已新设,请打印海报贴到现场",
    "renamed": "已改名,旧海报仍可扫,方便时换上新的",
    "photo": "照片已换,拍摄地点等信息已去掉",
    "rotated": "旧码已停用,请打印新海报换上",
    "revoked": "这个码已停用",
    "group": "小组已新设,村民绑定时可以选",
    "closed": "服务点已撤销,以前的评价还在",
}


def takes_a_photo(view: View) -> View:
    """Raises the size limit of this one route before anything reads the form."""

    @wraps(view)
    def larger(**kwargs: Any) -> Any:
        request.max_content_length = MOST_BYTES + FORM_OVERHEAD
        return view(**kwargs)

    return larger


@blueprint.get("/search.json")
@guard(Permission.USE_CONSOLE)
def search() -> dict[str, Any]:
    """Villages for a picker, only those the actor may see."""
    query = _load(schemas.RegionsQuery, {"q": request.args.get("q", "")})
    within = regions_of(actor(), Permission.USE_CONSOLE)
    found = queries.search_villages(query["q"], within)
    return {"items": schemas.RegionShape(many=True).dump(found)}


@blueprint.get("/villages/<int:village_id>")
@guard(Permission.PRINT_POSTERS)
def show_village(village_id: int) -> str:
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
        done=DONE.get(request.args.get("done", "")),
    )


@blueprint.post("/villages/<int:village_id>/service-points")
@guard(Permission.MANAGE_PLACES)
def add_service_point(village_id: int) -> Response:
    form = _load(schemas.ServicePointForm)
    with transaction():
        point = operations.add_service_point(actor(), village_id=village_id, **form)
    return _back(point.village_id, "added")


@blueprint.post("/villages/<int:village_id>/groups")
@guard(Permission.MANAGE_PLACES)
def add_group(village_id: int) -> Response:
    form = _load(schemas.NameForm)
    with transaction():
        reorganisation.add_group(actor(), village_id, form["name"])
    return _back(village_id, "group")


@blueprint.post("/service-points/<int:point_id>/name")
@guard(Permission.MANAGE_PLACES)
def rename_service_point(point_id: int) -> Response:
    form = _load(schemas.NameForm)
    with transaction():
        operations.rename_service_point(actor(), point_id, form["name"])
    return _back(targets.get_point(point_id).village.id, "renamed")


@blueprint.post("/service-points/<int:point_id>/photo")
@takes_a_photo
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
def rotate_code(point_id: int) -> Response:
    form = _load(schemas.ReasonForm)
    with transaction():
        operations.rotate_code(actor(), point_id, form["reason"])
    return _back(targets.get_point(point_id).village.id, "rotated")


@blueprint.post("/service-points/<int:point_id>/code/revoke")
@guard(Permission.MANAGE_PLACES)
def revoke_code(point_id: int) -> Response:
    form = _load(schemas.ReasonForm)
    with transaction():
        operations.revoke_code(actor(), point_id, form["reason"])
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


def _public_host() -> str:
    host: str = current_app.config["SETTINGS"].public_host
    return host


def _pdf(file: printing.PosterFile) -> Response:
    return send_file(
        io.BytesIO(file.content), mimetype="application/pdf", download_name=file.name, max_age=0
    )


def _load(shape: type[Shape], given: dict[str, Any] | None = None) -> dict[str, Any]:
    """A form, or what was given, in its shape; raises InvalidInput naming the fields."""
    values = given if given is not None else request.form.to_dict()
    values.pop("csrf_token", None)
    try:
        loaded: dict[str, Any] = shape().load(values)
    except ValidationError as error:
        raise InvalidInput(errors=error.normalized_messages()) from None
    return loaded


def _back(village_id: int, done: str) -> Response:
    return redirect(url_for("places_console.show_village", village_id=village_id, done=done), 303)
