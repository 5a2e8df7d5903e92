"""A county's last month with everything in it: ratings, tickets, a survey, points, an adjustment.

Locked and published; one village is corrected afterwards.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from backend.app.access import Role
from backend.app.ballots import blind_signatures, signing_keys
from backend.app.ballots import queries as ballots
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.rewards import publications as points
from backend.app.scorecards.adjustments import operations as adjustments
from backend.app.scorecards.adjustments.operations import Proposal
from backend.app.scorecards.locks import corrections
from backend.app.scorecards.operations import recompute_month
from backend.app.surveys import operations as rounds
from backend.app.surveys.answers import Question, QuestionKind
from backend.app.tickets.clocks.working_calendar import seed_calendar
from tests.app.ratings.conftest import open_phone
from tests.factories.county import County, actor_with, make_county
from tests.factories.golden import store
from tests.factories.locks import reach_lock_day
from tests.factories.publications import publish
from tests.factories.ratings import LAST_MONTH, flag_first_rating, rate_village
from tests.factories.rewards import (
    Bazaar,
    hand_out,
    make_bazaar,
    make_villager,
    new_code,
    reserve,
)
from tests.factories.surveys import make_round, populate, questionnaire
from tests.factories.tickets import forget

QUESTION = Question(QuestionKind.LEVEL, "最近办事方便吗")
# Village by village: levels of ratings, and answers to the question.
RATED = (
    [5] + [1] * 8 + [2] * 5 + [3] * 3 + [4] * 2 + [5] * 2,
    [1, 2, 3, 4] * 4 + [5],
    [2] * 9,
    [1, 1, 2, 4],
)
ANSWERED = ([8, 5, 3, 1, 0], [3, 4, 4, 2, 1], [6, 6, 2, 0, 0], [0, 0, 0, 0, 0])
# Village, hours until the first answer (24 are allowed), hours until it is settled (a week is
# allowed), what the villager said.
TICKETS = (
    *((0, 3, 30, "solved") for _ in range(7)), (0, 5, 200, "partly"), (0, 40, 60, "not"),
    (0, 30, 220, "solved"), (0, 6, 40, "solved"), (1, 5, 20, "partly"), (1, 70, 300, "not"),
)  # fmt: skip
SETTLE = text(
    """
    WITH told AS (
        UPDATE ticket SET answered_at = created_at + make_interval(hours => :hours),
            reply_result = 'done', closed_at = verdict_at, outcome = verdict,
            state = CASE verdict WHEN 'not' THEN 'unsolved' ELSE 'resolved' END
        WHERE number = :number RETURNING id, answered_at)
    UPDATE ticket_turn t SET answered_at = told.answered_at, ended_at = told.answered_at,
        result = 'done', finished_at = t.verdict_at
    FROM told WHERE t.ticket_id = told.id
    """
)


@dataclass
class WholeMonth:
    """The county, who works in it, and what its surfaces are asked for."""

    county: County
    bazaar: Bazaar
    month: date

    @property
    def village_id(self) -> int:
        return self.county.village_ids[0]


def day_of_work() -> date:
    """The first Monday after the first week of the month."""
    eighth = LAST_MONTH + timedelta(days=7)
    return eighth + timedelta(days=-eighth.weekday() % 7)


def make_whole_month(client: FlaskClient) -> WholeMonth:
    county = make_county(villages=4)
    with transaction():
        seed_calendar(county.id)
    reach_lock_day(county.id)
    populate(county.id, county.village_ids)
    for village, levels in enumerate(RATED):
        rate_village(county, village, levels, reasons=())
    flag_first_rating()
    _tickets(county)
    _survey(county)
    bazaar = _points(client, county)
    _bonus(county)
    forget()
    with transaction():
        recompute_month(LAST_MONTH, county.id)
    publish(county, note="等不到复核的人")
    with transaction():
        points.publish(county.village_ids[0], LAST_MONTH)
    return WholeMonth(county, bazaar, LAST_MONTH)


def _tickets(county: County) -> None:
    day = day_of_work()
    at = datetime.combine(day, time(9), clock.COUNTY_ZONE)
    for nth, (village, answered, settled, verdict) in enumerate(TICKETS):
        store(
            county, nth, village, answered, verdict, day,
            due_at=at + timedelta(days=7), verdict_at=at + timedelta(days=15),
        )  # fmt: skip
        with transaction() as session:
            session.execute(SETTLE, {"number": f"G{nth}", "hours": settled})


def _survey(county: County) -> None:
    opens = clock.midnight(LAST_MONTH)
    # Making keys costs, and nobody signs with these.
    key = blind_signatures.generate()
    with transaction():
        signing_keys.prepare_period(county.id, LAST_MONTH, lambda: key)
    survey = make_round(
        county.id, LAST_MONTH, opens, opens + timedelta(days=20), [questionnaire([QUESTION])]
    )
    with transaction() as session:
        rounds.open_round(survey)
        asked = rounds.questions_of_units(db.session.get_one(rounds.SurveyRound, survey))
        for unit, villages in ballots.villages_of_units(county.id, LAST_MONTH).items():
            for village_id in villages:
                counts = ANSWERED[county.village_ids.index(village_id)]
                sheets: list[list[Any]] = [
                    [level] for level, count in enumerate(counts) for _ in range(count)
                ]
                rounds.keep_counts(survey, unit, asked[unit], sheets, "phone")
        session.execute(text("UPDATE survey_round SET state = 'closed'"))
        session.expire_all()
        rounds.publish_round(survey)


def _points(client: FlaskClient, county: County) -> Bazaar:
    """A villager of the first village fetches something for 30 points, all in that month."""
    at = datetime.combine(day_of_work(), time(10), clock.COUNTY_ZONE)
    with clock.clock_at(at):
        bazaar = make_bazaar(county=county)
        phone = open_phone(client, make_villager(county, 100))
        redemption = reserve(phone, bazaar).json["id"]
        keeper = open_phone(client, bazaar.keeper.person_id)
        assert hand_out(keeper, redemption, new_code(phone, redemption)).status_code == 200
    return bazaar


def _bonus(county: County) -> None:
    proposal = Proposal(
        village="第1村", month=LAST_MONTH, kind="bonus", points="1.25", rule="考核办法第 9 条",
        case_words="防汛值守",
    )  # fmt: skip
    with transaction():
        found = adjustments.propose_adjustment(
            actor_with(Role.COUNTY_MANAGER, county.id), county.id, proposal
        ).id
    with transaction():
        other = actor_with(Role.COUNTY_MANAGER, county.id)
        adjustments.decide_adjustment(other, found, True, "属实")


def correct(found: WholeMonth, village: int = 1) -> None:
    """What came in late about a village, after the month was told."""
    rate_village(found.county, village, [1] * 20)
    staff = actor_with(Role.COUNTY_STAFF, found.county.id)
    with transaction():
        corrections.correct_late(
            staff, found.county.id, LAST_MONTH, found.county.village_ids[village], "晚传的评价"
        )
