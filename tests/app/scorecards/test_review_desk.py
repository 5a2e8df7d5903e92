"""The review desk: bunches, their time line, the decision, and who may not see it."""

import re
from datetime import datetime, time

import pytest
from sqlalchemy import event, text

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.queue import JobName
from backend.app.ratings import reviews
from backend.app.ratings.bulk import PastRating, load_ratings
from backend.jobs.ratings import flag_suspicious
from tests.app.ratings.test_insert import code_ids
from tests.factories.console import Desk, as_shown, make_staff, sit_down
from tests.factories.county import County, make_county, make_person

TODAY = clock.today()
MOST_STATEMENTS = 12


@pytest.fixture
def county(app) -> County:
    county = make_county()
    code = code_ids()[county.service_point_ids[0]]
    burst = [
        PastRating(make_person(), code, datetime.combine(TODAY, time(8, n), clock.COUNTY_ZONE), 1)
        for n in range(12)
    ]
    with transaction():
        load_ratings(burst)
    flag_suspicious()
    return county


@pytest.fixture
def bunch(county: County) -> str:
    name: str = reviews.list_bunches([county.id], True, None, 1)[0].name
    db.session.rollback()
    return name


@pytest.fixture
def desk(client, county: County) -> Desk:
    return sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "reviewer"))


def plain(page: str) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", page)


def test_the_list_says_why_and_how_many_wait(desk: Desk) -> None:
    page = plain(desk.get("/console/reviews").text)
    assert "1 组在等" in page
    assert "一张海报短时间集中" in page
    assert "等复核 12" in page
    assert "占 100.0%" in page


def test_a_bunch_shows_its_figures_its_time_line_and_never_who(desk: Desk, bunch: str) -> None:
    page = desk.get(f"/console/reviews/{bunch}").text
    assert "12 条，12 个人" in page
    assert page.count('<span style="height:') == 12
    assert "person" not in page
    assert "openid" not in page


def test_accepting_makes_them_count_and_computes_the_month_anew(
    desk: Desk, bunch: str, scalar, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[object] = []
    monkeypatch.setattr("backend.app.core.queue.send", lambda *job: sent.append(job))
    answer = desk.post(
        f"/console/reviews/{bunch}", note="开会时大家一起评的", which="all", decision="accepted"
    )
    assert answer.status_code == 303
    assert scalar("SELECT level_1 FROM rating_month_count") == 12
    assert [job[0] for job in sent] == [JobName.RECOMPUTE_MONTH]
    page = plain(desk.get(answer.headers["Location"]).text)
    assert "开会时大家一起评的" in page
    assert "已记下" in page
    assert re.search("复核过 +1", plain(desk.get("/console/reviews?view=decided").text))


def test_some_of_a_bunch_may_be_decided_alone(desk: Desk, bunch: str, scalar) -> None:
    ids = [str(rating.id) for rating in reviews.flagged_ratings(bunch)][:3]
    db.session.rollback()
    desk.post(
        f"/console/reviews/{bunch}", note="一家人", which="some", decision="accepted", rating=ids
    )
    assert scalar("SELECT flagged FROM rating_month_count") == 9
    nothing = desk.post(f"/console/reviews/{bunch}", note="x", which="some", decision="rejected")
    assert nothing.status_code == 422
    assert "请在下面勾选" in nothing.text


def test_without_a_reason_nothing_is_decided_and_what_was_typed_stays(
    desk: Desk, bunch: str, scalar
) -> None:
    answer = desk.post(f"/console/reviews/{bunch}", note="  ", which="all", decision="rejected")
    assert answer.status_code == 422
    assert "请写一句为什么" in answer.text
    assert scalar("SELECT count(*) FROM rating_flag WHERE decision IS NOT NULL") == 0


@pytest.mark.parametrize("role", [Role.TOWNSHIP_STAFF, Role.DEPARTMENT_STAFF])
def test_those_who_are_assessed_do_not_see_the_desk(
    client, county: County, bunch: str, role: Role
) -> None:
    region = county.township_ids[0] if role is Role.TOWNSHIP_STAFF else county.id
    desk = sit_down(client, make_staff(role, region, "assessed"))
    assert desk.get("/console/reviews").status_code == 403
    assert desk.get(f"/console/reviews/{bunch}").status_code == 403
    assert desk.post(f"/console/reviews/{bunch}", note="x").status_code == 403


def test_the_leader_reads_and_decides_nothing(client, county: County, bunch: str) -> None:
    desk = sit_down(client, make_staff(Role.LEADER, county.id, "leader"))
    page = desk.get(f"/console/reviews/{bunch}")
    assert page.status_code == 200
    assert 'name="decision"' not in page.text
    assert desk.post(f"/console/reviews/{bunch}", note="x").status_code == 403


def test_another_countys_staff_does_not_find_it(client, county: County, bunch: str) -> None:
    other = make_county(code="360281", name="乐平市")
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, other.id, "other"))
    assert desk.get(f"/console/reviews/{bunch}").status_code == 403
    assert "没有等复核的评价" in desk.get("/console/reviews").text
    assert desk.get("/console/reviews/nothing-1").status_code == 404


def test_the_village_page_says_how_many_are_held_and_leads_to_them(
    desk: Desk, county: County
) -> None:
    from backend.app.scorecards.operations import recompute_month

    with transaction():
        recompute_month(clock.month_of(TODAY))
    page = as_shown(desk.get(f"/console/villages/{county.village_ids[0]}"))
    assert "另有 12 条没有计入" in page
    assert "/console/reviews" in page


def test_the_desks_pages_ask_the_database_little(desk: Desk, bunch: str) -> None:
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    for address in ("/console/reviews", f"/console/reviews/{bunch}"):
        asked.clear()
        assert desk.get(address).status_code == 200
        assert 0 < len(asked) <= MOST_STATEMENTS


def test_an_unreadable_month_shows_everything(desk: Desk) -> None:
    assert "1 组在等" in plain(desk.get("/console/reviews?month=x&page=y").text)


def test_a_decision_on_a_locked_month_is_refused_for_what_would_move_figures(
    desk: Desk, bunch: str, scalar, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backend.app.scorecards.locks import operations as locks

    monkeypatch.setattr(locks, "lock_of", lambda *_: object())
    accepted = desk.post(f"/console/reviews/{bunch}", note="晚了", which="all", decision="accepted")
    assert accepted.status_code == 409
    assert "已经锁定" in accepted.text
    rejected = desk.post(f"/console/reviews/{bunch}", note="晚了", which="all", decision="rejected")
    assert rejected.status_code == 303
    assert scalar("SELECT min(decision) FROM rating_flag") == "rejected"


def test_what_was_given_without_a_signal_is_marked_for_the_reviewer(desk: Desk, bunch: str) -> None:
    assert "没有信号时评的" not in plain(desk.get(f"/console/reviews/{bunch}").text)
    with transaction() as session:
        session.execute(text("UPDATE rating SET channel = 'offline'"))
    page = plain(desk.get(f"/console/reviews/{bunch}").text)
    assert page.count("没有信号时评的") == 12
