"""Writes of the ledger: earn, spend, adjust and undo. Each is an entry; none is ever changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause, select, text

from backend.app.accounts.sql import is_closed, join_binding, villages_bound_by
from backend.app.accounts.villagers import bound_village
from backend.app.core import clock
from backend.app.core.db import db, lock
from backend.app.core.errors import NotFound
from backend.app.places.succession import village_now
from backend.app.points.errors import AccountFrozen, AlreadyReversed, BalanceTooLow
from backend.app.points.models import PointsBalance, PointsEntry
from backend.app.points.point_sources import SURVEY
from backend.app.points.sql import COLUMNS, earn

ACT = (
    "(SELECT CAST(:cause_id AS bigint) AS id, CAST(:county_id AS bigint) AS county_id,"
    " CAST(:village_id AS bigint) AS village_id)"
)
CREDIT = text(earn(ACT, rule_code=":code", cause_kind=":cause_kind"))
GIVEN = "SELECT id, amount, daily_cap, monthly_cap FROM points_rule WHERE id = :rule_id"
CREDIT_DEED = text(earn(ACT, rule_code="", cause_kind="'deed'", rule=GIVEN))

# Every balance that a batch touches, in the one order in which statements take them.
HOLD_BALANCES = text(
    """
    INSERT INTO points_balance (person_id, balance)
    SELECT DISTINCT id, 0 FROM unnest(CAST(:people AS bigint[])) AS p (id) ORDER BY id
    ON CONFLICT (person_id) DO UPDATE SET balance = points_balance.balance
    """
)
HOMES = text(villages_bound_by(":people"))
# The order in which they are written says nothing of anybody.
CREDIT_ALL = text(
    f"""
    INSERT INTO points_entry ({COLUMNS})
    SELECT earner.id, 'earned', :amount, :county_id, now_of.id, NULL, :cause_kind, :cause_id,
           :today, NULL, :at
    FROM unnest(CAST(:people AS bigint[])) AS earner (id)
    LEFT {join_binding("b", "earner.id")}
    LEFT JOIN unnest(CAST(:bound AS bigint[]), CAST(:current AS bigint[]))
              AS now_of (bound_id, id) ON now_of.bound_id = b.village_id
    WHERE NOT {is_closed("earner.id")}
    ORDER BY random()
    ON CONFLICT DO NOTHING RETURNING person_id
    """
)


@dataclass(frozen=True)
class Batch:
    """One cause that gives the same to many people."""

    cause_id: int
    people: Collection[int]


def credit_all(county_id: int, cause_kind: str, amount: int, batches: Sequence[Batch]) -> int:
    """Writes one batch for each cause, all of one instant and each in an order of chance.

    Whoever has a cause's points already gets nothing; returns how many people got some.
    """
    everybody = {person for batch in batches for person in batch.people}
    if not everybody:
        return 0
    db.session.execute(HOLD_BALANCES, {"people": sorted(everybody)})
    bound = list(db.session.scalars(HOMES, {"people": sorted(everybody)}))
    values = {
        "county_id": county_id, "cause_kind": cause_kind, "amount": amount, "bound": bound,
        "current": [village_now(one) for one in bound], "today": clock.today(),
        "at": clock.now(),
    }  # fmt: skip
    written = 0
    for batch in batches:
        of_batch = {**values, "cause_id": batch.cause_id, "people": list(batch.people)}
        written += len(db.session.execute(CREDIT_ALL, of_batch).all())
    return written


def credit(
    person_id: int,
    county_id: int,
    code: str,
    cause_kind: str,
    cause_id: int,
    village_id: int | None = None,
) -> int:
    """Writes what one act earns today; returns the points, 0 without a rule or above its caps.

    The same cause is credited once: asked again, it says what it earned. Without a village the
    points belong to the sums of the one the person has bound.
    """
    village_id = village_id or village_of(person_id)
    more = {"code": code, "cause_kind": cause_kind}
    return _credit(CREDIT, person_id, county_id, village_id, cause_kind, cause_id, more)


def credit_deed(
    person_id: int, county_id: int, village_id: int, rule_id: int, cause_id: int
) -> int:
    """As `credit`, by the rule under which a deed was entered, even where it has ended since."""
    more = {"rule_id": rule_id}
    return _credit(CREDIT_DEED, person_id, county_id, village_id, "deed", cause_id, more)


def _credit(
    statement: TextClause,
    person_id: int,
    county_id: int,
    village_id: int | None,
    cause_kind: str,
    cause_id: int,
    more: dict[str, Any],
) -> int:
    # Two acts of one person at once number themselves one after the other.
    lock("points", person_id)
    known = entry_of(cause_kind, cause_id)
    if known is not None:
        return known.amount
    today = clock.today()
    values = {
        "person_id": person_id, "county_id": county_id,
        "village_id": village_id and village_now(village_id), "cause_id": cause_id,
        "today": today, "month": clock.month_of(today),
        "at": clock.now(), **more,
    }  # fmt: skip
    return db.session.scalar(statement, values) or 0


def spend(person_id: int, county_id: int, amount: int, cause_kind: str, cause_id: int) -> int:
    """Takes points for a thing; returns the entry's id, the same one for the same cause.

    Raises AccountFrozen or BalanceTooLow. Holds the balance's row until the transaction ends: lock
    stock and the like before.
    """
    balance = _locked(person_id)
    if balance is not None and balance.frozen and entry_of(cause_kind, cause_id) is None:
        raise AccountFrozen
    return _take_or_give(person_id, county_id, "spent", -amount, cause_kind, cause_id)


def expire(person_id: int, county_id: int, amount: int, cause_id: int) -> int:
    """Lets points expire; the same cause expires once."""
    return _take_or_give(person_id, county_id, "expired", -amount, "expiry", cause_id)


def adjust(person_id: int, county_id: int, amount: int, cause_kind: str, cause_id: int) -> int:
    """Adds or takes points for another reason than a rule or a purchase, once for each cause."""
    return _take_or_give(person_id, county_id, "adjusted", amount, cause_kind, cause_id)


def undo(cause_kind: str, cause_id: int) -> PointsEntry:
    """Undoes what a cause booked, as when goods come back."""
    entry = entry_of(cause_kind, cause_id)
    if entry is None:
        raise NotFound
    return reverse_entry(entry.id)


def reverse_entry(entry_id: int) -> PointsEntry:
    """Undoes an entry with its opposite, once; what was spent since cannot be taken back."""
    entry = db.session.get(PointsEntry, entry_id)
    if entry is None or entry.reverses_id is not None:
        raise NotFound
    balance = _locked(entry.person_id)
    if db.session.scalar(select(PointsEntry.id).where(PointsEntry.reverses_id == entry.id)):
        raise AlreadyReversed
    if (balance.balance if balance else 0) < entry.amount:
        raise BalanceTooLow
    opposite = PointsEntry(
        person_id=entry.person_id, kind="reversed", amount=-entry.amount,
        county_id=entry.county_id, village_id=entry.village_id, rule_id=entry.rule_id,
        cause_kind=entry.cause_kind, cause_id=entry.cause_id, earned_on=clock.today(),
        reverses_id=entry.id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(opposite)
    db.session.flush()
    return opposite


def entry_of(cause_kind: str, cause_id: int) -> PointsEntry | None:
    """What a cause booked, itself and not what undid it; a unit's survey books many entries."""
    return db.session.scalar(
        select(PointsEntry).where(
            PointsEntry.cause_kind == cause_kind,
            PointsEntry.cause_kind != SURVEY,
            PointsEntry.cause_id == cause_id,
            PointsEntry.reverses_id.is_(None),
        )
    )


def village_of(person_id: int) -> int | None:
    """The village that somebody's points count for; a merged one is the one it became."""
    bound = bound_village(person_id)
    return village_now(bound) if bound else None


def _locked(person_id: int) -> PointsBalance | None:
    """The balance as it is now, held until the transaction ends."""
    return db.session.scalar(
        select(PointsBalance)
        .where(PointsBalance.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _take_or_give(
    person_id: int, county_id: int, kind: str, amount: int, cause_kind: str, cause_id: int
) -> int:
    """Appends an entry without a rule, once for each cause; returns its id."""
    balance = _locked(person_id)
    known = entry_of(cause_kind, cause_id)
    if known is not None:
        return known.id
    if (balance.balance if balance else 0) + amount < 0:
        raise BalanceTooLow
    entry = PointsEntry(
        person_id=person_id, kind=kind, amount=amount, county_id=county_id,
        village_id=village_of(person_id), cause_kind=cause_kind, cause_id=cause_id,
        earned_on=clock.today(), created_at=clock.now(),
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    return entry.id
