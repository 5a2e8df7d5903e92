"""A county whose last month is locked and published."""

from datetime import date
from decimal import Decimal

from backend.app.access import Actor, Role
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.publications import operations as publications
from backend.app.scorecards.models import AssessmentScheme
from backend.app.scoring.scheme_json import as_json
from backend.app.scoring.schemes import Indicator, Scheme
from tests.factories.county import County, actor_with, make_county, make_person
from tests.factories.locks import lock_month, reach_lock_day
from tests.factories.ratings import LAST_MONTH, rate_village


def make_rated_county(villages: int = 4) -> County:
    """Many ratings, mixed ones, nine, and a village nobody rated."""
    county = make_county(villages=villages)
    reach_lock_day(county.id)
    rate_village(county, 0, [1] * 8 + [2] * 3 + [5], reasons=(county.reason_ids[1],))
    rate_village(county, 1, [1, 2, 3, 4] * 4)
    rate_village(county, 2, [2] * 9)
    return county


def lock(county: County, month=LAST_MONTH, note: str = "") -> Actor:
    staff = actor_with(Role.COUNTY_STAFF, county.id)
    lock_month(staff, county.id, note, month)
    return staff


def publish(county: County, month=LAST_MONTH, note: str = "") -> Actor:
    """Locked and published by the same clerk; returns the clerk."""
    staff = lock(county, month, note)
    with transaction():
        publications.publish(staff, county.id, month)
    return staff


def score_by_ratings(county: County) -> None:
    """A scheme of the county's own: nothing but what ratings say."""
    sixty, forty = (Decimal(one) for one in (60, 40))
    content = Scheme(
        (
            Indicator("satisfaction_mean", sixty, Decimal(50), Decimal(95)),
            Indicator("positive_rate", forty, Decimal(50), Decimal(100)),
        )
    )
    with transaction() as session:
        session.add(
            AssessmentScheme(
                county_id=county.id, year=2020, version=1, title="只看评价",
                first_month=date(2020, 1, 1), state="approved", content=as_json(content),
                drafted_by_id=make_person(), drafted_at=clock.now(),
                approved_by_id=make_person(), approved_at=clock.now(),
            )
        )  # fmt: skip
