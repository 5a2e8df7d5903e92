"""Two people acting on one ticket at once: one wins, the other is told, nothing is half done."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from backend.app.access import Role
from backend.app.core.db import transaction
from backend.app.tickets import author, handling
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.supervision import escalate_overdue
from tests.factories.county import grant_role, make_person
from tests.factories.tickets import as_actor, body, submit, villager


@pytest.fixture
def second_cadre(offices):
    person = make_person(name="赵会计")
    grant_role(person, Role.CADRE, offices.village_id)
    return as_actor(person, Role.CADRE, offices.village_id)


@pytest.fixture
def ticket(phone, offices) -> dict:
    return submit(phone, offices).json


def test_of_two_cadres_who_sign_at_once_one_wins(at_once, offices, second_cadre, ticket, scalar):
    version, number = ticket["version"], ticket["id"]
    said = at_once(
        lambda: handling.sign(offices.cadre, number, version),
        lambda: handling.sign(second_cadre, number, version),
    )
    assert sorted(said) == ["done", "ticket_moved"]
    assert scalar("SELECT count(*) FROM ticket_event WHERE move = 'sign'") == 1


def test_an_answer_and_a_withdrawal_at_once_end_in_one_of_the_two(
    at_once, offices, phone, ticket, scalar
) -> None:
    with transaction():
        handling.sign(offices.cadre, ticket["id"], ticket["version"])
    version = ticket["version"] + 1
    me = as_actor(phone.person_id, Role.CADRE, offices.county.village_ids[1])
    said = at_once(
        lambda: handling.reply(
            offices.cadre, ticket["id"], version, "done", WrittenReply("换好了")
        ),
        lambda: author.withdraw(me, ticket["id"], version),
    )
    assert sorted(said) == ["done", "ticket_moved"]
    assert scalar("SELECT state FROM ticket") in ("answered", "withdrawn")
    assert scalar("SELECT count(*) FROM ticket_event WHERE move IN ('reply', 'withdraw')") == 1


def test_two_tickets_merged_into_each_other_at_once_do_not_both_disappear(
    at_once, offices, phone, client, ticket, scalar
) -> None:
    other = submit(villager(client, offices.county), offices, words="路灯又坏了").json
    said = at_once(
        lambda: desk.merge(offices.desk, ticket["id"], None, other["id"]),
        lambda: desk.merge(offices.other_desk, other["id"], None, ticket["id"]),
    )
    assert sorted(said) == ["done", "invalid_input"]
    assert scalar("SELECT count(*) FROM ticket WHERE state = 'merged'") == 1


def test_a_ticket_merged_while_the_other_is_answered_is_not_forgotten(
    at_once, offices, phone, client, ticket, scalar
) -> None:
    other = submit(villager(client, offices.county), offices, words="路灯又坏了").json
    with transaction():
        handling.sign(offices.cadre, ticket["id"], ticket["version"])
    version = ticket["version"] + 1
    at_once(
        lambda: handling.reply(
            offices.cadre, ticket["id"], version, "done", WrittenReply("换好了")
        ),
        lambda: desk.merge(offices.desk, other["id"], None, ticket["id"]),
    )
    state = scalar("SELECT state FROM ticket WHERE id = :id", id=other["id"])
    # Either it came first and heard the answer, or it came too late and stayed on its own.
    assert state in ("answered", "assigned")


def test_ten_sendings_of_one_request_at_once_make_one_ticket(app, offices, phone, scalar) -> None:
    key = str(uuid4())

    def send(_: int) -> int:
        client = app.test_client()
        answer = client.post(
            "/api/v1/tickets",
            json=body(offices),
            headers={"Authorization": f"Bearer {phone.token}", "Idempotency-Key": key},
        )
        assert answer.status_code == 201, answer.json
        return answer.json["id"]

    with ThreadPoolExecutor(10) as pool:
        ids = set(pool.map(send, range(10)))
    assert len(ids) == 1
    assert scalar("SELECT count(*) FROM ticket") == 1
    assert scalar("SELECT count(*) FROM ticket_event WHERE move = 'submit'") == 1


def test_the_clock_and_a_cadre_at_once_do_not_trip_over_each_other(
    at_once, offices, ticket, app, scalar
) -> None:
    def by_the_clock() -> None:
        escalate_overdue()

    version = ticket["version"]
    said = at_once(by_the_clock, lambda: handling.sign(offices.cadre, ticket["id"], version))
    assert said == ["done", "done"]
    assert scalar("SELECT state FROM ticket") == "handling"
