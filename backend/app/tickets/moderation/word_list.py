"""待核词: which words a county's people look at before others see them, as they decide it."""

import re
import unicodedata
from collections.abc import Collection

from backend.app.access import Actor
from backend.app.core import moderated_words
from backend.app.core.audit import record
from backend.app.core.errors import InvalidInput
from backend.app.core.text_check import clean_words
from backend.app.places.queries import lock_region
from backend.app.tickets.rules.operations import check_may

MOST_WORDS, MOST_AT_ONCE = 2000, 200
LONGEST_FORM = 10_000
APART = re.compile("[。，,、；;]")


def add_words(actor: Actor, county_id: int, given: str) -> tuple[int, int]:
    """One word a line, for what is written from now on; how many were new and how many known."""
    check_may(actor, county_id)
    words = read_lines(given)
    # Two of the office at once count one after the other.
    lock_region(county_id)
    added = moderated_words.add_words(county_id, words)
    if moderated_words.count_words(county_id) > MOST_WORDS:
        raise InvalidInput(errors={"words": [f"一个县最多 {MOST_WORDS} 个词，请先删去一些"]})
    if added:
        _record("add_moderated_words", actor, county_id, added)
    return len(added), len(words) - len(added)


def remove_words(actor: Actor, county_id: int, folded: Collection[str]) -> int:
    """What was moderated for them stays so until somebody has read it."""
    check_may(actor, county_id)
    gone = moderated_words.remove_words(county_id, folded)
    if gone:
        _record("remove_moderated_words", actor, county_id, gone)
    return len(gone)


def _record(action: str, actor: Actor, county_id: int, words: list[str]) -> None:
    record(
        action, actor.person_id, "county", county_id, count=len(words),
        listed="、".join(sorted(words)),
    )  # fmt: skip


def read_lines(given: str) -> list[str]:
    """Each word once, as it is kept; raises InvalidInput naming every line at fault.

    Words that somebody wrote behind each other with commas or stops are words of their own.
    """
    found: dict[str, str] = {}
    faults = []
    lines = (clean_words(given, limit=LONGEST_FORM) or "").splitlines()
    parts = [(number, part) for number, line in enumerate(lines, 1) for part in APART.split(line)]
    for number, part in parts:
        word = " ".join(unicodedata.normalize("NFKC", part).split())
        folded = moderated_words.fold(word)
        if not word:
            continue
        if (
            len(folded) < moderated_words.SHORTEST
            or max(len(folded), len(word)) > moderated_words.LONGEST
        ):
            faults.append(f"第 {number} 行「{word[:20]}」应为 2 到 20 个字，标点不算")
        found.setdefault(folded, word)
    if not found:
        faults.append("请写要加的词，一行一个")
    elif len(found) > MOST_AT_ONCE:
        faults.append(f"一次最多加 {MOST_AT_ONCE} 个词")
    if faults:
        raise InvalidInput(errors={"words": faults[:5]})
    return list(found.values())
