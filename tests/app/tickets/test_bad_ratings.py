"""差评回访: a bad rating opens one ticket, within minutes, where the county wants it."""

import pytest

from backend.app.core.db import transaction
from backend.app.tickets.county import keep_policy
from backend.jobs import tickets as jobs
from tests.factories.tickets import forget


@pytest.fixture
def rated(phone, offices):
    def rate(level: int) -> dict:
        answer = phone.rate(offices.county.code, level, words="常用的药没有")
        assert answer.status_code == 201
        forget()
        return answer.json

    return rate


def test_a_bad_rating_opens_one_ticket_for_its_author(rated, phone, scalar) -> None:
    rated(5)
    assert jobs.call_back_ratings() == 1
    assert jobs.call_back_ratings() == 0
    [card] = phone.call("GET", "/me/tickets").json["items"]
    assert "评了「非常不满意」" in card["words"]
    assert "常用的药没有" in card["words"]
    assert scalar("SELECT channel || ':' || urgency FROM ticket") == "rating:rating"


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_rating_that_is_not_bad_opens_nothing(rated, level: int) -> None:
    rated(level)
    assert jobs.call_back_ratings() == 0


def test_a_rating_that_became_bad_is_called_back_too(rated, phone, scalar) -> None:
    rating = rated(2)
    assert jobs.call_back_ratings() == 0
    phone.call("POST", f"/ratings/{rating['id']}/followup", json={"level": 5, "words": "又坏了"})
    forget()
    assert jobs.call_back_ratings() == 1
    assert "又坏了" in scalar("SELECT words FROM ticket")


def test_a_county_may_do_without(rated, offices) -> None:
    rated(5)
    values = {"proxy_cap": 20, "sample_share": 10, "silent_days": 14, "archive_days": 30}
    with transaction():
        keep_policy(offices.county.id, {**values, "bad_rating_opens": False})
    assert jobs.call_back_ratings() == 0


def test_the_unit_never_learns_who_rated(rated, cadre) -> None:
    rated(5)
    jobs.call_back_ratings()
    [card] = cadre.call("GET", "/cadre/tickets").json["items"]
    shown = cadre.call("GET", f"/cadre/tickets/{card['id']}").json
    assert shown["confidential"]
    assert shown["contact"] is None
    assert "person" not in str(shown)
