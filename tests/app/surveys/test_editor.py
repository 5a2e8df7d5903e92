"""Drafts, versions, the schedule, and who may touch them."""

from datetime import date, timedelta
from typing import Any

import pytest

from backend.app.access import Actor, Role
from backend.app.core import calendar
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict
from backend.app.surveys import editor, keys
from backend.jobs import surveys as jobs
from tests.app.surveys.conftest import NOW
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.county import bind, make_person
from tests.factories.tickets import forget

DECEMBER = date(2026, 12, 1)
PAGE = "/console/surveys/2026-12"
FORM: dict[str, str] = {
    "version": "1", "title": "十二月问卷", "opens_at": "2026-12-01T08:00",
    "closes_at": "2026-12-20T18:00", "c0pick": "s0", "c1kind": "single", "c1words": "哪件最急",
    "c1options": "修路\n供水", "c2kind": "text", "c2words": "有什么建议",
}  # fmt: skip


@pytest.fixture
def desk(client, county) -> Desk:
    return sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "desk"))


@pytest.fixture
def draft(desk) -> Desk:
    answer = desk.post("/console/surveys", period="2026-12", copy_of="")
    assert answer.status_code == 302, answer.text
    return desk


def populate(county, people: int = 30) -> None:
    for village_id in county.village_ids:
        for _ in range(people):
            bind(make_person(), county, village_id)
    forget()


def test_a_draft_is_written_saved_as_versions_and_seen_in_the_frame(draft, scalar) -> None:
    assert draft.post(f"{PAGE}/edit", **FORM).status_code == 302
    page = draft.get(f"{PAGE}/edit").text
    assert "最近办事方便吗" in page
    assert page.count('class="phone"') == 3
    assert scalar("SELECT version FROM survey_round") == 2
    assert scalar("SELECT count(*) FROM survey_round_version") == 2
    kept = scalar("SELECT questionnaires FROM survey_round")
    assert kept[0]["questions"][1] == {
        "kind": "single", "words": "哪件最急", "options": ["修路", "供水"]
    }  # fmt: skip
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'save_survey'") == 1


