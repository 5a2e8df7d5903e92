"""What people are called by outside: a number that was drawn, never their place in a table."""

from collections.abc import Iterable

from sqlalchemy import select

from backend.app.accounts.errors import PersonUnknown
from backend.app.accounts.models import Person
from backend.app.core.db import db


def person_numbered(number: int) -> int:
    """Whose number it is; raises PersonUnknown."""
    found = db.session.scalar(select(Person.id).where(Person.number == number))
    if found is None:
        raise PersonUnknown
    return found


def people_numbered(numbers: Iterable[int]) -> dict[int, int]:
    """People by their numbers; who has none is not among them."""
    rows = db.session.execute(
        select(Person.number, Person.id).where(Person.number.in_(sorted(set(numbers))))
    )
    return {row.number: row.id for row in rows}


def numbers_of(person_ids: Iterable[int]) -> dict[int, int]:
    """What people are called by without a name, by person."""
    rows = db.session.execute(
        select(Person.id, Person.number).where(Person.id.in_(sorted(set(person_ids))))
    )
    return {row.id: row.number for row in rows}
