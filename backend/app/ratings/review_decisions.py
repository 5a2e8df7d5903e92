"""复核: somebody who is not assessed says whether flagged ratings count."""

from collections.abc import Collection

from sqlalchemy import select

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand, check_other_side
from backend.app.core import audit, clock
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backend.app.core.text_check import clean_words
from backend.app.places.queries import get_place
from backend.app.ratings.flagging import release
from backend.app.ratings.models import Rating, RatingFlag
from backend.app.ratings.states import FlagDecision

LONGEST_NOTE = 200


class ReviewOwnSide(NotAllowed):
    code = "own_side"
    message = "您是被评的一方，或住在这个村，请别人来复核"


class ReviewDecided(Conflict):
    code = "already_decided"
    message = "这一组刚刚有人复核过了"


def decide_bunch(
    actor: Actor, bunch: str, decision: str, note: str, rating_ids: Collection[int] = ()
) -> int:
    """Accepts or rejects what waits in a bunch, or only the named ratings; returns how many.

    An accepted rating counts at once; a rejected one stays flagged, apart from every figure, and is
    never deleted. Nobody's points change.
    """
    if decision not in list(FlagDecision):
        raise InvalidInput(errors={"decision": ["请选算数或不算数"]})
    words = clean_words(note, "note", LONGEST_NOTE)
    if not words:
        raise InvalidInput(errors={"note": ["请写一句为什么，会留在记录里"]})
    query = select(RatingFlag).where(RatingFlag.bunch == bunch).order_by(RatingFlag.id)
    flags = list(db.session.scalars(query.with_for_update()))
    if not flags:
        raise NotFound("没有找到这一组")
    check_reviewer(actor, flags)
    waiting = [
        flag
        for flag in flags
        if flag.decision is None and (not rating_ids or flag.rating_id in rating_ids)
    ]
    if not waiting:
        raise ReviewDecided
    at = clock.now()
    for flag in waiting:
        flag.decision, flag.note = decision, words
        flag.decided_at, flag.decided_by_id = at, actor.person_id
    db.session.flush()
    if decision == FlagDecision.ACCEPTED:
        release([flag.rating_id for flag in waiting])
    audit.record(
        "review_ratings", actor.person_id, "bunch", bunch, decision=decision, ratings=len(waiting)
    )
    return len(waiting)


def check_reviewer(actor: Actor, flags: Collection[RatingFlag]) -> None:
    """Raises NotAllowed without the permission there, OwnSide for whoever is assessed or rated."""
    for village_id in {flag.village_id for flag in flags}:
        if not may(actor, Permission.REVIEW_RATINGS, get_place(village_id).path):
            raise NotAllowed
        check_other_side(actor, village_id, refusal=ReviewOwnSide())
    rated_by = select(Rating.person_id).where(Rating.id.in_([flag.rating_id for flag in flags]))
    check_another_hand(actor, *db.session.scalars(rated_by), refusal=ReviewOwnSide())


def may_review(actor: Actor, bunch: str) -> str | None:
    """Why the reader may not decide this bunch, or None."""
    try:
        check_reviewer(actor, list(db.session.scalars(select(RatingFlag).filter_by(bunch=bunch))))
    except NotAllowed as refused:
        return refused.message
    return None
