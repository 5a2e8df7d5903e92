"""What a villager may do with a rating afterwards."""

from datetime import timedelta

import pytest

from backend.app.access import Actor, Grant, Role
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import NotAllowed
from backend.app.ratings.operations import review_words
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.county import OPENED_ON, County


def counters(scalar) -> list[object]:
    return [scalar(f"SELECT level_{n} FROM rating_month_count") for n in range(1, 6)]


def test_a_change_within_seven_days_moves_the_counters_and_keeps_history(
    phone: Phone, county: County, scalar
) -> None:
    rating = phone.rate(county.code, 5, words="灯不亮").json
    changed = phone.call("PUT", f"/ratings/{rating['id']}", json={"level": 2, "words": "修好了"})
    assert changed.status_code == 200
    assert (changed.json["level"], changed.json["words"]) == (2, "修好了")
    assert counters(scalar) == [0, 1, 0, 0, 0]
    assert scalar("SELECT level_2 FROM rating_day_count") == 1
    assert scalar("SELECT level_before FROM rating_change") == 5
    assert scalar("SELECT words_before FROM rating_change") == "灯不亮"
    assert scalar("SELECT count(*) FROM points_entry") == 1


def test_sending_the_same_change_again_adds_no_history(
    phone: Phone, county: County, scalar
) -> None:
    rating = phone.rate(county.code, 5).json
    for _ in range(2):
        phone.call("PUT", f"/ratings/{rating['id']}", json={"level": 1})
    assert scalar("SELECT count(*) FROM rating_change") == 1


def test_after_seven_days_a_change_is_refused(phone: Phone, county: County, stop_clock) -> None:
    rating = phone.rate(county.code, 5).json
    later = clock.now() + timedelta(days=7, minutes=1)
    stop_clock(later)
    phone = open_phone(phone.client, phone.person_id)
    answer = phone.call("PUT", f"/ratings/{rating['id']}", json={"level": 1})
    assert (answer.status_code, answer.json["code"]) == (409, "change_closed")


def test_a_follow_up_counts_instead_of_the_first_rating_once(
    phone: Phone, county: County, scalar
) -> None:
    rating = phone.rate(county.code, 5).json
    path = f"/ratings/{rating['id']}/followup"
    answer = phone.call("POST", path, json={"level": 2, "words": "来修了"})
    assert answer.status_code == 201
    assert answer.json["level"] == 5
    assert answer.json["followup"]["level"] == 2
    assert counters(scalar) == [0, 1, 0, 0, 0]
    assert phone.call("POST", path, json={"level": 2, "words": "来修了"}).status_code == 201
    again = phone.call("POST", path, json={"level": 1})
    assert (again.status_code, again.json["code"]) == (409, "followup_exists")
    assert counters(scalar) == [0, 1, 0, 0, 0]


def test_a_rating_with_a_follow_up_is_not_changed_any_more(phone: Phone, county: County) -> None:
    rating = phone.rate(county.code, 5).json
    phone.call("POST", f"/ratings/{rating['id']}/followup", json={"level": 2})
    answer = phone.call("PUT", f"/ratings/{rating['id']}", json={"level": 1})
    assert answer.json["code"] == "change_closed"


def test_nobody_touches_the_rating_of_somebody_else(phone: Phone, county: County, client) -> None:
    rating = phone.rate(county.code, 5).json
    other = open_phone(client)
    for method, path in (("PUT", ""), ("POST", "/followup")):
        answer = other.call(method, f"/ratings/{rating['id']}{path}", json={"level": 1})
        assert answer.status_code == 404


def test_own_ratings_come_newest_first_and_only_own_ones(
    phone: Phone, county: County, client
) -> None:
    for point in county.service_point_ids:
        phone.rate(county.codes[point], 2)
    open_phone(client).rate(county.code)
    answer = phone.call("GET", "/me/ratings").json
    assert [item["village_name"] for item in answer["items"]] == ["第2村", "第1村"]
    assert answer["next"] is None


def test_moderated_words_are_shown_after_a_review_and_only_by_those_who_may(
    phone: Phone, county: County, scalar
) -> None:
    rating = phone.rate(county.code, 5, words="电话13812345678").json
    township = Actor(1, (Grant(Role.TOWNSHIP_STAFF, county.township_ids[0], OPENED_ON),))
    with pytest.raises(NotAllowed), transaction():
        review_words(township, rating["id"], "show")
    staff = Actor(phone.person_id, (Grant(Role.COUNTY_STAFF, county.id, OPENED_ON),))
    with transaction():
        review_words(staff, rating["id"], "show")
    assert scalar("SELECT words_state FROM rating") == "shown"
    assert scalar("SELECT action FROM audit_entry") == "review_words"
