"""Logging in without WeChat: a code by SMS, and one person by two ways only by an own act."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from backend.app.accounts import persons
from backend.app.accounts.identities import login_codes, operations
from backend.app.accounts.identities.ways import Proven
from backend.app.accounts.states import Way
from backend.app.core import sms
from backend.app.core.db import db, transaction
from tests.app.accounts.test_villagers import bearer, bind, enter
from tests.factories.county import make_county
from tests.sms.gateway import Gateway

NUMBER = "13800001234"
CONSENT = "2026-12"


def ask(client: FlaskClient, number: str = NUMBER):
    return client.post("/api/v1/login/sms/codes", json={"number": number})


def answer(client: FlaskClient, code: str, number: str = NUMBER):
    return client.post("/api/v1/login/sms/answers", json={"number": number, "code": code})


def prove(client: FlaskClient, gateway: Gateway, number: str = NUMBER) -> dict[str, object]:
    assert ask(client, number).status_code == 204
    result = answer(client, gateway.last_code(number), number)
    assert result.status_code == 200, result.json
    return result.json


def open_session(client: FlaskClient, code: str):
    return client.post("/api/v1/sessions", json={"code": code, "consent": CONSENT})


def person_behind(scalar, way: str = "sms") -> int:
    return scalar("SELECT person_id FROM person_identity WHERE way = :way", way=way)


def test_the_signature_is_that_of_the_documents() -> None:
    """The example of Aliyun's page 请求结构和签名机制."""
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = {
        "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        "RegionId": "cn-shanghai",
    }
    signed = sms.signed_headers(
        "YourAccessKeyId", "YourAccessKeySecret", "https://ecs.cn-shanghai.aliyuncs.com/", query,
        headers,
    )  # fmt: skip
    assert signed["Authorization"].endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_a_number_becomes_a_person_and_the_next_log_in_finds_it(client, gateway, scalar) -> None:
    first = prove(client, gateway)
    assert first["is_new"]
    opened = open_session(client, first["login_code"])
    assert opened.status_code == 201, opened.json
    assert opened.json["me"] == {"binding": None, "roles": []}
    with transaction():
        identity = operations.enter(Proven(Way.SMS, NUMBER))
    assert identity == person_behind(scalar)
    assert scalar("SELECT count(*) FROM person") == 1


def test_neither_database_nor_redis_holds_the_number_or_the_code(client, gateway, app) -> None:
    prove(client, gateway)
    redis_client = app.extensions["redis"]
    code = gateway.last_code(NUMBER)
    login_codes.keep_sms_code(NUMBER, code)
    held = b"".join(
        key + (redis_client.dump(key) or b"") for key in redis_client.scan_iter("login:*")
    )
    assert NUMBER.encode() not in held
    assert code.encode() not in held
    with transaction():
        operations.enter(Proven(Way.SMS, NUMBER, "尾号 1234"))
    with transaction() as session:
        row = session.execute(text("SELECT * FROM person_identity")).one()
    assert NUMBER.encode() not in bytes(row.subject_sealed)
    assert row.hint == "尾号 1234"


def test_a_code_opens_once(client, gateway) -> None:
    ask(client)
    code = gateway.last_code(NUMBER)
    proof = answer(client, code).json["login_code"]
    again = answer(client, code)
    assert (again.status_code, again.json["code"]) == (422, "sms_code_wrong")
    assert open_session(client, proof).status_code == 201
    refused = open_session(client, proof)
    assert (refused.status_code, refused.json["code"]) == (401, "login_code_invalid")


def test_of_two_right_answers_at_once_one_is_taken(app, client, gateway) -> None:
    ask(client)
    code = gateway.last_code(NUMBER)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: answer(app.test_client(), code).status_code, range(4)))
    assert sorted(answers) == [200, 422, 422, 422]


def test_five_wrong_answers_make_the_right_one_worthless(client, gateway) -> None:
    ask(client)
    code = gateway.last_code(NUMBER)
    wrong = "000000" if code != "000000" else "111111"
    assert [answer(client, wrong).status_code for _ in range(5)] == [422] * 5
    assert answer(client, code).status_code == 422


