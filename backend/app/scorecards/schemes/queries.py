"""Which scheme a county's month is scored by."""

from datetime import date

from sqlalchemy import select

from backend.app.core.db import db
from backend.app.core.errors import NotFound
from backend.app.scorecards.models import AssessmentScheme
from backend.app.scoring.scheme_json import from_json
from backend.app.scoring.schemes import STARTING, Scheme


def scheme_for(county_id: int, month: date) -> tuple[int | None, Scheme]:
    """The approved version in force that month and its id; the starting scheme has none."""
    scheme = db.session.scalar(
        select(AssessmentScheme)
        .where(
            AssessmentScheme.county_id == county_id, AssessmentScheme.state == "approved",
            AssessmentScheme.first_month <= month,
        )
        .order_by(AssessmentScheme.first_month.desc(), AssessmentScheme.version.desc())
        .limit(1)
    )  # fmt: skip
    return (scheme.id, from_json(scheme.content)) if scheme else (None, STARTING)


def list_schemes(county_id: int) -> list[AssessmentScheme]:
    """All versions, the newest first."""
    query = select(AssessmentScheme).where(AssessmentScheme.county_id == county_id)
    order = (AssessmentScheme.year.desc(), AssessmentScheme.version.desc())
    return list(db.session.scalars(query.order_by(*order)))


def get_scheme(scheme_id: int, for_update: bool = False) -> AssessmentScheme:
    """Raises NotFound."""
    scheme = db.session.get(AssessmentScheme, scheme_id, with_for_update=for_update or None)
    if scheme is None:
        raise NotFound("没有找到这个方案")
    return scheme
