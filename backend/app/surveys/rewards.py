"""Reward tokens: signed unseen with an accepted answer, turned in by name a month later."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.app.core import calendar
from backend.app.core.db import db
from backend.app.points.acts import ANONYMOUS
from backend.app.points.ledger import credit
from backend.app.surveys import blind
from backend.app.surveys.keys import REWARD, period_name
from backend.app.surveys.models import RewardCredit, RewardSpent, SigningKey

MOST_MONTHS = 3
CAUSE = "anonymous"

TOO_EARLY = "参与积分下个月才能领,先放着"
TOO_LATE = "这张积分票过了三个月,不能再领了"
NOT_OURS = "这张积分票对不上,没有记分"
NOT_YOURS = "这张积分票已经领过积分了"


@dataclass(frozen=True)
class Reward:
    """A token as the phone turns it in."""

    period: date
    random: bytes
    signature: bytes


@dataclass(frozen=True)
class Redeemed:
    """`credited` for a month once; `note` says what the villager should know; `keep` to try later.

    Turning in the same token again, or a second one of the same month, changes nothing.
    """

    credited: bool
    points: int = 0
    note: str | None = None
    keep: bool = False


def redeem(person_id: int, reward: Reward) -> Redeemed:
    """Credits the month's flat points; never raises for a token that is no good."""
    age = _months_between(reward.period, calendar.month_of(calendar.today()))
    if age < 1:
        return Redeemed(False, note=TOO_EARLY, keep=True)
    if age > MOST_MONTHS:
        return Redeemed(False, note=TOO_LATE)
    county_id = _county_that_signed(reward)
    if county_id is None:
        return Redeemed(False, note=NOT_OURS)
    nullifier = blind.nullifier(reward.random, _context(reward.period, county_id))
    known = _credit_of(person_id, reward.period)
    if known is not None:
        points = credit(person_id, county_id, ANONYMOUS, CAUSE, known)
        return Redeemed(True, points)
    if not _spend(nullifier):
        return Redeemed(False, note=NOT_YOURS)
    made = RewardCredit(person_id=person_id, period=reward.period)
    db.session.add(made)
    db.session.flush()
    return Redeemed(True, credit(person_id, county_id, ANONYMOUS, CAUSE, made.id))


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _context(period: date, county_id: int) -> bytes:
    return blind.context(REWARD, period_name(period), county_id)


def _county_that_signed(reward: Reward) -> int | None:
    """By whose key the token checks; somebody may have moved to another county since."""
    keys = db.session.scalars(
        select(SigningKey).where(SigningKey.use == REWARD, SigningKey.period == reward.period)
    )
    for key in keys:
        message = reward.random + _context(reward.period, key.county_id)
        if blind.verify(int.from_bytes(key.modulus), message, reward.signature):
            return key.county_id
    return None


def _credit_of(person_id: int, period: date) -> int | None:
    query = select(RewardCredit.id).where(
        RewardCredit.person_id == person_id, RewardCredit.period == period
    )
    return db.session.scalar(query)


def _spend(nullifier: bytes) -> bool:
    spent = db.session.scalar(
        insert(RewardSpent)
        .values(nullifier=nullifier)
        .on_conflict_do_nothing()
        .returning(RewardSpent.nullifier)
    )
    return spent is not None
