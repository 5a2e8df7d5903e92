"""People without a telephone: the county's desk with its second look, and the commands."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.own_data import operations as requests
from backend.app.tickets.intake import proxies
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.kinds import Channel, TicketKind
from tests.factories.console import Desk, make_staff, put_in_the_hand_of, sit_down
from tests.factories.county import County, bind, make_county, make_person, number_of
from tests.factories.tickets import Offices, make_offices

PAGE = "/console/own-data"
PHONE, CALLER = "13977550123", "金丝雀大爷"
PROOF = "当面，村干部认得"


@pytest.fixture
def county(app: object) -> County:
    return make_county()


@pytest.fixture
def offices(county: County) -> Offices:
    return make_offices(county)


@pytest.fixture
def villager(county: County) -> int:
    person_id = make_person("o-canary", "王大娘")
    bind(person_id, county)
    return person_id


def look(statement: str) -> list[Any]:
    with db.engine.connect() as connection:
        return list(connection.execute(text(statement)))


def first(client: Any, offices: Offices) -> Desk:
    return sit_down(client, offices.desk.person_id)


def second(client: Any, offices: Offices) -> Desk:
    return sit_down(client, offices.other_desk.person_id)


def ask(desk: Desk, **form: str) -> int:
    answer = desk.post(PAGE, **{"kind": "erase", "proof": PROOF, **form})
    assert answer.status_code == 303, answer.text
    return int(look("SELECT max(id) FROM data_request")[0][0])


def test_a_second_person_looks_and_only_then_is_somebody_erased(
    client: Any, offices: Offices, villager: int
) -> None:
    desk = first(client, offices)
    number = ask(desk, number=str(number_of(villager)))
    assert desk.post(f"{PAGE}/{number}/erasure").status_code == 403
    other = second(client, offices)
    assert "您选的村是第1村" in other.get(f"{PAGE}/{number}").text
    assert other.post(f"{PAGE}/{number}/erasure").status_code == 303
    (row,) = look(f"SELECT openid, display_name FROM person WHERE id = {villager}")
    assert tuple(row) == (None, "已注销")
    acts = [row[0] for row in look("SELECT action FROM audit_entry ORDER BY id")]
    assert acts[-4:] == [
        "ask_data_request", "see_data_request", "decide_data_request", "close_account",
    ]  # fmt: skip
    assert other.post(f"{PAGE}/{number}/erasure").status_code == 409


def test_one_person_cannot_be_both_by_the_database_either(
    client: Any, offices: Offices, villager: int
) -> None:
    ask(first(client, offices), number=str(number_of(villager)))
    with pytest.raises(Exception, match="second_person"), transaction() as session:
        session.execute(
            text(
                "UPDATE data_request SET state = 'done', decided_by_id = asked_by_id,"
                " decided_at = now()"
            )
        )


def test_an_account_one_reset_is_no_second_person(
    client: Any, offices: Offices, villager: int
) -> None:
    number = ask(first(client, offices), number=str(number_of(villager)))
    put_in_the_hand_of(offices.desk.person_id, offices.other_desk.person_id)
    with pytest.raises(requests.SecondPerson), transaction():
        requests.refuse(offices.other_desk, number)


def test_a_telephone_that_only_called_is_shown_and_forgotten(client: Any, offices: Offices) -> None:
    said = TicketRequest(
        TicketKind.HELP, "水管爆了", offices.village_id, phone=PHONE, contact_name=CALLER
    )
    with transaction():
        proxies.enter(offices.township, Channel.PHONE, said)
    number = ask(first(client, offices), phone=f"139 7755-{PHONE[-4:]}")
    other = second(client, offices)
    assert "诉求有 1 件" in other.get(f"{PAGE}/{number}").text
    other.post(f"{PAGE}/{number}/erasure")
    assert look("SELECT words, contact_sealed FROM ticket") == [("水管爆了", None)]
    assert look("SELECT phone_sealed, proof FROM data_request") == [(None, "")]


def test_a_copy_is_given_after_the_second_look(
    client: Any, offices: Offices, villager: int
) -> None:
    number = ask(first(client, offices), number=str(number_of(villager)), kind="export")
    page = second(client, offices).post(f"{PAGE}/{number}/file")
    link = page.text.split('href="/api/v1/own-files/')[1].split('"')[0]
    assert client.get(f"/api/v1/own-files/{link}").status_code == 200
    assert look("SELECT state FROM data_request") == [("done",)]


def test_a_wish_may_be_refused_and_nothing_happens(
    client: Any, offices: Offices, villager: int
) -> None:
    number = ask(first(client, offices), number=str(number_of(villager)))
    second(client, offices).post(f"{PAGE}/{number}/refusal")
    assert look(f"SELECT openid FROM person WHERE id = {villager}") == [("o-canary",)]


@pytest.mark.parametrize(
    "form",
    [
        {"number": "1", "proof": "短"},
        {"number": "", "phone": ""},
        {"phone": "12"},
        {"kind": "steal", "number": "1"},
    ],
)
def test_an_incomplete_wish_is_refused(client: Any, offices: Offices, form: dict[str, str]) -> None:
    answer = first(client, offices).post(PAGE, **{"kind": "erase", "proof": PROOF, **form})
    assert answer.status_code == 422
    assert look("SELECT count(*) FROM data_request") == [(0,)]


@pytest.mark.parametrize("role", [Role.TOWNSHIP_STAFF, Role.LEADER])
def test_only_the_countys_desk_handles_own_data(client: Any, county: County, role: Role) -> None:
    place = county.township_ids[0] if role is Role.TOWNSHIP_STAFF else county.id
    desk = sit_down(client, make_staff(role, place, "somebody"))
    assert desk.get(PAGE).status_code == 403


def test_another_countys_wish_is_not_found(client: Any, offices: Offices, villager: int) -> None:
    number = ask(first(client, offices), number=str(number_of(villager)))
    elsewhere = make_county(code="610527", name="蒲城县")
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, elsewhere.id, "elsewhere"))
    assert desk.get(f"{PAGE}/{number}").status_code == 404
    assert desk.post(f"{PAGE}/{number}/erasure").status_code == 404


def test_flask_people_exports_and_erases(app: Any, villager: int, tmp_path: Path) -> None:
    target = tmp_path / "own.xlsx"
    runner = app.test_cli_runner()
    done = runner.invoke(args=["people", "export", "openid:o-canary", str(target)])
    assert done.exit_code == 0, done.output
    assert target.read_bytes().startswith(b"PK")
    refused = runner.invoke(args=["people", "erase", str(number_of(villager))], input="n\n")
    assert refused.exit_code == 1
    assert "不再是谁的" in refused.output
    done = runner.invoke(args=["people", "erase", str(number_of(villager)), "--yes"])
    assert done.exit_code == 0, done.output
    assert look(f"SELECT openid FROM person WHERE id = {villager}") == [(None,)]
    assert runner.invoke(args=["people", "export", "openid:o-canary", str(target)]).exit_code == 1