def test_a_code_is_worth_nothing_after_five_minutes(client, gateway, app) -> None:
    ask(client)
    redis_client = app.extensions["redis"]
    key = next(iter(redis_client.scan_iter("login:sms:*")))
    assert 0 < redis_client.ttl(key) <= login_codes.SMS_SECONDS
    redis_client.delete(key)
    assert answer(client, gateway.last_code(NUMBER)).status_code == 422


def test_a_number_gets_one_code_a_minute(client, gateway) -> None:
    assert ask(client).status_code == 204
    refused = ask(client)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]
    assert len(gateway.sent) == 1


def test_one_address_cannot_ring_every_telephone(client, gateway) -> None:
    answers = [ask(client, f"138000{n:05}").status_code for n in range(41)]
    assert answers == [204] * 40 + [429]


def test_a_number_is_read_as_people_write_it(client, gateway) -> None:
    assert ask(client, "+86 138-0000 1234").status_code == 204
    assert gateway.last_code(NUMBER)


@pytest.mark.parametrize("number", ["12345", "23800001234", "138000012345", "一三八"])
def test_what_is_no_number_is_refused_at_its_field(client, gateway, number) -> None:
    refused = ask(client, number)
    assert refused.status_code == 422
    assert refused.json["errors"]["number"] == ["请写 11 位的手机号"]


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", 422, "invalid_input"),
        ("isv.BUSINESS_LIMIT_CONTROL", 429, "sms_often"),
        ("isv.DAY_LIMIT_CONTROL", 429, "sms_often"),
        ("isv.AMOUNT_NOT_ENOUGH", 503, "sms_unavailable"),
        ("isv.SMS_SIGNATURE_ILLEGAL", 503, "sms_unavailable"),
        ("isp.SYSTEM_ERROR", 503, "sms_unavailable"),
        ("Throttling.User", 429, "sms_often"),
    ],
)
def test_what_the_gateway_refuses_is_told_in_words(client, gateway, code, status, said) -> None:
    gateway.codes.append(code)
    refused = ask(client)
    assert (refused.status_code, refused.json["code"]) == (status, said)


@pytest.mark.parametrize(
    "change",
    [{"sms_access_key_secret": "wrong"}, {"sms_access_key_id": "LTAI-other"},
     {"sms_sign_name": "别的"}, {"sms_template_code": "SMS_2"}],
)  # fmt: skip
def test_a_wrong_key_or_template_sends_nothing(client, gateway, app, monkeypatch, change) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **change))
    assert ask(client).status_code == 503
    assert gateway.sent == []


def test_a_clock_that_is_wrong_is_refused_by_the_gateway(client, gateway) -> None:
    gateway.ahead = timedelta(minutes=20)
    assert ask(client).status_code == 503


def test_without_a_configured_way_nobody_can_ask(client, app, monkeypatch) -> None:
    bare = replace(app.config["SETTINGS"], sms_access_key_id="")
    monkeypatch.setitem(app.config, "SETTINGS", bare)
    assert ask(client).status_code == 404
    assert answer(client, "123456").status_code == 404
    assert client.get("/api/v1/login/ways").json["ways"] == []


def link_code(client: FlaskClient, token: str) -> str:
    result = client.post("/api/v1/me/link-codes", headers=bearer(token))
    assert result.status_code == 201
    return result.json["link_code"]


def test_a_number_is_joined_by_the_digits_shown_in_wechat(client, world, gateway, scalar) -> None:
    county = make_county()
    token = enter(client, world)["token"]
    bind(client, token, village_id=county.village_ids[0])
    digits = link_code(client, token)
    proof = prove(client, gateway)["login_code"]
    joined = client.post("/api/v1/login/links", json={"login_code": proof, "link_code": digits})
    assert joined.status_code == 204, joined.json
    opened = open_session(client, proof).json
    assert opened["me"]["binding"]["village"]["id"] == county.village_ids[0]
    assert scalar("SELECT count(*) FROM person") == 1
    ways = client.get("/api/v1/me/ways", headers=bearer(opened["token"])).json
    assert ways["mini_program"] is True
    assert [(way["name"], way["hint"]) for way in ways["ways"]] == [("手机号", "尾号 1234")]
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'add_way'") == 1


