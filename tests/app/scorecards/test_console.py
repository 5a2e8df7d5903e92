"""The pages a county's staff reads."""

import re

import psycopg
import pytest

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.sessions import SessionKind, open_session
from backend.app.places.models import Region
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.county import OPENED_ON, County, make_county, make_person
from tests.factories.ratings import LAST_MONTH, THIS_MONTH, rate_village

MONTH = f"{LAST_MONTH:%Y-%m}"


@pytest.fixture
def county(app) -> County:
    county = make_county(villages=4)
    rate_village(county, 0, [1] * 8 + [2] * 3 + [5], words="路灯修好了")
    rate_village(county, 1, [4, 5, 5], words="打我电话13812345678")
    return county


@pytest.fixture
def desk(client, county) -> Desk:
    return sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))


def rows(page: str) -> list[str]:
    body = re.search(r"<tbody>(.*?)</tbody>", page[page.index('class="scroll') :], re.DOTALL)[1]
    return [re.sub(r"<[^>]+>|\s+", " ", row) for row in body.split("</tr>") if "<td" in row]


def test_the_dashboard_shows_four_numbers_with_n(desk: Desk) -> None:
    page = desk.get(f"/console/?month={MONTH}").text
    values = re.findall(r'class="value">([^<]+)', page)
    # (8 x 100 + 3 x 80 + 30) / 15 and 11 of 15.
    assert values == ["15", "71.3", "73.3%", "2"]
    assert "样本 15" in page
    assert "庄里镇" in page


def test_the_change_is_the_difference_of_the_shown_digits(desk: Desk, county: County) -> None:
    rate_village(county, 0, [1] * 10, THIS_MONTH)
    page = desk.get(f"/console/?month={THIS_MONTH:%Y-%m}").text
    assert "比上月 +28.7" in page
    assert "这个月还没过完" in page


def test_a_county_without_ratings_says_what_to_do_next(client, app) -> None:
    empty = make_county(code="360281", name="乐平市")
    page = sit_down(client, make_staff(Role.COUNTY_STAFF, empty.id, "new")).get("/console/")
    assert page.status_code == 200
    assert "先贴海报" in page.text


def test_villages_are_found_by_name_and_code_and_sorted(desk: Desk) -> None:
    by_name = desk.get("/console/villages", query_string={"month": MONTH, "q": "第2"}).text
    assert [row.split()[0] for row in rows(by_name)] == ["第2村"]
    by_code = desk.get("/console/villages", query_string={"month": MONTH, "q": "610528100203"}).text
    assert [row.split()[0] for row in rows(by_code)] == ["第3村"]
    best = desk.get("/console/villages", query_string={"month": MONTH, "sort": "-mean"}).text
    assert [row.split()[0] for row in rows(best)] == ["第1村", "第2村", "第3村", "第4村"]
    few = desk.get("/console/villages", query_string={"month": MONTH, "status": "too_few"}).text
    assert [row.split()[0] for row in rows(few)] == ["第2村"]
    assert "不足 10 条" in few


def test_villages_with_too_few_ratings_come_after_those_that_are_compared(
    desk: Desk, county: County
) -> None:
    rate_village(county, 2, [1])
    for sort in ("mean", "-mean"):
        page = desk.get("/console/villages", query_string={"month": MONTH, "sort": sort}).text
        assert rows(page)[0].split()[0] == "第1村"


def test_the_table_leads_to_the_export_of_what_it_shows(client, desk: Desk, county: County) -> None:
    town = county.township_ids[0]
    page = desk.get(f"/console/villages?month={MONTH}&township={town}").text
    address = f"/console/exports?month={MONTH}&region={town}"
    assert address.replace("&", "&amp;") in page
    assert f'<option value="{town}" selected>' in desk.get(address).text
    leader = sit_down(client, make_staff(Role.LEADER, county.id, "leader"))
    assert "/console/exports" not in leader.get("/console/villages").text


def test_months_without_a_card_are_empty_and_not_compared(desk: Desk, county: County) -> None:
    page = desk.get(f"/console/villages/{county.village_ids[0]}?month=2020-03").text
    assert "这个月还没有人评价" in page
    assert "比上月 0" in page
    assert "◆" not in page


@pytest.mark.parametrize("path", ["/console/", "/console/villages", "/console/exports"])
def test_no_page_carries_a_script_of_its_own(desk: Desk, path: str) -> None:
    page = desk.get(path).text
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all("src=" in script or "application/json" in script for script in scripts)
    assert not re.search(r"\son\w+=", page)
    assert "//cdn" not in page


@pytest.mark.parametrize(
    "query",
    [
        "sort=nonsense", "sort=-width", "sort=-", "page=0", "page=-1", "page=99999999999", "page=x",
        "township=x",
        "township=99999999999999999999", "status=x", "q=%25_%5C", "month=2019-01",
        "q=' OR 1=1 --",
    ],
)  # fmt: skip
def test_odd_filters_never_break_the_table(desk: Desk, query: str) -> None:
    assert desk.get(f"/console/villages?{query}").status_code == 200


