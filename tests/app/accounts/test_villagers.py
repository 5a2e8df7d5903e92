"""Logging in with WeChat and binding to a village."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from backend.app.access import Role
from backend.app.accounts import operations
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.places.models import Region
from tests.factories.county import OPENED_ON, County, grant_role, make_county
from tests.wechat.server import World


@pytest.fixture
def county(app) -> County:
    return make_county()


def enter(client: FlaskClient, world: World, openid: str = "o-li") -> dict[str, object]:
    given = {"code": world.new_code(openid), "consent": "2026-11"}
    answer = client.post("/api/v1/sessions", json=given)
    assert answer.status_code == 201, answer.json
    return answer.json


def person_of(scalar: Callable[..., object], openid: str = "o-li") -> int:
    return scalar("SELECT id FROM person WHERE openid = :openid", openid=openid)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def bind(client: FlaskClient, token: str, **body: object) -> object:
    return client.put("/api/v1/me/binding", headers=bearer(token), json={"of_age": True, **body})


def add_group(village_id: int, name: str = "一组") -> int:
    with transaction() as session:
        village = session.get(Region, village_id)
        group = Region(
            level="group", name=name, parent_id=village.id, county_id=village.county_id,
            township_id=village.township_id, opened_on=OPENED_ON,
        )  # fmt: skip
        session.add(group)
        session.flush()
        return group.id


def test_the_first_log_in_makes_a_person_and_the_next_finds_it(client, world, scalar) -> None:
    first, again = enter(client, world), enter(client, world)
    assert scalar("SELECT count(*) FROM person") == 1
    assert first["token"] != again["token"]
    assert first["me"] == {"binding": None, "roles": []}


def test_a_used_code_is_refused_with_its_own_code(client, world) -> None:
    code = world.new_code("o-1")
    client.post("/api/v1/sessions", json={"code": code, "consent": "2026-11"})
    answer = client.post("/api/v1/sessions", json={"code": code, "consent": "2026-11"})
    assert (answer.status_code, answer.json["code"]) == (401, "login_code_invalid")


def test_after_logging_out_the_token_is_worth_nothing(client, world) -> None:
    token = enter(client, world)["token"]
    assert client.delete("/api/v1/sessions/current", headers=bearer(token)).status_code == 204
    assert client.get("/api/v1/me", headers=bearer(token)).status_code == 401


def test_losing_redis_only_means_logging_in_again(client, world, redis_url) -> None:
    before = enter(client, world)
    redis.Redis.from_url(redis_url).flushall()
    assert client.get("/api/v1/me", headers=bearer(before["token"])).status_code == 401
    assert enter(client, world)["me"] == before["me"]


def test_redis_never_holds_a_token_itself(client, world, redis_url) -> None:
    token = enter(client, world)["token"]
    store = redis.Redis.from_url(redis_url)
    for key in store.keys("*"):
        kind = store.type(key)
        held = key + (store.get(key) if kind == b"string" else b"".join(store.smembers(key)))
        assert token.encode() not in held


def test_binding_a_village_shows_in_me_and_changing_it_keeps_history(
    client, world, county, scalar
) -> None:
    token = enter(client, world)["token"]
    first, second = county.village_ids
    group = add_group(first)
    answer = bind(client, token, village_id=first, group_id=group, household="李家")
    binding = answer.json["binding"]
    assert binding["village"]["name"] == "第1村"
    assert (binding["group"]["name"], binding["household"]) == ("一组", "李家")
    bind(client, token, village_id=first, group_id=group, household="李家")
    assert scalar("SELECT count(*) FROM binding") == 1
    assert bind(client, token, village_id=second).json["binding"]["village"]["name"] == "第2村"
    assert scalar("SELECT count(*) FROM binding") == 2
    assert scalar("SELECT count(*) FROM binding WHERE ended_at IS NULL") == 1


def test_only_open_villages_and_their_own_groups_can_be_bound(client, world, county) -> None:
    token = enter(client, world)["token"]
    first, second = county.village_ids
    group = add_group(second)
    for body, field in (
        ({"village_id": 999_999}, "village_id"),
        ({"village_id": county.id}, "village_id"),
        ({"village_id": first, "group_id": group}, "group_id"),
        ({"village_id": first, "group_id": 999_999}, "group_id"),
        ({"village_id": first, "household": "李" * 31}, "household"),
        ({"village_id": "x"}, "village_id"),
        ({"village_id": first, "colour": "red"}, "colour"),
        ({}, "village_id"),
    ):
        answer = bind(client, token, **body)
        assert answer.status_code == 422, body
        assert field in answer.json["errors"], body


def test_a_village_that_ended_without_a_successor_can_no_longer_be_bound(
    client, world, county
) -> None:
    token = enter(client, world)["token"]
    with transaction() as session:
        session.get(Region, county.village_ids[0]).closed_on = OPENED_ON
    answer = bind(client, token, village_id=county.village_ids[0])
    assert (answer.status_code, answer.json["code"]) == (409, "village_closed")


def test_who_was_bound_to_a_merged_village_belongs_to_the_one_it_became(
    client, world, county
) -> None:
    token = enter(client, world)["token"]
    first, second = county.village_ids
    bind(client, token, village_id=first)
    with transaction() as session:
        merged = session.get(Region, first)
        merged.closed_on, merged.merged_into_id = OPENED_ON, second
    me = client.get("/api/v1/me", headers=bearer(token)).json
    assert me["binding"]["village"]["name"] == "第2村"


def at_once(app: Flask, acts: list[Callable[[], object]]) -> list[object]:
    """Does all acts at the same time, each in a transaction of its own."""

    def run(act: Callable[[], object]) -> object:
        with app.app_context(), transaction():
            return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_phones_that_log_in_at_once_are_one_person(app, scalar) -> None:
    ids = at_once(app, [lambda: operations.enter_by_openid("o-li")] * 8)
    assert len(set(ids)) == 1
    assert scalar("SELECT count(*) FROM person") == 1


def test_two_phones_that_bind_at_once_end_in_one_binding(
    app, client, world, county, scalar
) -> None:
    enter(client, world)
    person_id = person_of(scalar)
    acts = [
        lambda village=village: operations.bind_village(person_id, village)
        for village in county.village_ids * 3
    ]
    at_once(app, acts)
    assert scalar("SELECT count(*) FROM binding WHERE ended_at IS NULL") == 1


def test_me_names_the_roles_that_hold_today(client, world, county, scalar) -> None:
    entered = enter(client, world)
    person_id, today = person_of(scalar), clock.today()
    first, second = county.village_ids
    grant_role(person_id, Role.CADRE, first)
    grant_role(person_id, Role.CADRE, second, ends_on=today - timedelta(days=1))
    grant_role(
        person_id, Role.TOWNSHIP_STAFF, county.township_ids[0], starts_on=today + timedelta(days=1)
    )
    me = client.get("/api/v1/me", headers=bearer(entered["token"])).json
    assert me["roles"] == [{"role": "cadre", "region_id": first, "region_name": "第1村"}]


def test_a_console_cookie_opens_no_api_and_a_phone_token_no_console(client, world) -> None:
    token = enter(client, world)["token"]
    client.set_cookie("vv_console", token, path="/console")
    assert "/console/login" in client.get("/console/").location
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer x\x00", "Bearer " + "x" * 5000]
)
def test_odd_tokens_are_not_logged_in(client, header: str) -> None:
    answer = client.get("/api/v1/me", headers={"Authorization": header})
    assert (answer.status_code, answer.json["code"]) == (401, "not_logged_in")


def test_two_active_bindings_are_impossible_in_the_database(client, world, county, scalar) -> None:
    enter(client, world)
    person_id = person_of(scalar)
    insert = text(
        "INSERT INTO binding (person_id, county_id, village_id, bound_at)"
        " VALUES (:p, :c, :v, now())"
    )
    values = {"p": person_id, "c": county.id, "v": county.village_ids[0]}
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(insert, [values, values])


def test_no_openid_reaches_the_log(client, world, capsys: pytest.CaptureFixture[str]) -> None:
    token = enter(client, world, "o-very-secret")["token"]
    client.get("/api/v1/codes/nothing", headers=bearer(token))
    printed = capsys.readouterr().out
    assert "request" in printed
    assert "o-very-secret" not in printed
    assert token not in printed


def consents(scalar: Callable[..., object], person_id: object) -> list[str]:
    """Each act with its version, the oldest first."""
    acts = "SELECT array_agg(act || ' ' || version ORDER BY id) FROM person_consent"
    return scalar(f"{acts} WHERE person_id = :id", id=person_id)


def test_nobody_is_known_who_has_not_agreed(client, world, scalar) -> None:
    answer = client.post("/api/v1/sessions", json={"code": world.new_code("o-silent")})
    assert answer.status_code == 422
    assert "consent" in answer.json["errors"]
    other = {"code": world.new_code("o-silent"), "consent": "1999-01"}
    assert client.post("/api/v1/sessions", json=other).status_code == 422
    assert scalar("SELECT count(*) FROM person WHERE openid = 'o-silent'") == 0


def test_consent_is_kept_with_version_and_time_once(client, world, scalar) -> None:
    enter(client, world)
    enter(client, world)
    assert consents(scalar, person_of(scalar)) == ["given 2026-11"]


def test_taking_consent_back_logs_out_everywhere_and_is_kept(client, world, scalar) -> None:
    first, second = enter(client, world), enter(client, world)
    headers = bearer(first["token"])
    assert client.delete("/api/v1/me/consent", headers=headers).status_code == 204
    assert client.get("/api/v1/me", headers=bearer(second["token"])).status_code == 401
    person_id = person_of(scalar)
    assert consents(scalar, person_id) == ["given 2026-11", "withdrawn 2026-11"]
    enter(client, world)
    assert consents(scalar, person_id)[2:] == ["given 2026-11"]


def test_a_consent_is_neither_changed_nor_deleted(client, world, scalar) -> None:
    enter(client, world)
    for statement in (
        "UPDATE person_consent SET version = '2020-01'",
        "DELETE FROM person_consent",
    ):
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.execute(text(statement))


def test_a_child_under_14_is_bound_by_its_guardians_telephone(client, world, county) -> None:
    token = enter(client, world)["token"]
    village = county.village_ids[0]
    for said in ({"of_age": False}, {"of_age": None}):
        answer = bind(client, token, village_id=village, **said)
        assert answer.status_code == 422
        assert "of_age" in answer.json["errors"]
    assert bind(client, token, village_id=village).status_code == 200
