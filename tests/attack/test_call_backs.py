"""The rated cadre with phone, inbox, API and village page names no more than chance does."""

import pytest

from tests.attack.call_backs import UNHAPPY, Seen, play


@pytest.fixture
def seen(app, monkeypatch) -> Seen:
    return play(app, monkeypatch)


def test_the_rated_cadre_cannot_name_who_was_unhappy(seen: Seen) -> None:
    # Nothing he reads moves when somebody has rated.
    assert seen.named["watching his phone"] == set()
    # 18 of 60 were unhappy: of 18 guesses 5.4 are right by chance, 12 or more once in 3,000.
    assert seen.hits("cases in the order of their names") < 12
    # The control: figures that move by one name everybody within two minutes.
    assert seen.hits("watching live counters") == UNHAPPY
    assert len(seen.named["watching live counters"]) == UNHAPPY
