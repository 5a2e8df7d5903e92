"""Whose hand an act is: the one check behind every rule that a second person decides.

Two people are one hand when they are the same person, when one is the phone that activated the
other's account, or when one opened or last reset the account of the other and its owner has not
activated it since. Triggers on every table with such a rule ask the same function.
"""

from sqlalchemy import text

from backend.app.access import Actor
from backend.app.accounts.villagers import home_of
from backend.app.core.db import db
from backend.app.core.errors import DomainError
from backend.app.places.queries import get_place
from backend.app.places.succession import village_now

SAME = text("SELECT hand_of(:person_id) = ANY(SELECT hand_of(other) FROM unnest(:others) AS other)")
ALL = text("SELECT hands_of(:person_id)")


def is_same_hand(person_id: int, *others: int | None) -> bool:
    """True when one of the others, who may be nobody, is the same hand."""
    known = [other for other in others if other is not None]
    if person_id in known:
        return True
    values = {"person_id": person_id, "others": known}
    return bool(known) and bool(db.session.scalar(SAME, values))


def check_another_hand(actor: Actor, *others: int | None, refusal: DomainError) -> None:
    """Raises the refusal when the actor is the same hand as one of the others."""
    if is_same_hand(actor.person_id, *others):
        raise refusal


def hands_of(person_id: int) -> frozenset[int]:
    """Everybody who is the same hand, the person included."""
    return frozenset(db.session.scalars(ALL, {"person_id": person_id})) | {person_id}


def check_other_side(actor: Actor, village_id: int, refusal: DomainError) -> None:
    """Raises the refusal for whoever works for the village or its township, or lives there."""
    place = get_place(village_now(village_id))
    if not {place.id, place.township_id}.isdisjoint(actor.region_ids) or place.id in {
        home.village_id for hand in hands_of(actor.person_id) if (home := home_of(hand))
    }:
        raise refusal
