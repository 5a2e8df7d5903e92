"""Corners where two rules meet."""

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput
from backend.app.tickets import author, handling
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.errors import UnitUnfit
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.rules.routing import Office
from tests.app.ratings.conftest import open_phone
from tests.factories.console import sit_down
from tests.factories.county import bind, grant_role
from tests.factories.tickets import as_actor, forget, submit, villager


def version(ticket_id: int) -> int:
    forget()
    return db.session.scalar(text("SELECT version FROM ticket WHERE id = :id"), {"id": ticket_id})


def test_a_complaint_about_cadres_cannot_be_merged_into_what_the_village_handles(
    phone, offices, client, scalar
) -> None:
    main = submit(phone, offices).json["id"]
    about = submit(
        villager(client, offices.county), offices, kind="complaint", words="不公", about_cadres=True
    ).json["id"]
    forget()
    with pytest.raises(InvalidInput), transaction():
        desk.merge(offices.desk, about, None, main)
    assert scalar("SELECT state FROM ticket WHERE id = :id", id=about) == "assigned"


def test_a_ticket_that_took_in_a_complaint_about_cadres_stays_away_from_them_too(
    phone, offices, client, scalar
) -> None:
    township = Office(offices.county.township_ids[0])
    main = submit(phone, offices).json["id"]
    other = villager(client, offices.county)
    about = submit(other, offices, kind="report", words="不公", about_cadres=True).json["id"]
    forget()
    with transaction():
        desk.assign(offices.desk, main, None, township)
    with transaction():
        desk.merge(offices.desk, about, None, main)
    with pytest.raises(UnitUnfit), transaction():
        desk.assign(offices.desk, main, None, Office(offices.village_id))
    with transaction():
        desk.assign(offices.desk, main, None, Office(department_id=offices.department_id))
    with transaction():
        handling.sign(offices.department, main, version(main))
    with transaction():
        handling.reply(offices.department, main, version(main), "done", WrittenReply("办好了"))
    seen = other.call("GET", f"/tickets/{about}").json
    assert (seen["state"], seen["needs"]) == ("answered", "verdict")
    me = as_actor(other.person_id, Role.LEADER, offices.county.id)
    with transaction():
        author.give_verdict(me, about, version(about), "not")
    with transaction():
        author.reopen(me, about, version(about), "还是不公")
    # Back with who answered it, and never with the village.
    assert scalar("SELECT state FROM ticket WHERE id = :id", id=about) == "assigned"
    assert scalar("SELECT unit_region_id FROM ticket WHERE id = :id", id=about) is None


def test_the_only_cadre_of_a_village_does_not_get_an_own_ticket(client, offices) -> None:
    bind(offices.cadre_id, offices.county)
    own = open_phone(client, offices.cadre_id)
    ticket = submit(own, offices).json
    assert ticket["unit_name"] == "庄里镇"
    assert own.call("GET", f"/cadre/tickets/{ticket['id']}").status_code == 404


def test_whoever_moved_to_another_village_sees_no_old_tickets(
    phone, cadre, offices, client
) -> None:
    ticket = submit(phone, offices).json
    path = f"/cadre/tickets/{ticket['id']}"
    signed = cadre.call("POST", f"{path}/signature", json={"version": ticket["version"]}).json
    cadre.call("POST", f"{path}/return", json={"version": signed["version"], "words": "归镇上"})
    assert cadre.call("GET", path).status_code == 200
    forget()
    with transaction() as session:
        session.execute(
            text("UPDATE role_grant SET revoked_at = now() WHERE person_id = :id"),
            {"id": offices.cadre_id},
        )
    grant_role(offices.cadre_id, Role.CADRE, offices.county.village_ids[1])
    assert cadre.call("GET", path).status_code == 404


def test_moderated_words_cannot_be_guessed_by_searching(phone, offices, app) -> None:
    ticket = submit(phone, offices, words="水管漏了，打我电话13800138000").json
    water = sit_down(app.test_client(), offices.department.person_id)
    county = sit_down(app.test_client(), offices.desk.person_id)
    query = "/console/tickets?view=all&q=13800138000"
    assert ticket["number"] in water.get("/console/tickets?view=all").text
    assert ticket["number"] not in water.get("/console/tickets?view=all&q=水管漏").text
    assert ticket["number"] in county.get("/console/tickets?view=all&q=水管漏").text
    assert water.get(query).status_code == 200
