"""Reads of ballots for the features above: a month's units, its desks, who has a ballot."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select, text

from backend.app.ballots.models import BallotIssue, BallotUnit, BallotUnitVillage
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.places.sql import join_region

UNITS = text(
    f"""
    SELECT u.unit_id, b.name, b.size, array_agg(v.id ORDER BY v.code) AS ids,
           array_agg(v.kind ORDER BY v.code) AS kinds,
           array_agg(DISTINCT v.township_id) AS township_ids
    FROM ballot_unit_village u JOIN ballot_unit b ON b.id = u.unit_id
    {join_region("v", "u.village_id")}
    WHERE b.county_id = :county_id AND b.period = :period
    GROUP BY u.unit_id, b.name, b.size ORDER BY min(v.code)
    """
)
# Only what a night has already shuffled: the answer of a minute ago shows nowhere.
HAS_ANSWERS = text(
    """
    SELECT EXISTS (
        SELECT FROM anonymous.spent s JOIN anonymous.desk d ON d.id = s.desk_id
        WHERE d.county_id = :county_id AND d.period = :period AND d.use = 'survey')
    """
)
HAS_DESK = text(
    """
    SELECT EXISTS (
        SELECT FROM anonymous.desk
        WHERE county_id = :county_id AND period = :period AND use = :use)
    """
)
OVERDUE_DESKS = text(
    """
    SELECT county_id, period FROM anonymous.desk
    WHERE use = :use AND NOT closed AND closes_at <= :at
    """
)
UNIT_OF_KEY = text(
    """
    SELECT k.kid, k.unit_id FROM anonymous.key k JOIN anonymous.desk d ON d.id = k.desk_id
    WHERE d.county_id = :county_id AND d.period = :period AND d.use = 'survey'
    """
)
QUESTIONS = text(
    """
    SELECT k.unit_id, k.questions FROM anonymous.key k JOIN anonymous.desk d ON d.id = k.desk_id
    WHERE d.county_id = :county_id AND d.period = :period AND d.use = 'survey'
    """
)
RESIDENTS = text(
    f"""
    SELECT CASE WHEN count(*) = count(v.residents) THEN sum(v.residents) END
    FROM ballot_unit_village m {join_region("v", "m.village_id")} WHERE m.unit_id = :unit_id
    """
)


class UnitOfMonth(NamedTuple):
    """A unit with the ids and types of its villages, by code."""

    unit_id: int
    name: str
    size: int
    ids: list[int]
    kinds: list[str | None]
    township_ids: list[int]


def find_unit(unit_id: int) -> BallotUnit | None:
    return db.session.get(BallotUnit, unit_id)


def units_of(county_id: int, period: date) -> list[UnitOfMonth]:
    rows = db.session.execute(UNITS, {"county_id": county_id, "period": period})
    return [UnitOfMonth(*row) for row in rows]


def unit_ids(county_id: int, period: date) -> list[int]:
    query = select(BallotUnit.id).where(
        BallotUnit.county_id == county_id, BallotUnit.period == period
    )
    return list(db.session.scalars(query))


def months_with_units(county_id: int, months: Collection[date]) -> set[date]:
    """Those of the months that have units, and with them keys."""
    query = select(BallotUnit.period).where(
        BallotUnit.county_id == county_id, BallotUnit.period.in_(months)
    )
    return set(db.session.scalars(query.distinct()))


def villages_of_units(county_id: int, period: date) -> dict[int, list[int]]:
    """The villages of each unit."""
    rows = db.session.execute(
        select(BallotUnitVillage.unit_id, BallotUnitVillage.village_id)
        .join(BallotUnit, BallotUnit.id == BallotUnitVillage.unit_id)
        .where(BallotUnit.county_id == county_id, BallotUnit.period == period)
        .order_by(BallotUnitVillage.village_id)
    )
    villages: dict[int, list[int]] = {}
    for unit_id, village_id in rows:
        villages.setdefault(unit_id, []).append(village_id)
    return villages


def residents_of(unit_id: int) -> int | None:
    """The 常住人口 of all villages of a unit; None where one is not known."""
    residents: int | None = db.session.scalar(RESIDENTS, {"unit_id": unit_id})
    return residents


def people_with_ballots(unit_id: int) -> list[int]:
    return list(
        db.session.scalars(select(BallotIssue.person_id).where(BallotIssue.unit_id == unit_id))
    )


def questions_asked(county_id: int, period: date) -> dict[int, list[dict[str, Any]]]:
    """The questions each unit is asked, as they were given to the anonymous application."""
    rows = db.session.execute(QUESTIONS, {"county_id": county_id, "period": period})
    return {row.unit_id: row.questions for row in rows}


def units_of_keys(county_id: int, period: date) -> dict[bytes, int]:
    """The unit of each key that answers of a survey come under."""
    rows = db.session.execute(UNIT_OF_KEY, {"county_id": county_id, "period": period})
    return {bytes(row.kid): row.unit_id for row in rows}


def has_answers(county_id: int, period: date) -> bool:
    """Whether anybody took part; how many is said by nobody before the close."""
    return bool(db.session.scalar(HAS_ANSWERS, {"county_id": county_id, "period": period}))


def has_desk(county_id: int, period: date, use: str) -> bool:
    values = {"county_id": county_id, "period": period, "use": use}
    return bool(db.session.scalar(HAS_DESK, values))


def overdue_desks(use: str) -> list[tuple[int, date]]:
    """County and month of the desks that are open after their time."""
    rows = db.session.execute(OVERDUE_DESKS, {"use": use, "at": clock.now()})
    return [(row.county_id, row.period) for row in rows]
