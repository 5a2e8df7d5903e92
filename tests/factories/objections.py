"""A month in which a village lost points, its cadre, and somebody to decide."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.core.db import db, transaction
from backend.app.places.operations import keep_settings
from backend.app.scorecards.objections import operations as objections
from backend.app.scorecards.objections.operations import Raised
from tests.factories.console import make_staff
from tests.factories.county import County, grant_role, make_county, make_person
from tests.factories.locks import reach_lock_day
from tests.factories.ratings import LAST_MONTH, rate_village
from tests.factories.tickets import as_actor, forget

RATINGS = text("SELECT id FROM rating WHERE village_id = :v AND level = :level ORDER BY id")


@dataclass
class Bench:
    """Three bad ratings of the first village, one good one, and who is who."""

    county: County
    staff: Actor
    other_staff: Actor
    cadre: Actor
    case_id: int
    second_id: int
    third_id: int
    praise_id: int

    @property
    def village_id(self) -> int:
        return self.county.village_ids[0]


def make_bench(days: int | None = 60) -> Bench:
    """Last month: twenty ratings of the first village, sixteen of its neighbour.

    Sixty days to object, so that it does not matter on which day of a month tests run.
    """
    county = make_county(villages=3)
    reach_lock_day(county.id)
    if days:
        with transaction():
            keep_settings(county.id, {"objection_days": days})
    rate_village(county, 0, [1] * 8 + [2] * 9 + [5, 5, 4])
    rate_village(county, 1, [1, 2, 3, 4] * 4)
    cadre = make_person(name="王建国")
    grant_role(cadre, Role.CADRE, county.village_ids[0])
    staff = [make_staff(Role.COUNTY_STAFF, county.id, name) for name in ("judge", "judge2")]
    found = {
        level: db.session.scalars(RATINGS, {"v": county.village_ids[0], "level": level}).all()
        for level in (1, 4, 5)
    }
    forget()
    return Bench(
        county,
        as_actor(staff[0], Role.COUNTY_STAFF, county.id),
        as_actor(staff[1], Role.COUNTY_STAFF, county.id),
        as_actor(cadre, Role.CADRE, county.village_ids[0]),
        found[5][0], found[5][1], found[4][0], found[1][0],
    )  # fmt: skip


def object_to(bench: Bench, by: Actor | None = None, key: UUID | None = None, **given: Any) -> int:
    """The cadre's objection to the first bad rating, unless told otherwise; its id."""
    raised = {
        "village_id": bench.village_id, "month": LAST_MONTH, "case_kind": "rating",
        "case_id": bench.case_id, "words": "那天全镇停电，不是窗口不办",
    }  # fmt: skip
    with transaction():
        return objections.raise_objection(
            by or bench.cadre, key or uuid4(), Raised(**{**raised, **given})
        ).id
