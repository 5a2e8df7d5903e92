"""Redis's RDB and append-only file name nobody, and no key is in a file or a backup."""

from pathlib import Path

import pytest

from tests.attack.scene import MOST_BY_CHANCE, TOTAL


@pytest.fixture
def seen(loot):
    return loot["redis"]


def test_what_is_said_does_not_stand_next_to_whoever_said_it(seen) -> None:
    name = "what is said, by who stands before it"
    assert seen[name] == 0
    assert seen["control"][name] == TOTAL, "a queue in Redis would have named everybody"


def test_the_order_in_which_people_came_names_nobody(seen) -> None:
    name = "people in the order of their coming"
    assert seen[name] <= MOST_BY_CHANCE
    assert seen["control"][name] > TOTAL / 2


def test_no_key_of_traces_or_boxes_is_in_a_file_of_redis_postgresql_or_a_backup(seen) -> None:
    assert seen["keys"] == 1
    assert seen["box_keys"] > 0
    assert seen["files_with_a_key"] == []
    control = {Path(file).suffix for file in seen["control"]["files_with_a_key"]}
    assert control == {".aof", ".rdb"}, "the search would have found it where it lay before"


def test_the_key_of_the_days_traces_is_gone_the_night_after(seen) -> None:
    assert seen["keys_the_night_after"] == 0
