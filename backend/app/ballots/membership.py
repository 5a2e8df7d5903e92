"""Where people belong: who counts for a village, and which unit of a month is somebody's own.

The units of a month are fixed when its keys are made. Whoever bound a village that went into
another one keeps that village's unit as long as a month has one, and belongs to the village it
became in the first month whose keys were made afterwards.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta

from sqlalchemy import select, text

from backend.app.ballots.anonymity_units import UnitVillage
from backend.app.ballots.models import BallotUnitVillage
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.places.queries import open_villages
from backend.app.places.sql import join_region
from backend.app.places.succession import line_of

# Somebody who bound yesterday, or never came back, is nobody to hide among.
SETTLED = timedelta(days=60)
# Of each village, and of those that went into it and stand nowhere of their own.
COUNT = f"""
    WITH RECURSIVE home (village_id, root_id) AS (
        SELECT id, id FROM region WHERE id = ANY(:ids)
        UNION
        SELECT r.id, h.root_id FROM home h JOIN region r ON r.merged_into_id = h.village_id
        WHERE NOT r.id = ANY(:ids)
    )
    SELECT v.id, v.township_id, coalesce(a.people, 0), v.residents, v.name, t.name
    FROM region v {join_region("t", "v.township_id")}
    LEFT JOIN (
        SELECT h.root_id, count(*)::int AS people
        FROM home h JOIN binding b ON b.village_id = h.village_id AND b.ended_at IS NULL
        WHERE b.bound_at <= :settled AND ({{has_acted}})
        GROUP BY h.root_id
    ) a ON a.root_id = v.id
    WHERE v.id = ANY(:ids) ORDER BY v.code, v.id
"""
# By feature the condition that a person has done something there. The factory fills it from each
# feature's `sql.py`, so that nothing here imports upwards.
HAS_ACTED: dict[str, Callable[[str], str]] = {}


def count_villages(village_ids: Collection[int]) -> list[UnitVillage]:
    """These villages in the order of their codes, with how many people there are to hide among."""
    has_acted = " OR ".join(condition("b.person_id") for condition in HAS_ACTED.values())
    statement = text(COUNT.format(has_acted=has_acted))
    values = {"ids": list(village_ids), "settled": clock.now() - SETTLED}
    return [UnitVillage(*row) for row in db.session.execute(statement, values)]


def todays_villages(county_id: int) -> list[UnitVillage]:
    return count_villages(open_villages(county_id))


def with_successors(village_ids: Iterable[int], merged: Iterable[tuple[int, int]]) -> list[int]:
    """These villages and those they became: what a unit said, all of them read. Pure."""
    own = set(village_ids)
    return sorted(own | {into for village_id, into in merged if village_id in own})


def unit_of(village_id: int, period: date) -> int | None:
    """A village's unit of a month; of one that went into another, else the other's."""
    line = line_of(village_id)
    query = select(BallotUnitVillage.village_id, BallotUnitVillage.unit_id).where(
        BallotUnitVillage.village_id.in_(line), BallotUnitVillage.period == period
    )
    units = {row.village_id: row.unit_id for row in db.session.execute(query)}
    return next((units[village] for village in line if village in units), None)
