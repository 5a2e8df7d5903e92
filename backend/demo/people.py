"""Simulated villagers, cadres and staff."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import text

from backend.app.core.db import copy_rows, db
from backend.demo.villages import character_of

JOINED_AT = datetime(2024, 3, 1, tzinfo=UTC)
VILLAGES = text(
    "SELECT id, code FROM region WHERE county_id = :county_id AND level = 'village' ORDER BY code"
)
BIND = text(
    """
    INSERT INTO binding (person_id, county_id, village_id, bound_at)
    SELECT p.id, v.county_id, v.id, p.created_at
    FROM person p
    JOIN region v ON v.level = 'village' AND v.code = split_part(p.openid, '-', 2)
    WHERE p.openid LIKE 'demo-%-v%' AND v.county_id = :county_id
    ON CONFLICT DO NOTHING
    """
)
GRANT_CADRES = text(
    """
    INSERT INTO role_grant (person_id, role, region_id, starts_on, granted_at)
    SELECT p.id, 'cadre', v.id, CAST(p.created_at AS date), p.created_at
    FROM person p
    JOIN region v ON v.level = 'village' AND v.code = split_part(p.openid, '-', 2)
    WHERE p.openid LIKE 'demo-%-c1' AND v.county_id = :county_id
    """
)


def villager_openid(code: str, nth: int) -> str:
    return f"demo-{code}-v{nth}"


def cadre_openid(code: str) -> str:
    return f"demo-{code}-c1"


def bind_villagers(county_id: int) -> None:
    """Every village gets its villagers and one cadre; nothing happens the second time."""
    villages = db.session.execute(VILLAGES, {"county_id": county_id}).all()
    if db.session.scalar(text("SELECT EXISTS (SELECT FROM person WHERE openid LIKE 'demo-%')")):
        return
    copy_rows("person", ("openid", "created_at"), _people([row.code for row in villages]))
    db.session.execute(BIND, {"county_id": county_id})
    db.session.execute(GRANT_CADRES, {"county_id": county_id})


def _people(codes: list[str]) -> Iterator[tuple[str, datetime]]:
    for code in codes:
        for nth in range(1, character_of(code).people + 1):
            yield villager_openid(code, nth), JOINED_AT
        yield cadre_openid(code), JOINED_AT
