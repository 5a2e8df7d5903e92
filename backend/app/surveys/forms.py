"""What people type into the pages of surveys, read with care."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from backend.app.core.clock import parse_month
from backend.app.core.errors import InvalidInput, NotFound
from backend.app.core.web.boxes import whole
from backend.app.surveys.answers import Question, QuestionKind, Slip
from backend.app.surveys.library import LibraryChoice
from backend.app.surveys.questionnaires import MOST

Form = Mapping[str, str]


def read_month(text: str) -> date:
    """A month in an address; raises NotFound for anything else."""
    month = parse_month(text)
    if month is None:
        raise NotFound
    return month


def read_options(form: Form, name: str) -> list[str]:
    """One option a line."""
    return form.get(name, "").replace("\r", "").split("\n")


def read_questionnaires(
    form: Form, kinds: Sequence[str], library: Sequence[LibraryChoice]
) -> list[dict[str, Any]]:
    """The common questionnaire, and one for each type of village that has questions of its own."""
    by_key = {choice.key: choice.question for choice in library}
    result: list[dict[str, Any]] = []
    for prefix, kind in [("c", None), *((f"t{number}", one) for number, one in enumerate(kinds))]:
        questions = _questions(form, prefix, by_key)
        if questions or kind is None:
            result.append({"kind": kind, "questions": questions, "field": prefix})
    return result


def _questions(form: Form, prefix: str, library: Mapping[str, Question]) -> list[dict[str, Any]]:
    """A slot is a question of the library, or words of one's own; an empty slot is none."""
    result = []
    for slot in range(MOST):
        name = f"{prefix}{slot}"
        chosen = library.get(form.get(f"{name}pick", ""))
        if chosen is not None:
            result.append({**chosen.as_json(), "field": name})
        elif words := form.get(f"{name}words", "").strip():
            kind, options = form.get(f"{name}kind", ""), read_options(form, f"{name}options")
            result.append({"kind": kind, "words": words, "options": options, "field": name})
    return result


def read_sheets(form: Form, questions: Sequence[Question], slips: int) -> list[Slip]:
    """Slips as a grid: for each the numbers ticked, from 1, and what was written by hand."""
    return [
        [
            _answer(form.get(f"s{slip}q{number}", "").strip(), question, slip)
            for number, question in enumerate(questions)
        ]
        for slip in range(slips)
    ]


def _answer(text: str, question: Question, slip: int) -> Any:
    if not text:
        return None
    if question.kind is QuestionKind.TEXT:
        return text
    # Full-width digits and commas come out of the usual keyboards.
    parts = re.sub("[,、]", " ", unicodedata.normalize("NFKC", text)).split()
    numbers = {whole(part, most=99) for part in parts}
    if None in numbers:
        raise InvalidInput(errors={"sheets": [f"第 {slip + 1} 张「{question.words}」应填序号"]})
    chosen = sorted(number - 1 for number in numbers if number is not None)
    if not all(0 <= number < question.choices for number in chosen):
        raise InvalidInput(errors={"sheets": [f"第 {slip + 1} 张「{question.words}」没有这个序号"]})
    if question.kind is QuestionKind.MULTIPLE:
        return chosen
    # Two ticks where one was asked for: the slip says nothing to this question.
    return chosen[0] if len(chosen) == 1 else None
