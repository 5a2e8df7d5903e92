"""Reads of the rules: versions, what holds on a day, and what a villager may earn."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.core.db import db, fetch_named
from backend.app.core.errors import NotFound
from backend.app.places.queries import settings_of
from backend.app.places.sql import join_region, village_now
from backend.app.points.models import PointsRule, PointsRuleSet
from backend.app.points.point_sources import AUTOMATIC, DEED_WHEN, SURVEY_LABEL, SURVEY_WHEN, WHEN


def rule_sets_of(region_id: int) -> list[PointsRuleSet]:
    """Every version that was voted, newest first."""
    query = (
        select(PointsRuleSet)
        .where(PointsRuleSet.region_id == region_id, PointsRuleSet.version.is_not(None))
        .order_by(PointsRuleSet.version.desc())
    )
    return list(db.session.scalars(query))


def rule_set_on(region_id: int, day: date) -> PointsRuleSet | None:
    """The version in force in a county or village that day."""
    return db.session.scalar(
        select(PointsRuleSet).where(
            PointsRuleSet.region_id == region_id,
            PointsRuleSet.version.is_not(None),
            PointsRuleSet.starts_on <= day,
            PointsRuleSet.ends_on.is_(None) | (PointsRuleSet.ends_on >= day),
        )
    )


def get_rule_set(rule_set_id: int) -> PointsRuleSet:
    rule_set = db.session.get(PointsRuleSet, rule_set_id)
    if rule_set is None:
        raise NotFound
    return rule_set


def rules_of(rule_set_id: int) -> list[PointsRule]:
    query = select(PointsRule).where(PointsRule.rule_set_id == rule_set_id).order_by(PointsRule.id)
    return list(db.session.scalars(query))


def rules_on(region_id: int, day: date) -> list[PointsRule]:
    """What holds in a county or village that day, voted or set by IT at the start."""
    query = (
        select(PointsRule)
        .where(PointsRule.region_id == region_id, PointsRule.starts_on <= day)
        .where(PointsRule.ends_on.is_(None) | (PointsRule.ends_on >= day))
        .order_by(PointsRule.id)
    )
    return list(db.session.scalars(query))


def loose_rules(region_id: int) -> list[PointsRule]:
    """Rules of before the first vote."""
    query = (
        select(PointsRule)
        .where(PointsRule.region_id == region_id, PointsRule.rule_set_id.is_(None))
        .order_by(PointsRule.id)
    )
    return list(db.session.scalars(query))


VILLAGES_WITH_RULES = text(
    f"""
    SELECT DISTINCT v.id, v.name, v.code
    FROM (SELECT region_id FROM points_rule UNION SELECT region_id FROM points_rule_set) AS ruled
    {join_region("v", village_now("ruled.region_id"))}
    WHERE v.county_id = :county_id AND v.level = 'village'
    ORDER BY v.code LIMIT 200
    """
)


class RuledVillage(NamedTuple):
    """A village that has rules of its own, or that one with such rules went into."""

    id: int
    name: str
    code: str


def villages_with_rules(county_id: int) -> list[RuledVillage]:
    return fetch_named(RuledVillage, VILLAGES_WITH_RULES, {"county_id": county_id})


@dataclass(frozen=True)
class RuleLine:
    """One way to earn points, in the words of the rules."""

    label: str
    amount: int
    daily_cap: int
    monthly_cap: int
    when: str


@dataclass(frozen=True)
class OwnRules:
    """What holds for a villager: the newest voted set's name and day, and every line."""

    title: str | None
    voted_on: date | None
    items: tuple[RuleLine, ...]


def rules_for(county_id: int, village_id: int, day: date) -> OwnRules:
    """A village's rule for an act stands in place of its county's."""
    rules = [*rules_on(village_id, day), *rules_on(county_id, day)]
    lines: dict[str, RuleLine] = {}
    for rule in rules:
        key = rule.code if rule.code in AUTOMATIC else rule.label
        line = RuleLine(
            rule.label,
            rule.amount,
            rule.daily_cap,
            rule.monthly_cap,
            WHEN.get(rule.code, DEED_WHEN),
        )
        lines.setdefault(key, line)
    for_survey = settings_of(county_id).survey_points
    if for_survey:
        lines[SURVEY_LABEL] = RuleLine(SURVEY_LABEL, for_survey, 1, 1, SURVEY_WHEN)
    voted = rule_set_on(village_id, day) or rule_set_on(county_id, day)
    return OwnRules(
        voted.title if voted else None, voted.voted_on if voted else None, tuple(lines.values())
    )
