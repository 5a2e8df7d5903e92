"""Reads about people, bindings and roles."""

from sqlalchemy import select

from backend.app.access import Grant, Role
from backend.app.accounts.models import Person, RoleGrant
from backend.app.core.db import db


def load_grants(person_id: int) -> tuple[str, tuple[Grant, ...]]:
    """A person's display name and every grant that was not revoked, whatever its dates."""
    rows = db.session.execute(
        select(
            Person.display_name,
            RoleGrant.role,
            RoleGrant.region_id,
            RoleGrant.starts_on,
            RoleGrant.ends_on,
        )
        .outerjoin(RoleGrant, (RoleGrant.person_id == Person.id) & RoleGrant.revoked_at.is_(None))
        .where(Person.id == person_id)
    ).all()
    grants = tuple(
        Grant(Role(row.role), row.region_id, row.starts_on, row.ends_on) for row in rows if row.role
    )
    return (rows[0].display_name if rows else "", grants)
