"""Ballots by printed code: neither code, time nor answer is joined by whoever stole everything."""

from typing import Any

import pytest

from tests.attack.code_ballots import MOST_BY_LOT


@pytest.fixture
def seen(loot) -> dict[str, Any]:
    return loot["code_ballots"]


def test_no_order_joins_codes_and_ballots_better_than_lot(seen) -> None:
    assert len(seen["linked"]) == 6
    assert {name: hits for name, hits in seen["linked"].items() if hits > MOST_BY_LOT} == {}


def test_the_same_thief_reads_ballots_as_they_are_usually_kept(seen) -> None:
    assert seen["control"] == seen["raters"]


def test_a_ballot_is_not_in_the_log_of_changes_and_a_close_is_one_transaction(seen) -> None:
    assert seen["wal_mentions_of_inbox"] == 0
    assert seen["transactions_of_the_close"] == 1


def test_no_code_is_left_in_any_file_or_log(seen) -> None:
    assert seen["residue"] == 0
    assert seen["residue_of_the_control"] == seen["raters"], "the search would have found them"
