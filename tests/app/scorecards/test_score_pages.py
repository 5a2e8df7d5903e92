"""Ranking, scorecard, months and schemes at the county's desk."""

import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event, text

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.places import village_kinds
from backend.app.scorecards import ranking_queries
from backend.app.scorecards.models import AssessmentScheme
from backend.app.scorecards.operations import recompute_month
from backend.app.scorecards.schemes.queries import get_scheme
from backend.app.scoring.scheme_json import as_json, from_json
from backend.app.scoring.schemes import STARTING, Scheme
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.county import County, actor_with, make_county, make_person
from tests.factories.locks import lock_month, reach_lock_day
from tests.factories.publications import publish
from tests.factories.ratings import LAST_MONTH, THIS_MONTH, rate_village

MONTH = f"{LAST_MONTH:%Y-%m}"
MOST_STATEMENTS = 12


@pytest.fixture
def county(app) -> County:
    county = make_county(villages=4)
    reach_lock_day(county.id)
    rate_village(county, 0, [1] * 18 + [2] * 3 + [5])
    rate_village(county, 1, [1, 2, 3, 4, 5] * 5)
    rate_village(county, 2, [2] * 3)
    return county


@pytest.fixture
def desk(client, county) -> Desk:
    return sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def statements(run) -> int:
    seen: list[str] = []
    listen = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        assert run().status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    return len(seen)


def test_the_ranking_shows_bands_lights_and_why(desk: Desk, county: County) -> None:
    page = desk.get(f"/console/scores?month={MONTH}")
    words = text_of(page.text)
    assert page.status_code == 200
    assert "第 1 档" in words
    assert "样本不足，不排名" in words
    assert "– 无数据" in words
    assert words.index("第1村") < words.index("第4村")
    assert "由各村的事实合在一起算" in words


def test_the_scorecard_adds_up_and_names_what_lost_points(desk: Desk, county: County) -> None:
    page = desk.get(f"/console/villages/{county.village_ids[1]}/scorecard?month={MONTH}").text
    total = float(re.search(r'class="big">([\d.]+)', page)[1])
    lost = [float(one) for one in re.findall(r'<td class="num lost">([\d.]+)</td>', page)]
    assert round(total + sum(lost), 2) == 100
    assert "被评非常不满意" in page
    assert "同类" in page
    assert 'data-kind="funnel"' in page
    shares = [float(one) for one in re.findall(r'<td class="num share">([\d.]+)</td>', page)]
    assert round(sum(shares), 2) == 100
    assert all(part <= share for part, share in zip(lost, shares, strict=True))
    assert "每个指标都用本村自己的数" in page


def test_a_village_without_data_says_so_instead_of_zero(desk: Desk, county: County) -> None:
    page = desk.get(f"/console/villages/{county.village_ids[3]}/scorecard?month={MONTH}").text
    assert "没有数据不是零分" in page
    assert 'class="big">—' in page


def test_the_village_page_and_the_ranking_need_few_statements(desk: Desk, county: County) -> None:
    for path in (
        f"/console/villages/{county.village_ids[0]}/scorecard?month={MONTH}",
        f"/console/scores?month={MONTH}",
    ):
        assert statements(lambda path=path: desk.get(path)) <= MOST_STATEMENTS


@pytest.mark.parametrize(
    "query", ["light=nonsense", "page=99999", "township=x", "kind=%27", "q=%25_", "page=-1"]
)
def test_odd_filters_never_break_the_ranking(desk: Desk, query: str) -> None:
    assert desk.get(f"/console/scores?{query}").status_code == 200


def test_filters_narrow_the_ranking(desk: Desk, county: County) -> None:
    page = text_of(desk.get(f"/console/scores?month={MONTH}&q=第2").text)
    assert "第2村" in page
    assert "第1村" not in page
    black = text_of(desk.get(f"/console/scores?month={MONTH}&light=grey").text)
    assert "第4村" in black
    assert "第1村" not in black


def test_the_ranking_finds_villages_of_every_type_and_by_their_code(
    desk: Desk, county: County
) -> None:
    with transaction():
        staff = actor_with(Role.COUNTY_STAFF, county.id)
        village_kinds.add_kind(staff, county.id, "城郊村")
        village_kinds.set_kinds(staff, county.id, {county.village_ids[0]: "城郊村"})
    with transaction():
        recompute_month(LAST_MONTH, county.id)
    everybody = text_of(desk.get(f"/console/scores?month={MONTH}").text)
    assert all(f"第{nth}村" in everybody for nth in range(1, 5))
    code = text_of(desk.get(f"/console/scores?month={MONTH}&q=610528100202").text)
    assert "第2村" in code
    assert "第1村" not in code
    assert "没有找到村" in desk.get(f"/console/scores?month={MONTH}&q=610528100209").text


