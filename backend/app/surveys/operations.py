"""A round's life after it was planned: opened, flushed by night, counted once, published once."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from backend.app.ballots import ballot_box, collection_windows
from backend.app.ballots import queries as ballots
from backend.app.ballots.signing_keys import has_units, prepare_period
from backend.app.ballots.sql import ballots_of, units_of
from backend.app.core import clock
from backend.app.core.clock import midnight
from backend.app.core.db import db
from backend.app.core.errors import Conflict
from backend.app.core.states import one_of
from backend.app.places.queries import county_ids
from backend.app.scoring.disclosure import FEWEST
from backend.app.surveys import answer_lists, answers, results, unit_points
from backend.app.surveys.models import SurveyResult, SurveyRound, SurveyTally, SurveyText
from backend.app.surveys.paper import slips
from backend.app.surveys.questionnaires import questionnaire_for
from backend.app.surveys.states import UNFINISHED, PaperState, RoundState

MONTHS_AHEAD = 6
# Anonymous tickets of a month are taken a little longer, for phones that were without a signal.
TICKETS_UNTIL_DAY = 4
# So long a counted round waits for the slips of paper that were given out for it.
PAPER_PATIENCE = timedelta(days=3)
# So long a month's signing keys outlive it: a clock that runs ahead by less destroys none.
KEY_GRACE = timedelta(days=3)
COUNTED = text(
    f"""
    SELECT r.id FROM survey_round r
    WHERE r.state = '{RoundState.CLOSED}' AND (r.closes_at <= :waited OR NOT EXISTS (
        SELECT FROM {units_of("r.county_id", "r.period")} AS u
        WHERE EXISTS (SELECT FROM paper_issue p WHERE p.unit_id = u.id)
           OR {ballots_of("u.id", "i.on_paper")} > 0))
    ORDER BY r.id
    """
)
# Slips that only one person has read by then are not counted, and are forgotten.
DROP_UNFINISHED = text(
    f"""
    UPDATE paper_batch SET state = '{PaperState.DROPPED}', first_entry = NULL, second_entry = NULL
    WHERE round_id = :id AND {one_of("state", UNFINISHED)}
    """
)


def months_without_keys(county_id: int, months: int = MONTHS_AHEAD) -> list[date]:
    """Of the coming months those that have no keys yet, the nearest first.

    Never the running one: its ballots would have had to be fetched before.
    """
    wanted = [clock.next_month(clock.month_of(clock.today()))]
    while len(wanted) < months:
        wanted.append(clock.next_month(wanted[-1]))
    known = ballots.months_with_units(county_id, wanted)
    return [month for month in wanted if month not in known]


def prepare_month(county_id: int, period: date) -> int:
    return prepare_period(county_id, period)


def open_ticket_desk(county_id: int) -> bool:
    """Anonymous tickets are taken every month that has keys; False when they already are."""
    period = clock.month_of(clock.today())
    if not has_units(county_id, period):
        return False
    if ballots.has_desk(county_id, period, "ticket"):
        return False
    closes_at = midnight(clock.next_month(period).replace(day=TICKETS_UNTIL_DAY))
    return collection_windows.open_desk(county_id, period, "ticket", closes_at)


def plan_round(
    county_id: int,
    period: date,
    title: str,
    questionnaires: list[dict[str, Any]],
    times: tuple[datetime, datetime],
) -> int:
    """A round that opens and closes by itself at these times; returns its id."""
    survey_round = SurveyRound(
        county_id=county_id, period=period, title=title, questionnaires=questionnaires,
        opens_at=times[0], closes_at=times[1], state="scheduled",
    )  # fmt: skip
    db.session.add(survey_round)
    db.session.flush()
    return survey_round.id


def has_round(county_id: int, period: date) -> bool:
    """Whether the month has questions, planned ones too."""
    query = select(SurveyRound.id).where(
        SurveyRound.county_id == county_id, SurveyRound.period == period
    )
    return db.session.scalar(query) is not None


def rounds_to_open() -> list[int]:
    """The scheduled rounds whose time has come and whose month has keys."""
    query = select(SurveyRound).where(
        SurveyRound.state == "scheduled", SurveyRound.opens_at <= clock.now()
    )
    rounds = db.session.scalars(query.order_by(SurveyRound.id))
    return [row.id for row in rounds if has_units(row.county_id, row.period)]


def open_round(round_id: int) -> bool:
    """Asks a month's questions; False when it is open already. Raises KeysUnknown without keys."""
    found = db.session.get(SurveyRound, round_id, with_for_update=True, populate_existing=True)
    if found is None or found.state != "scheduled":
        return False
    if clock.now() < found.opens_at:
        raise Conflict("还没到开始时间")
    questions = {
        unit.unit_id: questionnaire_for(unit.kinds, found.questionnaires)
        for unit in ballots.units_of(found.county_id, found.period)
    }
    collection_windows.open_desk(
        found.county_id, found.period, "survey", found.closes_at, questions
    )
    found.state = "open"
    db.session.flush()
    return True


def rounds_to_close() -> list[int]:
    """The open rounds whose time is over."""
    query = select(SurveyRound.id).where(
        SurveyRound.state == "open", SurveyRound.closes_at <= clock.now()
    )
    return list(db.session.scalars(query.order_by(SurveyRound.id)))


