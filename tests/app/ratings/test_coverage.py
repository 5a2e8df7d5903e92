"""参与: a count of few is hidden, and no other count tells it."""

from datetime import UTC, datetime

import pytest

from backend.app.accounts.models import Binding
from backend.app.core.db import db, transaction
from backend.app.places.models import Region
from backend.app.ratings.coverage import coverage_of
from tests.factories.county import OPENED_ON, make_county, make_person
from tests.factories.ratings import LAST_MONTH


def make_groups(sizes: list[int]) -> int:
    """A village with groups of so many bound people; returns the village."""
    county = make_county(villages=1)
    village_id = county.village_ids[0]
    people = [[make_person() for _ in range(size)] for size in sizes]
    with transaction() as session:
        for nth, bound in enumerate(people, 1):
            group = Region(
                level="group", name=f"{nth}组", parent_id=village_id, county_id=county.id,
                township_id=county.township_ids[0], opened_on=OPENED_ON,
            )  # fmt: skip
            session.add(group)
            session.flush()
            session.add_all(
                Binding(
                    person_id=person, county_id=county.id, village_id=village_id,
                    group_id=group.id, bound_at=datetime(2026, 1, 1, tzinfo=UTC),
                )
                for person in bound
            )  # fmt: skip
    db.session.expire_all()
    return village_id


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ([12, 15], [True, True]),
        # The whole less the others would be the hidden one.
        ([4, 20, 12], [False, True, False]),
        ([4, 20], [False, False]),
        ([4, 5, 20], [False, False, True]),
    ],
)
def test_a_hidden_group_cannot_be_reckoned_from_the_whole(app, sizes, shown) -> None:
    _, groups = coverage_of(make_groups(sizes), LAST_MONTH)
    assert [one.bound for one in groups] == sizes
    assert [one.raters is not None for one in groups] == shown
