"""What a county decides about its points beside the rules."""

from backend.app.core.db import db
from backend.app.points.models import PointsPolicy

SURVEY_POINTS = 5
MOST_SURVEY_POINTS = 20


def policy_of(county_id: int) -> PointsPolicy:
    """A county's decisions; a county that has made none has points that never lapse."""
    return db.session.get(PointsPolicy, county_id) or PointsPolicy(
        county_id=county_id, lapse="never", valid_months=12, lapse_month=4, draws_on=False,
        survey_points=SURVEY_POINTS,
    )  # fmt: skip
