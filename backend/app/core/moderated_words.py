"""The words for which a county's people look at a text before others see it; each county's own."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import CheckConstraint, ForeignKey, String, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core import clock
from backend.app.core.db import Model, db
from backend.app.core.read_cache import remembered

STARTING = Path(__file__).with_name("moderated_words.txt")
SHORTEST, LONGEST = 2, 20
NOT_A_WORD = re.compile(r"[\W_]+")


class ModeratedWord(Model):
    """A word as somebody wrote it, and as texts are searched for it."""

    __tablename__ = "moderated_word"
    __table_args__ = (
        CheckConstraint(f"length(folded) BETWEEN {SHORTEST} AND {LONGEST}", name="length"),
    )

    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    folded: Mapped[str] = mapped_column(String(LONGEST), primary_key=True)
    word: Mapped[str] = mapped_column(String(LONGEST))
    added_at: Mapped[datetime]


def fold(words: str) -> str:
    """Full-width, case, spaces and punctuation are no way round the list."""
    return NOT_A_WORD.sub("", unicodedata.normalize("NFKC", words).casefold())


def has_moderated_word(folded: str, county_id: str) -> str:
    """For a statement: whether a folded text has one of a county's words; both are expressions."""
    return (
        f"CASE WHEN {folded} IS NULL THEN false ELSE EXISTS (SELECT FROM moderated_word w"
        f" WHERE w.county_id = {county_id} AND position(w.folded IN {folded}) > 0) END"
    )


def is_moderated(county_id: int, words: str) -> bool:
    folded = fold(words)
    return any(word in folded for word in _folded_words(county_id))


@remembered
def _folded_words(county_id: int) -> list[str]:
    query = select(ModeratedWord.folded).where(ModeratedWord.county_id == county_id)
    return list(db.session.scalars(query))


def list_words(county_id: int, search: str = "") -> list[ModeratedWord]:
    """Those that have the searched letters in them, or all, in the order of their letters."""
    query = select(ModeratedWord).where(ModeratedWord.county_id == county_id)
    if fold(search):
        query = query.where(ModeratedWord.folded.contains(fold(search), autoescape=True))
    return list(db.session.scalars(query.order_by(ModeratedWord.folded)))


def count_words(county_id: int) -> int:
    query = select(func.count()).where(ModeratedWord.county_id == county_id)
    return db.session.scalar(query) or 0


def add_words(county_id: int, words: Iterable[str]) -> list[str]:
    """Returns those that were new; what is spelt alike once folded is one word."""
    at = clock.now()
    rows = [
        {"county_id": county_id, "folded": fold(word), "word": word, "added_at": at}
        for word in words
    ]
    if not rows:
        return []
    added = (
        insert(ModeratedWord).values(rows).on_conflict_do_nothing().returning(ModeratedWord.word)
    )
    return list(db.session.scalars(added))


def remove_words(county_id: int, folded: Collection[str]) -> list[str]:
    """Returns those that were there."""
    gone = delete(ModeratedWord).where(
        ModeratedWord.county_id == county_id, ModeratedWord.folded.in_(folded)
    )
    return list(db.session.scalars(gone.returning(ModeratedWord.word)))


def found_lists(county_ids: Iterable[int]) -> None:
    """What a county starts with."""
    lines = STARTING.read_text(encoding="utf-8").splitlines()
    words = [line for line in lines if line.strip() and not line.startswith("#")]
    for county_id in county_ids:
        add_words(county_id, words)
