"""A ballot given by code as the anonymous application seals it: a byte for each question. Pure."""

from collections.abc import Sequence

from backend.app.scoring.levels import WORST

# As long as an answer to a survey: in the box nobody tells one from the other by its length.
BODY = 2048
SKIPPED = 0


def pack(answers: Sequence[int]) -> bytes:
    """Every ballot in one length."""
    return bytes(answers).ljust(BODY, bytes(1))


def unpack(body: bytes, questions: int) -> list[int] | None:
    """A level for each question, 0 where it was skipped; None for what is no ballot of these."""
    answers, rest = body[:questions], body[questions:]
    if len(body) != BODY or any(rest) or not any(answers) or max(answers) > WORST:
        return None
    return list(answers)
