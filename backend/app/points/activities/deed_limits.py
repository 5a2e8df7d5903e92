"""What confirming a registration would give as things stand: caps and budgets before anybody acts.

A cap gives no points for what is above it, whoever confirms; a budget stops nothing and is told.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.points.rules.budget import forecast
from backend.app.points.rules.queries import get_rule_set

GIVEN = text(
    """
    SELECT person_id, rule_id, count(*) AS acts, count(*) FILTER (WHERE earned_on = :today) AS today
    FROM points_entry
    WHERE person_id = ANY(:people) AND month = :month AND nth IS NOT NULL
    GROUP BY person_id, rule_id
    """
)


class NamedRule(NamedTuple):
    """What can be registered for a village on a day."""

    id: int
    label: str
    amount: int
    daily_cap: int
    monthly_cap: int
    rule_set_id: int | None


@dataclass
class _Budget:
    left: int
    yearly: int


class DeedLimits:
    """Counts what was given this month, what waits, and the rows of a file as they come."""

    def __init__(self, people: Collection[int], waiting: Iterable[tuple[int, int]]) -> None:
        today = clock.today()
        values = {"people": sorted(people), "today": today, "month": clock.month_of(today)}
        self._today: dict[tuple[int, int], int] = {}
        self._month: dict[tuple[int, int], int] = {}
        for row in db.session.execute(GIVEN, values):
            self._today[row.person_id, row.rule_id] = row.today
            self._month[row.person_id, row.rule_id] = row.acts
        for key in waiting:
            self._count(key)
        self._budgets: dict[int, _Budget | None] = {}
        self._told: dict[int, str] = {}

    def words(self, line: int, person_id: int, rule: NamedRule) -> str:
        """What the preview says behind a row; asked again of one line it says the same."""
        if line not in self._told:
            self._told[line] = self._capped(person_id, rule) or self._spent(rule)
            self._count((person_id, rule.id))
        return self._told[line]

    def _capped(self, person_id: int, rule: NamedRule) -> str:
        key = (person_id, rule.id)
        if self._month.get(key, 0) >= rule.monthly_cap:
            return f"；这个月已经登记满 {rule.monthly_cap} 次，这个月确认的话不给分"
        if self._today.get(key, 0) >= rule.daily_cap:
            return f"；一天最多算 {rule.daily_cap} 次，和前面的同一天确认的话不给分"
        return ""

    def _spent(self, rule: NamedRule) -> str:
        """Of a year's budget of the rules, which this row may go beyond."""
        budget = self._budget(rule.rule_set_id)
        if budget is None:
            return ""
        budget.left -= rule.amount
        return f"；今年的预算 {budget.yearly:,} 分到这里超了" if budget.left < 0 else ""

    def _budget(self, rule_set_id: int | None) -> _Budget | None:
        if rule_set_id is None:
            return None
        if rule_set_id not in self._budgets:
            year = forecast(get_rule_set(rule_set_id), clock.today())
            self._budgets[rule_set_id] = _Budget(year.budget - year.given, year.budget)
        return self._budgets[rule_set_id]

    def _count(self, key: tuple[int, int]) -> None:
        self._today[key] = self._today.get(key, 0) + 1
        self._month[key] = self._month.get(key, 0) + 1
