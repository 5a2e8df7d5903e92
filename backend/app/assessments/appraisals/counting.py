"""Two counts of the same ballots beside each other, and slips counted up. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from backend.app.scoring.levels import BEST, LEVEL_NAMES, level_name, no_counts


class BallotQuestion(NamedTuple):
    """A unit as a whole, or one judged element of it."""

    unit_id: int
    element_id: int | None = None


# Of a question, how many ballots gave each level; of a slip, the level of each question it answers.
Counts = Mapping[BallotQuestion, list[int]]
Slips = Mapping[str, Mapping[BallotQuestion, int]]


class CountDifference(NamedTuple):
    """A cell in which two people read the paper differently."""

    question: BallotQuestion
    where: str
    first: str
    second: str


def counted(ballots: Iterable[Mapping[BallotQuestion, int]]) -> dict[BallotQuestion, list[int]]:
    """Counts of each question."""
    counts: dict[BallotQuestion, list[int]] = defaultdict(no_counts)
    for levels in ballots:
        for question, level in levels.items():
            counts[question][level - BEST] += 1
    return dict(counts)


def added(first: Counts, second: Counts) -> dict[BallotQuestion, list[int]]:
    """What came on paper and by code together."""
    return {
        question: [
            one + other
            for one, other in zip(
                first.get(question, no_counts()), second.get(question, no_counts()), strict=True
            )
        ]
        for question in {*first, *second}
    }


def differences_of_counts(first: Counts, second: Counts) -> list[CountDifference]:
    """By question and level."""
    return [
        CountDifference(question, name, str(one), str(other))
        for question in sorted({*first, *second})
        for name, one, other in zip(
            LEVEL_NAMES, first.get(question, no_counts()), second.get(question, no_counts()),
            strict=True,
        )
        if one != other
    ]  # fmt: skip


def differences_of_slips(first: Slips, second: Slips) -> list[CountDifference]:
    """By slip and question."""
    return [
        CountDifference(question, f"{slip} 号票", _word(before), _word(after))
        for slip in sorted({*first, *second})
        for question in sorted({*first.get(slip, {}), *second.get(slip, {})})
        if (before := first.get(slip, {}).get(question))
        != (after := second.get(slip, {}).get(question))
    ]


def _word(level: int | None) -> str:
    return "空" if level is None else level_name(level)
