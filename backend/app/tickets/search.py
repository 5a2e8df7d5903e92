"""Search by words: pairs of letters in an index, since Chinese has no spaces to split at."""

import re
import unicodedata

NOT_A_LETTER = re.compile(r"[\W_]+")
LONGEST_QUERY = 20


def folded(text: str) -> str:
    return NOT_A_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


def grams(text: str | None) -> list[str]:
    """Every two letters that follow each other: 村口路灯 → 村口, 口路, 路灯."""
    plain = folded(text or "")
    return sorted({plain[i : i + 2] for i in range(len(plain) - 1)})


def query_grams(text: str) -> list[str]:
    """What the words looked for must all contain; empty for less than two letters."""
    return grams(folded(text)[:LONGEST_QUERY])
