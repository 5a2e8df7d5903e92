"""中小企业员工考核: clear targets, values by anchors, talks before results, own data for all."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Actor
from backend.app.assessments.errors import ProgrammeFaulty
from backend.app.assessments.models import FeedbackTalk, Programme
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.queries import list_elements, plan_of
from backend.app.assessments.results.queries import results_to_date
from backend.app.assessments.states.talks import TalkKind, TalkSide, TalkState
from backend.app.assessments.talks.errors import TalkMoved, TalkUnknown
from backend.app.assessments.talks.operations import TalkDraft, write_talk
from backend.app.assessments.talks.queries import result_shown_until
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput
from backend.app.scoring.assessing.refusals import refusals
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import YEAR, at
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.county import make_county
from tests.factories.persons import (
    Persons,
    draft_persons,
    make_persons,
    score,
    set_goals,
)
from tests.factories.tickets import forget

OWN, TALKS = "/console/assessments/own", "/console/assessments/talks"
MARCH = date(YEAR, 3, 1)
MANAGER, PERSON = TalkSide.MANAGER, TalkSide.PERSON


@pytest.fixture
def sme(app) -> Persons:
    return make_persons(make_county())


def draft(words: str = "说了订单和回访", **changes: object) -> TalkDraft:
    usual = {"kind": TalkKind.AFTER, "period": MARCH, "words": words, "is_confirmed": True}
    return TalkDraft(**{**usual, **changes})


def talk(
    sme: Persons, side: TalkSide, what: TalkDraft | None = None, name: str = "丁一",
    actor: Actor | None = None, month: int = 4,
) -> FeedbackTalk:  # fmt: skip
    usual = sme.manager if side is MANAGER else sme.people[name]
    with clock_at(at(month, 10)), transaction():
        return write_talk(actor or usual, sme.county.id, sme.units[name], what or draft(), side)


def own_page(app, sme: Persons, name: str = "丁一") -> str:
    with clock_at(at(4, 11)):
        return as_shown(seat(app, sme.people[name]).get(OWN))


def test_sm01_targets_that_are_not_clear_keep_the_draft_from_approval(app) -> None:
    sme = draft_persons(make_county())
    with transaction():
        programmes.mark_tried(sme.clerk, sme.programme_id)
    with pytest.raises(ProgrammeFaulty) as refused, transaction():
        programmes.approve_programme(sme.boss, sme.programme_id)
    assert refused.value.errors["programme"] == [
        f"{name}「完成订单数量」：没有目标值，不能衡量" for name in ("丁一", "何二")
    ]
    forget()
    set_goals(sme)
    assert refusals(plan_of(db.session.get_one(Programme, sme.programme_id))) == []
    names = {row.name for row in list_elements(sme.programme_id) if row.rule}
    # Quantity, quality, time and cost, each with its value and unit or a sentence for each level.
    assert names >= {"完成订单数量", "产品一次交验合格率", "订单按期交付率", "物料损耗率"}


def test_sm02_results_are_seventy_and_values_by_anchors_thirty_by_the_quarter(sme) -> None:
    elements = {row.id: row for row in list_elements(sme.programme_id)}
    drafts = [row for row in stored_drafts(sme.programme_id).values()
              if row.unit_id == sme.units["丁一"]]  # fmt: skip
    worth = {name: Decimal(0) for name in ("业绩", "价值观")}
    for row in drafts:
        element = elements[row.element_id]
        worth[elements[element.parent_id].name] += row.points
        assert row.rhythm == "quarter"
        assert element.is_example
        if element.code.startswith("JZ"):
            assert len(set(element.anchors)) == 5
    assert worth == {"业绩": 70, "价值观": 30}
    score(sme, "丁一")
    result = next(row for row in results_to_date(sme.programme_id, MARCH) if row.unit == "丁一")
    # 20 + 20 × 7.2 ÷ 9 + 15 × 0.8 + (5 − 1) + 10 × 0.8, and 5 × 6 × 3.2 ÷ 4.
    assert result.total == Decimal(20 + 16 + 12 + 4 + 8 + 24)


def test_sm03_the_manager_raises_what_was_found_with_the_person(app, sme) -> None:
    score(sme, "丁一", FW01="75")
    finding = "回访满意率75%，两位客户说电话打不通，一起看怎么改"
    desk = seat(app, sme.manager)
    with clock_at(at(4, 10)):
        assert "丁一" in desk.get(TALKS).text
        address = f"{TALKS}/{sme.units['丁一']}"
        form = {"kind": "after", "period": f"{YEAR}-03", "words": finding}
        refused = desk.post(address, **form)
        assert refused.status_code == 422
        assert "请确认写的就是谈话时说的" in refused.text
        assert desk.post(address, **form, confirmed="1").status_code == 303
        assert "主管已记录，等本人" in as_shown(desk.get(address))
    page = own_page(app, sme)
    assert finding in page
    assert "客户回访满意率" in page
    assert finding not in own_page(app, sme, "何二")


def test_sm04_a_result_is_seen_after_both_have_recorded_the_talk(app, sme) -> None:
    score(sme, "丁一")
    assert "先谈话，再看结果" in own_page(app, sme)
    talk(sme, MANAGER)
    assert "先谈话，再看结果" in own_page(app, sme), "one side alone is no talk"
    desk = seat(app, sme.people["丁一"])
    with clock_at(at(4, 11)):
        form = {"kind": "after", "period": f"{YEAR}-03", "words": "电话换新号，四月起每周回访"}
        answer = desk.post(f"{OWN}/{sme.units['丁一']}/talks", **form, confirmed="1")
        assert answer.status_code == 303
    page = own_page(app, sme)
    assert "<strong>84.00</strong> 分" in page
    assert f"{YEAR}年第一季度止" in page
    assert "双方已记录" in page
    assert result_shown_until(sme.units["何二"]) is None, "of nobody else"


def test_sm04_they_talk_before_during_and_after_and_either_begins(sme) -> None:
    for kind, first, second in (
        (TalkKind.BEFORE, MANAGER, PERSON), (TalkKind.DURING, PERSON, MANAGER),
        (TalkKind.AFTER, MANAGER, PERSON),
    ):  # fmt: skip
        begun = talk(sme, first, draft("先说的", kind=kind))
        assert begun.state == (TalkState.RAISED if first is MANAGER else TalkState.ANSWERED)
        talk(sme, first, draft("改过的", kind=kind))
        closed = talk(sme, second, draft("后说的", kind=kind))
        assert closed.state == TalkState.RECORDED
        assert {closed.manager_words, closed.person_words} == {"改过的", "后说的"}
        with pytest.raises(TalkMoved):
            talk(sme, first, draft("再改", kind=kind))
        forget()


def test_sm04_each_side_hears_once_that_the_other_has_written(sme, scalar) -> None:
    for side in (MANAGER, MANAGER, PERSON):
        talk(sme, side)
    about = "FROM notice WHERE title LIKE '%谈话'"
    told = f"SELECT title || '，' || words {about} AND person_id ="
    person, manager = sme.people["丁一"].person_id, sme.manager.person_id
    assert scalar(f"SELECT count(*) {about}") == 2
    assert scalar(f"{told} {person}") == (
        "主管记录了和您的谈话，事后：谈结果：请在「我的考核」里写下您的话。"
    )
    assert scalar(f"{told} {manager}") == "丁一记录了谈话，事后：谈结果：双方都记录了。"


def test_sm04_a_record_of_both_stays_as_it_is(sme) -> None:
    talk(sme, MANAGER)
    talk(sme, PERSON)
    for change in ("UPDATE feedback_talk SET person_words = '别的'", "DELETE FROM feedback_talk"):
        with pytest.raises(DBAPIError, match="recorded by both"), transaction() as session:
            session.execute(text(change))


@pytest.mark.parametrize(
    ("changes", "month", "field"),
    [
        ({"words": " "}, 4, "words"), ({"words": "长" * 1001}, 4, "words"),
        ({"is_confirmed": False}, 4, "confirmed"), ({"period": date(YEAR, 6, 1)}, 3, "period"),
        ({"period": date(YEAR, 2, 1)}, 4, "period"), ({}, 3, "period"),
    ],
)  # fmt: skip
def test_sm04_what_is_wrong_with_a_talk_is_said(sme, changes, month, field) -> None:
    with pytest.raises(InvalidInput) as refused:
        talk(sme, PERSON, draft(**changes), month=month)
    assert list(refused.value.errors) == [field]


def test_sm04_nobody_writes_for_the_other_side_or_of_strangers(sme) -> None:
    stranger = sme.people["何二"]
    for side, actor in (
        (MANAGER, sme.people["丁一"]), (PERSON, sme.manager), (PERSON, stranger),
        (MANAGER, stranger),
    ):  # fmt: skip
        with pytest.raises(TalkUnknown):
            talk(sme, side, actor=actor)
        forget()
    assert talk(sme, MANAGER, actor=sme.clerk).manager_id == sme.clerk.person_id


def test_sm04_of_two_who_write_at_once_both_are_kept(sme, at_once, scalar) -> None:
    county, unit = sme.county.id, sme.units["丁一"]
    with clock_at(at(4, 10)):
        outcome = at_once(
            lambda: write_talk(sme.manager, county, unit, draft("主管说的"), MANAGER),
            lambda: write_talk(sme.people["丁一"], county, unit, draft("本人说的"), PERSON),
        )
    assert outcome == ["done", "done"]
    assert scalar("SELECT state FROM feedback_talk") == "recorded"


def test_sm05_everybody_reads_the_own_targets_values_and_reports_at_any_time(app, sme) -> None:
    score(sme, "丁一")
    page = own_page(app, sme)
    assert "完成二车间订单200件" in page
    assert "97.2 %" in page
    assert "5 档各是什么样" in page
    assert "谈话后看" in page, "a judgement of a person is talked about first"
    other = own_page(app, sme, "何二")
    assert "97.2 %" not in other
    assert "丁一" not in other


def test_sm05_nobody_reads_anothers(app, sme) -> None:
    score(sme, "丁一")
    desk = seat(app, sme.people["何二"])
    unit = sme.units["丁一"]
    with clock_at(at(4, 11)):
        assert "丁一" not in desk.get(f"{OWN}?unit={unit}").text
        form = {"kind": "after", "period": f"{YEAR}-03", "words": "我替他写", "confirmed": "1"}
        assert desk.post(f"{OWN}/{unit}/talks", **form).status_code == 404
        for path in (f"units/{unit}", f"talks/{unit}", "targets",
                     f"results/{sme.programme_id}/units/{unit}"):  # fmt: skip
            assert desk.get(f"/console/assessments/{path}").status_code in {403, 404}, path


def test_sm05_an_account_of_the_console_reads_what_the_office_lets_it(app, sme, scalar) -> None:
    newcomer = make_staff(None, sme.county.id, "newcomer")
    subject = scalar("SELECT id FROM assessed_subject WHERE name = '何二'")
    address = f"/console/assessments/subjects/{subject}/staff/account"
    office, desk = seat(app, sme.clerk), sit_down(app.test_client(), newcomer)
    assert desk.get(OWN).status_code == 403
    with clock_at(at(4, 11)):
        refused = office.post(address, username="nobody")
        assert refused.status_code == 422
        assert "没有这个控制台账号" in refused.text
        assert office.post(address, username="Newcomer ").status_code == 303
        page = as_shown(desk.get(OWN))
    assert "何二" in page
    assert "丁一" not in page
    assert desk.post(address, username="newcomer").status_code == 403