def test_without_the_digits_two_ways_stay_two_people(client, world, gateway, scalar) -> None:
    enter(client, world)
    open_session(client, prove(client, gateway)["login_code"])
    assert scalar("SELECT count(*) FROM person") == 2


def test_the_digits_join_once_and_guessing_them_is_limited(client, world, gateway) -> None:
    token = enter(client, world)["token"]
    digits = link_code(client, token)
    first = prove(client, gateway)["login_code"]
    join = {"login_code": first, "link_code": digits}
    assert client.post("/api/v1/login/links", json=join).status_code == 204
    other = prove(client, gateway, "13900001234")["login_code"]
    again = client.post("/api/v1/login/links", json={"login_code": other, "link_code": digits})
    assert (again.status_code, again.json["code"]) == (422, "link_refused")
    guesses = [
        client.post("/api/v1/login/links", json={"login_code": other, "link_code": "00000000"})
        for _ in range(10)
    ]
    assert guesses[-1].status_code == 429


def test_a_way_that_is_somebodys_is_never_moved(client, world, gateway, scalar) -> None:
    open_session(client, prove(client, gateway)["login_code"])
    digits = link_code(client, enter(client, world)["token"])
    proof = login_codes.issue_proof(Proven(Way.SMS, NUMBER))
    refused = client.post("/api/v1/login/links", json={"login_code": proof, "link_code": digits})
    assert (refused.status_code, refused.json["code"]) == (409, "way_taken")
    assert scalar("SELECT count(*) FROM person") == 2


def test_the_last_way_stays_and_another_can_go(client, world, gateway) -> None:
    alone = open_session(client, prove(client, gateway)["login_code"]).json["token"]
    refused = client.delete("/api/v1/me/ways/sms", headers=bearer(alone))
    assert refused.status_code == 409
    token = enter(client, world)["token"]
    proof = prove(client, gateway, "13900001234")["login_code"]
    join = {"login_code": proof, "link_code": link_code(client, token)}
    client.post("/api/v1/login/links", json=join)
    assert client.delete("/api/v1/me/ways/sms", headers=bearer(token)).status_code == 204
    assert client.get("/api/v1/me", headers=bearer(token)).status_code == 401


def test_a_browser_gets_no_ballot(client, gateway) -> None:
    token = open_session(client, prove(client, gateway)["login_code"]).json["token"]
    body = {"period": "2026-12"}
    refused = client.post("/api/v1/ballots/paper", headers=bearer(token), json=body)
    assert (refused.status_code, refused.json["code"]) == (403, "mini_program_only")


def test_a_closed_number_cannot_come_back_at_once(client, gateway, scalar) -> None:
    open_session(client, prove(client, gateway)["login_code"])
    with transaction():
        persons.close(persons.lock(person_behind(scalar)))
    assert scalar("SELECT count(*) FROM person_identity") == 0
    proof = login_codes.issue_proof(Proven(Way.SMS, NUMBER))
    refused = open_session(client, proof)
    assert (refused.status_code, refused.json["code"]) == (409, "account_closed")


def test_after_a_change_of_the_secret_the_number_is_still_found(app, monkeypatch, scalar) -> None:
    with transaction():
        first = operations.enter(Proven(Way.SMS, NUMBER))
    before = app.config["SETTINGS"]
    changed = replace(before, secret_key="x" * 40, retired_secret_keys=(before.secret_key,))
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    with transaction():
        assert operations.enter(Proven(Way.SMS, NUMBER)) == first
    monkeypatch.setitem(app.config, "SETTINGS", replace(changed, retired_secret_keys=()))
    with transaction():
        assert operations.enter(Proven(Way.SMS, NUMBER)) == first
    db.session.remove()
