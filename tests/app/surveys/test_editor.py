"""Drafts, versions, the schedule, and who may touch them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from backend.app.access import Actor, Role
from backend.app.ballots import signing_keys
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, InvalidInput
from backend.app.surveys import editor, library, validation
from backend.jobs import surveys as jobs
from tests.app.surveys.conftest import NOW
from tests.factories.console import Desk, as_shown, make_staff, sit_down
from tests.factories.county import make_county
from tests.factories.surveys import populate
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


def test_an_old_page_does_not_overwrite_a_newer_version(draft, scalar) -> None:
    draft.post(f"{PAGE}/edit", **FORM)
    answer = draft.post(f"{PAGE}/edit", **{**FORM, "title": "别人改的"})
    assert answer.status_code == 409
    assert "再按保存就会盖过那一版" in answer.text
    assert 'value="别人改的"' in answer.text
    assert scalar("SELECT title FROM survey_round") == "十二月问卷"


def test_every_version_says_what_it_was_and_whose(draft, client, county) -> None:
    draft.post(f"{PAGE}/edit", **FORM)
    other = sit_down(client, make_staff(Role.COUNTY_MANAGER, county.id, "other"))
    other.post(f"{PAGE}/edit", **{**FORM, "version": "2", "c1words": "哪件最要紧"})
    page = other.get(f"{PAGE}/edit").text
    page = page[page.index("改动记录") :]
    first, second = page.index("第 3 版"), page.index("第 2 版")
    assert first < page.index("other先生") < second < page.index("desk先生")
    assert "哪件最急" in page[second:]
    assert "哪件最要紧" in page[first:second]
    assert "2026-12-01 08:00 到 2026-12-20 18:00" in page[first:second]


def test_all_faults_are_said_at_once_each_at_its_field(draft) -> None:
    wrong = {**FORM, "title": "", "c1options": "修路", "closes_at": "2027-01-02T08:00"}
    page = draft.post(f"{PAGE}/edit", **wrong).text
    for field, fault in (
        ('name="title"', "标题写 1 到 20 个字"),
        ('name="closes_at"', "截止应在 2026 年 12 月里"),
        ('name="c1options"', "「哪件最急」应有 2 到 6 个选项"),
    ):
        after = page[page.index(field) :]
        assert f'<span class="fault">{fault}' in after[: after.index("</label>") + 300]


def test_a_start_that_has_passed_is_refused(desk, scalar, stop_clock, county) -> None:
    populate(county.id, county.village_ids)
    desk.post("/console/surveys", period="2026-11")
    november = {**FORM, "opens_at": "2026-11-21T08:00", "closes_at": "2026-11-28T18:00"}
    late = {**november, "opens_at": "2026-11-20T11:00"}
    answer = desk.post("/console/surveys/2026-11/edit", **late)
    assert answer.status_code == 422
    assert "开始时间已经过了" in answer.text
    assert desk.post("/console/surveys/2026-11/edit", **november).status_code == 302
    stop_clock(NOW + timedelta(days=1))
    forget()
    with pytest.raises(InvalidInput) as refused, transaction():
        editor.schedule(Actor(desk.person_id), county.id, date(2026, 11, 1))
    assert refused.value.errors == {"opens_at": [validation.PAST]}
    assert scalar("SELECT state FROM survey_round") == "draft"


@pytest.mark.parametrize(
    ("now", "opens", "closes"),
    [
        ("2026-10-20T12:20+08:00", "2026-11-01T08:00", "2026-11-25T18:00"),
        ("2026-11-20T12:20+08:00", "2026-11-20T13:00", "2026-11-25T18:00"),
        ("2026-11-24T12:20+08:00", "2026-11-24T13:00", "2026-11-30T23:59"),
    ],
)
def test_the_usual_times_lie_ahead_and_leave_people_time(stop_clock, now, opens, closes) -> None:
    stop_clock(datetime.fromisoformat(now))
    assert [f"{at.astimezone(clock.COUNTY_ZONE):%Y-%m-%dT%H:%M}" for at in
            editor.usual_times(date(2026, 11, 1))] == [opens, closes]  # fmt: skip


def test_on_the_last_day_a_month_is_over_for_questions(client, county, stop_clock) -> None:
    stop_clock(datetime(2026, 11, 30, 4, tzinfo=UTC))
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "desk"))
    answer = desk.post("/console/surveys", period="2026-11")
    assert answer.status_code == 422
    assert "请选下个月" in answer.text


@pytest.mark.parametrize(
    "kinds", [[], ["居委会"], [None, None], [None, "居委会", "居委会"], [None, "矿区"]]
)
def test_one_questionnaire_is_for_all_and_each_type_has_one_at_most(kinds, stop_clock) -> None:
    stop_clock(NOW)
    questions = [library.SHIPPED[0].as_json(), library.SHIPPED[13].as_json()]
    opens_at = NOW + timedelta(days=1)
    given = validation.EditedSurvey(
        "问卷", [{"kind": kind, "questions": questions} for kind in kinds],
        opens_at, opens_at + timedelta(days=3),
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="标红"):
        validation.check_round(date(2026, 11, 1), given, ["居委会"])
    validation.check_round(
        date(2026, 11, 1), replace(given, questionnaires=[{"kind": None, "questions": questions}]),
        ["居委会"],
    )  # fmt: skip


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
        ({"closes_at": "2026-12-01T07:00"}, "至少开放一天"),
        ({"title": "长" * 21}, "标题写 1 到 20 个字"),
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
    assert answer.status_code == 409
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
    populate(county.id, county.village_ids[:1], 31)
    with transaction():
        signing_keys.prepare_period(county.id, DECEMBER)
    forget()
    with transaction() as session:
        session.connection().exec_driver_sql(
            "DELETE FROM binding WHERE person_id IN (SELECT person_id FROM binding LIMIT 25)"
        )
    draft.post(f"{PAGE}/edit", **FORM)
    answer = draft.post(f"{PAGE}/schedule")
    assert answer.status_code == 422
    assert "庄里镇 第1村、第2村：只有 6 人，不到 30 人" in answer.text
    assert "建议和邻村合成一个单位" in answer.text
    assert "按建议重新合并" in answer.text
    assert scalar("SELECT state FROM survey_round") == "draft"


def test_before_the_keys_are_made_the_merge_that_would_be_made_is_shown(draft, county) -> None:
    populate(county.id, county.village_ids, 20)
    page = as_shown(draft.get(f"{PAGE}/edit"))
    assert "有 1 组邻村合在一起" in page
    assert "庄里镇 第1村、第2村（共 40 人）" in page
    draft.post(f"{PAGE}/edit", **FORM)
    assert draft.post(f"{PAGE}/schedule").status_code == 302


def test_a_county_with_too_few_people_is_told_so_before_any_keys(draft, county, scalar) -> None:
    populate(county.id, county.village_ids, 4)
    draft.post(f"{PAGE}/edit", **FORM)
    answer = draft.post(f"{PAGE}/schedule")
    assert answer.status_code == 422
    assert "庄里镇 第1村、第2村：只有 8 人" in answer.text
    assert "请先请村民扫码绑定本村" in answer.text
    assert "按建议重新合并" not in answer.text


def test_merging_anew_makes_units_that_are_large_enough(draft, county, scalar) -> None:
    populate(county.id, county.village_ids)
    with transaction():
        signing_keys.prepare_period(county.id, DECEMBER)
    with transaction() as session:
        session.connection().exec_driver_sql(
            "DELETE FROM binding WHERE village_id = %s AND id %% 2 = 0", (county.village_ids[1],)
        )
    draft.post(f"{PAGE}/edit", **FORM)
    assert "庄里镇 第2村：只有 15 人" in draft.post(f"{PAGE}/schedule").text
    draft.post(f"{PAGE}/remake")
    assert draft.post(f"{PAGE}/schedule").status_code == 302


def test_this_months_keys_are_never_made_anew(desk, county, scalar) -> None:
    desk.post("/console/surveys", period="2026-11")
    before = signing_keys.key_file(county.id, date(2026, 11, 1))
    forget()
    answer = desk.post("/console/surveys/2026-11/remake")
    assert answer.status_code == 409
    assert "钥匙不能再换" in answer.text
    assert signing_keys.key_file(county.id, date(2026, 11, 1)) == before


def test_units_can_be_merged_anew_before_the_month_begins(draft, county, scalar) -> None:
    populate(county.id, county.village_ids, 20)
    with transaction():
        signing_keys.prepare_period(county.id, DECEMBER)
    before = signing_keys.key_file(county.id, DECEMBER)
    forget()
    draft.post(f"{PAGE}/edit", **FORM)
    assert draft.post(f"{PAGE}/remake").status_code == 302
    assert signing_keys.key_file(county.id, DECEMBER) != before
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'remake_survey_keys'") == 1


def test_in_a_countys_first_month_only_bindings_are_collected(client, app, stop_clock) -> None:
    stop_clock(NOW)
    fresh = make_county()
    populate(fresh.id, fresh.village_ids)
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, fresh.id, "desk"))
    assert "首月只收绑定" in desk.get("/console/surveys").text
    desk.post("/console/surveys", period="2026-11")
    november = {**FORM, "opens_at": "2026-11-21T08:00", "closes_at": "2026-11-28T18:00"}
    assert desk.post("/console/surveys/2026-11/edit", **november).status_code == 302
    refused = desk.post("/console/surveys/2026-11/schedule")
    assert (refused.status_code, "首月只收绑定" in refused.text) == (409, True)


def test_a_county_with_this_months_keys_hears_nothing_of_a_first_month(desk, county) -> None:
    assert "首月只收绑定" not in desk.get("/console/surveys").text


def test_a_scheduled_round_opens_by_itself(draft, county, stop_clock, scalar) -> None:
    populate(county.id, county.village_ids)
    with transaction():
        signing_keys.prepare_period(county.id, DECEMBER)
    draft.post(f"{PAGE}/edit", **FORM)
    assert draft.post(f"{PAGE}/schedule").status_code == 302
    assert scalar("SELECT state FROM survey_round") == "scheduled"
    assert draft.post(f"{PAGE}/edit", **{**FORM, "version": "2"}).status_code == 409
    stop_clock(NOW + timedelta(days=14))
    forget()
    jobs.tend_rounds()
    assert scalar("SELECT state FROM survey_round") == "open"
    with pytest.raises(Conflict), transaction():
        editor.unschedule(Actor(draft.person_id), county.id, DECEMBER)


def test_a_schedule_can_be_taken_back_and_a_draft_deleted(draft, county, scalar) -> None:
    populate(county.id, county.village_ids)
    draft.post(f"{PAGE}/edit", **FORM)
    draft.post(f"{PAGE}/schedule")
    assert draft.post(f"{PAGE}/unschedule").status_code == 302
    assert draft.post(f"{PAGE}/delete").status_code == 302
    assert scalar("SELECT count(*) FROM survey_round") == 0
    assert draft.get(PAGE).status_code == 404


def test_what_has_begun_shows_its_questions_and_no_form(desk, county, survey) -> None:
    page = desk.get("/console/surveys/2026-11/edit").text
    assert "已经开始，题目不能再改" in page
    assert 'name="c0words"' not in page
    assert page.count('class="phone"') == 3
    for act in ("schedule", "unschedule", "delete"):
        assert desk.post(f"/console/surveys/2026-11/{act}").status_code == 409
    assert desk.post("/console/surveys/2026-11/burn").status_code == 404


@pytest.mark.parametrize("role", [Role.LEADER, Role.TOWNSHIP_STAFF, Role.DEPARTMENT_STAFF])
def test_only_the_county_writes_questions(client, county, draft, scalar, role: Role) -> None:
    region = county.township_ids[0] if role is Role.TOWNSHIP_STAFF else county.id
    reader = sit_down(client, make_staff(role, region, "reader"))
    assert reader.post(f"{PAGE}/edit", **FORM).status_code == 403
    assert reader.post(f"{PAGE}/schedule").status_code == 403
    assert reader.post("/console/surveys", period="2027-01").status_code == 403
    assert scalar("SELECT max(version) FROM survey_round") == 1


def test_a_copy_of_a_month_that_is_not_there_is_refused(desk) -> None:
    answer = desk.post("/console/surveys", period="2026-12", copy_of="2026-03")
    assert answer.status_code == 404
    assert "这个月还没有问卷" in answer.text


def test_an_unfinished_draft_cannot_be_scheduled(draft, county) -> None:
    populate(county.id, county.village_ids)
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
