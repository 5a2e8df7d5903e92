"""The keys of a month: made ahead, the same for everybody, named by what they are good for."""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
from sqlalchemy import select, text

from backend.app.ballots import blind_signatures
from backend.app.ballots.anonymity_units import merge_neighbours, name_of, size_of
from backend.app.ballots.errors import KeysUnknown
from backend.app.ballots.membership import todays_villages
from backend.app.ballots.models import BallotUnit, BallotUnitVillage, SigningKey
from backend.app.core import clock
from backend.app.core.db import db, lock
from backend.app.core.encryption import seal, unseal
from backend.app.core.errors import Conflict

SEAL = "ballot_key"
USES = ("survey", "ticket")
_UNITS = "(SELECT id FROM ballot_unit WHERE county_id = :county_id AND period = :period)"
ISSUED = text(f"SELECT EXISTS (SELECT FROM ballot_issue WHERE unit_id IN {_UNITS})")
DELETE_MONTH = (
    text("DELETE FROM ballot_signing_key WHERE county_id = :county_id AND period = :period"),
    text(f"DELETE FROM ballot_unit_village WHERE unit_id IN {_UNITS}"),
    text("DELETE FROM ballot_unit WHERE county_id = :county_id AND period = :period"),
)


def period_name(period: date) -> str:
    return f"{period:%Y-%m}"


def prepare_period(
    county_id: int,
    period: date,
    generate: Callable[[], blind_signatures.BlindSigningKey] | None = None,
) -> int:
    """Units and keys of a month; returns how many keys are new, 0 when all were there."""
    generate = generate or blind_signatures.generate
    lock("signing_keys", county_id)
    if has_units(county_id, period):
        return 0
    made = 0
    for villages in merge_neighbours(todays_villages(county_id)):
        unit = BallotUnit(
            county_id=county_id, period=period, name=name_of(villages), size=size_of(villages)
        )
        db.session.add(unit)
        db.session.flush()
        for village in villages:
            db.session.add(BallotUnitVillage(village_id=village.id, period=period, unit_id=unit.id))
        for use in USES:
            _put_key(generate(), county_id, period, use, unit.id)
            made += 1
    return made


def has_units(county_id: int, period: date) -> bool:
    query = select(BallotUnit.id).where(
        BallotUnit.county_id == county_id, BallotUnit.period == period
    )
    return db.session.scalar(query.limit(1)) is not None


def _put_key(
    key: blind_signatures.BlindSigningKey, county_id: int, period: date, use: str, unit_id: int
) -> None:
    ctx = blind_signatures.context(use, period_name(period), unit_id)
    private = orjson.dumps([f"{part:x}" for part in (key.n, key.p, key.q, key.d)])
    db.session.add(
        SigningKey(
            kid=blind_signatures.key_id(ctx, key.n),
            county_id=county_id,
            period=period,
            unit_id=unit_id,
            use=use,
            modulus=key.n.to_bytes(key.length),
            sealed_private=seal(SEAL, private),
        )
    )
    db.session.flush()


def open_key(row: SigningKey) -> blind_signatures.BlindSigningKey:
    """The private key; raises KeysUnknown once it was destroyed."""
    if row.sealed_private is None:
        raise KeysUnknown("这个月的匿名票已经截止")
    n, p, q, d = (int(part, 16) for part in orjson.loads(unseal(SEAL, row.sealed_private)))
    return blind_signatures.BlindSigningKey(n, p, q, d)


def key_file(county_id: int, period: date) -> bytes:
    """The public half of all keys of a month: the same bytes for everybody, whoever asks and when.

    Raises KeysUnknown where there are none.
    """
    rows = db.session.scalars(
        select(SigningKey)
        .where(SigningKey.county_id == county_id, SigningKey.period == period)
        .order_by(SigningKey.unit_id, SigningKey.use)
    ).all()
    if not rows:
        raise KeysUnknown
    content = {
        "period": period_name(period),
        "county": county_id,
        "units": _units_of(county_id, period),
        "keys": [{"unit": row.unit_id, "use": row.use, "n": row.modulus.hex()} for row in rows],
    }
    # Plain ASCII: the phone reads it without a decoder.
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _units_of(county_id: int, period: date) -> dict[str, dict[str, Any]]:
    """Name, size and villages of each unit, as they were when the keys were made."""
    rows = db.session.execute(
        select(BallotUnit.id, BallotUnit.name, BallotUnit.size, BallotUnitVillage.village_id)
        .join(BallotUnitVillage, BallotUnit.id == BallotUnitVillage.unit_id)
        .where(BallotUnit.county_id == county_id, BallotUnit.period == period)
        .order_by(BallotUnitVillage.village_id)
    )
    units: dict[str, dict[str, Any]] = {}
    for row in rows:
        unit = units.setdefault(str(row.id), {"name": row.name, "size": row.size, "villages": []})
        unit["villages"].append(row.village_id)
    return units


def remake_period(county_id: int, period: date) -> int:
    """New units and keys of a month to come, for example because villages grew or shrank.

    The month's file gets another digest: what was pinned or printed for it must be made again.
    Raises Conflict once the month has begun, or ballots of it were given out.
    """
    if period <= clock.month_of(clock.today()):
        raise Conflict("这个月已经开始，钥匙不能再换")
    if db.session.scalar(ISSUED, {"county_id": county_id, "period": period}):
        raise Conflict("这个月的匿名票已经有人领了，钥匙不能再换")
    of_month = {"county_id": county_id, "period": period}
    for statement in DELETE_MONTH:
        db.session.execute(statement, of_month)
    return prepare_period(county_id, period)


def coming_digests(county_id: int) -> list[tuple[date, str]]:
    """This month's and every later prepared month's digest; the earliest first."""
    months = db.session.scalars(
        select(BallotUnit.period)
        .where(
            BallotUnit.county_id == county_id,
            BallotUnit.period >= clock.month_of(clock.today()),
        )
        .distinct()
        .order_by(BallotUnit.period)
    )
    return [(month, digest(key_file(county_id, month))) for month in months]


def digest(content: bytes) -> str:
    """What is pinned in the mini-program and printed on the village's notice (first 16 digits)."""
    return hashlib.sha256(content).hexdigest()