def test_an_old_page_does_not_overwrite_a_newer_version(draft) -> None:
    draft.post(f"{PAGE}/edit", **FORM)
    assert draft.post(f"{PAGE}/edit", **{**FORM, "title": "别人改的"}).status_code == 409


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": " "}, "标题写 1 到 20 个字"),
        ({"c1words": "", "c2words": ""}, "应有 2 到 3 题"),
        ({"c0pick": "", "c1words": "", "c1kind": "text"}, "应有 2 到 3 题"),
        ({"c0pick": "", "c0kind": "level", "c0words": "哪件最急"}, "重复的题"),
        ({"c0pick": "s14", "c1words": ""}, "至少要有一题是选择的"),
        ({"c1options": "修路"}, "2 到 6 个选项"),
        ({"c1options": "修路\n修路"}, "重复的选项"),
        ({"c1options": "一\n二\n三\n四\n五\n六\n七"}, "2 到 6 个选项"),
        ({"c1options": "修路\n" + "长" * 13}, "最长 12 个字"),
        ({"c1words": "长" * 31}, "最多写 30 个字"),
        ({"c1kind": "stars"}, "请选题型"),
        ({"opens_at": "2026-11-30T08:00"}, "应在 2026 年 12 月里"),
        ({"closes_at": "2027-01-02T08:00"}, "应在 2026 年 12 月里"),
        ({"closes_at": "2026-12-01T20:00"}, "至少开放一天"),
        ({"opens_at": ""}, "请填开始和截止时间"),
        ({"opens_at": "明天"}, "应为日期和时间"),
    ],
)  # fmt: skip
def test_bad_input_is_said_and_nothing_typed_is_lost(draft, scalar, changes, words: str) -> None:
    answer = draft.post(f"{PAGE}/edit", **{**FORM, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    if "c1options" not in changes:
        assert "供水" in answer.text
    assert scalar("SELECT version FROM survey_round") == 1


@pytest.mark.parametrize("period", ["2026-10", "2027-12"])
def test_only_coming_months_can_be_planned(desk, period: str) -> None:
    answer = desk.post("/console/surveys", period=period)
    assert answer.status_code == 422
    assert "只能排这个月到" in answer.text


def test_a_month_has_one_round(draft) -> None:
    answer = draft.post("/console/surveys", period="2026-12")
    assert answer.status_code == 422
    assert "这个月已经有问卷了" in answer.text


def test_the_questions_of_another_month_can_be_copied(draft, scalar) -> None:
    draft.post(f"{PAGE}/edit", **FORM)
    draft.post("/console/surveys", period="2027-01", copy_of="2026-12")
    months = "SELECT count(DISTINCT questionnaires::text) FROM survey_round"
    assert scalar(months) == 1
    assert scalar("SELECT count(*) FROM survey_round") == 2


def test_units_too_small_to_hide_in_refuse_the_schedule_and_propose_a_merge(
    draft, county, scalar
) -> None:
    for _ in range(31):
        bind(make_person(), county, county.village_ids[0])
    with transaction():
        keys.prepare_period(county.id, DECEMBER)
    forget()
    with transaction() as session:
        session.connection().exec_driver_sql(
            "DELETE FROM binding WHERE person_id IN (SELECT person_id FROM binding LIMIT 25)"
        )
    draft.post(f"{PAGE}/edit", **FORM)
    answer = draft.post(f"{PAGE}/schedule")
    assert answer.status_code == 422
    assert "只有 6 人绑定,不到 30 人" in answer.text
    assert "建议和邻村合成一个单位" in answer.text
    assert "按建议重新合并" in answer.text
    assert scalar("SELECT state FROM survey_round") == "draft"


def test_units_can_be_merged_anew_before_the_month_begins(draft, county, scalar) -> None:
    populate(county, 20)
    with transaction():
        keys.prepare_period(county.id, DECEMBER)
    before = keys.key_file(county.id, DECEMBER)
    forget()
    draft.post(f"{PAGE}/edit", **FORM)
    assert draft.post(f"{PAGE}/remake").status_code == 302
    assert keys.key_file(county.id, DECEMBER) != before
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'remake_survey_keys'") == 1


def test_a_scheduled_round_opens_by_itself(draft, county, monkeypatch, scalar) -> None:
    populate(county)
    with transaction():
        keys.prepare_period(county.id, DECEMBER)
    draft.post(f"{PAGE}/edit", **FORM)
    assert draft.post(f"{PAGE}/schedule").status_code == 302
    assert scalar("SELECT state FROM survey_round") == "scheduled"
    assert draft.post(f"{PAGE}/edit", **{**FORM, "version": "2"}).status_code == 409
    monkeypatch.setattr(calendar, "now", lambda: NOW + timedelta(days=14))
    forget()
    jobs.tend_rounds()
    assert scalar("SELECT state FROM survey_round") == "open"
    with pytest.raises(Conflict), transaction():
        editor.unschedule(Actor(draft.person_id), county.id, DECEMBER)


def test_a_schedule_can_be_taken_back_and_a_draft_deleted(draft, county, scalar) -> None:
    populate(county)
    draft.post(f"{PAGE}/edit", **FORM)
    draft.post(f"{PAGE}/schedule")
    assert draft.post(f"{PAGE}/unschedule").status_code == 302
    assert draft.post(f"{PAGE}/delete").status_code == 302
    assert scalar("SELECT count(*) FROM survey_round") == 0
    assert draft.get(PAGE).status_code == 404


def test_an_unfinished_draft_cannot_be_scheduled(draft, county) -> None:
    populate(county)
    answer = draft.post(f"{PAGE}/schedule")
    assert answer.status_code == 422
    assert "应有 2 到 3 题" in answer.text


def test_types_of_villages_may_be_asked_other_questions(draft, county, scalar) -> None:
    with transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE region SET kind = '居委会' WHERE level = 'village'"
        )
    more = {"t0" + name[1:]: value for name, value in FORM.items() if name.startswith("c0")}
    answer = draft.post(f"{PAGE}/edit", **FORM, **more, t01kind="x", t1pick="s1")
    assert answer.status_code == 422
    answer = draft.post(f"{PAGE}/edit", **FORM, t00pick="s1", t01pick="s10")
    assert answer.status_code == 302
    kept: Any = scalar("SELECT questionnaires FROM survey_round")
    assert [one["kind"] for one in kept] == [None, "居委会"]


def test_the_library_grows_with_the_countys_own_questions(desk, scalar) -> None:
    desk.post("/console/surveys/library", kind="single", words="夜校想学什么", options="种果\n电商")
    page = desk.get("/console/surveys").text
    assert "夜校想学什么" in page
    again = desk.post("/console/surveys/library", kind="level", words="夜校想学什么")
    assert again.status_code == 422
    assert "题库里已经有这一题" in again.text
    desk.post("/console/surveys/library", retire=str(scalar("SELECT id FROM survey_question")))
    assert "夜校想学什么" not in desk.get("/console/surveys").text
