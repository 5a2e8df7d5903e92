"""Paper votes as the tests give them out and enter them."""

from typing import Any

from backend.app.access import Actor
from backend.app.ballots import queries as ballots
from backend.app.core.db import db, transaction
from backend.app.surveys.models import SurveyRound
from backend.app.surveys.paper import operations as paper
from tests.app.surveys.conftest import PERIOD
from tests.factories.tickets import forget

SHEET: list[Any] = [0, [1, 2], None]
ACTOR = Actor(1)


def unit_of(county_id: int) -> int:
    """The county's first unit this month."""
    found = next(iter(ballots.villages_of_units(county_id, PERIOD)))
    db.session.rollback()
    return found


def give(county_id: int, unit: int, count: int) -> None:
    forget()
    with transaction():
        for nth in range(count):
            paper.give_slip(ACTOR, county_id, unit, f"村民{nth:02d}", f"{nth:04d}")


def round_of(survey: int) -> SurveyRound:
    return db.session.get_one(SurveyRound, survey)


def start(survey: int, unit: int, sheets: list[Any], actor: Actor) -> int:
    forget()
    with transaction():
        return paper.start_batch(actor, round_of(survey), unit, sheets).id


def again(survey: int, batch: int, sheets: list[Any], actor: Actor) -> str:
    forget()
    with transaction():
        return paper.enter_again(actor, round_of(survey), batch, sheets).state
