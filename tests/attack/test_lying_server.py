"""A phone takes no keys of its own, and its unit's size from the pinned file alone."""

import pytest


@pytest.fixture
def seen(loot):
    return loot["lying_server"]


def test_a_phone_that_is_served_keys_of_its_own_refuses_before_anything_is_fetched(seen) -> None:
    assert seen["keys"] == {"refused": True, "fetched": 0, "size": 0, "named": False}


def test_the_size_of_the_unit_is_that_of_the_pinned_file_whatever_the_server_says(seen) -> None:
    assert seen["size"] == {"refused": False, "fetched": 2, "size": 64, "named": False}


def test_a_phone_without_a_pin_is_named_under_a_size_that_was_made_up(seen) -> None:
    """The control."""
    assert seen["control"] == {"refused": False, "fetched": 2, "size": 1200, "named": True}
