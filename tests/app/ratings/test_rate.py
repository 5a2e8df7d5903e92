"""From the scan to the thanks."""

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.files import storage
from backend.app.places.models import QrCode, ServicePoint
from backend.app.ratings.insert import INSERT_RATING
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.county import County, bind, grant_role, make_county, make_person


def test_a_scan_shows_village_and_service_point_and_the_five_levels(
    phone: Phone, county: County
) -> None:
    landing = phone.scan(county.code)
    assert landing["village"]["name"] == "第1村"
    assert landing["village"]["township"] == "庄里镇"
    assert landing["service_point"]["kind_name"] == "办事窗口"
    assert [choice["label"] for choice in landing["levels"]] == [
        "非常满意",
        "满意",
        "基本满意",
        "不满意",
        "非常不满意",
    ]
    assert [reason["text"] for reason in landing["levels"][4]["reasons"]] == ["态度差", "等太久"]
    assert landing["points_for_rating"] == 2
    assert landing["may_rate"] is True
    assert landing["suggest_binding"] is True


def test_a_scan_shows_the_photo_of_the_place(phone: Phone, county: County) -> None:
    assert phone.scan(county.code)["service_point"]["photo_url"] is None
    storage.put("photos/window.jpg", b"picture")
    with transaction() as session:
        session.query(ServicePoint).update({"photo_key": "photos/window.jpg"})
    address = phone.scan(county.code)["service_point"]["photo_url"]
    assert phone.client.get(address).data == b"picture"


def test_a_rating_is_stored_counted_and_rewarded(phone: Phone, county: County, scalar) -> None:
    answer = phone.rate(county.code, 4, reason_ids=[county.reason_ids[3]], words="排队太久")
    assert answer.status_code == 201
    assert answer.json["label"] == "不满意"
    assert answer.json["reasons"] == ["态度差"]
    assert answer.json["words_state"] == "shown"
    assert answer.json["points_awarded"] == 2
    assert answer.json["balance"] == 2
    assert scalar("SELECT level FROM rating") == 4
    assert scalar("SELECT level_4 FROM rating_day_count") == 1
    assert scalar("SELECT level_4 FROM rating_month_count") == 1
    assert scalar("SELECT balance FROM points_balance") == 2


