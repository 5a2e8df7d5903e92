"""One month of the whole demo county: tickets answered in time cost no village its place."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from statistics import mean

import pytest
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.clock import COUNTY_ZONE, clock_at
from backend.app.core.db import db, transaction
from backend.app.scorecards.facts import gather
from backend.app.scoring.measuring import UnitFacts
from backend.app.scoring.month import score_month
from backend.app.scoring.schemes import STARTING
from backend.demo import load

NOVEMBER = date(2026, 11, 1)
END = datetime(2026, 11, 30, 12, tzinfo=COUNTY_ZONE)
# What half of the villages are rated like: with it nothing but tickets tells them apart.
TYPICAL = [12, 13, 7, 3, 1]


@pytest.fixture
def november(app: object) -> list[UnitFacts]:
    """Of every village, waits left out: they have a target of their own."""
    with clock_at(END):
        load.load(1)
        county_id = db.session.scalar(text("SELECT id FROM region WHERE level = 'county'"))
        with transaction():
            found = gather(NOVEMBER, [county_id], clock.now())
    return [replace(one.unit(), waits=(), open_waits=()) for one in found]


def late(one: UnitFacts) -> int:
    return sum(one.counts.get(name, (0, 0))[1] for name in ("response", "on_time"))


def due(one: UnitFacts) -> int:
    return sum(sum(one.counts.get(name, ())) for name in ("response", "on_time", "resolution"))


def unhappy(one: UnitFacts) -> int:
    return sum(one.counts.get("resolution", (0, 0, 0))[1:])


def in_time(one: UnitFacts) -> bool:
    return due(one) > 0 and late(one) == 0


def without(one: UnitFacts) -> bool:
    return due(one) == 0


def totals(facts: list[UnitFacts]) -> dict[int, float]:
    scored = score_month(facts, STARTING, ranked=False)
    return {one.unit: one.total / 100 for one in scored if one.total is not None}


def means(facts: list[UnitFacts]) -> tuple[float, float, float]:
    """Of the villages with every ticket in time, without a ticket, with a late one."""
    found = totals(facts)

    def of(group: Callable[[UnitFacts], object]) -> float:
        return mean(found[one.unit] for one in facts if one.unit in found and group(one))

    return of(in_time), of(without), of(late)


def rated_alike(facts: list[UnitFacts]) -> list[UnitFacts]:
    said = ("levels", "survey", "survey_people")
    return [
        replace(one, counts={k: v for k, v in one.counts.items() if k not in said}
                | {"levels": TYPICAL})
        for one in facts
    ]  # fmt: skip


def test_villages_with_every_ticket_in_time_stand_above_those_without_and_those_with_a_late_one(
    november: list[UnitFacts],
) -> None:
    """Where villagers rate all villages alike: else these groups differ by how they were rated."""
    alike = rated_alike(november)
    groups = [sum(map(bool, map(group, alike))) for group in (in_time, without, late)]
    assert min(groups) >= 10
    every, none, some_late = means(alike)
    assert every > none > some_late
    found = totals(alike)
    content = [found[one.unit] for one in alike if in_time(one) and not unhappy(one)]
    assert len(content) >= 10
    assert min(content) >= none
