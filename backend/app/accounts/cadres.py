"""Who is a cadre of which village today."""

from typing import NamedTuple

from sqlalchemy import text

from backend.app.accounts.sql import holds_today
from backend.app.core import clock
from backend.app.core.db import fetch_named
from backend.app.places.sql import join_region, village_now

CADRES = text(
    f"""
    SELECT r.name AS village_name, array_agg(DISTINCT g.person_id) AS person_ids
    FROM role_grant g {join_region("r", village_now("g.region_id"))}
    WHERE g.role = 'cadre' AND {holds_today("g")} AND r.county_id = :county_id
    GROUP BY r.id, r.name ORDER BY r.id
    """
)


class VillageCadres(NamedTuple):
    village_name: str
    person_ids: list[int]


def cadres_of(county_id: int) -> list[VillageCadres]:
    """Of each village of a county that has any."""
    return fetch_named(VillageCadres, CADRES, {"county_id": county_id, "today": clock.today()})
