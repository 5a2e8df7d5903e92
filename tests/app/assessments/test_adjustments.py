"""加减分: proposed by a unit or the office, decided by another, from a form or a workbook."""

import io
from datetime import date
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.assessments.adjustments import operations
from backend.app.assessments.adjustments.declaration_sheet import HEADINGS
from backend.app.assessments.adjustments.errors import (
    AdjustmentMoved,
    AlreadyDeclared,
    NotYourAdjustment,
    OwnMove,
)
from backend.app.assessments.adjustments.operations import AdjustmentDraft
from backend.app.assessments.errors import ProgrammeMoved
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput, NotAllowed, NotFound
from backend.app.core.files.workbooks import form_sheet
from tests.app.assessments.acting import decider
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import YEAR, Assessed, add_target, at, issue
from tests.factories.console import as_shown
from tests.factories.county import make_person
from tests.factories.tickets import as_actor, forget

PAGE = "/console/assessments/adjustments"
DOCUMENT = "陕政发〔2026〕12号"
DAY = date(YEAR, 5, 20)


@pytest.fixture(autouse=True)
def november():
    with clock_at(at(11, 30)):
        yield


@pytest.fixture
def running(assessed: Assessed) -> Assessed:
    add_target(assessed)
    issue(assessed)
    return assessed


@pytest.fixture
def boss(running: Assessed) -> Actor:
    return decider(running)


def award(running: Assessed, **changes: object) -> AdjustmentDraft:
    usual = {
        "unit_id": running.town_unit, "kind": "bonus", "clause": "省委、省政府表彰",
        "case_words": "人居环境整治先进镇", "document": DOCUMENT, "happened_on": DAY,
    }  # fmt: skip
    return AdjustmentDraft(**{**usual, **changes})


def propose(running: Assessed, actor: Actor | None = None, **changes: object) -> int:
    with transaction():
        return operations.propose_adjustment(
            actor or running.office, running.programme_id, award(running, **changes)
        )


def test_an_award_counts_once_another_person_has_decided(running, boss, scalar) -> None:
    number = propose(running, running.town)
    assert scalar("SELECT points FROM programme_adjustment") == Decimal("2.00")
    assert scalar("SELECT state FROM programme_adjustment") == "proposed"
    with transaction():
        operations.decide_adjustment(boss, number, True)
    assert scalar("SELECT state FROM programme_adjustment") == "confirmed"
    assert scalar("SELECT period FROM programme_adjustment") == date(YEAR, 5, 1)
    assert scalar("SELECT max(title) FROM notice") == "加分已计入"
    with pytest.raises(AdjustmentMoved):
        operations.decide_adjustment(boss, number, True)


def test_neither_the_proposer_nor_the_unit_decides(running, boss) -> None:
    own = propose(running, boss)
    with pytest.raises(OwnMove):
        operations.decide_adjustment(boss, own, True)
    number = propose(running, case_words="另一件")
    of_the_unit = decider(running, "clerk", *running.town.grants)
    with pytest.raises(OwnMove):
        operations.decide_adjustment(of_the_unit, number, True)
    with pytest.raises(NotAllowed):
        operations.decide_adjustment(running.other_office, number, True)


