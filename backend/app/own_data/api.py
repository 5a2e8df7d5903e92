"""我的资料 on the phone: see, take along, delete, close."""

from typing import Any

from flask import Response

from backend.app.access import Permission
from backend.app.accounts import persons as accounts
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.files.workbooks import XLSX
from backend.app.core.web.bodies import Blueprint
from backend.app.core.web.downloads import send_book
from backend.app.core.web.guards import actor, guard, open_to_all
from backend.app.own_data import closing, contents, schemas, single_deletions

blueprint = Blueprint("own_data", __name__, url_prefix="/api/v1", description="我的资料")


@blueprint.get("/me/data")
@guard(Permission.OWN_ACCOUNT)
@blueprint.response(200, schemas.OwnDataShape())
def show_own_data() -> dict[str, Any]:
    """What is held of oneself, and what would stay after closing the account."""
    person_id = actor().person_id
    return {
        "parts": contents.parts_of(person_id),
        "goes": closing.GOES,
        "stays": closing.what_stays(person_id),
        "why_not": accounts.why_not(person_id),
    }


@blueprint.post("/me/data/file")
@guard(Permission.OWN_ACCOUNT)
@blueprint.response(201, schemas.OwnFileShape())
def export_own_data() -> dict[str, str]:
    """One workbook with everything; the one before is deleted."""
    person_id = actor().person_id
    owner = contents.owner_of(person_id)
    contents.delete_files(owner)
    key = contents.write_file(contents.parts_of(person_id), owner)
    return {"url": contents.link_to(key, clock.now()), "name": f"{contents.TITLE}.xlsx"}


@blueprint.get("/own-files/<token>")
@open_to_all("the signed link is the permission, for a quarter of an hour")
@blueprint.doc(
    responses={
        "200": {
            "description": "the workbook",
            "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
        }
    }
)
def download_own_data(token: str) -> Response:
    """The file behind a link."""
    content = contents.open_link(token)
    response = send_book(content, f"{contents.TITLE}.xlsx")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.delete("/me/data/<name>")
@guard(Permission.OWN_ACCOUNT)
@blueprint.response(204)
def delete_own_data(name: str) -> None:
    """Deletes one kind of data: household, notices or rating_words."""
    with transaction():
        single_deletions.delete(actor().person_id, name)


@blueprint.post("/me/closure")
@guard(Permission.OWN_ACCOUNT)
@blueprint.arguments(schemas.ClosureShape())
@blueprint.response(204)
def close_own_account(_: dict[str, Any]) -> None:
    """注销: everything that names the person goes, and every session ends."""
    person_id = actor().person_id
    with transaction():
        closing.close_account(person_id, person_id)
