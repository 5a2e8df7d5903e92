"""肥药两制 of the demo county: twelve shops and fifteen farms with a year of trades and ratings.

Made by seed through the same operations as the pages; one shop has left the list.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from backend.app.access import Actor, Role
from backend.app.accounts.grants.operations import insert_grant
from backend.app.assessments.measures.handed_in import HandedIn
from backend.app.assessments.measures.operations import add_facts, store_own_figures
from backend.app.assessments.measures.own_measures import own_figures
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.library.loading_operations import create_from_template
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.queries import (
    MemberUnit,
    get_programme,
    list_elements,
    list_programmes,
    list_units,
)
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.states import Goods, SubjectKind, TradeKind
from backend.app.assessments.subjects.exit_operations import decide_exit, propose_violation
from backend.app.assessments.subjects.operations import SubjectDraft, save_subject
from backend.app.assessments.subjects.rating_operations import rate_subjects
from backend.app.assessments.subjects.trade_operations import TradeDraft, add_trades
from backend.app.assessments.targets.draft_operations import spread_common
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.assessments.targets.operations import issue_programme
from backend.app.core import clock
from backend.app.core.clock import COUNTY_ZONE, clock_at
from backend.app.core.db import lock, transaction
from backend.app.places.queries import list_townships
from backend.app.scoring.assessing.plans import OWNER
from backend.app.scoring.assessing.rules import RuleCode
from backend.demo.assessed_desk import actor_of
from backend.demo.people import SHOP_OWNER, add_staff

SEED = 1303
SHOPS = (
    "兴农", "丰收", "为民", "绿野", "金穗", "老街", "利民", "田园", "惠农", "春雨", "禾苗", "众康",
)  # fmt: skip
FARMS = (
    ("柿乡", "种植"),
    ("渭北", "种植"),
    ("稻香", "种植"),
    ("麦浪", "种植"),
    ("青禾", "种植"),
    ("果满园", "种植"),
    ("金秋", "种植"),
    ("绿源", "种植"),
    ("牧原", "畜牧"),
    ("奶山羊", "畜牧"),
    ("康牧", "畜牧"),
    ("黑猪", "畜牧"),
    ("清水", "渔业"),
    ("石川河", "渔业"),
    ("鱼米", "渔业"),
)
OFFICERS = ("小贾（示例）", "小乔（示例）", "小苗（示例）")
TITLES = {"ningbo_shop": "农资店肥药两制评价", "ningbo_farm": "农业主体绿色发展评价"}
SCORED_IN, MEASURED_IN = (3, 6, 10), (3, 6, 9, 11)
CENT = Decimal("0.01")
VIOLATION = "10月12日销售超范围农药，渭农罚〔示例〕3号"
ORIGIN = "农资监管平台（示例）"


@dataclass(frozen=True)
class _Office:
    """Who acts."""

    county_id: int
    year: int
    clerk: Actor
    approver: Actor

    def at(self, month: int, day: int) -> datetime:
        return datetime(self.year, month, day, 10, tzinfo=COUNTY_ZONE)

    @property
    def last(self) -> date:
        return min(clock.today(), date(self.year, 12, 31))


def load_subjects(county_id: int, year: int) -> int:
    """The list, both programmes and what happened up to today; 0 where it is there already."""
    with transaction():
        lock("demo", "subjects")
        if any(row.year == year and row.template in TITLES for row in list_programmes(county_id)):
            return 0
        office = _Office(county_id, year, actor_of("assessor"), actor_of("approver"))
        dice = random.Random(SEED)
        with clock_at(office.at(1, 4)):
            _keep_list(office)
        made = [_issue(office, template) for template in TITLES]
        for programme_id in made:
            units = list_units(programme_id)
            care = {unit.id: dice.choice((0.45, 0.68, 0.8, 0.9, 0.97)) for unit in units}
            _trade(office, units, care, dice)
            _score(office, programme_id, care)
        for programme_id in made:
            _rate(office, programme_id)
        _leave(office, made[0])
        _own(office, list_units(made[0])[0])
    return len(SHOPS) + len(FARMS)


def _keep_list(office: _Office) -> None:
    towns = list_townships([office.county_id])
    drafts = [
        SubjectDraft(
            SubjectKind.SHOP.value, f"{name}农资店（示例）", f"NZ{n:03}", towns[n % len(towns)].id,
            "", None, OFFICERS[n % 3], date(2023, 3, 1),
        )
        for n, name in enumerate(SHOPS)
    ] + [
        SubjectDraft(
            SubjectKind.FARM.value, f"{name}家庭农场（示例）", f"NC{n:03}",
            towns[n % len(towns)].id, industry, Decimal(80 + 37 * n), OFFICERS[n % 3],
            date(2023, 3, 1),
        )
        for n, (name, industry) in enumerate(FARMS)
    ]  # fmt: skip
    for draft in drafts:
        save_subject(office.clerk, office.county_id, draft)


def _issue(office: _Office, template: str) -> int:
    with clock_at(office.at(1, 8)):
        basics = ProgrammeBasics(
            TITLES[template], office.year, "浙农法发〔2020〕5号（示例）", f"督考{office.year}-示例"
        )
        programme_id = create_from_template(office.clerk, office.county_id, basics, template).id
        spread_common(office.clerk, programme_id)
    with clock_at(office.at(1, 12)):
        programmes.mark_tried(office.clerk, programme_id)
    with clock_at(office.at(1, 13)):
        programmes.approve_programme(office.approver, programme_id)
    with clock_at(office.at(1, 14)):
        issue_programme(office.clerk, programme_id)
    return programme_id


def _trade(
    office: _Office, units: Sequence[MemberUnit], care: dict[int, float], dice: random.Random
) -> None:
    drafts = [
        draft
        for unit in units
        for draft in _ledger(office, unit, care[unit.id], dice)
        if draft.recorded_on <= office.last
    ]
    with clock_at(datetime.combine(office.last, office.at(1, 1).timetz())):
        add_trades(office.county_id, office.clerk.person_id, ORIGIN, drafts)


def _ledger(
    office: _Office, unit: MemberUnit, care: float, dice: random.Random
) -> Iterator[TradeDraft]:
    """A shop sells on most days, a farm buys twice a month and applies four times."""
    day, subject, number = date(office.year, 1, 1), unit.subject_id or 0, 0
    is_farm = bool(unit.industry)
    while day <= office.last:
        number += 1
        goods = dice.choice((Goods.PESTICIDE, Goods.FERTILISER)).value
        amount = Decimal(dice.randint(20, 400))
        kind, quota, recorded = TradeKind.SALE, None, day
        named: bool | None = dice.random() < care
        if is_farm and number % 3:
            kind, named, quota = TradeKind.APPLIED, None, Decimal(300 + int(100 * care))
            recorded += timedelta(days=dice.choice((0, 1, 3, 10 if dice.random() > care else 5)))
        elif is_farm:
            kind = TradeKind.PURCHASE
        yield TradeDraft(
            subject, kind.value, f"{office.year}{number:05}", day, recorded, goods, amount, named,
            quota,
        )  # fmt: skip
        day += timedelta(days=dice.choice((5, 6, 7)) if is_farm else dice.choice((1, 1, 1, 4)))


def _score(
    office: _Office, programme_id: int, care: dict[int, float]
) -> None:  # fmt: skip
    """What owners gave, each item a little differently."""
    programme = get_programme(programme_id, office.county_id)
    elements = {row.id: row for row in list_elements(programme_id)}
    targets = stored_drafts(programme_id)
    for month in (month for month in SCORED_IN if month < office.last.month):
        handed = []
        for (element_id, unit_id), target in targets.items():
            element = elements[element_id]
            if not element.source.startswith(OWNER):
                continue
            share = Decimal(
                str(min(1.0, care[unit_id] + (element_id + month) % 5 / 40 + (month - 8) / 25))
            )
            points = (target.points * share).quantize(CENT)
            is_case = (element.rule or {})["rule"] == RuleCode.PER_CASE
            handed.append(
                HandedIn(
                    element_id, unit_id, date(office.year, month, 1),
                    Decimal(0) if is_case else None, points=points,
                    reason="" if points == target.points else "现场查看没有全做到（示例）",
                    origin="县农业农村局（示例）",
                )
            )  # fmt: skip
        with clock_at(office.at(month, 28)):
            add_facts(programme, MeasureSource.OWNER, office.clerk.person_id, handed)


def _rate(office: _Office, programme_id: int) -> None:
    for month in (month for month in MEASURED_IN if month <= office.last.month):
        with clock_at(office.at(month, 28)):
            for figures in own_figures(programme_id).values():
                store_own_figures(figures)
    recompute_results(programme_id)
    rate_subjects(programme_id)


def _leave(office: _Office, programme_id: int) -> None:
    """A violation of the shop in the old street, proposed by one and confirmed by another."""
    programme = get_programme(programme_id, office.county_id)
    unit = next(row for row in list_units(programme_id) if row.name.startswith(SHOPS[5]))
    if office.last < date(office.year, 10, 20):
        return
    with clock_at(office.at(10, 19)):
        row = propose_violation(office.clerk, programme, unit.id, VIOLATION)
    with clock_at(office.at(10, 20)):
        decide_exit(office.approver, row.id, row.version, confirmed=True)


def _own(office: _Office, unit: MemberUnit) -> None:
    """Whoever runs the first shop sees it on the phone."""
    person_id = add_staff(SHOP_OWNER, "农资店店主")
    insert_grant(
        person_id, Role.SUBJECT_STAFF, office.county_id, clock.today(), None,
        office.clerk.person_id, subject_id=unit.subject_id,
    )  # fmt: skip
