"""宁波 肥药两制: shops and farms rated by what they do, month after month, and who leaves."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from backend.app.assessments.models import Programme, SubjectExit
from backend.app.assessments.programmes.library.exporting import template_file, template_of
from backend.app.assessments.programmes.library.loading_operations import load_template
from backend.app.assessments.programmes.library.templates import parse_template, read_template
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.queries import list_elements
from backend.app.assessments.states import ExitState, SubjectKind
from backend.app.assessments.subjects import exit_operations
from backend.app.assessments.subjects.errors import NotAnotherHand
from backend.app.assessments.subjects.ledgers import index_of, ledgers_of
from backend.app.assessments.subjects.queries import get_subject
from backend.app.assessments.subjects.rating_queries import list_exits, rating_view
from backend.app.assessments.subjects.trade_files import TRADES
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from tests.factories.assessed import YEAR, at
from tests.factories.console import sit_down
from tests.factories.county import make_county
from tests.factories.imports import Desk
from tests.factories.subjects import (
    Rated,
    add_year,
    make_office,
    make_rated,
    night,
    score_all,
)

GOOD, BAD = "兴农农资店", "老街农资店"
SHOPS = ({"name": GOOD, "code": "S1"}, {"name": BAD, "code": "S2"})
FARMS = (
    {"kind": "farm", "name": "稻香农场", "industry": "种植", "area": Decimal(300)},
    {"kind": "farm", "name": "牧原猪场", "industry": "畜牧", "area": Decimal(100)},
    {"kind": "farm", "name": "清水渔场", "industry": "渔业", "area": Decimal(100)},
)
PAGE = "/console/assessments/subjects/ratings"


@pytest.fixture
def shops(app) -> Rated:
    return make_rated(make_county(), "ningbo_shop", SHOPS)


@pytest.fixture
def farms(app) -> Rated:
    return make_rated(make_county(), "ningbo_farm", FARMS)


def sell(made: Rated, name: str, real_name: str, month: int = 10, days: int = 20) -> None:
    rows = "".join(
        f"{name},销售,{month}-{day},{YEAR}-{month:02}-{day:02},{goods},100,{real_name}\n"
        for day, goods in enumerate(("农药", "化肥") * (days // 2), 1)
    )
    desk = Desk(made.clerk, made.county.id, TRADES)
    with clock_at(at(month, 28)):
        desk.bring(f"主体,类别,流水号,日期,品类,金额,实名\n{rows}")


def colours(made: Rated) -> dict[str, list[str]]:
    db.session.rollback()
    programme = db.session.get_one(Programme, made.programme_id)
    view = rating_view(programme)
    return {row.unit.name: [rating.colour for rating in row.ratings] for row in view.rows}


def test_nb01_trades_make_a_shops_activity_and_the_countys_index(shops: Rated) -> None:
    sell(shops, GOOD, "是")
    sell(shops, BAD, "否")
    ledgers = ledgers_of(shops.county.id, date(YEAR, 10, 28))
    good, bad = ledgers[shops.subjects[GOOD]], ledgers[shops.subjects[BAD]]
    # Sales of 20 days of the year, all or none of them by name.
    assert (good.activity, bad.activity) == (Fraction(2000, 365), 0)
    index = index_of(SubjectKind.SHOP, ledgers.values())
    assert index == good.activity / 2, "equal sales, equal weight"
    quiet = ledgers_of(shops.county.id, date(YEAR, 11, 28))
    assert quiet[shops.subjects[GOOD]].activity == 0, "thirty days without data"


def test_nb02_fourteen_items_rate_a_shop_forty_thirty_thirty(shops: Rated) -> None:
    elements = list_elements(shops.programme_id)
    parents = {row.id: row.name for row in elements if row.parent_id is None}
    worth: dict[str, Decimal] = dict.fromkeys(parents.values(), Decimal(0))
    for row in elements:
        if row.parent_id:
            worth[parents[row.parent_id]] += row.points
    assert worth == {"数字化管理": 40, "绿色化服务": 30, "规范化经营": 30}
    assert sum(1 for row in elements if row.rule) == 14
    assert all(row.is_example for row in elements if row.rule)
    sell(shops, GOOD, "是")
    sell(shops, BAD, "否")
    score_all(shops, GOOD, "0.9", 10)
    score_all(shops, BAD, "0.5", 10)
    night(at(11, 1))
    # 18 points by trades in full, 82 by owners at nine tenths: 91.80; and 41 of 100.
    assert colours(shops) == {GOOD: ["grey"] * 9 + ["green"] * 2, BAD: ["grey"] * 9 + ["red"] * 2}


def test_nb02_two_red_half_years_lead_out_by_two_people_and_back_after_a_year(app) -> None:
    made = make_office(make_county())
    add_year(made, "ningbo_shop", SHOPS, YEAR - 1)
    score_all(made, BAD, "0.4", 11)
    score_all(made, GOOD, "0.9", 11)
    night(at(12, 31, year=YEAR - 1))
    add_year(made, "ningbo_shop")
    score_all(made, BAD, "0.5", 5)
    score_all(made, GOOD, "0.9", 5)
    night(at(6, 30))
    assert list_exits(made.programme_id) == [], "the half-year is not over"
    night(at(7, 1))
    (found,) = list_exits(made.programme_id)
    assert (found.unit.name, found.exit.state) == (BAD, "found")
    exit_id = found.exit.id
    with clock_at(at(7, 2)):
        with transaction():
            exit_operations.propose_exit(made.boss, exit_id, 0)
        with pytest.raises(NotAnotherHand), transaction():
            exit_operations.decide_exit(made.boss, exit_id, 1, confirmed=True)
        with pytest.raises(NotAllowed), transaction():
            exit_operations.decide_exit(made.clerk, exit_id, 1, confirmed=True)


def test_nb02_a_named_violation_is_confirmed_by_another_and_published(shops: Rated, client) -> None:
    desk = sit_down(client, shops.clerk.person_id)
    bad = desk.post(f"{PAGE}/exits", unit_id=shops.units[BAD], words="违规")
    assert bad.status_code == 422
    assert "处罚文号" in bad.text
    words = "10月8日销售禁用农药，渭农罚〔2026〕3号"
    assert desk.post(f"{PAGE}/exits", unit_id=shops.units[BAD], words=words).status_code == 303
    (row,) = list_exits(shops.programme_id)
    confirm = f"/console/assessments/subjects/exits/{row.exit.id}/confirm"
    assert desk.post(confirm, version=0).status_code == 403
    boss = sit_down(client, shops.boss.person_id)
    confirmed = boss.post(f"{confirm}?programme={shops.programme_id}", version=0)
    assert confirmed.status_code == 303
    assert confirmed.headers["Location"].endswith(f"?programme={shops.programme_id}")
    db.session.rollback()
    left = get_subject(shops.subjects[BAD], shops.county.id)
    assert left.exit_reason == words
    assert left.exited_on is not None
    assert "已退出" in boss.get(PAGE).text
    exit_id = row.exit.id
    with pytest.raises(Conflict, match="十二个月"), transaction():
        exit_operations.return_subject(shops.clerk, exit_id, 1)
    with clock_at(at(12, 31, year=YEAR + 1)), transaction():
        exit_operations.return_subject(shops.clerk, exit_id, 1)
    db.session.rollback()
    assert get_subject(shops.subjects[BAD], shops.county.id).exited_on is None
    assert db.session.get_one(SubjectExit, exit_id).state == ExitState.RETURNED


def test_nb02_who_stays_is_told_why(shops: Rated) -> None:
    programme = db.session.get_one(Programme, shops.programme_id)
    with transaction():
        row = exit_operations.propose_violation(
            shops.clerk, programme, shops.units[BAD], "10月8日被举报卖假种子"
        )
        exit_id = row.id
    with pytest.raises(InvalidInput), transaction():
        exit_operations.decide_exit(shops.boss, exit_id, 0, confirmed=False)
    with transaction():
        exit_operations.decide_exit(shops.boss, exit_id, 0, confirmed=False, note="查无实据")
    db.session.rollback()
    assert get_subject(shops.subjects[BAD], shops.county.id).exited_on is None


def test_nb03_farms_are_weighed_by_their_industry_and_shown_in_three_colours(
    farms: Rated, client
) -> None:
    elements = list_elements(farms.programme_id)
    parents = {row.id: row.name for row in elements if row.parent_id is None}
    worth: dict[tuple[str, str], Decimal] = {}
    for row in elements:
        if row.parent_id:
            key = row.industry, parents[row.parent_id]
            worth[key] = worth.get(key, Decimal(0)) + row.points
    aspects = ("绿色生产", "环境", "资源", "管理", "形象")
    assert {
        industry: [int(worth[industry, aspect]) for aspect in aspects]
        for industry in ("种植", "畜牧", "渔业")
    } == {
        "种植": [30, 20, 20, 20, 10], "畜牧": [25, 25, 20, 20, 10], "渔业": [30, 25, 15, 20, 10],
    }  # fmt: skip
    for name, share in (("稻香农场", "0.85"), ("牧原猪场", "0.7"), ("清水渔场", "0.3")):
        score_all(farms, name, share, 10)
    night(at(11, 2))
    latest = {name: listed[-1] for name, listed in colours(farms).items()}
    assert latest == {"稻香农场": "green", "牧原猪场": "yellow", "清水渔场": "red"}
    desk = sit_down(client, farms.clerk.person_id)
    page = desk.get(PAGE).text
    assert all(word in page for word in ("● 良好", "◆ 需关注", "■ 差", "李干事"))
    red = desk.get(f"{PAGE}?colour=red").text
    assert "清水渔场" in red.split("一年</th>")[1].split("</table>")[0]
    assert "稻香农场" not in red.split("一年</th>")[1].split("</table>")[0]
    assert desk.get(f"{PAGE}.xlsx").status_code == 200


def test_nb03_a_value_counts_for_twelve_months_and_then_no_longer(app) -> None:
    made = make_office(make_county())
    add_year(made, "ningbo_farm", FARMS[:1], YEAR - 1)
    score_all(made, "稻香农场", "0.9", 6)
    add_year(made, "ningbo_farm")
    night(at(6, 15))
    night(at(7, 15))
    assert colours(made)["稻香农场"] == ["green"] * 6 + ["grey"]


def test_nb10_a_farm_has_a_ledger_and_a_named_officer(farms: Rated) -> None:
    farm = farms.subjects["稻香农场"]
    assert get_subject(farm, farms.county.id).officer == "李干事"
    desk = Desk(farms.owners["县农业农村局"], farms.county.id, TRADES)
    lines = "".join(
        f"稻香农场,施用,{day},{YEAR}-10-{day:02},{YEAR}-10-{day + late:02},化肥,{used},10\n"
        for day, late, used in ((2, 1, 8), (5, 9, 8), (9, 0, 12), (12, 2, 9))
    )
    with clock_at(at(10, 28)):
        assert desk.bring(
            f"主体,类别,流水号,日期,登记日期,品类,用量,定额\n{lines}"
        ) == {"new": 4}  # fmt: skip
    night(at(11, 1))
    ledger = ledgers_of(farms.county.id, date(YEAR, 10, 31))[farm]
    # Two of four were both in time and within quota.
    assert ledger.activity == 50
    assert colours(farms)["稻香农场"][-1] != "grey", "its ledger alone rates it"


@pytest.mark.parametrize("code", ["ningbo_shop", "ningbo_farm"])
def test_nb_templates_load_export_and_load_again_the_same(app, code: str) -> None:
    made = make_rated(make_county(), code, [*SHOPS, *FARMS])
    programme = db.session.get_one(Programme, made.programme_id)
    exported = template_of(programme)
    assert exported["rolling"] == read_template(code)["rolling"]
    again = parse_template(template_file(programme))
    with transaction():
        basics = ProgrammeBasics("再来", YEAR, "农发〔2026〕5号", "督考2026-10")
        copied = load_template(made.clerk, made.county.id, basics, again).programmes[0].id
    other = template_of(db.session.get_one(Programme, copied))
    same = ("dimensions", "groups", "rolling", "lights")
    assert {key: other.get(key) for key in same} == {key: exported.get(key) for key in same}
