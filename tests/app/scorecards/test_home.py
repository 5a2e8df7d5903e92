"""The first page of a phone in one answer, told again only when it changed."""

import gzip

import pytest

from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.county import make_county, make_person
from tests.factories.objections import Bench, make_bench
from tests.factories.tickets import make_offices, submit, villager


@pytest.fixture
def bench(app) -> Bench:
    return make_bench()


@pytest.fixture
def cadre(client, bench: Bench) -> Phone:
    return open_phone(client, bench.cadre.person_id)


def test_home_says_what_the_single_ends_say(cadre: Phone, bench: Bench) -> None:
    village = bench.county.village_ids[0]
    cadre.call("PUT", "/me/binding", json={"village_id": village, "of_age": True})
    home = cadre.call("GET", "/me/home").json
    assert home == {
        "me": cadre.call("GET", "/me").json,
        "balance": cadre.call("GET", "/me/points").json["balance"],
        "tickets": cadre.call("GET", "/me/tickets").json,
        "unread": cadre.call("GET", "/me/notices").json["unread"],
        "headline": cadre.call("GET", "/cadre/tickets").json["headline"],
        "scorecard": cadre.call("GET", f"/villages/{village}/scorecard").json,
    }
    assert home["scorecard"]["village"]["id"] == village


def test_home_says_how_much_a_cadre_has_to_do(client, app) -> None:
    offices = make_offices(make_county())
    submit(villager(app.test_client(), offices.county), offices)
    cadre = open_phone(client, offices.cadre.person_id)
    queue = cadre.call("GET", "/cadre/tickets").json
    assert queue["counts"]["todo"] == 1
    assert cadre.call("GET", "/me/home").json["headline"] == queue["headline"] != ""
    assert "1 件" in queue["headline"]
    item = queue["items"][0]
    assert (item["state"], item["next_due_at"] < item["due_at"]) == ("assigned", True)


def test_whoever_is_bound_nowhere_and_no_cadre_gets_neither_score_nor_queue(client, app) -> None:
    make_bench()
    home = open_phone(client, make_person()).call("GET", "/me/home").json
    assert (home["scorecard"], home["headline"], home["me"]["binding"]) == (None, "", None)


def test_the_same_answer_is_not_sent_twice(cadre: Phone, bench: Bench) -> None:
    first = cadre.call("GET", "/me/home")
    tag = first.headers["ETag"]
    again = cadre.call("GET", "/me/home", headers={"If-None-Match": f"W/{tag}"})
    assert (again.status_code, again.data) == (304, b"")
    village = bench.county.village_ids[0]
    cadre.call("PUT", "/me/binding", json={"village_id": village, "of_age": True})
    changed = cadre.call("GET", "/me/home", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert len(gzip.compress(changed.data)) < 2500
