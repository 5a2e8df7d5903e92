"""Objections on a cadre's phone: the case, what is said against it, and what became of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Response

from backend.app.access import Permission, may, regions_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import NotAllowed
from backend.app.core.files.attachments import PHOTO
from backend.app.core.files.photos import MOST_BYTES
from backend.app.core.web.forms import sent_file, takes_file
from backend.app.core.web.guards import actor, guard, open_to_all
from backend.app.core.web.idempotency import IDEMPOTENCY_KEY, idempotency_key
from backend.app.places.queries import region_path
from backend.app.scorecards.blueprints import api as blueprint
from backend.app.scorecards.evidence import FEW_TITLE, Case, CaseLine, told_to_village
from backend.app.scorecards.objections import operations as objections
from backend.app.scorecards.objections import queries as objection_queries
from backend.app.scorecards.objections import schemas
from backend.app.scorecards.objections.photos import PHOTOS
from backend.app.scorecards.objections.queries import ObjectionLine
from backend.app.scorecards.phone.cards import told_facts
from backend.app.scorecards.phone.public_cases import case_of, public_ids
from backend.app.scorecards.shown import hides_levels
from backend.app.scoring.measuring import levels_in

PHOTO_FORM: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}


@blueprint.get("/objections")
@guard(Permission.RAISE_OBJECTION)
@blueprint.arguments(schemas.ObjectionsQuery(), location="query")
@blueprint.response(200, schemas.ObjectionsShape())
def list_objections(query: dict[str, Any]) -> dict[str, Any]:
    """Those of the reader's own villages, the newest first."""
    villages = regions_of(actor(), Permission.RAISE_OBJECTION)
    with transaction():
        lines = objection_queries.of_villages(villages, query["month"])
        return {"items": [_shown(line, []) for line in lines]}


@blueprint.post("/objections")
@guard(Permission.RAISE_OBJECTION)
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(schemas.NewObjectionShape())
@blueprint.response(201, schemas.ObjectionShape())
def raise_objection(body: dict[str, Any]) -> dict[str, Any]:
    """Objects to one case; sending it again under the same key changes nothing."""
    key = idempotency_key()
    with transaction():
        kind, case_id = _case(body.pop("case_id"))
        raised = objections.Raised(
            **{**body, "photo_ids": tuple(body["photo_ids"])}, case_kind=kind, case_id=case_id
        )
        objection_id = objections.raise_objection(actor(), key, raised).id
    return _detail(objection_id)


@blueprint.get("/objections/<int:objection_id>")
@guard(Permission.RAISE_OBJECTION)
@blueprint.response(200, schemas.ObjectionShape())
def show_objection(objection_id: int) -> dict[str, Any]:
    """One of the reader's own villages."""
    return _detail(objection_id)


def _case(name: UUID) -> Case:
    """The case of a random name; raises CaseUnknown."""
    found = case_of(name)
    if found is None:
        raise objections.CaseUnknown
    return found


def _detail(objection_id: int) -> dict[str, Any]:
    objection = objections.get_objection(objection_id)
    _check_own(objection.village_id)
    at = clock.now()
    with transaction():
        return _shown(objection_queries.line_of(objection), photo_lines(objection.id, at))


def _check_own(village_id: int) -> None:
    if not may(actor(), Permission.RAISE_OBJECTION, region_path(village_id)):
        raise NotAllowed("这不是您村里的申诉")


def photo_lines(objection_id: int, at: datetime) -> list[dict[str, Any]]:
    """Proofs with links that last a quarter of an hour."""
    return [
        {"id": photo.id, "url": PHOTOS.link_to(photo.id, at)} for photo in PHOTOS.of(objection_id)
    ]


def _shown(line: ObjectionLine, photos: list[dict[str, Any]]) -> dict[str, Any]:
    found = line.objection
    return {
        "id": found.id, "village": line.village, "month": found.month,
        "case": _told(line.case, found.village_id, found.month) if line.case else None,
        "words": found.words, "photos": photos, "state": found.state,
        "state_words": line.state_words, "icon": line.icon, "raised_at": found.raised_at,
        "decision": found.decision, "decided_at": found.decided_at,
        "effect": {"correction": None, **found.effect} if found.effect else None,
    }  # fmt: skip


@blueprint.get("/cadre/villages/<int:village_id>/case")
@guard(Permission.RAISE_OBJECTION)
@blueprint.arguments(schemas.CaseQuery(), location="query")
@blueprint.response(200, schemas.StandingCaseShape())
def show_case(query: dict[str, Any], village_id: int) -> dict[str, Any]:
    """A case that cost the reader's own village points, and whether one may still object."""
    _check_own(village_id)
    kind, case_id = _case(query["id"])
    found = objection_queries.standing_case(village_id, query["month"], kind, case_id)
    told = _told(found.case, village_id, query["month"], query["id"])
    # What it cost would say how bad a rating was that is not to be told apart.
    costs = ["评得不好"] if told["title"] == FEW_TITLE else found.costs
    return {**vars(found), "case": told, "costs": costs}


def _told(case: CaseLine, village_id: int, month: date, name: UUID | None = None) -> dict[str, Any]:
    """The case under its random name, without what the village is not told."""
    facts = told_facts(village_id, month)
    levels = levels_in(facts.counts if facts else {})
    line = told_to_village(case, hides_levels(levels))
    key = (case.kind, case.id)
    return {**vars(line), "id": name or public_ids([key])[key]}


@blueprint.get("/me/struck-ratings")
@guard(Permission.RATE)
@blueprint.response(200, schemas.StruckRatingsShape())
def list_struck_ratings() -> dict[str, Any]:
    """Own ratings that an upheld objection took out of the score; they stay in sight."""
    ids = objection_queries.struck_ratings_of(actor().person_id)
    return {"ids": ids, "words": objection_queries.STRUCK}


@blueprint.post("/objection-photos")
@guard(Permission.RAISE_OBJECTION)
@blueprint.doc(requestBody=PHOTO_FORM)
@blueprint.response(201, schemas.PhotoShape())
@takes_file(MOST_BYTES)
def keep_photo() -> dict[str, Any]:
    """One photo, sent before the objection it will hang on."""
    sent = sent_file("请选一张照片")
    with transaction():
        photo = PHOTOS.store(actor().person_id, sent.read(), PHOTO)
        return {"id": photo.id, "url": PHOTOS.link_to(photo.id, clock.now())}


@blueprint.get("/objection-photos/<string:token>")
@open_to_all("the link itself is signed, short-lived and given only to who may see the photo")
@blueprint.doc(responses={200: {"description": "the photo"}})
def show_photo(token: str) -> Response:
    """A photo behind a link that was given out minutes ago."""
    return PHOTOS.serve(token, clock.now())
