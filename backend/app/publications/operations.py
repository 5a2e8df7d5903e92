"""公示: a locked month is told to everybody, once; what is corrected later is listed beside it."""

from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor, Permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, NotAllowed
from backend.app.places.queries import get_place
from backend.app.publications.county_content import compose, digest_of
from backend.app.publications.models import Publication, VillagePublication
from backend.app.scorecards.locks.operations import get_lock


class AlreadyPublished(Conflict):
    code = "already_published"
    message = "这个月已经公示过了；有变动请做更正，会列在公示页上"


def publish(actor: Actor, county_id: int, month: date) -> Publication:
    """Freezes the pages of a locked month. Raises NotLocked, AlreadyPublished."""
    place = get_place(county_id)
    if not may(actor, Permission.PUBLISH, place.path):
        raise NotAllowed
    lock = get_lock(county_id, month)
    if db.session.get(Publication, (county_id, month)) is not None:
        raise AlreadyPublished
    county, villages = compose(lock)
    county["code"] = (place.code or "")[:6]
    publication = Publication(
        county_id=county_id, month=month, code=county["code"], content=county,
        digest=digest_of(county, [content for _, content in villages.values()]),
        published_at=clock.now(), published_by_id=actor.person_id,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(publication)
    except IntegrityError:
        raise AlreadyPublished from None
    db.session.add_all(
        VillagePublication(
            village_id=village_id, month=month, county_id=county_id,
            township_id=found.township_id, code=found.code, content=content,
        )
        for village_id, (found, content) in villages.items()
    )  # fmt: skip
    db.session.flush()
    record("publish_month", actor.person_id, "county", county_id, month=f"{month:%Y-%m}",
           digest=publication.digest.hex(), villages=len(villages))  # fmt: skip
    return publication


def preview(actor: Actor, county_id: int, month: date) -> dict[str, Any]:
    """The county's page as it would be published now; nothing is kept."""
    place = get_place(county_id)
    if not may(actor, Permission.PUBLISH, place.path):
        raise NotAllowed
    county, _ = compose(get_lock(county_id, month))
    county["code"] = (place.code or "")[:6]
    return county
