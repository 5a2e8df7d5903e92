"""Another system reads published scores with a token, and nothing else."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.accounts.tokens import operations as api_tokens
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.web import guards
from backend.app.publications import open_data
from backend.app.scorecards.locks import corrections
from tests.factories.console import make_staff, sit_down
from tests.factories.county import County, actor_with, make_county
from tests.factories.publications import make_rated_county, publish
from tests.factories.ratings import LAST_MONTH, rate_village

MONTH = f"{LAST_MONTH:%Y-%m}"
OPEN = "/api/v1/open"


@pytest.fixture
def county(app) -> County:
    county = make_rated_county()
    publish(county)
    return county


def make_token(county_id: int, name: str = "市大数据平台", days: int = 90) -> api_tokens.Made:
    clerk = actor_with(Role.COUNTY_STAFF, county_id)
    with transaction():
        return api_tokens.create_token(clerk, county_id, name, clock.today() + timedelta(days=days))


@pytest.fixture
def token(county: County) -> str:
    return make_token(county.id).plain


def ask(client, token: str, path: str):
    return client.get(f"{OPEN}{path}", headers={"Authorization": f"Bearer {token}"})


def test_a_system_reads_months_villages_one_scorecard_and_the_dictionary(county, client, token):
    months = ask(client, token, "/months").json
    assert (months["county"], months["code"]) == ("富平县", "610528")
    assert [one["month"] for one in months["items"]] == [MONTH]
    villages = ask(client, token, f"/months/{MONTH}/villages").json
    assert [one["code"][-3:] for one in villages["items"]] == ["201", "202", "203", "204"]
    assert villages["next"] is None
    one = ask(client, token, f"/months/{MONTH}/villages/610528100201").json
    assert one["village"] == villages["items"][0]
    assert one["indicators"][0]["indicator"] == "satisfaction_mean"
    assert one["corrections"] == []
    columns = ask(client, token, "/dictionary").json["items"]
    assert {row["column"] for row in columns if row["table"] == "villages"} == set(
        villages["items"][0]
    )


def test_its_figures_are_those_of_the_open_data(county, client, token) -> None:
    public = client.get(f"/p/610528/{MONTH}/data.json").json
    mine = ask(client, token, f"/months/{MONTH}/villages").json["items"]
    assert [row["total"] for row in mine] == [row["total"] for row in public["villages"]]


def test_villages_come_a_page_at_a_time(county, client, token, monkeypatch) -> None:
    monkeypatch.setattr("backend.app.exports.api.PAGE", 3)
    first = ask(client, token, f"/months/{MONTH}/villages").json
    assert len(first["items"]) == 3
    rest = ask(client, token, f"/months/{MONTH}/villages?after={first['next']}").json
    assert [row["code"] for row in rest["items"]] == ["610528100204"]
    assert rest["next"] is None


def test_a_correction_is_read_beside_the_published_figures(county, client, token) -> None:
    rate_village(county, 3, [1] * 20)
    with transaction():
        corrections.correct_late(
            actor_with(Role.COUNTY_STAFF, county.id), county.id, LAST_MONTH,
            county.village_ids[3], "晚传的评价",
        )  # fmt: skip
    (one,) = ask(client, token, f"/months/{MONTH}/corrections").json["items"]
    assert (one["number"], one["total_before"], one["reason"]) == (1, None, "晚传的评价")
    village = ask(client, token, f"/months/{MONTH}/villages/610528100204").json
    assert village["corrections"] == [one]
    assert village["village"]["total"] is None


def test_another_countys_months_cannot_be_read(county, client) -> None:
    other = make_county(villages=1, code="610529", name="邻县")
    token = make_token(other.id).plain
    assert ask(client, token, "/months").json["items"] == []
    for path in (f"/months/{MONTH}/villages", f"/months/{MONTH}/villages/610528100201"):
        assert ask(client, token, path).status_code == 404


@pytest.mark.parametrize("wrong", ["", "vv_", "vv_" + "x" * 43, "geheim", "' OR 1=1 --"])
def test_a_wrong_token_opens_nothing(county, client, wrong: str) -> None:
    answer = ask(client, wrong, "/months")
    assert answer.status_code == 401
    assert answer.json["code"] == "token_refused"


def test_a_token_opens_neither_console_nor_phone(county, client, token) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    assert client.get("/console/publications", headers=headers).status_code == 302


def test_a_revoked_or_finished_token_opens_nothing(county, client, stop_clock, scalar) -> None:
    made, other = make_token(county.id), make_token(county.id, days=1)
    assert ask(client, made.plain, "/months").status_code == 200
    with transaction():
        api_tokens.revoke_token(actor_with(Role.COUNTY_STAFF, county.id), made.id)
    assert ask(client, made.plain, "/months").status_code == 401
    assert ask(client, other.plain, "/months").status_code == 200
    later = clock.now() + timedelta(days=2)
    stop_clock(later)
    assert ask(client, other.plain, "/months").status_code == 401
    assert scalar("SELECT uses FROM api_token WHERE id = :i", i=made.id) == 1


def test_each_use_is_counted_and_only_the_digest_is_stored(county, client, token, scalar) -> None:
    for _ in range(3):
        ask(client, token, "/dictionary")
    assert scalar("SELECT uses FROM api_token") == 3
    assert scalar("SELECT last_used_at FROM api_token") is not None
    assert scalar("SELECT digest FROM api_token") == api_tokens.digest_of(token)
    assert scalar("SELECT count(*) FROM api_token t WHERE t::text LIKE :p", p=f"%{token}%") == 0
    assert scalar("SELECT count(*) FROM audit_entry a WHERE a::text LIKE :p", p=f"%{token}%") == 0


def test_too_many_calls_a_minute_are_told_to_wait(
    county, client, token, monkeypatch, stop_clock
) -> None:
    monkeypatch.setattr(guards, "CALLS_A_MINUTE", 2)
    same = clock.now()
    stop_clock(same)
    answers = [ask(client, token, "/dictionary").status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert 1 <= int(ask(client, token, "/dictionary").headers["Retry-After"]) <= 60
    assert ask(client, make_token(county.id).plain, "/dictionary").status_code == 200


def test_the_console_shows_a_token_once_and_revokes_it(county, client, scalar) -> None:
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    day = f"{clock.today() + timedelta(days=30)}"
    answer = desk.post("/console/tokens", county=str(county.id), name="省平台", ends_on=day)
    plain = re.search(r"vv_[\w-]{43}", answer.text)[0]
    assert answer.status_code == 200
    assert plain not in desk.get("/console/tokens").text
    assert ask(client, plain, "/months").status_code == 200
    listed = desk.get("/console/tokens").text
    assert "1 次" in listed
    token_id = scalar("SELECT id FROM api_token")
    assert desk.post(f"/console/tokens/{token_id}/revoke").status_code == 303
    assert "已撤销" in desk.get("/console/tokens").text
    assert ask(client, plain, "/months").status_code == 401
    for action in ("create_api_token", "revoke_api_token"):
        assert scalar("SELECT count(*) FROM audit_entry WHERE action = :a", a=action) == 1


def test_who_may_not_manage_tokens_makes_none(county, client) -> None:
    town = (Role.TOWNSHIP_STAFF, county.township_ids[0], "town")
    for role, region, name in ((Role.LEADER, county.id, "leader"), town):
        desk = sit_down(client, make_staff(role, region, name))
        assert desk.get("/console/tokens").status_code == 403
    elsewhere = make_county(villages=1, code="610529", name="邻县")
    with pytest.raises(NotAllowed), transaction():
        api_tokens.create_token(
            actor_with(Role.COUNTY_STAFF, county.id), elsewhere.id, "x",
            clock.today() + timedelta(days=3),
        )  # fmt: skip


@pytest.mark.parametrize(("name", "days"), [("", 10), ("x" * 41, 10), ("好", 0), ("好", 400)])
def test_a_token_needs_a_purpose_and_an_end_within_a_year(county, name: str, days: int) -> None:
    with pytest.raises(InvalidInput):
        make_token(county.id, name, days)


def test_the_interface_stands_in_the_api_document(app, client) -> None:
    document = client.get("/api/openapi.json").json
    paths = [path for path in document["paths"] if path.startswith(OPEN)]
    assert len(paths) == 9
    for path in paths:
        assert document["paths"][path]["get"]["security"] == [{"token": []}]
    shape = document["components"]["schemas"]["OpenVillage"]["properties"]
    assert list(shape) == [name for name, _ in open_data.COLUMNS["villages"]]


def test_an_unknown_scope_is_refused_by_the_database(county: County) -> None:
    make_token(county.id)
    with pytest.raises(Exception, match="ck_api_token_scope"), transaction() as session:
        session.execute(text("UPDATE api_token SET scope = 'write_scores'"))
