"""填报负担 by unit and month, who is over twice, and forms asked for beside the programme."""

import io
from datetime import date
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.assessments.burden import request_operations as requests
from backend.app.assessments.burden.errors import FormMoved, FormUnknown, NotYourForm
from backend.app.assessments.burden.queries import burden_months, lighter_proposals
from backend.app.assessments.burden.request_operations import FormDraft, field_names
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from tests.app.assessments.test_report_pages import MOST, seat, statements
from tests.factories.assessed import YEAR, Assessed, add_target, at, issue
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.tickets import as_actor, forget

BURDEN = "/console/assessments/burden"
REQUESTS = "/console/assessments/requests"


@pytest.fixture
def now():
    with clock_at(at(10, 20)):
        yield


@pytest.fixture
def filled(assessed: Assessed, now) -> Assessed:
    """The township spends 70 minutes in August and 90 in September, the bureau 10 and 20."""
    for code in ("A1", "A2", "A3"):
        add_target(assessed, code)
    add_target(assessed, "B1", unit_id=assessed.bureau_unit)
    issue(assessed)
    spent = {(8, "A"): (1800, 1800, 600), (9, "A"): (1800, 1800, 1800),
             (8, "B"): (600,), (9, "B"): (1200,)}  # fmt: skip
    with transaction() as session:
        for month in (8, 9):
            session.execute(
                text("INSERT INTO programme_window (county_id, programme_id, period, opens_at,"
                     " closes_at, owner_due_at, office_due_at)"
                     " VALUES (:county, :programme, :period, :opens, :due, :due, :due)"),
                {"county": assessed.county.id, "programme": assessed.programme_id,
                 "period": date(YEAR, month, 1), "opens": at(month, 25), "due": at(month + 1, 5)},
            )  # fmt: skip
        for (month, who), forms in spent.items():
            unit = assessed.town_unit if who == "A" else assessed.bureau_unit
            for seconds in forms:
                session.execute(
                    text("INSERT INTO fill_time (county_id, unit_id, period, seconds, reports, at)"
                         " VALUES (:county, :unit, :period, :seconds, 3, :at)"),
                    {"county": assessed.county.id, "unit": unit, "seconds": seconds,
                     "period": date(YEAR, month, 1), "at": at(month, 26)},
                )  # fmt: skip
            for target in [t for code, t in assessed.targets.items() if code.startswith(who)]:
                session.execute(
                    text("INSERT INTO target_report (county_id, target_id, period, value, state,"
                         " submitted_at) VALUES (:county, :target, :period, 5, 'accepted', :at)"),
                    {"county": assessed.county.id, "target": target, "at": at(month, 26),
                     "period": date(YEAR, month, 1)},
                )  # fmt: skip
    return assessed


@pytest.fixture
def leader(filled: Assessed) -> int:
    return make_staff(Role.LEADER, filled.county.id, "leader")


def test_a_unit_is_measured_by_all_its_forms_and_a_month_by_the_median_unit(filled) -> None:
    months = burden_months(filled.programme_id, date(YEAR, 1, 1), date(YEAR, 12, 1))
    assert [month.period.month for month in months] == [8, 9]
    september = months[1]
    assert [unit.minutes for unit in september.units] == [20, 90]
    assert september.minutes == 55
    assert (september.items, september.files) == (4, 0)
    assert [unit.usual for unit in september.units] == [1200, 1800]


def test_over_the_budget_two_months_running_leads_to_a_proposal(filled) -> None:
    months = burden_months(filled.programme_id, date(YEAR, 1, 1), date(YEAR, 12, 1))
    [proposal] = lighter_proposals(months, date(YEAR, 9, 1))
    assert proposal.now.unit == "庄里镇"
    assert proposal.monthly.targets == 3
    assert proposal.saved == Decimal("60.0"), "three of three by the quarter: two thirds of 90"
    assert lighter_proposals(months, date(YEAR, 8, 1)) == [], "once is not twice"


def test_the_page_shows_minutes_and_the_proposal_and_scores_nothing(client, leader, now) -> None:
    page = as_shown(sit_down(client, leader).get(BURDEN))
    assert "每单位中位 <strong>55.0</strong> 分钟" in page
    assert "<strong>1</strong> 个超过 60 分钟" in page
    assert "非重点的 3 项改为每季报，每月约省 60.0 分钟；或按 1 个维度合并" in page
    assert "不计分" in page
    earlier = as_shown(sit_down(client, leader).get(f"{BURDEN}?month=2026-08"))
    assert "2026年8月" in earlier
    assert "减负建议" not in earlier


