"""Reads about programmes, their groups, units and elements."""

from sqlalchemy import select

from backend.app.assessments.models import Programme
from backend.app.core.db import db


def list_programmes(county_id: int) -> list[Programme]:
    """Those of a county, the newest year and version first."""
    query = select(Programme).where(Programme.county_id == county_id)
    order = (Programme.year.desc(), Programme.code, Programme.version.desc())
    return list(db.session.scalars(query.order_by(*order)))
