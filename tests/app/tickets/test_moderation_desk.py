"""待核的话: the county's desk finds on one page everything that waits for a reader."""

import re

import pytest
from flask.testing import FlaskClient

from backend.app.access import Role
from backend.app.core.db import transaction
from backend.app.tickets import author
from tests.app.ratings.conftest import Phone
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.county import make_county
from tests.factories.tickets import Offices, as_actor, make_offices, submit, villager

PAGE = "/console/tickets/held"


@pytest.fixture
def clerk(client: FlaskClient, offices: Offices) -> Desk:
    return sit_down(client, offices.desk.person_id)


@pytest.fixture
def written(phone: Phone, offices: Offices, scalar) -> dict[str, int]:
    """Moderated words in a ticket, in what was added later, and beside a rating; ids by kind."""
    ticket = submit(phone, offices, words="打我电话 13800138000").json["id"]
    other = submit(phone, offices, words="路灯不亮").json["id"]
    me = as_actor(phone.person_id, Role.VILLAGER, offices.village_id)
    with transaction():
        author.withdraw(me, other, 3, "王八蛋不管")
    rating = phone.rate(offices.county.code, words="傻逼窗口").json["id"]
    event = scalar("SELECT id FROM ticket_event WHERE words = '王八蛋不管'")
    return {"ticket": ticket, "event": event, "rating": rating, "other": other}


def subjects(written: dict[str, int]) -> list[tuple[str, int | str]]:
    """Each kind with its ticket, if it has one."""
    return [("ticket", written["ticket"]), ("event", written["other"]), ("rating", "")]


def decide(clerk: Desk, kind: str, subject: int, ticket: int | str, how: str):
    return clerk.post(PAGE, kind=kind, id=subject, ticket_id=ticket, decision=how)


def test_everything_that_waits_stands_on_one_page_with_its_number_in_the_tabs(
    clerk: Desk, written: dict[str, int], scalar
) -> None:
    page = clerk.get(PAGE).text
    for words in ("打我电话 13800138000", "王八蛋不管", "傻逼窗口", "含有待核的词"):
        assert words in page
    assert "待核的话 <small>3 段" in page
    assert re.search(r">待核的话 3</a>", clerk.get("/console/tickets").text)
    looked = "SELECT min(subject_kind) FROM audit_entry WHERE action = 'see_telephone'"
    assert scalar(looked) == "ticket"


@pytest.mark.parametrize(("how", "state"), [("show", "shown"), ("refuse", "refused")])
def test_each_is_shown_or_kept_back_from_there(
    clerk: Desk, written: dict[str, int], scalar, how: str, state: str
) -> None:
    for kind, ticket in subjects(written):
        done = decide(clerk, kind, written[kind], ticket, how)
        assert done.location.endswith(PAGE)
    assert scalar("SELECT words_state FROM ticket WHERE id = :id", id=written["ticket"]) == state
    assert scalar("SELECT words_state FROM ticket_event WHERE id = :i", i=written["event"]) == state
    assert scalar("SELECT words_state FROM rating") == state
    assert "没有待核的话" in clerk.get(PAGE).text


def test_a_long_list_says_that_it_goes_on(
    clerk: Desk, written: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "看过一些再列" not in clerk.get(PAGE).text
    monkeypatch.setattr("backend.app.tickets.moderation.queue._beside_ratings", lambda counties: [])
    monkeypatch.setattr("backend.app.tickets.moderation.queue.MOST", 1)
    assert "先列出 2 段，看过一些再列后面的" in clerk.get(PAGE).text


def test_another_countys_desk_sees_and_decides_nothing_of_it(
    client: FlaskClient, written: dict[str, int], scalar
) -> None:
    there = make_offices(make_county(code="360281", name="乐平市"), "-lp")
    stranger = sit_down(client.application.test_client(), there.desk.person_id)
    assert "没有待核的话" in stranger.get(PAGE).text
    for kind, ticket in subjects(written):
        refused = decide(stranger, kind, written[kind], ticket, "show")
        assert refused.status_code in (403, 404)
    assert scalar("SELECT words_state FROM rating") == "moderated"


def test_a_ticket_that_is_kept_from_a_member_of_the_desk_is_not_on_the_page(
    client: FlaskClient, offices: Offices
) -> None:
    clerk_id = make_staff(Role.COUNTY_STAFF, offices.county.id, "namesake")
    words = "namesake先生 推诿，打我电话 13800138000"
    submit(villager(client.application.test_client(), offices.county), offices, words=words)
    assert "推诿" in sit_down(client, offices.desk.person_id).get(PAGE).text
    assert "推诿" not in sit_down(client.application.test_client(), clerk_id).get(PAGE).text


def test_who_reviews_no_words_is_shown_none(client: FlaskClient, offices: Offices) -> None:
    town = sit_down(client, offices.township.person_id)
    assert town.get(PAGE).status_code == 403
    assert "待核的话" not in town.get("/console/tickets").text


def test_a_broken_decision_is_refused_in_words(clerk: Desk, written: dict[str, int]) -> None:
    assert decide(clerk, "rating", written["rating"], "", "maybe").status_code == 422
    assert decide(clerk, "survey", written["rating"], "", "show").status_code == 422
    assert clerk.post(PAGE, kind="rating", id="x", decision="show").status_code == 404
