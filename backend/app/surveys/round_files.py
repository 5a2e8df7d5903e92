"""The public files of a round: its questions, and what came of them. Alike for everybody."""

from datetime import date
from typing import Any

import orjson
from sqlalchemy import select

from backend.app.ballots import membership
from backend.app.ballots.queries import has_answers, units_of
from backend.app.ballots.signing_keys import period_name
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.errors import NotFound
from backend.app.places.queries import kinds_of_villages, settings_of
from backend.app.places.succession import merged_into
from backend.app.surveys import answer_lists, results
from backend.app.surveys import operations as rounds
from backend.app.surveys.models import SurveyRound
from backend.app.surveys.paper import slips
from backend.app.surveys.questionnaires import questionnaire_for


class RoundUnknown(NotFound):
    code = "round_unknown"
    message = "这个月没有问卷"


class RoundNotPublished(NotFound):
    code = "not_published"
    message = "这一期还没有公布"


def village_kinds(county_id: int) -> list[str]:
    """The types of villages there are: those that may be asked questions of their own."""
    return [kind for kind in kinds_of_villages(county_id) if kind is not None]


def unit_name(unit: Any) -> str:
    return str(unit.name)


def _round_of(county_id: int, period: date) -> SurveyRound:
    survey_round = db.session.scalar(
        select(SurveyRound).where(
            SurveyRound.county_id == county_id, SurveyRound.period == period,
            SurveyRound.state != "draft",
        )
    )  # fmt: skip
    if survey_round is None:
        raise RoundUnknown
    return survey_round


def survey_file(county_id: int, period: date) -> bytes:
    """What each unit is asked; raises RoundUnknown."""
    found = _round_of(county_id, period)
    is_over = found.state == "open" and clock.now() >= found.closes_at
    content = {
        "period": period_name(period),
        "title": found.title,
        "state": "closed" if is_over else found.state,
        "opens_at": found.opens_at.isoformat(),
        "closes_at": found.closes_at.isoformat(),
        "has_answers": has_answers(county_id, period),
        "points": settings_of(county_id).survey_points,
        "units": {
            str(unit.unit_id): {
                "name": unit_name(unit),
                "questions": questionnaire_for(unit.kinds, found.questionnaires),
            }
            for unit in units_of(county_id, period)
        },
    }
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def _published_round(county_id: int, period: date) -> SurveyRound:
    survey_round = _round_of(county_id, period)
    if survey_round.state != "published":
        raise RoundNotPublished
    return survey_round


def answers_file(county_id: int, period: date) -> bytes:
    """The digests of counted answers; raises RoundUnknown or RoundNotPublished."""
    survey_round = _published_round(county_id, period)
    names = {unit.unit_id: unit_name(unit) for unit in units_of(county_id, period)}
    content = {
        "period": period_name(period),
        "lists": answer_lists.lists_of(survey_round.id, names),
    }
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def results_file(county_id: int, period: date) -> bytes:
    """What was said, once it was published; raises RoundUnknown or RoundNotPublished."""
    found = _published_round(county_id, period)
    said = results.said_of(found.id, rounds.questions_of_units(found))
    texts = results.texts_of(found.id)
    merged, paper = merged_into(county_id), slips.numbers_of(found.id)
    content = {
        "period": period_name(period),
        "title": found.title,
        "units": {
            str(unit.unit_id): {
                "name": unit_name(unit),
                # What a village said before it went into another one, both may read.
                "villages": membership.with_successors(unit.ids, merged),
                "questions": [_question(one) for one in said.get(unit.unit_id, ())],
                "slips": _slips(paper.get(unit.unit_id)),
                "texts": texts.get(unit.unit_id, [])
                if results.may_quote(said.get(unit.unit_id, ()))
                else [],
            }
            for unit in units_of(county_id, period)
        },
    }
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def _slips(numbers: tuple[int, int] | None) -> dict[str, int] | None:
    """How many slips of paper were given out and counted; None where there were none."""
    return None if numbers is None else {"given": numbers[0], "counted": numbers[1]}


def _question(question_result: results.QuestionResult) -> dict[str, Any]:
    return {
        "words": question_result.question.words,
        "kind": question_result.question.kind.value,
        "options": list(results.option_words(question_result.question)),
        "phone": results.as_json(question_result.phone),
        "paper": results.as_json(question_result.paper),
    }
