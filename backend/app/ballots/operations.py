"""Ballots: fetched ahead, once a month, by whoever may vote; signed without being seen.

Those of the next two months are given out and never those of the running one: then neither the
order nor the day of fetching says anything about the order of the answers.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Role
from backend.app.accounts.queries import actor_today
from backend.app.accounts.villagers import bound_village
from backend.app.ballots import blind_signatures
from backend.app.ballots.errors import (
    AlreadyIssued,
    BlindedRefused,
    CadreVotesNot,
    KeysUnknown,
    NotAhead,
    NoVillage,
    VotingOnPaper,
)
from backend.app.ballots.membership import unit_of
from backend.app.ballots.models import BallotIssue, BallotUnitVillage, SigningKey
from backend.app.ballots.signing_keys import open_key
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.places.succession import same_villages

TICKETS_A_MONTH = 2
# What stands where the digest of blinded tokens would be: nothing was signed.
NO_TOKENS = bytes(32)


@dataclass(frozen=True)
class Ballots:
    """What the server signed: one token for the survey, two for anonymous tickets."""

    unit_id: int
    survey: bytes
    tickets: tuple[bytes, ...]


def issue_ballots(person_id: int, period: date, survey: bytes, tickets: Sequence[bytes]) -> Ballots:
    """Signs a coming month's tokens, once a person; the same request again gets the same answer.

    Raises NotAhead, KeysUnknown, NoVillage, CadreVotesNot, BlindedRefused or AlreadyIssued.
    """
    _check_ahead(period)
    if len(tickets) != TICKETS_A_MONTH:
        raise BlindedRefused(errors={"tickets": [f"应为 {TICKETS_A_MONTH} 张"]})
    unit_id = _unit_of(person_id, period)
    keys = _keys(unit_id)
    signed = [_sign(keys["survey"], survey, "survey")]
    signed += [_sign(keys["ticket"], blinded, "tickets") for blinded in tickets]
    _mark_issued(person_id, period, unit_id, [survey, *tickets])
    return Ballots(unit_id, signed[0], tuple(signed[1:]))


def _check_ahead(period: date) -> None:
    coming = clock.next_month(clock.month_of(clock.today()))
    if period not in (coming, clock.next_month(coming)):
        raise NotAhead


def _unit_of(person_id: int, period: date) -> int:
    """By the villager's own village; a cadre of any village of the unit, or of what it became, does
    not vote in it."""
    village_id = bound_village(person_id)
    if village_id is None:
        raise NoVillage
    unit_id = unit_of(village_id, period)
    if unit_id is None:
        raise KeysUnknown
    villages = same_villages(
        db.session.scalars(
            select(BallotUnitVillage.village_id).where(BallotUnitVillage.unit_id == unit_id)
        )
    )
    grants = actor_today(person_id).grants
    if any(grant.role is Role.CADRE and grant.region_id in villages for grant in grants):
        raise CadreVotesNot
    return unit_id


def _keys(unit_id: int) -> dict[str, blind_signatures.BlindSigningKey]:
    rows = db.session.scalars(select(SigningKey).where(SigningKey.unit_id == unit_id))
    found = {row.use: open_key(row) for row in rows}
    if not found:
        raise KeysUnknown
    return found


def _sign(key: blind_signatures.BlindSigningKey, blinded: bytes, field: str) -> bytes:
    try:
        return blind_signatures.sign(key, blinded)
    except blind_signatures.BlindedInvalid:
        raise BlindedRefused(errors={field: [BlindedRefused.message]}) from None


def _mark_issued(person_id: int, period: date, unit_id: int, blinded: Sequence[bytes]) -> None:
    """The first request wins; what is kept is a digest that says nothing about any token."""
    digest = hashlib.sha256(b"".join(blinded)).digest()
    first = db.session.scalar(
        insert(BallotIssue)
        .values(person_id=person_id, period=period, unit_id=unit_id, blinded_digest=digest)
        .on_conflict_do_nothing()
        .returning(BallotIssue.person_id)
    )
    if first is not None:
        return
    known = db.session.get_one(BallotIssue, (person_id, period))
    if known.on_paper:
        raise VotingOnPaper
    if known.blinded_digest != digest:
        raise AlreadyIssued


def vote_on_paper(person_id: int, period: date) -> int:
    """Chooses a slip of paper for a coming month instead of tokens; returns the unit.

    Raises NotAhead, KeysUnknown, NoVillage or CadreVotesNot; AlreadyIssued where tokens were given.
    """
    _check_ahead(period)
    unit_id = _unit_of(person_id, period)
    db.session.execute(
        insert(BallotIssue)
        .values(
            person_id=person_id,
            period=period,
            unit_id=unit_id,
            blinded_digest=NO_TOKENS,
            on_paper=True,
        )
        .on_conflict_do_nothing()
    )
    if not db.session.get_one(BallotIssue, (person_id, period)).on_paper:
        raise AlreadyIssued
    return unit_id