def test_the_office_lowers_the_rhythm_by_one_act(app, filled, now, scalar) -> None:
    desk, page = seat(app, filled.office), f"{BURDEN}?month=2026-09"
    assert "改为每季报</button>" in as_shown(desk.get(page))
    form = {"programme": filled.programme_id, "unit": filled.town_unit, "period": "2026-09"}
    assert desk.post(BURDEN, **form).status_code == 303
    rhythm = "SELECT array_agg(DISTINCT rhythm) FROM target WHERE unit_id = :id"
    assert scalar(rhythm, id=filled.town_unit) == ["quarter"]
    assert scalar(rhythm, id=filled.bureau_unit) == ["month"]
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'lower_rhythm'") == 1
    assert scalar("SELECT count(*) FROM target_event WHERE move = 'change'") == 3
    told = "SELECT count(*) FROM notice WHERE title = '3 项目标改为每季报' AND person_id = :id"
    assert scalar(told, id=filled.town.person_id) == 1
    again = desk.post(BURDEN, **form)
    assert again.status_code == 409
    assert "没有可以改为每季报的目标" in as_shown(again)


def test_only_what_is_proposed_is_lowered_and_only_by_the_office(app, filled, leader, now) -> None:
    form = {"programme": filled.programme_id, "unit": filled.town_unit, "period": "2026-08"}
    office = seat(app, filled.office)
    assert office.post(BURDEN, **form).status_code == 409, "over once"
    reader = sit_down(app.test_client(), leader)
    assert reader.post(BURDEN, **form).status_code == 403
    assert "改为每季报</button>" not in as_shown(reader.get(f"{BURDEN}?month=2026-09"))


def test_the_months_report_goes_out_with_the_pages_figures(app, filled, now) -> None:
    ask(filled)
    desk = seat(app, filled.office)
    answer = desk.get(f"{BURDEN}.xlsx?month=2026-09")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert book.sheet_names == ["各单位", "逐月", "减负建议", "临时要表", "说明"]
    units = book.get_sheet_by_name("各单位").to_python()
    town = next(row for row in units if "庄里镇" in row)
    assert town[2:] == [90, 3, 30, 3, 0, "超过"]
    assert book.get_sheet_by_name("逐月").to_python()[-1][2] == 55


def test_nobody_who_fills_in_reads_the_burden_of_others(app, filled, now) -> None:
    for actor in (filled.town, filled.owner):
        assert seat(app, actor).get(BURDEN).status_code == 403
        assert seat(app, actor).get(f"{BURDEN}.xlsx").status_code == 403


def draft(made: Assessed, **changes: object) -> FormDraft:
    usual = {
        "title": "冬季清洁取暖摸底", "basis_document": "富农发〔2026〕31号",
        "fields": ["改造户数", "缺口户数"], "due_on": date(YEAR, 10, 30),
        "unit_ids": {made.town_unit, made.bureau_unit},
    }  # fmt: skip
    return FormDraft(**{**usual, **changes})  # type: ignore[arg-type]


def ask(made: Assessed, actor=None, **changes: object) -> int:
    with clock_at(at(10, 20)), transaction():
        return requests.ask_form(actor or made.owner, made.county.id, draft(made, **changes)).id


def answer(made: Assessed, form: int, actor=None, when=None, **words: str) -> None:
    usual = {"改造户数": "120", "缺口户数": "8"}
    with clock_at(when or at(10, 21)), transaction():
        requests.answer_form(actor or made.town, form, made.town_unit, {**usual, **words})


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("basis_document", " ", "没有依据文件不能要表"),
        ("fields", [], "一行一项"),
        ("fields", ["解决率"], "本系统已有"),
        ("due_on", date(YEAR, 10, 19), "不能早于今天"),
        ("unit_ids", set(), "请选要哪些单位填"),
        ("title", "", "名称填"),
    ],
)
def test_a_form_is_refused_with_the_box_named(filled, field, value, words) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(filled, **{field: value})
    assert words in str(refused.value.errors)
    forget()


def test_the_database_lets_no_form_stand_without_a_basis(filled, scalar) -> None:
    form = ask(filled)
    with pytest.raises(Exception, match="basis_document"), transaction() as session:
        session.execute(text("UPDATE form_request SET basis_document = '' WHERE id = :id"),
                        {"id": form})  # fmt: skip
    assert scalar("SELECT asked_at IS NOT NULL FROM form_request WHERE id = :id", id=form)


def test_who_is_only_asked_or_reads_asks_nobody(filled, leader) -> None:
    for actor in (filled.town, staff_of(filled, Role.COUNTY_STAFF)):
        with pytest.raises(NotAllowed):
            ask(filled, actor=actor)
        forget()


def staff_of(made: Assessed, role: Role) -> Actor:
    return as_actor(make_staff(role, made.county.id, role.value.replace("_", "-")), role,
                    made.county.id)  # fmt: skip


def test_each_unit_hears_of_a_form_once(filled, scalar) -> None:
    ask(filled)
    assert scalar("SELECT count(*) FROM notice WHERE dedup LIKE 'form:%'") == 3, "two of the town"


