"""The rated cadre with phone, inbox, API and village page names no more than chance does."""

from tests.attack.call_backs import UNHAPPY


def test_the_rated_cadre_cannot_name_who_was_unhappy(loot) -> None:
    named, right = loot["call_backs"]["named"], loot["call_backs"]["right"]
    # Nothing he reads moves when somebody has rated.
    assert named["watching his phone"] == 0
    # 18 of 60 were unhappy: of ten guesses three are right by chance, nine or more once in 7,000.
    assert 0 < named["cases by their names"] <= 10
    assert right["cases by their names"] < 9


def test_figures_that_move_by_one_and_numbers_that_count_up_name_the_unhappy(loot) -> None:
    """The controls."""
    named, right = loot["call_backs"]["named"], loot["call_backs"]["right"]
    assert named["watching live counters"] == right["watching live counters"] == UNHAPPY
    assert named["cases by their numbers"] == right["cases by their numbers"] == 10
