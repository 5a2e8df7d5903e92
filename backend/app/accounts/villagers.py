"""Where villagers belong: the village somebody bound, and who belongs to a village."""

from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.accounts.models import Binding
from backend.app.core.db import db
from backend.app.places.sql import join_region, same_village, village_now


def bound_village(person_id: int) -> int | None:
    """The village somebody has bound today."""
    query = select(Binding.village_id).where(
        Binding.person_id == person_id, Binding.ended_at.is_(None)
    )
    return db.session.scalar(query)


VILLAGERS = text(
    f"""
    SELECT b.person_id, p.number, p.display_name AS name, g.name AS group_name, b.household
    FROM binding b JOIN person p ON p.id = b.person_id
    LEFT {join_region("g", "b.group_id")}
    WHERE b.village_id IN {same_village(":village_id")} AND b.ended_at IS NULL
    ORDER BY g.name NULLS LAST, b.household NULLS LAST, b.person_id
    """
)


class Villager(NamedTuple):
    """Who has bound a village, with group and household where they are known."""

    person_id: int
    number: int
    name: str
    group_name: str | None
    household: str | None


def villagers_of(village_id: int) -> list[Villager]:
    """Who has bound a village, for entering who took part in something of the village's."""
    rows = db.session.execute(VILLAGERS, {"village_id": village_id})
    return [Villager(*row) for row in rows]


HOME = text(
    f"""
    SELECT v.county_id, v.id AS village_id FROM binding b
    {join_region("v", village_now("b.village_id"))}
    WHERE b.person_id = :person_id AND b.ended_at IS NULL
    """
)


class Home(NamedTuple):
    county_id: int
    village_id: int


def home_of(person_id: int) -> Home | None:
    """County and village of a bound villager, None for whoever has bound none."""
    row = db.session.execute(HOME, {"person_id": person_id}).one_or_none()
    return Home(*row) if row else None
