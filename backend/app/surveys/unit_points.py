"""Points for a survey: a unit's that was heard, for all of its ballots alike.

Whether one of them answered changes nothing about who gets points, so the ledger cannot say it.
"""

from sqlalchemy import text

from backend.app.ballots.queries import people_with_ballots
from backend.app.ballots.sql import ballots_of
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.places.queries import settings_of
from backend.app.points import point_sources
from backend.app.points.ledger import Batch, credit_all
from backend.app.scoring.disclosure import FEWEST
from backend.app.surveys.results import PAPER, PHONE

# One of five ballots.
SHARE = 5
HEARD = text(
    f"""
    SELECT r.unit_id, max(r.n) FILTER (WHERE r.channel = '{PHONE}') AS phone,
           max(r.n) FILTER (WHERE r.channel = '{PAPER}') AS paper,
           {ballots_of("r.unit_id")}
           + (SELECT count(*) FROM paper_issue p WHERE p.unit_id = r.unit_id) AS ballots
    FROM survey_result r WHERE r.round_id = :round_id GROUP BY r.unit_id ORDER BY r.unit_id
    """
)


def is_heard(phone: int, paper: int, ballots: int) -> bool:
    """Whether a unit said enough, by what is published of it: 0 where a channel is hidden.

    At most half of what counts is paper, which is entered by staff. Pure.
    """
    heard = phone + min(phone, paper)
    return heard >= FEWEST and heard * SHARE >= ballots


def give(county_id: int, round_id: int) -> int:
    """Points for every ballot of each unit that was heard; returns how many people got some.

    Given once: a unit's batch is a constraint of the ledger.
    """
    amount = settings_of(county_id).survey_points
    if not amount:
        return 0
    heard = [
        row.unit_id
        for row in db.session.execute(HEARD, {"round_id": round_id})
        if is_heard(row.phone or 0, row.paper or 0, row.ballots)
    ]
    people = credit_all(
        county_id,
        point_sources.SURVEY,
        amount,
        # Slips noted on the roll as a digest belong to no account, and earn nothing by themselves.
        [Batch(unit_id, people_with_ballots(unit_id)) for unit_id in heard],
    )
    if people:
        record(
            "give_survey_points", None, "survey", round_id, units=len(heard), people=people,
            amount=amount,
        )  # fmt: skip
    return people
