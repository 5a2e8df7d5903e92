"""The code somebody shows at the counter: eight digits, five minutes, once."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.encryption import derive_each
from backend.app.core.web.boxes import is_code
from backend.app.rewards.errors import (
    CodeExpired,
    CodeReplaced,
    NoLongerReserved,
    RedemptionCodeUnknown,
)
from backend.app.rewards.models import Redemption, RedemptionCode

PURPOSE = "redemption_code"
DIGITS = 8
GOOD_FOR = timedelta(minutes=5)
# Looked up in time, it may still be confirmed while goods are being fetched from the back.
GRACE = timedelta(minutes=2)
FORGOTTEN_AFTER = timedelta(days=2)
# Letters of the QR code's small alphabet: few and large squares, readable on a dull screen.
MARK = "VV"


def in_qr(digits: str) -> str:
    """What the square says."""
    return f"{MARK}{digits}"


def read_code(typed: str) -> str:
    """The digits of what was scanned or typed; raises CodeUnknown for anything else."""
    plain = "".join(typed.split()).upper().removeprefix(MARK)
    if not is_code(plain, DIGITS):
        raise RedemptionCodeUnknown(errors={"code": ["兑换码是 8 位数字"]})
    return plain


def _digests(digits: str) -> list[str]:
    """By today's secret, and by those that codes still in somebody's hand may come from."""
    keys = derive_each(PURPOSE)
    return [hmac.digest(key, digits.encode(), hashlib.sha256).hex() for key in keys]


def make_code(redemption: Redemption) -> tuple[str, datetime]:
    """New digits and until when; the code before is worth nothing from now on."""
    at = clock.now()
    if redemption.state != "reserved" or redemption.keep_until <= at:
        raise NoLongerReserved
    while True:
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        made = db.session.scalar(
            insert(RedemptionCode)
            .values(
                redemption_id=redemption.id, digest=_digests(digits)[0], made_at=at,
                expires_at=at + GOOD_FOR,
            )
            .on_conflict_do_nothing(index_elements=["digest"])
            .returning(RedemptionCode.id)
        )  # fmt: skip
        if made is not None:
            return digits, at + GOOD_FOR


def redemption_of(digits: str) -> int:
    """Whose code it is, however old; raises CodeUnknown."""
    found = db.session.scalar(
        select(RedemptionCode.redemption_id).where(RedemptionCode.digest.in_(_digests(digits)))
    )
    if found is None:
        raise RedemptionCodeUnknown
    return found


def check_code(digits: str, grace: timedelta = timedelta(0)) -> None:
    """Raises CodeReplaced or CodeExpired for a code that no longer counts."""
    newer = aliased(RedemptionCode)
    expires_at, newer_id = db.session.execute(
        select(RedemptionCode.expires_at, newer.id)
        .outerjoin(
            newer,
            (newer.redemption_id == RedemptionCode.redemption_id) & (newer.id > RedemptionCode.id),
        )
        .where(RedemptionCode.digest.in_(_digests(digits)))
        .limit(1)
    ).one()
    if newer_id is not None:
        raise CodeReplaced
    if expires_at + grace <= clock.now():
        raise CodeExpired


def forget_old_codes() -> int:
    """A code of the day before yesterday says nothing to anybody."""
    before = clock.now() - FORGOTTEN_AFTER
    gone = db.session.scalars(
        delete(RedemptionCode).where(RedemptionCode.made_at < before).returning(RedemptionCode.id)
    )
    return len(gone.all())