def test_nul_in_a_search_is_refused_and_stays_out_of_the_log(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = desk.get("/console/villages?q=wanted%00")
    assert answer.status_code == 422
    assert "wanted" not in capsys.readouterr().out


def test_a_month_that_is_none_is_said_plainly(desk: Desk) -> None:
    answer = desk.get("/console/?month=13")
    assert answer.status_code == 422
    assert "2026-10" in answer.text


@pytest.mark.parametrize("path", ["/console/", "/console/villages"])
def test_a_month_to_come_is_refused(desk: Desk, path: str) -> None:
    answer = desk.get(f"{path}?month=2099-01")
    assert answer.status_code == 422
    assert "还没到" in answer.text


def test_a_village_page_shows_words_but_never_who_said_them(desk: Desk, county: County) -> None:
    page = desk.get(f"/console/villages/{county.village_ids[0]}?month={MONTH}").text
    assert "路灯修好了" in page
    assert "openid" not in page
    assert not re.search(r"\d\d:\d\d:\d\d", page)


def test_moderated_words_wait_for_the_county_and_are_hidden_from_the_township(
    client, county: County, desk: Desk
) -> None:
    path = f"/console/villages/{county.village_ids[1]}?month={MONTH}"
    assert "13812345678" in desk.get(path).text
    township = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "town"))
    page = township.get(path)
    assert page.status_code == 200
    assert "13812345678" not in page.text


def test_words_of_fewer_than_five_people_are_not_shown(desk: Desk, county: County) -> None:
    rate_village(county, 2, [5, 5], words="水是黄的")
    page = desk.get(f"/console/villages/{county.village_ids[2]}?month={MONTH}").text
    assert "水是黄的" not in page
    assert "先不显示" in page


def test_a_decision_about_words_takes_effect(desk: Desk, county: County, scalar) -> None:
    rating_id = scalar("SELECT min(id) FROM rating WHERE words_state = 'moderated'")
    answer = desk.post(f"/console/ratings/{rating_id}/words", decision="refuse", month=MONTH)
    assert answer.status_code == 302
    assert scalar("SELECT words_state FROM rating WHERE id = :id", id=rating_id) == "refused"
    assert desk.post(f"/console/ratings/{rating_id}/words", decision="burn").status_code == 422
    assert desk.post("/console/ratings/999999/words", decision="show").status_code == 404


def test_staff_of_one_place_do_not_see_another(client, county: County) -> None:
    other = make_county(code="360281", name="乐平市")
    rate_village(other, 0, [3])
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, other.id, "stranger"))
    assert desk.get(f"/console/villages/{county.village_ids[0]}").status_code == 403
    assert desk.get(f"/console/townships/{county.township_ids[0]}").status_code == 403
    assert "第2村" in desk.get(f"/console/villages?month={MONTH}").text
    totals = desk.get(f"/console/villages?month={MONTH}").text
    assert "合计 2 个村" in totals


def test_recomputing_is_asked_of_a_worker_and_recorded(desk: Desk, county: County, scalar) -> None:
    answer = desk.post("/console/recompute", month=MONTH)
    assert answer.status_code == 302
    assert "已开始重新计算" in desk.get(answer.location).text
    assert scalar("SELECT action FROM audit_entry") == "recompute_month"
    assert desk.post("/console/recompute", month="x").status_code == 422


@pytest.mark.parametrize("path", ["/console/", "/console/villages", "/console/villages/{village}",
                                  "/console/townships/{township}"])  # fmt: skip
def test_a_page_needs_at_most_twelve_statements(
    desk: Desk, county: County, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[object] = []
    execute = psycopg.Cursor.execute

    def note(cursor: psycopg.Cursor, statement: object, *rest: object, **more: object) -> object:
        statements.append(statement)
        return execute(cursor, statement, *rest, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", note)
    address = path.format(village=county.village_ids[0], township=county.township_ids[0])
    assert desk.get(address).status_code == 200
    assert len(statements) <= 12, statements


def test_pages_carry_the_security_headers(desk: Desk) -> None:
    headers = desk.get("/console/").headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"


def test_the_mini_program_shows_the_same_digits(desk: Desk, county: County, client) -> None:
    token = open_session(SessionKind.APP, make_person(), clock.now().timestamp())
    answer = client.get(
        f"/api/v1/villages/{county.village_ids[0]}/scorecard?month={MONTH}",
        headers={"Authorization": f"Bearer {token}"},
    ).json
    page = desk.get(f"/console/villages/{county.village_ids[0]}?month={MONTH}").text
    assert answer["satisfaction"]["value"] == "86.7"
    assert re.findall(r'class="value">([^<]+)', page)[1] == answer["satisfaction"]["value"]
    assert answer["month_closed"] is True
    # One bad rating is not told apart from the others.
    assert answer["levels"] == []
    few = client.get(
        f"/api/v1/villages/{county.village_ids[1]}/scorecard?month={MONTH}",
        headers={"Authorization": f"Bearer {token}"},
    ).json
    assert few["satisfaction"]["status"] == "too_few"
    assert "只有 3 人次" in few["satisfaction"]["text"]


def test_nothing_is_half_written_when_a_transaction_fails(app, scalar) -> None:
    with pytest.raises(RuntimeError), transaction():
        make_county_row_and_fail()
    assert scalar("SELECT count(*) FROM region") == 0


def make_county_row_and_fail() -> None:
    db.session.add(Region(level="county", code="110101000000", name="甲", opened_on=OPENED_ON))
    db.session.flush()
    raise RuntimeError
