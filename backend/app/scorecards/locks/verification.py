"""A locked month computed again: the same facts, the same results, the same cards, or which not."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.scorecards import facts as month_facts
from backend.app.scorecards.facts import VillageFacts
from backend.app.scorecards.locks.operations import Verified, computed_again, get_lock
from backend.app.scorecards.models import MonthFact, MonthLock, Scorecard
from backend.app.scorecards.score_json import digest, indicators_json, points
from backend.app.scoring.month import RULES_VERSION, UnitScore


def verify(county_id: int, month: date) -> Verified:
    """Raises NotLocked."""
    lock = get_lock(county_id, month)
    kept, found = computed_again(lock)
    cards = {
        card.village_id: card
        for card in db.session.scalars(
            select(Scorecard).where(Scorecard.county_id == county_id, Scorecard.month == month)
        )
    }
    return Verified(
        month,
        month_facts.digest(kept) == lock.facts_digest,
        digest(found) == lock.results_digest,
        len(cards) == len(found) and all(_same(cards.get(one.unit), one) for one in found),
        lock.rules_version == RULES_VERSION,
        len(kept),
    )


def recounted(month: date, county_ids: Collection[int], until: datetime) -> list[int]:
    """The villages whose kept facts are not what counting every rating and ticket again gives."""
    counted = {
        one.village_id: one for one in month_facts.gather(month, county_ids, until, recount=True)
    }
    kept = {one.village_id: one for one in month_facts.kept(month, county_ids)}
    return sorted(key for key in counted.keys() | kept.keys() if counted.get(key) != kept.get(key))


def differing_villages(month: date) -> list[int]:
    """Of the counties that have facts of the month, each as of its last gathering."""
    asked = select(MonthFact.county_id).where(MonthFact.month == month).distinct()
    return recounted(month, list(db.session.scalars(asked)), clock.now())


def _same(card: Scorecard | None, score: UnitScore) -> bool:
    return card is not None and (
        card.total, card.rank, card.band, card.light, card.people, card.standard_error,
        card.indicators,
    ) == (
        points(score.total), score.rank, score.band, score.light.code, score.people,
        Decimal(f"{score.error:.4f}"), indicators_json(score),
    )  # fmt: skip


def late_facts(lock: MonthLock) -> list[tuple[VillageFacts, VillageFacts]]:
    """Villages whose facts are not what they were when the month was locked: before and now.

    Facts of a month locked by other rules were counted otherwise and are compared with nothing.
    """
    if lock.rules_version != RULES_VERSION:
        return []
    end = clock.midnight(clock.next_month(lock.month))
    frozen = {one.village_id: one for one in month_facts.kept(lock.month, [lock.county_id])}
    return [
        (frozen[one.village_id], one)
        for one in month_facts.gather(lock.month, [lock.county_id], end)
        if one.village_id in frozen and frozen[one.village_id].canonical() != one.canonical()
    ]
