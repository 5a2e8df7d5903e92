"""What a county decides about its points beside the rules."""

from backend.app.access import Actor, Permission, may
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.places.queries import get_place
from backend.app.points.models import PointsPolicy

SURVEY_POINTS = 5
MOST_SURVEY_POINTS = 20


def policy_of(county_id: int) -> PointsPolicy:
    """A county's decisions; a county that has made none has points that never lapse."""
    return db.session.get(PointsPolicy, county_id) or PointsPolicy(
        county_id=county_id, lapse="never", valid_months=12, lapse_month=4, draws_on=False,
        survey_points=SURVEY_POINTS,
    )  # fmt: skip


def set_survey_points(actor: Actor, county_id: int, points: int | None) -> PointsPolicy:
    """What everybody with a ballot gets when the own unit was heard; 0 for nothing."""
    if not may(actor, Permission.MANAGE_POINTS, get_place(county_id).path):
        raise NotAllowed
    if points is None or not 0 <= points <= MOST_SURVEY_POINTS:
        fault = f"问卷的积分填 0 到 {MOST_SURVEY_POINTS},0 就是不给"
        raise InvalidInput(errors={"survey_points": [fault]})
    policy = policy_of(county_id)
    db.session.add(policy)
    policy.survey_points = points
    db.session.flush()
    record("set_survey_points", actor.person_id, "county", county_id, region_id=county_id,
           amount=points)  # fmt: skip
    return policy
