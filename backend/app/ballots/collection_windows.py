"""Desks of the anonymous application: what it may take this month, and until when."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import select, text, update

from backend.app.ballots import ballot_box, blind_signatures
from backend.app.ballots.errors import KeysUnknown
from backend.app.ballots.models import SigningKey
from backend.app.ballots.signing_keys import period_name
from backend.app.core.db import db

PUT_DESK = text(
    """
    INSERT INTO anonymous.desk (county_id, period, use, closes_at)
    VALUES (:county_id, :period, :use, :closes_at)
    ON CONFLICT DO NOTHING RETURNING id
    """
)
PUT_KEYS = text(
    """
    INSERT INTO anonymous.key (kid, desk_id, unit_id, context, modulus, questions)
    VALUES (:kid, :desk_id, :unit_id, :context, :modulus, CAST(:questions AS jsonb))
    """
)
CLOSE = text(
    """
    UPDATE anonymous.desk SET closed = true
    WHERE county_id = :county_id AND period = :period AND use = :use
    """
)


def open_desk(
    county_id: int,
    period: date,
    use: str,
    closes_at: datetime,
    questions: Mapping[int, list[dict[str, Any]]] | None = None,
) -> bool:
    """Lets the anonymous application take answers or tickets; False when it already does.

    `questions` are those of each unit. Raises KeysUnknown where the month has no keys.
    """
    keys = _keys(county_id, period, use)
    if not keys:
        raise KeysUnknown
    values = {
        "county_id": county_id, "period": period, "use": use, "closes_at": closes_at,
    }  # fmt: skip
    desk_id = db.session.scalar(PUT_DESK, values)
    if desk_id is None:
        return False
    ballot_box.ensure_keys()
    doors = [
        {
            "kid": key.kid,
            "desk_id": desk_id,
            "unit_id": key.unit_id,
            "context": blind_signatures.context(use, period_name(period), key.unit_id),
            "modulus": key.modulus,
            "questions": orjson.dumps(questions[key.unit_id]).decode() if questions else None,
        }
        for key in keys
    ]
    db.session.execute(PUT_KEYS, doors)
    return True


def _keys(county_id: int, period: date, use: str) -> list[SigningKey]:
    query = select(SigningKey).where(
        SigningKey.county_id == county_id, SigningKey.period == period, SigningKey.use == use
    )
    return list(db.session.scalars(query))


def close_desk(county_id: int, period: date, use: str) -> None:
    """Takes nothing more."""
    db.session.execute(CLOSE, {"county_id": county_id, "period": period, "use": use})


def destroy_keys(county_id: int, before: date) -> int:
    """Forgets the private keys of months that are over; returns how many.

    A month's keys stay while one of its desks is open. After this nobody can make a token of that
    month, with whatever else was copied.
    """
    gone = db.session.execute(
        update(SigningKey)
        .where(
            SigningKey.county_id == county_id,
            SigningKey.period < before,
            SigningKey.sealed_private.is_not(None),
            text(
                "NOT EXISTS (SELECT FROM anonymous.desk d WHERE d.county_id ="
                " ballot_signing_key.county_id AND d.period = ballot_signing_key.period"
                " AND d.use <> 'appraisal' AND NOT d.closed)"
            ),
        )
        .values(sealed_private=None)
        .returning(SigningKey.kid)
    )
    return len(gone.all())