def test_the_desktop_ranking_shows_rank_and_range(desk: Desk, county: County) -> None:
    """What only narrow screens show is of the class `under`."""
    page = desk.get(f"/console/scores?month={MONTH}").text
    assert re.search(r'<span class="below">名次 \d+(,可能在 \d+–\d+)?</span>', page)
    assert 'class="under">校准' not in page


def test_a_month_is_locked_from_its_checklist_and_verified(desk: Desk, county: County) -> None:
    before = desk.get(f"/console/months/{MONTH}").text
    assert "锁定这个月" in before
    assert desk.post(f"/console/months/{MONTH}/lock").status_code == 302
    assert "✓ 已锁定" in desk.get("/console/months").text
    verified = desk.post(f"/console/months/{MONTH}/verify").text
    assert "与锁定时一字不差" in verified
    again = desk.post(f"/console/months/{MONTH}/lock")
    assert again.status_code == 409
    assert "已经锁定" in again.text


def test_a_running_month_cannot_be_locked(desk: Desk) -> None:
    answer = desk.post(f"/console/months/{THIS_MONTH:%Y-%m}/lock")
    assert answer.status_code == 409
    assert "才能锁定" in answer.text


def test_a_late_rating_becomes_a_correction_on_the_page(desk: Desk, county: County) -> None:
    desk.post(f"/console/months/{MONTH}/lock")
    rate_village(county, 3, [1] * 12)
    page = desk.get(f"/console/months/{MONTH}").text
    assert "评价 0 → 12 条" in page
    path = f"/console/months/{MONTH}/correct"
    empty = desk.post(path, village_id=county.village_ids[3], reason=" ")
    assert empty.status_code == 422
    assert "请写理由" in empty.text
    done = desk.post(path, village_id=county.village_ids[3], reason="网断了一天，补传")
    assert done.status_code == 302
    page = desk.get(f"/console/months/{MONTH}").text
    assert "网断了一天" in page
    assert "评价 0 → 12 条" not in page
    card = desk.get(f"/console/villages/{county.village_ids[3]}/scorecard?month={MONTH}").text
    assert "第 1 号更正后的数" in card
    assert 'class="big">—' not in card


