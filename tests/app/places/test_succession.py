"""Which village stands for a village on a day, over any history of what counties do to them."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.app.access import Actor
from backend.app.core.db import db, transaction
from backend.app.places import reorganisation
from backend.app.places.succession import same_villages, village_now, village_on
from tests.app.places.conftest import DAY, load, place

VILLAGES = 6
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["merge", "merge", "rename", "move"]),
        st.integers(0, VILLAGES - 1),
        st.integers(0, VILLAGES - 1),
        st.integers(0, 20),
    ),
    max_size=8,
)
TOWNSHIPS: Iterator[int] = count(110, 2)


def make_villages() -> tuple[list[int], list[int]]:
    """Six villages of a township that no example had before, and another township beside it."""
    township = next(TOWNSHIPS)
    lines = ["level,code,name", "county,610528000000,富平县"]
    lines += [f"township,610528{township + n}000,第{township + n}镇" for n in (0, 1)]
    lines += [f"village,610528{township}2{n:02d},{township}村{n}" for n in range(VILLAGES)]
    load("\n".join(lines) + "\n")
    ids = [place(f"610528{township}2{n:02d}").id for n in range(VILLAGES)]
    return ids, [place(f"610528{township + n}").id for n in (0, 1)]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_every_day_a_village_is_found_where_a_list_of_merges_says(
    county, manager: Actor, acts: list[tuple[str, int, int, int]]
) -> None:
    villages, townships = make_villages()
    day, merges = DAY, {}
    for kind, one, other, later in acts:
        day += timedelta(days=later)
        if villages[one] in merges or (kind == "merge" and villages[other] in merges):
            continue
        with transaction():
            if kind == "rename":
                reorganisation.rename_region(manager, villages[one], f"{one}改名{other}", day)
            elif kind == "move":
                reorganisation.move_region(manager, villages[one], townships[other % 2], on=day)
            elif one != other:
                reorganisation.merge_villages(manager, villages[one], villages[other], day)
                merges[villages[one]] = (day, villages[other])

    def expected(village: int, on: date) -> int:
        while village in merges and merges[village][0] <= on:
            village = merges[village][1]
        return village

    days = [DAY, *(since for since, _ in merges.values()), day, day + timedelta(days=1)]
    for village in villages:
        for on in (near for each in days for near in (each - timedelta(days=1), each)):
            assert village_on(village, on) == expected(village, on)
        last = expected(village, date.max)
        assert village_now(village) == last
        alike = [other for other in villages if expected(other, date.max) == last]
        assert same_villages([village]) == sorted(alike)
    db.session.rollback()


def test_a_day_before_the_merge_is_still_the_villages_own(county, manager: Actor) -> None:
    gone, into, last = place("610528101201"), place("610528101200"), place("610528102200")
    with transaction():
        reorganisation.merge_villages(manager, gone.id, into.id, DAY + timedelta(days=10))
        reorganisation.merge_villages(manager, into.id, last.id, DAY + timedelta(days=20))
    days = (DAY + timedelta(days=n) for n in (9, 10, 19, 20, 300))
    assert [village_on(gone.id, day) for day in days] == [
        gone.id, into.id, into.id, last.id, last.id,
    ]  # fmt: skip


def test_regions_that_are_no_villages_stand_for_themselves(county) -> None:
    township = place("610528101")
    assert village_now(township.id) == township.id
    assert same_villages([township.id, county.id]) == sorted([township.id, county.id])
