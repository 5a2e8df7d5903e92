"""Categories suggested from the words, and the words that say why."""

import pytest

from backend.app.tickets.kinds import TicketKind
from backend.app.tickets.rules.categories import STARTING, Signs, suggest
from backend.app.tickets.search import grams, query_grams

SYNONYMS = [Signs(code, words.split(), urgency == "urgent") for code, _, urgency, words in STARTING]


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("我们组停水三天了，水管坏了", "water"),
        ("村口路灯不亮，晚上摸黑", "light"),
        ("垃圾没人清运，臭得很", "clean"),
        ("低保怎么还没批下来", "welfare"),
        ("电线着火了", "safety"),
        ("随便说说", None),
    ],
)
def test_the_words_point_to_a_category(words: str, category: str | None) -> None:
    found = suggest(words, SYNONYMS)
    assert found.category == category
    assert all(word in words for word in found.because)
    assert bool(found.because) == (category is not None)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("举报他套取补贴", TicketKind.REPORT),
        ("谢谢村医", TicketKind.THANKS),
        ("请问在哪办证", TicketKind.CONSULT),
        ("卫生室周末有人吗?", TicketKind.CONSULT),
        ("卫生室周末有人吗？", TicketKind.CONSULT),
    ],
)
def test_the_words_point_to_a_kind(words: str, kind: TicketKind) -> None:
    assert suggest(words, SYNONYMS).kind is kind


def test_full_width_letters_and_punctuation_are_no_way_past_the_search() -> None:
    assert grams("ＡＢ，c") == grams("ab c") == ["ab", "bc"]
    assert set(query_grams("路灯")) <= set(grams("村口的路 灯坏了"))
