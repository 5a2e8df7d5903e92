"""The year's budget of a set of rules: what was given, and what the pace comes to."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text

from backend.app.core.db import db
from backend.app.points.models import PointsRuleSet

PACE_DAYS = 60
# Closed months from their sums, the rest from the entries.
GIVEN = text(
    """
    WITH rule AS (SELECT id FROM points_rule WHERE region_id = :region_id),
    kept AS (
        SELECT month, sum(amount) AS amount FROM points_month_sum
        WHERE county_id = :county_id AND month BETWEEN :first AND :last
          AND rule_id IN (SELECT id FROM rule) GROUP BY month
    ), live AS (
        SELECT month, sum(amount) AS amount FROM points_entry
        WHERE earned_on BETWEEN :open_from AND :last
          AND rule_id IN (SELECT id FROM rule) GROUP BY month
    )
    SELECT month, amount::bigint AS amount FROM kept WHERE month < :open_from
    UNION ALL SELECT month, amount FROM live ORDER BY month
    """
)
PACE = text(
    """
    SELECT COALESCE(sum(amount), 0)::bigint FROM points_entry
    WHERE earned_on >= :since AND earned_on < :today
      AND rule_id IN (SELECT id FROM points_rule WHERE region_id = :region_id)
    """
)
OPEN_FROM = text(
    """
    SELECT (max(month) + interval '1 month')::date FROM points_month
    WHERE county_id = :county_id AND month >= :first
    """
)


@dataclass(frozen=True)
class Forecast:
    """Points given this year by one region's rules, and where the last weeks' pace leads."""

    budget: int
    months: tuple[tuple[date, int], ...]
    a_day: float
    days_left: int
    today: date

    @property
    def given(self) -> int:
        return sum(amount for _, amount in self.months)

    @property
    def by_year_end(self) -> int:
        return self.given + round(self.a_day * self.days_left)

    @property
    def percent(self) -> int:
        return round(100 * self.given / self.budget)

    @property
    def empty_on(self) -> date | None:
        """The day on which the budget would be used up, where that is this year."""
        left = self.budget - self.given
        if left <= 0:
            return self.today
        if not self.a_day or left / self.a_day > self.days_left:
            return None
        return self.today + timedelta(days=int(left / self.a_day))

    @property
    def light(self) -> tuple[str, str]:
        """Shape and word beside the colour."""
        if self.given >= self.budget:
            return "late", "■ 已用完"
        if self.by_year_end > self.budget:
            return "soon", "◆ 年底前会用完"
        return "ok", "● 够用"


def forecast(rule_set: PointsRuleSet, today: date) -> Forecast:
    """The whole year's, whichever versions gave the points."""
    first, last = date(today.year, 1, 1), date(today.year, 12, 31)
    values = {
        "county_id": rule_set.county_id, "region_id": rule_set.region_id,
        "first": first, "last": last,
    }  # fmt: skip
    values["open_from"] = db.session.scalar(OPEN_FROM, values) or first
    months = tuple((row.month, row.amount) for row in db.session.execute(GIVEN, values))
    since = max(today - timedelta(days=PACE_DAYS), first)
    days = max(1, (today - since).days)
    recent = db.session.scalar(
        PACE, {"since": since, "today": today, "region_id": rule_set.region_id}
    )
    return Forecast(
        rule_set.yearly_budget, months, (recent or 0) / days, (last - today).days, today
    )
