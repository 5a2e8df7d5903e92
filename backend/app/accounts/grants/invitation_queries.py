"""Reads about invitations of cadres that are not accepted yet."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.places.sql import join_region, village_now

MOST_LISTED = 200
WAITING = text(
    f"""
    SELECT i.id, i.display_name AS name, t.name AS township, v.name AS village,
           i.code_hash IS NULL AS has_no_code, i.expires_at, b.display_name AS invited_by
    FROM cadre_invitation i
    {join_region("v", village_now("i.village_id"))} {join_region("t", "v.township_id")}
    JOIN person b ON b.id = i.invited_by_id
    WHERE i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND v.county_id = ANY(:within)
      AND strpos(i.display_name || t.name || v.name, :words) > 0
    ORDER BY i.id DESC LIMIT :most
    """
)
WITHOUT_CODE = text(
    """
    SELECT count(*) FROM cadre_invitation
    WHERE invited_by_id = :invited_by_id AND code_hash IS NULL AND withdrawn_at IS NULL
    """
)
STANDING = text(
    f"""
    SELECT CASE
        WHEN EXISTS (
            SELECT FROM role_grant g JOIN person p ON p.id = g.person_id
            WHERE g.role = 'cadre' AND g.revoked_at IS NULL
              AND (g.ends_on IS NULL OR g.ends_on >= :today)
              AND {village_now("g.region_id")} = :village_id
              AND replace(p.display_name, ' ', '') = :name
        ) THEN '已经是这个村的干部'
        WHEN EXISTS (
            SELECT FROM cadre_invitation i
            WHERE i.accepted_at IS NULL AND i.withdrawn_at IS NULL
              AND (i.expires_at IS NULL OR i.expires_at >= :now)
              AND {village_now("i.village_id")} = :village_id
              AND replace(i.display_name, ' ', '') = :name
        ) THEN '已经邀请过，还没有填码'
    END
    """
)


class WaitingInvitation(NamedTuple):
    """Somebody who has not typed a code in yet, or has none."""

    id: int
    name: str
    township: str
    village: str
    has_no_code: bool
    expires_at: datetime | None
    invited_by: str


def list_waiting(within: Collection[int], words: str) -> list[WaitingInvitation]:
    """The newest of these counties with these words in the name or the place."""
    values = {"within": sorted(within), "words": words, "most": MOST_LISTED}
    return fetch_named(WaitingInvitation, WAITING, values)


def count_without_code(invited_by_id: int) -> int:
    """Whom somebody invited by a list and gave no code yet."""
    return db.session.scalar(WITHOUT_CODE, {"invited_by_id": invited_by_id}) or 0


def standing_of(name: str, village_id: int) -> str | None:
    """Why somebody of this name needs no invitation there, in words."""
    values = {
        "name": name, "village_id": village_id, "today": clock.today(), "now": clock.now(),
    }  # fmt: skip
    words: str | None = db.session.scalar(STANDING, values)
    return words
