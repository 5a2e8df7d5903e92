"""Photos of an objection."""

from collections.abc import Collection

from backend.app.core.errors import InvalidInput
from backend.app.core.files.attachments import Attachments
from backend.app.scorecards.models import ObjectionPhoto

MOST_PHOTOS = 3
PHOTOS = Attachments(
    ObjectionPhoto, ObjectionPhoto.objection_id,
    "objections", "objection_photo", "objection-photos", "申诉",
)  # fmt: skip


def unused_photos(person_id: int, photo_ids: Collection[int]) -> list[ObjectionPhoto]:
    """The photos a person may attach now; raises InvalidInput for any other id."""
    ids = set(photo_ids)
    photos = PHOTOS.unused(person_id, ids)
    if len(photos) != len(ids) or len(ids) > MOST_PHOTOS:
        raise InvalidInput(errors={"photo_ids": [f"照片不对或超过 {MOST_PHOTOS} 张，请重新选"]})
    return photos