def test_a_unit_answers_once_every_field(filled, scalar) -> None:
    form = ask(filled)
    with pytest.raises(InvalidInput) as refused:
        answer(filled, form, 缺口户数=" ")
    assert "「缺口户数」请填" in str(refused.value.errors)
    forget()
    for stranger in (filled.bureau, filled.owner, filled.office):
        with pytest.raises(NotYourForm):
            answer(filled, form, actor=stranger)
        forget()
    answer(filled, form)
    with pytest.raises(FormMoved):
        answer(filled, form)
    forget()
    assert scalar("SELECT answers ->> '改造户数' FROM form_request_unit WHERE reused = 0"
                  " AND answers IS NOT NULL") == "120"  # fmt: skip


def test_what_was_said_within_twelve_months_is_offered(app, filled, scalar, now) -> None:
    answer(filled, ask(filled))
    second = ask(filled, actor=filled.office, title="再摸底", fields=["改造户数", "新项", "指标A1"])
    page = as_shown(seat(app, filled.town).get(f"{REQUESTS}/{second}"))
    assert "有 2 项十二个月内报过" in page
    assert 'value="120"' in page
    assert 'value="5亩"' in page, "what was reported of an indicator is known, too"
    with clock_at(at(10, 22)), transaction():
        requests.answer_form(
            filled.town, second, filled.town_unit,
            {"改造户数": "120", "新项": "3", "指标A1": "6亩"},
        )  # fmt: skip
    assert scalar("SELECT reused FROM form_request_unit WHERE request_id = :id"
                  " AND answered_at IS NOT NULL", id=second) == 1  # fmt: skip


def test_what_is_older_is_asked_anew(app, filled) -> None:
    answer(filled, ask(filled))
    with clock_at(at(11, 20, year=YEAR + 1)), transaction():
        late = requests.ask_form(
            filled.owner, filled.county.id, draft(filled, due_on=date(YEAR + 1, 12, 1))
        ).id
    with clock_at(at(11, 21, year=YEAR + 1)):
        page = as_shown(seat(app, filled.town).get(f"{REQUESTS}/{late}"))
    assert "十二个月内报过" not in page


def test_a_form_is_stopped_by_who_asked_or_by_the_office(filled) -> None:
    form = ask(filled)
    for stranger in (filled.town, filled.bureau):
        with pytest.raises((NotYourForm, FormUnknown)):
            requests.close_form(stranger, form)
        forget()
    with transaction():
        requests.close_form(filled.owner, form)
    with pytest.raises(FormMoved):
        answer(filled, form)
    forget()
    other = ask(filled)
    with transaction():
        requests.close_form(filled.office, other)


def test_forms_are_asked_for_and_answered_on_the_pages(app, filled, now) -> None:
    owner, town = seat(app, filled.owner), seat(app, filled.town)
    form = {"title": "摸底", "basis_document": "富农发〔2026〕31号",
            "fields": "改造户数\n改造户数\n缺口", "due_on": "2026-10-30",
            "unit": str(filled.town_unit)}  # fmt: skip
    refused = owner.post(REQUESTS, **{**form, "basis_document": ""})
    assert refused.status_code == 422
    assert "没有依据文件不能要表" in refused.text
    assert owner.post(REQUESTS, **form).status_code == 303
    assert "摸底" in town.get(REQUESTS).text
    assert "摸底" not in seat(app, filled.bureau).get(REQUESTS).text
    page = town.get(f"{REQUESTS}/1")
    assert page.text.count('name="field_') == 2
    answered = town.post(f"{REQUESTS}/1", unit=str(filled.town_unit), field_0="120", field_1="8")
    assert answered.status_code == 303
    assert ">120<" in owner.get(f"{REQUESTS}/1").text
    assert seat(app, filled.bureau).get(f"{REQUESTS}/1").status_code == 404
    assert town.post(f"{REQUESTS}/1/close").status_code == 403
    assert owner.post(f"{REQUESTS}/1/close").status_code == 303
    assert "已停" in owner.get(REQUESTS).text


def test_the_pages_of_burden_take_twelve_statements_at_most(app, filled, leader, client) -> None:
    with clock_at(at(10, 20)):
        form = ask(filled)
        pages = {
            BURDEN: sit_down(client, leader), REQUESTS: seat(app, filled.owner),
            f"{REQUESTS}/{form}": seat(app, filled.town),
        }  # fmt: skip
        for page, desk in pages.items():
            seen = statements(lambda desk=desk, page=page: desk.get(page))
            assert len(seen) <= MOST, (page, "\n".join(seen))


def test_field_names_are_written_one_way() -> None:
    assert field_names(" 改造户数 \n\n改造户数\n（缺口）") == ["改造户数", "(缺口)"]
