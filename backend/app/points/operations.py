"""Writes of a county's rules and policy."""

from datetime import date, timedelta

from sqlalchemy import select

from backend.app.access import Actor, Permission, may
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, NotAllowed
from backend.app.places.operations import keep_settings
from backend.app.places.queries import get_place
from backend.app.points.models import PointsRule


def set_rule(
    region_id: int,
    code: str,
    label: str,
    amount: int,
    daily_cap: int,
    starts_on: date,
    monthly_cap: int | None = None,
) -> PointsRule:
    """Adds the next version of a rule; the one before ends the day before."""
    newest = db.session.scalar(
        select(PointsRule)
        .where(PointsRule.region_id == region_id, PointsRule.code == code)
        .order_by(PointsRule.version.desc())
        .limit(1)
        .with_for_update()
    )
    if newest is not None:
        if newest.starts_on >= starts_on:
            raise Conflict(errors={"starts_on": ["新规则须晚于现行规则的开始日期"]})
        newest.ends_on = starts_on - timedelta(days=1)
    rule = PointsRule(
        region_id=region_id, code=code, version=newest.version + 1 if newest else 1, label=label,
        amount=amount, daily_cap=daily_cap, monthly_cap=monthly_cap or daily_cap * 31,
        starts_on=starts_on,
    )  # fmt: skip
    db.session.add(rule)
    db.session.flush()
    record("set_points_rule", None, "points_rule", rule.id, amount=amount, daily_cap=daily_cap)
    return rule


def set_survey_points(actor: Actor, county_id: int, points: int | None) -> None:
    """What everybody with a ballot gets when the own unit was heard; 0 for nothing."""
    if not may(actor, Permission.MANAGE_POINTS, get_place(county_id).path):
        raise NotAllowed
    keep_settings(county_id, {"survey_points": points})
    record("set_survey_points", actor.person_id, "county", county_id, region_id=county_id,
           amount=points)  # fmt: skip
