"""Questions and answers of a round: their shapes, padded alike. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from backend.app.core.json_text import loads
from backend.app.scoring.levels import LEVELS

BODY = 2048
LONGEST_TEXT = 200
# A choice by its number, several of them, words, or nothing; one for each question.
Answer = int | str | list[int] | None
Slip = list[Answer]


class QuestionKind(StrEnum):
    """Five levels, one of a few, several of a few, a few words."""

    LEVEL = "level"
    SINGLE = "single"
    MULTIPLE = "multiple"
    TEXT = "text"


@dataclass(frozen=True)
class Question:
    """One question; `options` are the words to choose from, none for levels and text."""

    kind: QuestionKind
    words: str
    options: tuple[str, ...] = ()

    @property
    def choices(self) -> int:
        return len(LEVELS) if self.kind is QuestionKind.LEVEL else len(self.options)

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "words": self.words, "options": list(self.options)}


def question_from(raw: dict[str, Any]) -> Question:
    return Question(QuestionKind(raw["kind"]), raw["words"], tuple(raw["options"]))


class BodyInvalid(ValueError):
    """The answers do not fit the questions, or the padding is not ours."""


def pad(answers: Sequence[Any]) -> bytes:
    """Every body has the same length: two bytes of length, the answers, zeros."""
    content = orjson.dumps({"answers": list(answers)})
    if len(content) > BODY - 2:
        raise BodyInvalid("too long")
    return len(content).to_bytes(2) + content + bytes(BODY - 2 - len(content))


def unpad(body: bytes) -> list[object]:
    """The answers; raises BodyInvalid for any other length, padding or content."""
    if len(body) != BODY:
        raise BodyInvalid("length")
    length = int.from_bytes(body[:2])
    content, rest = body[2 : 2 + length], body[2 + length :]
    if length > BODY - 2 or any(rest):
        raise BodyInvalid("padding")
    try:
        answers = loads(content)["answers"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise BodyInvalid("content") from None
    if not isinstance(answers, list):
        raise BodyInvalid("content")
    return answers


def check(questions: Sequence[Question], answers: Sequence[Any]) -> None:
    """Raises BodyInvalid unless each question has an answer of its kind, or None for skipped."""
    if len(answers) != len(questions):
        raise BodyInvalid("number of answers")
    for number, (question, answer) in enumerate(zip(questions, answers, strict=True), 1):
        if answer is not None and not _fits(question, answer):
            raise BodyInvalid(f"answer {number}")


def _fits(question: Question, answer: Any) -> bool:
    if question.kind is QuestionKind.TEXT:
        return isinstance(answer, str) and 0 < len(answer) <= LONGEST_TEXT
    if question.kind is QuestionKind.MULTIPLE:
        return (
            isinstance(answer, list)
            and len(answer) == len(set(map(str, answer)))
            and all(_is_choice(question, one) for one in answer)
        )
    return _is_choice(question, answer)


def _is_choice(question: Question, answer: Any) -> bool:
    return type(answer) is int and 0 <= answer < question.choices


def tally(question: Question, answers: Sequence[Any]) -> list[int]:
    """How many chose each option; skipped questions count nowhere."""
    counts = [0] * question.choices
    for answer in answers:
        chosen = answer if isinstance(answer, list) else [answer]
        for option in chosen:
            if type(option) is int:
                counts[option] += 1
    return counts
