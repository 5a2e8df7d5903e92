"""活跃度 of shops and farms, made of what they sold, bought and applied, never of log-ins.

The county's 活跃指数 is the mean of its shops or farms, each as heavy as its sales or its area.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from backend.app.scoring.assessing.figures import ZERO, exact

HUNDRED = 100
# Whoever said nothing for so long counts 0, and what is written down later is not in time.
QUIET_DAYS, IN_TIME_DAYS = 30, 7
# What an element of subjects, or of places where they lie, may be measured by.
SUBJECT_MEASURES = {
    "activity": "活跃度", "pesticide_real_name": "农药实名销售率",
    "fertiliser_real_name": "化肥实名销售率", "purchases_real_name": "实名购买率",
    "records_in_time": "台账及时率", "within_quota": "定额内施用率",
    "shop_index": "实名购买活跃指数", "farm_index": "定额施用活跃指数",
}  # fmt: skip


class Trade(NamedTuple):
    """A sale of a shop or a purchase of a farm, in yuan."""

    on: date
    amount: Fraction
    is_real_name: bool
    goods: str = ""


class Application(NamedTuple):
    """Something a farm applied, when it was written down, and whether it kept to the quota."""

    on: date
    recorded_on: date
    within_quota: bool

    @property
    def in_time(self) -> bool:
        return self.recorded_on - self.on <= timedelta(days=IN_TIME_DAYS)


def shop_activity(sales: Collection[Trade], opened: date, until: date) -> Fraction:
    """100 x real-name sales / all sales x min(1, days with sales / days open)."""
    days_open = (until - opened).days + 1
    whole = sum((exact(sale.amount) for sale in sales), ZERO)
    if days_open <= 0 or not whole or is_quiet((sale.on for sale in sales), until):
        return ZERO
    days = min(Fraction(1), Fraction(len({sale.on for sale in sales}), days_open))
    return HUNDRED * _real_name(sales) / whole * days


def farm_activity(
    applications: Collection[Application], purchases: Collection[Trade], until: date
) -> Fraction:
    """100 x applications in time and within quota / the more of those recorded and those implied.

    Every purchase implies one application at least.
    """
    whole = max(len(applications), len(purchases))
    known = [*(line.on for line in applications), *(line.on for line in purchases)]
    if not whole or is_quiet(known, until):
        return ZERO
    good = sum(line.in_time and line.within_quota for line in applications)
    return Fraction(HUNDRED * good, whole)


def is_quiet(days: Iterable[date], until: date) -> bool:
    """No data for 30 days."""
    newest = max(days, default=None)
    return newest is None or (until - newest).days >= QUIET_DAYS


def area_index(members: Iterable[tuple[Fraction, Fraction]]) -> Fraction | None:
    """Sum of weight x activity / sum of weights; None where nobody weighs anything."""
    listed = [(exact(weight), exact(activity)) for weight, activity in members]
    whole = sum((weight for weight, _ in listed), ZERO)
    if not whole:
        return None
    return sum((weight * activity for weight, activity in listed), ZERO) / whole


def real_name_share(trades: Collection[Trade]) -> Fraction | None:
    """Real-name trades of all in percent, by their amounts; None where there were none."""
    whole = sum((exact(trade.amount) for trade in trades), ZERO)
    return HUNDRED * _real_name(trades) / whole if whole else None


def in_time_share(
    applications: Collection[Application], purchases: Collection[Trade]
) -> Fraction | None:
    """Applications written down in time, of those recorded or implied, in percent."""
    whole = max(len(applications), len(purchases))
    return Fraction(HUNDRED * sum(line.in_time for line in applications), whole) if whole else None


def quota_share(applications: Collection[Application]) -> Fraction | None:
    """Applications that kept to the quota, of all that were recorded, in percent."""
    kept = sum(line.within_quota for line in applications)
    return Fraction(HUNDRED * kept, len(applications)) if applications else None


def _real_name(trades: Iterable[Trade]) -> Fraction:
    return sum((exact(trade.amount) for trade in trades if trade.is_real_name), ZERO)