def close_round(round_id: int) -> bool:
    """Opens the box, counts, detaches the words; False when it was closed. Its key goes too.

    Never before its time: a count halfway would tell who answered since.
    """
    found = db.session.get(SurveyRound, round_id, with_for_update=True, populate_existing=True)
    if found is None or found.state != "open":
        return False
    if clock.now() < found.closes_at:
        raise Conflict("还没到截止时间，不能提前开箱")
    ballot_box.lock_inbox()
    ballot_box.flush(fewest=1)
    ballot_box.merge()
    said: dict[int, list[tuple[list[object], bytes]]] = {}
    ballot_box.take_answers(
        ballots.units_of_keys(found.county_id, found.period),
        lambda unit_id, body: said.setdefault(unit_id, []).append(
            (answers.unpad(body), answers.digest_of(body))
        ),
    )
    questions = questions_of_units(found)
    for unit_id, counted in sorted(said.items()):
        sheets, digests = zip(*counted, strict=True)
        keep_counts(found.id, unit_id, questions[unit_id], sheets, "phone")
        answer_lists.keep(found.id, unit_id, digests)
    collection_windows.close_desk(found.county_id, found.period, "survey")
    collection_windows.destroy_keys(found.county_id, _keys_are_over())
    found.state = "closed"
    db.session.flush()
    return True


def questions_of_round(round_id: int) -> dict[int, list[answers.Question]]:
    """What each unit was asked in this round."""
    return questions_of_units(db.session.get_one(SurveyRound, round_id))


def questions_of_units(survey_round: SurveyRound) -> dict[int, list[answers.Question]]:
    """What each unit was asked."""
    asked = ballots.questions_asked(survey_round.county_id, survey_round.period)
    return {
        unit_id: [answers.question_from(raw) for raw in questions]
        for unit_id, questions in asked.items()
    }


def keep_counts(
    round_id: int,
    unit_id: int,
    questions: Sequence[answers.Question],
    sheets: Sequence[Sequence[object]],
    channel: str,
) -> None:
    """Adds sheets to the counts of one unit, and words by themselves in an order of their own."""
    texts: list[SurveyText] = []
    for number, question in enumerate(questions):
        given = [sheet[number] for sheet in sheets if sheet[number] is not None]
        if question.kind is answers.QuestionKind.TEXT:
            texts += [
                SurveyText(
                    id=uuid.uuid4(), round_id=round_id, unit_id=unit_id, question=number,
                    channel=channel, words=str(words), state="moderated",
                )
                for words in given
            ]  # fmt: skip
        else:
            _add_counts((round_id, unit_id, number, channel), question, given)
    texts.sort(key=lambda row: row.id)
    db.session.add_all(texts)
    db.session.flush()


def _add_counts(
    key: tuple[int, int, int, str], question: answers.Question, given: Sequence[object]
) -> None:
    counts = answers.tally(question, given)
    known = db.session.get(SurveyTally, key, with_for_update=True)
    if known is None:
        round_id, unit_id, number, channel = key
        db.session.add(
            SurveyTally(
                round_id=round_id, unit_id=unit_id, question=number, channel=channel,
                counts=counts, people=len(given),
            )
        )  # fmt: skip
    else:
        known.counts = [old + new for old, new in zip(known.counts, counts, strict=True)]
        known.people += len(given)


def rounds_to_publish() -> list[int]:
    """The counted rounds that wait for no slips of paper, or have waited long enough."""
    at = clock.now()
    return list(db.session.scalars(COUNTED, {"at": at, "waited": at - PAPER_PATIENCE}))


def publish_round(round_id: int) -> bool:
    """Writes down once what may be said, forgets the counts behind it and gives the units their
    points; False when it was said before."""
    found = db.session.get(SurveyRound, round_id, with_for_update=True, populate_existing=True)
    if found is None or found.state != "closed":
        return False
    db.session.execute(DROP_UNFINISHED, {"id": found.id})
    questions = questions_of_units(found)
    results.freeze(found.id, questions)
    answer_lists.freeze(found.id, questions)
    slips.freeze(found.id)
    results.forget_counts(found.id)
    unit_points.give(found.county_id, found.id)
    found.state, found.published_at = "published", clock.now()
    db.session.flush()
    return True


def close_ticket_desks() -> int:
    """Ends the months whose time for anonymous tickets is over, and destroys their keys."""
    for county_id, period in ballots.overdue_desks("ticket"):
        collection_windows.close_desk(county_id, period, "ticket")
    destroyed = 0
    for county_id in county_ids():
        destroyed += collection_windows.destroy_keys(county_id, _keys_are_over())
    return destroyed


def _keys_are_over() -> date:
    """Keys of months before this one are destroyed."""
    return clock.month_of(clock.today() - KEY_GRACE)


def units_with_enough(round_id: int) -> set[int]:
    """The units in which so many answered by phone that words may carry the unit's name."""
    counted = select(SurveyTally.unit_id).where(
        SurveyTally.round_id == round_id, SurveyTally.channel == results.PHONE,
        SurveyTally.people >= FEWEST,
    )  # fmt: skip
    published = select(SurveyResult.unit_id).where(
        SurveyResult.round_id == round_id, SurveyResult.channel == results.PHONE,
        SurveyResult.n.is_not(None),
    )  # fmt: skip
    return set(db.session.scalars(counted.union(published)))
