"""Lines of subjects' ledgers: taken from a file, and taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import update

from backend.app.assessments.models import SubjectTrade
from backend.app.core import clock
from backend.app.core.db import db


@dataclass(frozen=True)
class TradeDraft:
    """A line as it stands in the file."""

    subject_id: int
    kind: str
    number: str
    happened_on: date
    recorded_on: date
    goods: str
    amount: Decimal
    is_real_name: bool | None
    quota: Decimal | None


def add_trades(
    county_id: int, person_id: int, origin: str, drafts: Sequence[TradeDraft]
) -> list[int]:
    """A row each; returns their numbers."""
    rows = [
        SubjectTrade(
            county_id=county_id, imported_by_id=person_id, at=clock.now(), origin=origin,
            **vars(draft),
        )
        for draft in drafts
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def withdraw_trades(county_id: int, trade_ids: Sequence[int]) -> None:
    """They count no longer, and stay."""
    db.session.execute(
        update(SubjectTrade)
        .where(
            SubjectTrade.county_id == county_id, SubjectTrade.id.in_(trade_ids),
            SubjectTrade.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=clock.now())
    )  # fmt: skip
