"""No person's name is published: names that the programme knows are covered in every sentence."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import text

from backend.app.core.db import db

COVER = "某某"
SHORTEST = 2
NAMES = text(
    """
    SELECT duty_leader AS name FROM target WHERE programme_id = :id
    UNION SELECT contact FROM target WHERE programme_id = :id
    UNION SELECT duty_leader FROM assessed_unit WHERE programme_id = :id
    """
)


def names_in(programme_id: int) -> list[str]:
    """Leaders and contacts named beside targets and units, the longest first."""
    names = {row.name for row in db.session.execute(NAMES, {"id": programme_id})}
    return sorted((name for name in names if len(name) >= SHORTEST), key=len, reverse=True)


def hide_names(value: Any, names: Collection[str]) -> Any:
    """The same with each of the names covered."""
    if isinstance(value, dict):
        return {key: hide_names(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [hide_names(part, names) for part in value]
    if isinstance(value, str):
        for name in names:
            value = value.replace(name, COVER)
    return value
