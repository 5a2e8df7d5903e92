"""Points for named tickets and answered follow-ups: for taking part, whatever was said."""

import pytest

from backend.app.core.db import transaction
from backend.app.points.operations import set_rule
from backend.app.points.queries import balance_of
from tests.app.tickets.test_life import act, cadre_act, own
from tests.factories.county import OPENED_ON
from tests.factories.tickets import submit


@pytest.fixture(autouse=True)
def rules(county) -> None:
    with transaction():
        set_rule(county.id, "ticket", "实名提诉求", 5, 1, OPENED_ON, monthly_cap=4)
        set_rule(county.id, "follow_up", "回答回访", 3, 2, OPENED_ON, monthly_cap=8)


@pytest.fixture
def ticket(phone, offices):
    return submit(phone, offices).json


def reply(cadre, ticket) -> None:
    seen = cadre.call("GET", f"/cadre/tickets/{ticket['id']}").json
    signed = cadre_act(cadre, seen, "signature")
    cadre_act(cadre, signed, "reply", result="done", words="灯泡换好了，今晚就亮")


def test_a_ticket_earns_when_somebody_takes_it_on_and_not_before(phone, cadre, ticket) -> None:
    assert balance_of(phone.person_id) == 0
    cadre_act(cadre, cadre.call("GET", f"/cadre/tickets/{ticket['id']}").json, "signature")
    assert balance_of(phone.person_id) == 5


def test_a_second_ticket_the_same_day_is_above_the_cap(phone, cadre, offices, ticket) -> None:
    for one in (ticket, submit(phone, offices, words="村口的路又坏了").json):
        seen = cadre.call("GET", f"/cadre/tickets/{one['id']}").json
        cadre_act(cadre, seen, "signature")
    assert balance_of(phone.person_id) == 5


@pytest.mark.parametrize("answer", ["solved", "partly", "not"])
def test_an_answered_follow_up_earns_the_same_for_every_answer(
    phone, cadre, ticket, answer: str
) -> None:
    reply(cadre, ticket)
    given = act(
        phone, own(phone, ticket["id"]), f"/tickets/{ticket['id']}/verdict",
        answer=answer, level=5, words="",
    )  # fmt: skip
    assert given.status_code == 200, given.json
    assert balance_of(phone.person_id) == 5 + 3
    assert [line["amount"] for line in phone.call("GET", "/me/points").json["items"]] == [3, 5]
