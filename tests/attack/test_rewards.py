"""A dump of December names nobody who took part in November."""

from typing import Any

import pytest


@pytest.fixture
def seen(loot) -> dict[str, Any]:
    return loot["rewards"]


def test_no_way_of_reading_points_is_better_than_chance(seen) -> None:
    # 25, 3, 40 and 1 of 40 took part: by lot 56 of 69 are right, give or take two.
    assert seen["took_part"] == 69
    assert len(seen["named"]) == 4
    named = {way: hits for way, hits in seen["named"].items() if hits > seen["by_chance"] + 10}
    assert named == {}


def test_the_reward_of_a_person_names_everybody(seen) -> None:
    assert seen["control"] == seen["took_part"]
    assert seen["letter_named_in_the_control"] is True


def test_units_that_were_not_heard_are_in_no_ledger_and_no_count(seen) -> None:
    assert seen["entries_of_quiet_units"] == 0
    assert seen["counts_of_the_hidden"] == 0


def test_what_a_unit_gets_is_alike(seen) -> None:
    assert seen["amounts"] == ["5"]
    assert seen["instants_a_unit"] == 1
