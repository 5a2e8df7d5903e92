"""What a round must be like before it is kept; everything wrong with it is said at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from backend.app.core import clock
from backend.app.core.clock import local_day
from backend.app.core.errors import InvalidInput
from backend.app.core.text_check import clean_words
from backend.app.surveys.answers import Question, QuestionKind
from backend.app.surveys.library import check_question
from backend.app.surveys.questionnaires import FEWEST, MOST

LONGEST_TITLE = 20
SHORTEST = timedelta(days=1)
PAST = "开始时间已经过了，请改成现在以后的"
Faults = dict[str, list[str]]


@dataclass(frozen=True)
class EditedSurvey:
    """What the editor's form says.

    Questionnaires and questions may carry the name of their `field`, for what is wrong with them.
    """

    title: str
    questionnaires: Sequence[Mapping[str, Any]]
    opens_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True)
class Checked:
    """The same in good order; questionnaires as the round keeps them."""

    title: str
    questionnaires: list[dict[str, Any]]
    opens_at: datetime
    closes_at: datetime


def check_round(period: date, given: EditedSurvey, village_kinds: Sequence[str]) -> Checked:
    """Raises InvalidInput naming every field at fault."""
    faults: Faults = {}
    title, times = "", (clock.now(), clock.now())
    with _gathering(faults):
        title = _title(given.title)
    with _gathering(faults):
        _check_kinds([one["kind"] for one in given.questionnaires], village_kinds)
    questionnaires = []
    for one in given.questionnaires:
        with _gathering(faults):
            questionnaires.append(_questionnaire(one))
    with _gathering(faults):
        times = _times(period, given)
    if faults:
        raise InvalidInput(errors=faults)
    return Checked(title, questionnaires, *times)


def check_kept(questionnaires: Sequence[Mapping[str, Any]], opens_at: datetime) -> None:
    """Whether a draft may be asked as it lies there; raises InvalidInput."""
    faults: Faults = {}
    for questionnaire in questionnaires:
        with _gathering(faults):
            _questionnaire(questionnaire)
    if opens_at < clock.now():
        faults["opens_at"] = [PAST]
    if faults:
        raise InvalidInput(errors=faults)


@contextmanager
def _gathering(faults: Faults) -> Iterator[None]:
    try:
        yield
    except InvalidInput as refused:
        for field, sentences in refused.errors.items():
            faults.setdefault(field, []).extend(sentences)


def _title(given: str) -> str:
    title = clean_words(given, "title")
    if title is None or len(title) > LONGEST_TITLE or "\n" in title:
        raise InvalidInput(errors={"title": [f"标题写 1 到 {LONGEST_TITLE} 个字"]})
    return title


def _check_kinds(kinds: Sequence[str | None], village_kinds: Sequence[str]) -> None:
    strange = set(kinds) - {None, *village_kinds}
    if strange or kinds.count(None) != 1 or len(set(kinds)) != len(kinds):
        raise InvalidInput(errors={"questions": ["要有一份各村通用的题，每种村最多另有一份"]})


def _questionnaire(given: Mapping[str, Any]) -> dict[str, Any]:
    """The questionnaire as the round keeps it."""
    name, field = given["kind"] or "各村通用", given.get("field", "questions")
    if not FEWEST <= len(given["questions"]) <= MOST:
        raise InvalidInput(errors={field: [f"「{name}」应有 {FEWEST} 到 {MOST} 题"]})
    faults: Faults = {}
    questions: list[Question] = []
    for one in given["questions"]:
        with _gathering(faults):
            its_field = one.get("field", field)
            questions.append(
                check_question(one["kind"], one["words"], list(one["options"]), its_field)
            )
    if faults:
        raise InvalidInput(errors=faults)
    if all(question.kind is QuestionKind.TEXT for question in questions):
        raise InvalidInput(errors={field: [f"「{name}」至少要有一题是选择的"]})
    if len({question.words for question in questions}) != len(questions):
        raise InvalidInput(errors={field: [f"「{name}」有重复的题"]})
    return {"kind": given["kind"], "questions": [question.as_json() for question in questions]}


def _times(period: date, edited_survey: EditedSurvey) -> tuple[datetime, datetime]:
    opens_at, closes_at = edited_survey.opens_at, edited_survey.closes_at
    if opens_at is None or closes_at is None:
        missing = "opens_at" if opens_at is None else "closes_at"
        raise InvalidInput(errors={missing: ["请填开始和截止时间"]})
    for field, name, at in (("opens_at", "开始", opens_at), ("closes_at", "截止", closes_at)):
        if clock.month_of(local_day(at)) != period:
            raise InvalidInput(errors={field: [f"{name}应在 {period.year} 年 {period.month} 月里"]})
    if opens_at < clock.now():
        raise InvalidInput(errors={"opens_at": [PAST]})
    if closes_at - opens_at < SHORTEST:
        raise InvalidInput(errors={"closes_at": ["至少开放一天，村民才来得及"]})
    return opens_at, closes_at
