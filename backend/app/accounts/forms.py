"""What people type into the console's forms and addresses, read with care."""

from collections.abc import Mapping
from datetime import date

from backend.app.access import Role
from backend.app.core.errors import InvalidInput

FIRST_YEAR, LAST_YEAR = 2000, 2199


def read_day(source: Mapping[str, str], name: str) -> date | None:
    """A day, or None where nothing was filled in; raises InvalidInput naming the field."""
    text = source.get(name, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInput(errors={name: ["应为日期,如 2026-11-20"]})
    return day


def read_page(source: Mapping[str, str]) -> int:
    """The number of a page; the first one for anything else."""
    text = source.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


def read_id(source: Mapping[str, str], name: str) -> int:
    """Raises InvalidInput naming the field."""
    text = source.get(name, "")
    if not text.isdecimal() or len(text) > 18:
        raise InvalidInput(errors={name: ["请从列表中选一个"]})
    return int(text)


def read_role(source: Mapping[str, str]) -> Role | None:
    text = source.get("role", "")
    return Role(text) if text in {role.value for role in Role} else None