def test_only_county_staff_reach_locks_and_schemes(client, county: County) -> None:
    leader = sit_down(client, make_staff(Role.LEADER, county.id, "leader"))
    assert leader.get("/console/months").status_code == 403
    assert leader.get("/console/schemes").status_code == 403
    assert leader.get(f"/console/scores?month={MONTH}").status_code == 200


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the editor as it stands."""
    inputs = re.findall(r"<input[^>]+>", page)
    found = {}
    for one in inputs:
        name, value = re.search(r'name="([^"]+)"', one), re.search(r'value="([^"]*)"', one)
        if name and 'type="checkbox"' not in one:
            found[name[1]] = value[1] if value else ""
    del found["csrf_token"]
    return found


def test_a_scheme_is_drafted_tried_and_approved_by_another(client, county: County) -> None:
    first, second = (make_staff(Role.COUNTY_STAFF, county.id, name) for name in ("one", "two"))
    desk = sit_down(client, first)
    form = form_of(desk.get("/console/schemes/new").text)
    form |= {
        "title": "新方案", "all-satisfaction_mean-weight": "50",
        "all-survey_satisfaction-weight": "5", "first_month": f"{THIS_MONTH:%Y-%m}",
    }  # fmt: skip
    saved = desk.post("/console/schemes", **form)
    assert saved.status_code == 302, text_of(saved.text)
    path = saved.headers["Location"]
    tried = text_of(desk.get(f"{path}?try=1").text)
    assert "月如果用这一版" in tried
    assert "请另一位有权限的同事" in tried
    refused = desk.post(f"{path}/decision", decision="approve")
    assert refused.status_code == 409
    assert "要由另一个人审定" in refused.text
    desk = sit_down(client, second)
    assert desk.post(f"{path}/decision", decision="approve").status_code == 302
    assert "● 正在用" in desk.get("/console/schemes").text
    # Approved: nobody changes it any more.
    changed = desk.post("/console/schemes", **form, scheme_id=path.rsplit("/", 1)[1])
    assert changed.status_code == 409


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"all-satisfaction_mean-weight": "30"}, "权重合计 90，应为 100"),
        (
            {"all-satisfaction_mean-weight": "0", "all-survey_satisfaction-weight": "0",
             "all-on_time_rate-weight": "65"},
            "只占 15，应不少于 30",
        ),
        ({"all-online_completion_rate-weight": "10", "all-online_completion_rate-floor": "0",
          "all-online_completion_rate-target": "90", "all-on_time_rate-weight": "0"},
         "没有数据来源"),
        ({"light-green": "99"}, "灯的界限应从高到低"),
    ],
)  # fmt: skip
def test_a_faulty_scheme_is_kept_as_a_draft_and_refused_with_the_reason(
    client, county: County, changes: dict[str, str], words: str
) -> None:
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "one"))
    form = form_of(desk.get("/console/schemes/new").text) | {"title": "试试"} | changes
    path = desk.post("/console/schemes", **form).headers["Location"]
    assert words in desk.get(path).text
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "two"))
    refused = desk.post(f"{path}/decision", decision="approve")
    assert refused.status_code == 422
    assert words in refused.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"all-satisfaction_mean-weight": "四十"}, "满意度的权重应为数字"),
        ({"all-satisfaction_mean-weight": "40.123"}, "满意度的权重应为数字，最多两位小数"),
        ({"all-median_first_response-target": ""}, "响应时长的目标应为数字"),
        ({"all-on_time_rate-k": ""}, "按期办结率的折半件数应为 0 到 1000 的整数"),
        ({"all-on_time_rate-k": "7.5"}, "按期办结率的折半件数应为 0 到 1000 的整数"),
        ({"all-on_time_rate-k": "-1"}, "按期办结率的折半件数应为 0 到 1000 的整数"),
        ({"all-on_time_rate-k": "1001"}, "按期办结率的折半件数应为 0 到 1000 的整数"),
        ({"all-on_time_rate-k": "十"}, "按期办结率的折半件数应为 0 到 1000 的整数"),
        ({"title": "  "}, "请写名称"),
        ({"first_month": "2026-13"}, "应为月份"),
        ({"n_min": "1e9"}, "样本不足的界限应为 1 到 100 的整数"),
        ({"n_min": "10.5"}, "样本不足的界限应为 1 到 100 的整数"),
    ],
)
def test_odd_input_names_its_box_and_loses_nothing(
    desk: Desk, changes: dict[str, str], words: str
) -> None:
    form = form_of(desk.get("/console/schemes/new").text) | {"title": "试试"} | changes
    answer = desk.post("/console/schemes", **form)
    assert answer.status_code == 422
    assert f'<span class="fault">{words}' in answer.text
    assert form["all-survey_satisfaction-weight"] == "15"
    assert 'name="all-survey_satisfaction-weight" value="15"' in answer.text


def test_a_type_with_a_refused_box_is_unfolded(desk: Desk) -> None:
    with transaction() as session:
        session.execute(text("UPDATE region SET kind = '城郊村' WHERE level = 'village'"))
    form = form_of(desk.get("/console/schemes/new").text) | {"t0-on_time_rate-weight": "九"}
    assert "<details open>" in desk.post("/console/schemes", **form).text


def stored_scheme(path: str) -> Scheme:
    db.session.rollback()
    return from_json(get_scheme(int(path.rsplit("/", 1)[1])).content)


def test_how_many_cases_halve_an_indicator_is_kept_in_edits_and_copies(
    app, desk: Desk, county: County
) -> None:
    form = form_of(desk.get("/console/schemes/new").text)
    assert form["all-on_time_rate-k"] == "10"
    # Complete by nature: imported for the whole county.
    assert form["all-online_completion_rate-k"] == "0"
    form |= {"title": "新方案", "all-on_time_rate-k": "２５", "all-on_time_rate-weight": "9．5",
             "all-response_rate-weight": "10.5", "first_month": f"{THIS_MONTH:%Y-%m}"}  # fmt: skip
    path = desk.post("/console/schemes", **form).headers["Location"]
    assert {one.code: one.k for one in stored_scheme(path).indicators}["on_time_rate"] == 25
    edited = form_of(desk.get(path).text) | {"title": "新方案，改了名"}
    assert desk.post("/console/schemes", **edited).headers["Location"] == path
    other = sit_down(app.test_client(), make_staff(Role.COUNTY_STAFF, county.id, "second"))
    assert other.post(f"{path}/decision", decision="approve").status_code == 302
    copied = form_of(desk.get("/console/schemes/new").text)
    assert copied["all-on_time_rate-k"] == "25"
    path = desk.post("/console/schemes", **copied | {"title": "照抄"}).headers["Location"]
    assert {one.code: one.k for one in stored_scheme(path).indicators}["on_time_rate"] == 25


def test_what_is_counted_by_cases_has_no_floor_and_no_target_to_type(desk: Desk) -> None:
    page = desk.get("/console/schemes/new").text
    form = form_of(page)
    limited = {name.split("-")[1] for name in form if name.endswith(("-floor", "-target"))}
    assert limited == {"median_first_response", "online_completion_rate"}
    assert "折半件数：件数（评价按条、问卷按人）到了这个数，这一项按权重的一半算" in page
    # Whatever is sent besides, it is scored from 0 to 100.
    sent = form | {
        "title": "硬填",
        "all-response_rate-floor": "50",
        "all-response_rate-target": "90",
    }
    scheme = stored_scheme(desk.post("/console/schemes", **sent).headers["Location"])
    (rate,) = [one for one in scheme.indicators if one.code == "response_rate"]
    assert (rate.floor, rate.target) == (0, 100)
    (wait,) = [one for one in scheme.indicators if one.code == "median_first_response"]
    assert (wait.floor, wait.target) == (24, 4)


def test_a_new_version_begins_with_everything_of_the_one_in_force(
    desk: Desk, county: County
) -> None:
    """What has no box, too: what the five levels are worth."""
    in_force = replace(STARTING, level_points=(100, 90, 50, 10, 0))
    with transaction() as session:
        session.add(
            AssessmentScheme(
                county_id=county.id, year=2020, version=1, title="前一版",
                first_month=date(2020, 1, 1), state="approved", content=as_json(in_force),
                drafted_by_id=make_person(), drafted_at=clock.now(),
                approved_by_id=make_person(), approved_at=clock.now(),
            )
        )  # fmt: skip
    form = form_of(desk.get("/console/schemes/new").text) | {"title": "新一版"}
    path = desk.post("/console/schemes", **form).headers["Location"]
    assert stored_scheme(path).level_points == in_force.level_points


def test_a_scheme_cannot_begin_in_a_locked_month(client, county: County) -> None:
    lock_month(actor_with(Role.COUNTY_STAFF, county.id), county.id, "先锁")
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "one"))
    form = form_of(desk.get("/console/schemes/new").text)
    form |= {"title": "倒着来", "first_month": MONTH}
    path = desk.post("/console/schemes", **form).headers["Location"]
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "two"))
    refused = desk.post(f"{path}/decision", decision="approve")
    assert refused.status_code == 409
    assert "没锁定的月份" in refused.text


def test_another_countys_scheme_is_not_found(client, county: County) -> None:
    other = make_county(code="360281", name="乐平市")
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, other.id, "other"))
    form = form_of(desk.get("/console/schemes/new").text) | {"title": "别的县"}
    path = desk.post("/console/schemes", **form).headers["Location"]
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "here"))
    assert desk.get(path).status_code == 404


def test_a_village_that_fell_silent_is_named(app, client) -> None:
    """Two months running without enough people; the county's list and the public page say so."""
    county = make_county(villages=3)
    before = clock.previous_month(LAST_MONTH)
    for month, quiet in ((before, [1] * 3), (LAST_MONTH, [2] * 2)):
        rate_village(county, 0, [1] * 15, month=month)
        rate_village(county, 1, quiet, month=month)
    rate_village(county, 2, [1] * 12, month=LAST_MONTH)
    with transaction():
        recompute_month(before, county.id)
        recompute_month(LAST_MONTH, county.id)
        named = [one.name for one in ranking_queries.thin_villages(county.id, LAST_MONTH)]
    assert named == ["第2村"]
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "office"))
    page = text_of(desk.get(f"/console/scores?month={MONTH}").text)
    assert "评价过少，需核查" in page
    assert "这个月 2 人" in page
    publish(county)
    shown = text_of(client.get(f"/p/610528/{MONTH}").text)
    assert "县里要去核查的 1 个村" in re.sub(r"\s+", " ", shown)


def test_a_third_of_the_usual_people_is_too_few(app) -> None:
    county = make_county(villages=2)
    months = clock.months_back(LAST_MONTH, 4)
    for month in months[:3]:
        rate_village(county, 0, [1] * 40, month=month)
    rate_village(county, 0, [1] * 12, month=months[3])
    with transaction():
        for month in months:
            recompute_month(month, county.id)
        named = [one.name for one in ranking_queries.thin_villages(county.id, LAST_MONTH)]
    assert "第1村" in named
