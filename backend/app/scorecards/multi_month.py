"""Quarters and years: scored from the summed facts of their months, never from monthly scores."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from backend.app.places.queries import townships_of
from backend.app.scorecards import facts as month_facts
from backend.app.scorecards.facts import VillageFacts, sum_of
from backend.app.scorecards.locks import corrections
from backend.app.scorecards.locks.operations import computed_again, lock_of
from backend.app.scorecards.operations import approved_adjustments, seed_of
from backend.app.scorecards.schemes.queries import scheme_for
from backend.app.scoring.measuring import UnitFacts
from backend.app.scoring.month import UnitScore, score_month
from backend.app.scoring.scheme_json import from_json
from backend.app.scoring.schemes import Scheme
from backend.app.scoring.totals import AppliedAdjustment


@dataclass(frozen=True)
class Period:
    """A county's months together: each village's sum of facts, its score, and the scheme of the
    last month by which all of it is measured.

    `county` is the sum of all: what neighbours answered together counts once in it.
    """

    months: tuple[date, ...]
    scheme: Scheme
    facts: dict[int, UnitFacts]
    county: UnitFacts
    flagged: int
    scores: tuple[UnitScore, ...]


def score_period(county_id: int, months: Sequence[date]) -> Period:
    """What was corrected counts as corrected; a village enters with the months it has.

    A single month that is locked is told as it was locked, its corrections beside it.
    """
    if len(months) == 1 and (lock := lock_of(county_id, months[0])) is not None:
        kept, scored = computed_again(lock)
        alone = {one.village_id: one.unit() for one in kept}
        return Period(
            tuple(months), from_json(lock.scheme), alone, sum_of(county_id, kept),
            sum(one.flagged for one in kept), scored,
        )  # fmt: skip
    by_village: dict[int, list[VillageFacts]] = {}
    given: dict[int, list[AppliedAdjustment]] = {}
    for month in months:
        for one in _standing(county_id, month):
            by_village.setdefault(one.village_id, []).append(one)
        for village_id, listed in approved_adjustments(month, [county_id]).items():
            given.setdefault(village_id, []).extend(listed)
    _, scheme = scheme_for(county_id, months[-1])
    summed = {
        village_id: replace(sum_of(village_id, listed), kind=listed[-1].kind)
        for village_id, listed in by_village.items()
    }
    scored = score_month(list(summed.values()), scheme, given, seed_of(months[-1]))
    whole = sum_of(county_id, (one for listed in by_village.values() for one in listed))
    flagged = sum(one.flagged for listed in by_village.values() for one in listed)
    return Period(tuple(months), scheme, summed, whole, flagged, scored)


@dataclass(frozen=True)
class RegionSums:
    """Each village, and each township's villages together, over some months, and what the levels
    were worth in the last."""

    facts: dict[int, UnitFacts]
    level_points: tuple[int, ...]


def sums_of_regions(county_id: int, months: Sequence[date]) -> RegionSums:
    """What was corrected counts as corrected."""
    villages = [one for month in months for one in _standing(county_id, month)]
    townships = townships_of({village.village_id for village in villages})
    by_region: dict[int, list[VillageFacts]] = {}
    for one in villages:
        for region in (one.village_id, townships[one.village_id]):
            by_region.setdefault(region, []).append(one)
    _, scheme = scheme_for(county_id, months[-1])
    return RegionSums(
        {region: sum_of(region, listed) for region, listed in by_region.items()},
        tuple(scheme.level_points),
    )


def _standing(county_id: int, month: date) -> list[VillageFacts]:
    """A month's facts as they stand: locked or kept, less what was corrected since."""
    newest: dict[int, Any] = {
        row.village_id: row.after["facts"]
        for row in corrections.corrections_of(county_id, month)
    }  # fmt: skip
    return [
        VillageFacts(month=month, **newest[one.village_id]) if one.village_id in newest else one
        for one in month_facts.kept(month, [county_id])
    ]
