"""What the phones of the demo county fetched two months ago: ballots for the running month.

Nobody is given ballots of a running month, and a demo county is younger than that. So its keys and
its phones' tokens are made under last month's clock, by the county's own functions. Tokens are
drawn from the county's secret: whoever asks again for the same phone gets the same ones.
"""

import hmac
import json
import random
from base64 import urlsafe_b64encode
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from backend.app.ballots import blind_signatures, operations, signing_keys
from backend.app.ballots.blind_signatures import SALT_LENGTH
from backend.app.ballots.membership import unit_of
from backend.app.core import clock
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.encryption import derive
from backend.app.core.errors import DomainError
from backend.demo.ballot import blind as hide
from backend.demo.ballot import finalize

USES = ("survey", "ticket", "ticket")
BOUND = text(
    """
    SELECT b.person_id, b.county_id, v.id, v.name
    FROM person p JOIN binding b ON b.person_id = p.id AND b.ended_at IS NULL
    JOIN region v ON v.id = b.village_id WHERE p.openid = :openid AND b.bound_at < :month
    """
)


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _month() -> date:
    return clock.month_of(clock.today())


def _earlier() -> datetime:
    """The middle of the month before."""
    return clock.midnight(clock.previous_month(_month())) + timedelta(days=14, hours=12)


def prepare_running_month(county_id: int) -> None:
    """Its keys; a county that was there before has made them long ago."""
    month = _month()
    with clock_at(_earlier()), transaction():
        signing_keys.prepare_period(county_id, month)


def ballots_of(openid: str) -> dict[str, Any] | None:
    """The running month's ballots as this phone keeps them; None where it can have none.

    Whoever bound in the running month had no phone in the months before.
    """
    month = _month()
    values = {"openid": openid, "month": clock.midnight(month)}
    bound = db.session.execute(BOUND, values).one_or_none()
    unit_id = None if bound is None else unit_of(bound.id, month)
    if bound is None or unit_id is None:
        db.session.rollback()
        return None
    file = json.loads(signing_keys.key_file(bound.county_id, month))
    moduli = {key["use"]: int(key["n"], 16) for key in file["keys"] if key["unit"] == unit_id}
    drafts = _drafts(openid, month, unit_id, moduli)
    blinded = [hidden.blinded for *_, hidden in drafts]
    try:
        with clock_at(_earlier()), transaction():
            given = operations.issue_ballots(bound.person_id, month, blinded[0], blinded[1:])
    except DomainError:
        return None
    tokens = [
        _token(draft, signature)
        for draft, signature in zip(drafts, (given.survey, *given.tickets), strict=True)
    ]
    unit = file["units"][str(unit_id)]
    return {
        "period": signing_keys.period_name(month), "county": bound.county_id, "unit": unit_id,
        "unitName": unit["name"], "unitSize": unit["size"], "state": "ready",
        "village": {"id": bound.id, "name": bound.name},
        "survey": tokens[0], "tickets": tokens[1:],
    }  # fmt: skip


Draft = tuple[int, bytes, bytes, Any]


def _drafts(openid: str, month: date, unit_id: int, moduli: dict[str, int]) -> list[Draft]:
    drafts = []
    for nth, use in enumerate(USES):
        seed = f"{openid}|{month}|{unit_id}|{nth}".encode()
        roll = random.Random(hmac.digest(derive("demo ballots"), seed, "sha256"))
        ctx = blind_signatures.context(use, signing_keys.period_name(month), unit_id)
        n, token = moduli[use], roll.randbytes(blind_signatures.RANDOM_PREFIX)
        hidden = hide(n, token + ctx, roll.randbytes(SALT_LENGTH), 1 + roll.randrange(n - 1))
        drafts.append((n, ctx, token, hidden))
    return drafts


def _token(draft: Draft, signature: bytes) -> dict[str, str]:
    n, ctx, token, hidden = draft
    return {
        "kid": encoded(blind_signatures.key_id(ctx, n)),
        "r": encoded(token),
        "sig": encoded(finalize(n, hidden, signature)),
    }