def test_what_is_dropped_needs_a_reason_and_may_be_declared_again(running, boss, scalar) -> None:
    number = propose(running)
    with pytest.raises(InvalidInput) as refused:
        operations.decide_adjustment(boss, number, False, " ")
    assert "note" in refused.value.errors
    forget()
    with transaction():
        operations.decide_adjustment(boss, number, False, "不是本单位的事")
    assert propose(running) != number
    with pytest.raises(AlreadyDeclared):
        propose(running)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"document": "一张奖状"}, "document"),
        ({"case_words": ""}, "case_words"),
        ({"clause": "", "points": Decimal(1)}, "clause"),
        ({"points": Decimal(5)}, "points"),
        ({"clause": "办法第九条", "points": Decimal(6)}, "points"),
        ({"clause": "办法第九条"}, "points"),
        ({"happened_on": date(YEAR - 1, 5, 1)}, "happened_on"),
        ({"happened_on": date(YEAR, 12, 2)}, "happened_on"),
        ({"kind": "veto", "clause": "办法第三条", "document": ""}, "document"),
        ({"kind": "no_excellent", "clause": "办法第三条", "document": "领导口头指示"}, "document"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(running, changes, field) -> None:
    with pytest.raises(InvalidInput) as refused:
        propose(running, **changes)
    assert list(refused.value.errors) == [field]


def test_a_clause_of_its_own_is_kept_beside_the_document(running, scalar) -> None:
    propose(running, clause="办法第九条", points=Decimal("1.2"))
    assert scalar("SELECT basis FROM programme_adjustment") == f"办法第九条；{DOCUMENT}"
    assert scalar("SELECT points FROM programme_adjustment") == Decimal("1.20")


def test_a_veto_moves_no_points_and_comes_from_the_office_alone(running, scalar) -> None:
    veto = {"kind": "veto", "clause": "发生较大安全事故"}
    with pytest.raises(NotYourAdjustment):
        propose(running, running.town, **veto)
    propose(running, **veto)
    assert scalar("SELECT points FROM programme_adjustment") == 0


def test_a_locked_programme_takes_nothing_more(running, boss, scalar) -> None:
    number = propose(running)
    with transaction() as session:
        session.execute(text("UPDATE programme SET state = 'locked'"))
    for act in (
        lambda: propose(running, case_words="另一件"),
        lambda: operations.decide_adjustment(boss, number, True),
    ):
        with pytest.raises(ProgrammeMoved):
            act()
        forget()


def test_of_two_who_decide_at_once_one_wins(running, boss, at_once, scalar) -> None:
    number = propose(running)
    second = decider(running, "boss2")
    outcome = at_once(
        lambda: operations.decide_adjustment(boss, number, True),
        lambda: operations.decide_adjustment(second, number, False, "不算"),
    )
    assert sorted(outcome) == ["done", "programme_adjustment_moved"]


def test_everybodys_acts_on_an_adjustment(running: Assessed, boss: Actor) -> None:
    county = running.county.id
    number = propose(running)
    people = {
        "town": running.town, "owner": running.owner, "bureau": running.bureau,
        "office": running.office, "boss": boss,
        "desk": as_actor(make_person(), Role.COUNTY_STAFF, county),
        "leader": as_actor(make_person(), Role.LEADER, county),
        "manager": as_actor(make_person(), Role.COUNTY_MANAGER, county),
        "system": as_actor(make_person(), Role.SYSTEM_ADMIN, county),
    }  # fmt: skip
    acts = {
        "propose": lambda actor: operations.propose_adjustment(
            actor, running.programme_id, award(running, case_words="另一件")
        ),
        "veto": lambda actor: operations.propose_adjustment(
            actor, running.programme_id, award(running, kind="veto", clause="办法第三条")
        ),
        "decide": lambda actor: operations.decide_adjustment(actor, number, True),
    }
    may = {
        "town": {"propose"}, "office": {"propose", "veto"}, "boss": {"propose", "veto", "decide"},
    }  # fmt: skip
    for name, actor in people.items():
        for act, do in acts.items():
            try:
                do(actor)
                result = True
            except (NotAllowed, NotFound):
                result = False
            finally:
                forget()
            assert result is (act in may.get(name, set())), (name, act)


def line(*cells: str) -> list[str]:
    return list(cells)


def send_file(desk, rows) -> object:
    book = form_sheet("加减分申报表", HEADINGS, rows)
    return desk.post(f"{PAGE}.xlsx", file=(io.BytesIO(book), "申报.xlsx"))


def test_a_file_comes_in_whole_or_not_at_all(app, running, scalar) -> None:
    desk = seat(app, running.office)
    good = line("庄里镇", "加分", "", "省委、省政府表彰", "先进镇", DOCUMENT, "2026-05-20")
    wrong = line("县教育局", "扣分", "9", "省级通报批评", "被通报", "没有", "5月")
    name = scalar("SELECT r.name FROM assessed_unit u JOIN region r ON r.id = u.region_id")
    good[0] = name
    refused = send_file(desk, [good, wrong])
    assert refused.status_code == 422
    assert "第 3 行：「时间」应为日期" in as_shown(refused)
    assert scalar("SELECT count(*) FROM programme_adjustment") == 0
    wrong[6] = "2026-05-01"
    assert "第 3 行：请填文号" in as_shown(send_file(desk, [good, wrong]))
    wrong[2], wrong[5] = "1.5", "陕政办函〔2026〕3号"
    assert send_file(desk, [good, wrong]).status_code == 303
    assert scalar("SELECT sum(points) FROM programme_adjustment") == Decimal("3.50")


def test_the_form_shows_clauses_caps_and_faults(app, running, boss, scalar) -> None:
    desk = seat(app, running.town)
    page = as_shown(desk.get(PAGE))
    assert "加分：省委、省政府表彰 2 分" in page
    assert "一票否决</option>" not in page
    form = {"unit_id": running.town_unit, "kind": "bonus", "clause": "省委、省政府表彰",
            "case_words": "先进镇", "happened_on": "2026-05-20"}  # fmt: skip
    assert desk.post(PAGE, document="奖状", **form).status_code == 422
    assert desk.post(PAGE, document=DOCUMENT, **form).status_code == 303
    office = seat(app, boss)
    assert "不计入的理由" in office.get(PAGE).text
    number = scalar("SELECT id FROM programme_adjustment")
    decided = office.post(f"{PAGE}/decisions", adjustment=number, act="confirm")
    assert decided.status_code == 303
    assert "上限 5.00" in as_shown(office.get(f"{PAGE}?state=confirmed"))


def test_the_sheet_lists_the_clauses(app, running) -> None:
    sheet = seat(app, running.office).get(f"{PAGE}.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data))
    rows = book.get_sheet_by_name("加减分申报表").to_python()
    assert rows[0] == list(HEADINGS)
    assert [row[3] for row in rows[1:3]] == ["党中央、国务院表彰", "省委、省政府表彰"]