def test_a_rating_is_one_round_trip_to_the_database(
    phone: Phone, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first use of a pool asks the server who it is; that is no part of a rating.
    phone.rate(county.codes[county.service_point_ids[1]])
    token = phone.scan(county.code)["scan_token"]
    statements: list[object] = []
    execute = psycopg.Cursor.execute

    def note(cursor: psycopg.Cursor, statement: object, *rest: object, **more: object) -> object:
        statements.append(statement)
        return execute(cursor, statement, *rest, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", note)
    assert phone.send(token).status_code == 201
    assert statements == [INSERT_RATING]


def test_the_same_request_twice_gives_the_same_answer(phone: Phone, county: County, scalar) -> None:
    token, key = phone.scan(county.code)["scan_token"], str(uuid4())
    first = phone.send(token, 2, key, words="挺好")
    second = phone.send(token, 2, key, words="挺好")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert scalar("SELECT count(*) FROM rating") == 1
    assert scalar("SELECT sum(amount) FROM points_entry") == 2


def test_the_same_request_is_answered_even_after_its_scan_token_expired(
    phone: Phone, county: County, stop_clock
) -> None:
    token, key = phone.scan(county.code)["scan_token"], str(uuid4())
    first = phone.send(token, 2, key)
    later = clock.now() + timedelta(days=4)
    stop_clock(later)
    assert phone.send(token, 2, key).json == first.json


def test_other_content_under_one_key_is_a_conflict(phone: Phone, county: County) -> None:
    token, key = phone.scan(county.code)["scan_token"], str(uuid4())
    phone.send(token, 1, key)
    answer = phone.send(token, 5, key)
    assert answer.status_code == 409
    assert answer.json["code"] == "idempotency_conflict"


def test_a_replayed_scan_token_is_refused(phone: Phone, county: County, scalar) -> None:
    token = phone.scan(county.code)["scan_token"]
    phone.send(token)
    answer = phone.send(token)
    assert (answer.status_code, answer.json["code"]) == (409, "scan_token_used")
    assert scalar("SELECT count(*) FROM rating") == 1


def test_an_expired_scan_token_asks_for_another_scan(
    phone: Phone, county: County, stop_clock
) -> None:
    token = phone.scan(county.code)["scan_token"]
    later = clock.now() + timedelta(hours=72, seconds=1)
    stop_clock(later)
    answer = phone.send(token)
    assert (answer.status_code, answer.json["code"]) == (410, "scan_token_expired")


def test_a_scan_token_of_somebody_else_is_refused(phone: Phone, county: County, client) -> None:
    token = phone.scan(county.code)["scan_token"]
    answer = open_phone(client).send(token)
    assert answer.status_code == 422
    assert "scan_token" in answer.json["errors"]


@pytest.mark.parametrize("token", ["x", "AAAA", "一二三", "A" * 80])
def test_a_made_up_scan_token_is_refused(phone: Phone, token: str) -> None:
    answer = phone.send(token)
    assert (answer.status_code, answer.json["code"]) == (422, "scan_token_invalid")


def test_one_person_rates_one_service_point_once_a_day(
    phone: Phone, county: County, scalar
) -> None:
    phone.rate(county.code)
    again = phone.scan(county.code)
    assert again["may_rate"] is False
    assert again["rated_today"]["label"] == "非常满意"
    answer = phone.send(again["scan_token"], 2)
    assert (answer.status_code, answer.json["code"]) == (409, "rated_today")
    assert scalar("SELECT count(*) FROM rating") == 1
    assert scalar("SELECT level_1 + level_2 FROM rating_day_count") == 1


def test_a_revoked_code_is_refused_with_a_clear_word(phone: Phone, county: County) -> None:
    token = phone.scan(county.code)["scan_token"]
    with transaction() as session:
        session.query(QrCode).filter_by(code=county.code).one().revoked_at = clock.now()
    landing = phone.call("GET", f"/codes/{county.code}")
    sent = phone.send(token)
    for answer in (landing, sent):
        assert (answer.status_code, answer.json["code"]) == (410, "code_revoked")
        assert "12345" in answer.json["message"]


def test_an_unknown_code_is_not_found(phone: Phone) -> None:
    answer = phone.call("GET", "/codes/nosuchcode")
    assert (answer.status_code, answer.json["code"]) == (404, "code_unknown")


def test_a_cadre_may_not_rate_the_own_village_but_may_rate_another(client, county: County) -> None:
    cadre = make_person()
    grant_role(cadre, Role.CADRE, county.village_ids[0])
    phone = open_phone(client, cadre)
    landing = phone.scan(county.code)
    assert landing["may_rate"] is False
    assert landing["refusal"]["code"] == "own_village_cadre"
    answer = phone.send(landing["scan_token"])
    assert (answer.status_code, answer.json["code"]) == (403, "own_village_cadre")
    assert phone.rate(county.codes[county.service_point_ids[1]]).status_code == 201


def test_who_is_bound_in_another_county_may_not_rate_here(client, county: County) -> None:
    person = make_person()
    bind(person, make_county(code="360281", name="乐平市"))
    answer = open_phone(client, person).rate(county.code)
    assert (answer.status_code, answer.json["code"]) == (403, "other_county")


def test_reasons_of_another_level_are_refused_and_nothing_is_stored(
    phone: Phone, county: County, scalar
) -> None:
    for reasons in ([county.reason_ids[3]], [999999]):
        answer = phone.rate(county.code, 1, reason_ids=reasons)
        assert (answer.status_code, answer.json["code"]) == (422, "reasons_invalid")
        assert "reason_ids" in answer.json["errors"]
    assert scalar("SELECT count(*) FROM rating") == 0


def test_points_stop_at_the_daily_cap_but_ratings_go_on(client, app, scalar) -> None:
    county = make_county(villages=7)
    phone = open_phone(client)
    awarded = [phone.rate(county.codes[p]).json["points_awarded"] for p in county.service_point_ids]
    assert awarded == [2, 2, 2, 2, 2, 0, 0]
    assert scalar("SELECT count(*) FROM rating") == 7
    assert scalar("SELECT balance FROM points_balance") == 10


@pytest.mark.parametrize("level", [0, 6, -1, "1", None, 1.5, True])
def test_a_wrong_level_names_the_field(phone: Phone, county: County, level: object) -> None:
    answer = phone.send(phone.scan(county.code)["scan_token"], level)
    assert answer.status_code == 422
    assert "level" in answer.json["errors"]


def test_ten_thousand_characters_are_refused_with_the_limit(phone: Phone, county: County) -> None:
    answer = phone.rate(county.code, words="好" * 10_000)
    assert answer.status_code == 422
    assert "500" in answer.json["errors"]["words"][0]


def test_nul_is_refused_and_emoji_is_welcome(phone: Phone, county: County) -> None:
    refused = phone.rate(county.code, words="好\x00坏")
    assert "words" in refused.json["errors"]
    answer = phone.rate(county.code, words="服务好👍🏽\r\n谢谢")
    assert answer.json["words"] == "服务好👍🏽\n谢谢"


@pytest.mark.parametrize("words", ["打我电话13812345678", "傻 逼", "ｈttp://a.cn 点我", "加,微,信"])
def test_words_that_need_a_look_are_moderated(phone: Phone, county: County, words: str) -> None:
    answer = phone.rate(county.code, words=words)
    assert answer.json["words_state"] == "moderated"


@pytest.mark.parametrize("header", [{}, {"Idempotency-Key": "not-a-uuid"}])
def test_a_rating_needs_its_idempotency_key(phone: Phone, header: dict[str, str]) -> None:
    answer = phone.call("POST", "/ratings", headers=header, json={"scan_token": "x", "level": 1})
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json["errors"]


def test_invalid_json_and_wrong_content_type_are_said_plainly(phone: Phone) -> None:
    broken = phone.call("POST", "/ratings", data="{", content_type="application/json")
    assert broken.status_code in (400, 422)
    assert broken.json["request_id"]
    form = phone.call("POST", "/ratings", data={"level": "1"})
    assert (form.status_code, form.json["code"]) == (415, "wrong_content_type")


def test_without_a_log_in_nobody_rates(client) -> None:
    answer = client.post("/api/v1/ratings", json={})
    assert (answer.status_code, answer.json["code"]) == (401, "not_logged_in")
