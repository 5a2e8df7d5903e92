"""T4, T5, T6, T17: a thief with everything but a living server links nobody to what they said."""

from tests.attack.scene import MOST_BY_CHANCE, TOTAL


def test_everybody_was_heard(loot) -> None:
    assert (loot["answers"], loot["letters"], loot["moved"]) == (TOTAL, 100, 400)
    assert loot["answers_counted"] == TOTAL


def test_t4_every_way_of_joining_the_lists_is_as_good_as_chance(loot) -> None:
    assert len(loot["linked"]) == 5
    assert {name: hits for name, hits in loot["linked"].items() if hits > MOST_BY_CHANCE} == {}
    assert loot["letters_seen"] > 0
    assert loot["letters_linked"] <= MOST_BY_CHANCE


def test_t4_the_same_attack_breaks_tables_as_surveys_usually_have_them(loot) -> None:
    assert loot["naive_linked"] > TOTAL / 2


def test_t5_no_submission_is_in_the_log_of_changes(loot) -> None:
    assert loot["wal_inserts_into_inbox"] == loot["wal_mentions_of_inbox"] == 0
    assert loot["naive_wal_inserts"] == TOTAL, "the search would have found them"
    assert loot["backup_of_inbox_bytes"] == 0


def test_t5_a_night_and_a_count_are_one_transaction_each(loot) -> None:
    assert loot["wal_inserts_into_box"] == 400
    assert loot["transactions_of_a_night"] == loot["transactions_of_the_count"] == 1


def test_t6_words_phones_and_open_ids_leave_no_residue(loot) -> None:
    assert loot["residue"] == {"words": [], "agent": [], "openid": []}
    assert loot["naive_residue"] != [], "the search would have found them"


def test_t17_being_there_changes_no_row(loot) -> None:
    assert loot["traces_of_being_there"] == 0


def test_after_the_count_nothing_is_left_to_open(loot) -> None:
    assert loot["answers_left_in_the_box"] == loot["counts_left"] == 0
    assert loot["key_of_the_box_is_gone"] is True
