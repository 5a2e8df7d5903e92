"""What a county or a township said on the whole: sums of what was published, and nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.app.scoring.disclosure import Total, total
from backend.app.surveys.answers import Question
from backend.app.surveys.results import QuestionResult, option_words


@dataclass(frozen=True)
class Summary:
    """One question over all units that were asked it, by phone and on paper apart."""

    question: Question
    phone: Total
    paper: Total | None


def summarise(units: Iterable[Sequence[QuestionResult]]) -> list[Summary]:
    """Pure; questions in the order in which they are first met."""
    asked: dict[Question, list[QuestionResult]] = {}
    for said in units:
        for one in said:
            asked.setdefault(one.question, []).append(one)
    return [_summary(question, said) for question, said in asked.items()]


def _summary(question: Question, said: Sequence[QuestionResult]) -> Summary:
    options = len(option_words(question))
    paper = [one.paper for one in said if one.paper is not None]
    return Summary(
        question,
        total([one.phone for one in said], options),
        total(paper, options) if paper else None,
    )


def share(whole: Total | None, option: int) -> str:
    """About how many percent chose an option: a band enters with the count it stands for."""
    if whole is None or not whole.n:
        return "不公布"
    return f"约 {round(whole.counts[option] * 100 / whole.n)}%"


def speaks(said: Sequence[QuestionResult]) -> bool:
    """Whether anything of a unit is published, by phone or on paper."""
    return any(one.phone.n or (one.paper is not None and one.paper.n) for one in said)
