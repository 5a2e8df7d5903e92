"""What each subject sold, bought and applied in twelve months, and what is measured of that."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from backend.app.assessments.states import Goods, SubjectKind, TradeKind
from backend.app.core import clock
from backend.app.core.db import fetch_rows
from backend.app.scoring.assessing import activity
from backend.app.scoring.assessing.activity import Application, Trade
from backend.app.scoring.assessing.figures import exact

YEAR = 365
SUBJECTS = """
    SELECT id, kind, region_id, area, opened_on, exited_on FROM assessed_subject
    WHERE county_id = :county_id AND opened_on <= :until
      AND (:subject_id = 0 OR id = :subject_id)
      AND (exited_on IS NULL OR exited_on > :until)
"""
TRADES = """
    SELECT subject_id, kind, happened_on, recorded_on, goods, amount, is_real_name, quota
    FROM subject_trade
    WHERE county_id = :county_id AND withdrawn_at IS NULL
      AND (:subject_id = 0 OR subject_id = :subject_id)
      AND happened_on >= :since AND recorded_on <= :until
    ORDER BY id
"""


class _SubjectRow(NamedTuple):
    """A subject that was there on the day."""

    id: int
    kind: str
    region_id: int
    area: Any
    opened_on: date
    exited_on: date | None


class _TradeRow(NamedTuple):
    """A line of a ledger."""

    subject_id: int
    kind: str
    happened_on: date
    recorded_on: date
    goods: str
    amount: Any
    is_real_name: bool | None
    quota: Any


@dataclass
class SubjectLedger:
    """A subject with its twelve months up to a day."""

    kind: str
    region_id: int
    area: Any
    opened: date
    until: date
    sales: list[Trade] = field(default_factory=list)
    purchases: list[Trade] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)

    def of(self, goods: Goods) -> list[Trade]:
        return [sale for sale in self.sales if sale.goods == goods]

    @property
    def activity(self) -> Fraction:
        """活跃度: a shop's by its sales, a farm's by what it applied."""
        if self.kind == SubjectKind.FARM:
            return activity.farm_activity(self.applications, self.purchases, self.until)
        return activity.shop_activity(self.sales, self.opened, self.until)

    @property
    def weight(self) -> Fraction:
        """A farm's area, a shop's sales."""
        if self.kind == SubjectKind.FARM:
            return exact(self.area or 0)
        return sum((sale.amount for sale in self.sales), Fraction(0))


FIGURES: dict[str, Callable[[SubjectLedger], Fraction | None]] = {
    "activity": lambda ledger: ledger.activity,
    "pesticide_real_name": lambda ledger: activity.real_name_share(ledger.of(Goods.PESTICIDE)),
    "fertiliser_real_name": lambda ledger: activity.real_name_share(ledger.of(Goods.FERTILISER)),
    "purchases_real_name": lambda ledger: activity.real_name_share(ledger.purchases),
    "records_in_time": lambda ledger: activity.in_time_share(ledger.applications, ledger.purchases),
    "within_quota": lambda ledger: activity.quota_share(ledger.applications),
}
INDICES = {"shop_index": SubjectKind.SHOP, "farm_index": SubjectKind.FARM}


def first_day(until: date) -> date:
    """A year back, the day itself included."""
    return until - timedelta(days=YEAR - 1)


def month_end(period: date) -> date:
    """The last day of a month that is over, else today."""
    return min(clock.next_month(period) - timedelta(days=1), clock.today())


def ledgers_of(county_id: int, until: date, subject_id: int = 0) -> dict[int, SubjectLedger]:
    """By subject, of all that are there on the day, or of one."""
    values = {
        "county_id": county_id, "until": until, "since": first_day(until),
        "subject_id": subject_id,
    }  # fmt: skip
    ledgers = {
        row.id: SubjectLedger(
            row.kind, row.region_id, row.area, max(row.opened_on, first_day(until)), until
        )
        for row in (_SubjectRow(*line) for line in fetch_rows(SUBJECTS, values))
    }
    for line in fetch_rows(TRADES, values):
        row = _TradeRow(*line)
        ledger = ledgers.get(row.subject_id)
        if ledger is not None:
            _enter(ledger, row)
    return ledgers


def _enter(ledger: SubjectLedger, row: _TradeRow) -> None:
    if row.kind == TradeKind.APPLIED:
        ledger.applications.append(
            Application(row.happened_on, row.recorded_on, row.amount <= row.quota)
        )
        return
    trades = ledger.sales if row.kind == TradeKind.SALE else ledger.purchases
    trades.append(
        Trade(row.happened_on, exact(row.amount), bool(row.is_real_name), row.goods)
    )  # fmt: skip


def figure_of(
    code: str, ledgers: dict[int, SubjectLedger], subject_id: int | None, region_id: int | None
) -> Fraction | None:
    """What a subject came to; of a place or a county the index of its shops or farms."""
    if code in INDICES:
        return index_of(INDICES[code], ledgers.values(), region_id)
    ledger = ledgers.get(subject_id or 0)
    return FIGURES[code](ledger) if ledger else None


def index_of(
    kind: SubjectKind, ledgers: Iterable[SubjectLedger], region_id: int | None = None
) -> Fraction | None:
    """活跃指数: of a place, or of all."""
    members: Collection[SubjectLedger] = [
        ledger
        for ledger in ledgers
        if ledger.kind == kind and region_id in (None, ledger.region_id)
    ]
    return activity.area_index((ledger.weight, ledger.activity) for ledger in members)
