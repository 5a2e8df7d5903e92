"""Base backups of many nights say no more than one: ballots and answers are not joined by night."""

import pytest

from tests.attack.nights import NIGHTS, TOTAL

# Five are right by chance, one a unit; more than fourteen happens once in five thousand runs.
MOST_BY_CHANCE = 14


@pytest.fixture
def nights(loot):
    return loot["nights"]


def test_what_is_new_each_night_names_nobody(nights) -> None:
    assert (nights["people"], nights["backups"]) == (TOTAL, NIGHTS)
    assert nights["by_night"] <= MOST_BY_CHANCE
    assert nights["by_order"] <= MOST_BY_CHANCE
    assert nights["control"] > TOTAL / 5, "rows appended each night would have been joined"


def test_only_the_last_backup_can_be_opened(nights) -> None:
    assert nights["opened"] == [0] * (NIGHTS - 1) + [TOTAL]
    assert nights["sealed_alike"] == nights["inbox_in_backups"] == 0


def test_a_box_is_of_one_transaction_whatever_night_it_is(nights) -> None:
    assert nights["transactions"] == [1] * NIGHTS
