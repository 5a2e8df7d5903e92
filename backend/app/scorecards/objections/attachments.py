"""Photos of an objection: made harmless, kept by key, shown by short-lived links."""

import struct
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete, func, select

from backend.app.core import clock
from backend.app.core.db import after_commit, db
from backend.app.core.errors import Gone, InvalidInput, TooMany
from backend.app.core.files import storage
from backend.app.core.files.photos import keep_unopened
from backend.app.core.signed_tokens import BadSignature, sign, verify
from backend.app.scorecards.models import ObjectionPhoto

PURPOSE = "objection_photo"
LINK_FOR = timedelta(minutes=15)
LOOSE_FOR = timedelta(days=2)
MOST_PHOTOS, MOST_LOOSE = 3, 30
LINK = struct.Struct(">QQ")


class ProofExpired(Gone):
    code = "link_expired"
    message = "链接已过期,请回到申诉页面重新打开"


def keep_photo(person_id: int, content: bytes) -> ObjectionPhoto:
    """Stores one photo that belongs to no objection yet."""
    at = clock.now()
    loose = select(func.count()).where(
        ObjectionPhoto.person_id == person_id,
        ObjectionPhoto.objection_id.is_(None),
        ObjectionPhoto.created_at > at - LOOSE_FOR,
    )
    if (db.session.scalar(loose) or 0) >= MOST_LOOSE:
        raise TooMany("传的照片太多了,请先把申诉提交")
    key = storage.new_key("objections", "jpg")
    keep_unopened(key, content)
    photo = ObjectionPhoto(person_id=person_id, key=key, created_at=at)
    db.session.add(photo)
    db.session.flush()
    return photo


def own_loose_photos(person_id: int, photo_ids: Collection[int]) -> list[ObjectionPhoto]:
    """The photos a person may hang on an objection now; raises InvalidInput for any other id."""
    ids = set(photo_ids)
    found = list(
        db.session.scalars(
            select(ObjectionPhoto)
            .where(
                ObjectionPhoto.id.in_(ids),
                ObjectionPhoto.person_id == person_id,
                ObjectionPhoto.objection_id.is_(None),
            )
            .order_by(ObjectionPhoto.id)
            .with_for_update()
        )
    )
    if len(found) != len(ids) or len(ids) > MOST_PHOTOS:
        raise InvalidInput(errors={"photo_ids": [f"照片不对或超过 {MOST_PHOTOS} 张,请重新选"]})
    return found


def photos_of(objection_id: int) -> list[ObjectionPhoto]:
    query = select(ObjectionPhoto).where(ObjectionPhoto.objection_id == objection_id)
    return list(db.session.scalars(query.order_by(ObjectionPhoto.id)))


def link_to(photo_id: int, at: datetime) -> str:
    """An address that shows one photo for a quarter of an hour to whoever was given it."""
    expires = int((at + LINK_FOR).timestamp())
    return f"/api/v1/objection-photos/{sign(PURPOSE, LINK.pack(photo_id, expires))}"


def open_link(token: str, at: datetime) -> bytes:
    """The photo behind a link; raises ProofExpired for an old or made-up one."""
    try:
        photo_id, expires = LINK.unpack(verify(PURPOSE, token))
    except (BadSignature, struct.error):
        raise ProofExpired from None
    key = None
    if at.timestamp() <= expires:
        key = db.session.scalar(select(ObjectionPhoto.key).where(ObjectionPhoto.id == photo_id))
    if key is None:
        raise ProofExpired
    return storage.read(key)


def delete_loose(before: datetime) -> int:
    """Forgets what was sent and never used; returns how many photos."""
    gone = db.session.scalars(
        delete(ObjectionPhoto)
        .where(ObjectionPhoto.objection_id.is_(None), ObjectionPhoto.created_at < before)
        .returning(ObjectionPhoto.key)
    ).all()
    for key in gone:
        after_commit(partial(storage.delete, key))
    return len(gone)
