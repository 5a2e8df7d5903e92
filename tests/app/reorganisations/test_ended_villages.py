"""A village that an import of divisions closed: whoever knows says later what it became."""

from typing import Any

import pytest
from sqlalchemy import text

from backend.app.ballots.membership import unit_of
from backend.app.ballots.models import BallotUnit, BallotUnitVillage
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.places.queries import get_place
from tests.app.places.conftest import load
from tests.app.ratings.conftest import open_phone
from tests.factories.console import Desk, sit_down
from tests.factories.county import make_county
from tests.factories.tickets import Offices, forget, make_offices, submit, villager

PAGE = "/console/reorganisations"
WITHOUT_THE_FIRST = """\
level,code,name
county,610528000000,富平县
township,610528100000,庄里镇
village,610528100202,第2村
village,610528100203,第3村
"""


@pytest.fixture
def offices(app) -> Offices:
    return make_offices(make_county(villages=3))


@pytest.fixture
def clerk(app, offices: Offices) -> Desk:
    return sit_down(app.test_client(), offices.desk.person_id)


@pytest.fixture
def colleague(app, offices: Offices) -> Desk:
    return sit_down(app.test_client(), offices.other_desk.person_id)


@pytest.fixture
def ticket_id(client, offices: Offices) -> int:
    """Opened while the village was there."""
    return submit(villager(client, offices.county), offices).json["id"]


@pytest.fixture
def gone(offices: Offices, ticket_id: int) -> int:
    load(WITHOUT_THE_FIRST, clock.today(), close_gone=True)
    forget()
    return offices.county.village_ids[0]


def propose(desk: Desk, gone: int, **boxes: Any) -> Any:
    values = {"village_id": gone, "kind": "merge", "into": "第2村", "basis": "富政函〔2026〕18 号"}
    return desk.post(PAGE, **{**values, "on": clock.today().isoformat(), **boxes})


def test_it_is_listed_and_what_hangs_on_it_is_shown(clerk, gone: int) -> None:
    assert "已停用，还没写明并到哪里的村" in clerk.get(PAGE).text
    for words in ("第1村", "610528100201"):
        page = " ".join(clerk.get(f"{PAGE}/new?village={words}&kind=merge").text.split())
        assert "已停用，补记它从那天起并到哪里" in page
        for label in ("没办完的诉求", "服务点", "绑定的村民", "任职的村干部、店员"):
            assert f'<td class="whole">{label}</td><td class="num">1</td>' in page


def test_all_that_was_left_there_goes_along_once_another_hand_confirms(
    client, clerk, colleague, offices, gone: int, ticket_id: int, scalar
) -> None:
    into, county = offices.county.village_ids[1], offices.county
    code = county.codes[county.service_point_ids[0]]
    month = clock.next_month(clock.month_of(clock.today()))
    with transaction() as session:
        unit = BallotUnit(county_id=county.id, period=month, name="", size=30)
        session.add(unit)
        session.flush()
        session.add(BallotUnitVillage(village_id=into, period=month, unit_id=unit.id))
    assert unit_of(gone, month) is None
    phone = open_phone(client, offices.cadre_id)
    assert phone.call("GET", f"/codes/{code}").json["code"] == "code_revoked"
    assert propose(clerk, gone).status_code == 303
    number = scalar("SELECT id FROM reorganisation")
    assert clerk.post(f"{PAGE}/{number}", choice="confirm").status_code == 403
    closed_on = get_place(gone).closed_on
    assert colleague.post(f"{PAGE}/{number}", choice="confirm").status_code == 303
    db.session.rollback()
    assert (get_place(gone).merged_into_id, get_place(gone).closed_on) == (into, closed_on)
    assert scalar("SELECT unit_region_id FROM ticket WHERE id = :id", id=ticket_id) == into
    landing = phone.scan(code)
    assert (landing["village"]["id"], landing["refusal"]["code"]) == (into, "own_village_cadre")
    assert unit_of(gone, month) == unit_of(into, month) is not None
    assert "还没写明并到哪里" not in clerk.get(PAGE).text


@pytest.mark.parametrize("kind", ["rename", "move", "split"])
def test_nothing_else_can_be_done_to_it(clerk, gone: int, scalar, kind: str) -> None:
    words = "这个村已经停用，只能选「并入另一个村」"
    assert words in clerk.get(f"{PAGE}/new?village=第1村&kind={kind}").text
    refused = propose(clerk, gone, kind=kind, name="新村委会", code="610528100299")
    assert (refused.status_code, words in refused.text) == (422, True)
    assert scalar("SELECT count(*) FROM reorganisation") == 0


def test_what_it_became_is_said_once(clerk, colleague, gone: int, scalar) -> None:
    propose(clerk, gone)
    colleague.post(f"{PAGE}/{scalar('SELECT id FROM reorganisation')}", choice="confirm")
    propose(clerk, gone, into="第3村")
    number = scalar("SELECT max(id) FROM reorganisation")
    refused = colleague.post(f"{PAGE}/{number}", choice="confirm")
    assert (refused.status_code, "这个地方已经撤并" in refused.text) == (409, True)


def test_the_command_says_it_too(app, offices, gone: int) -> None:
    merge = ["places", "merge", "610528100201", "610528100202"]
    assert app.test_cli_runner().invoke(args=merge).output == "第1村 已并入 第2村\n"
    assert get_place(gone).merged_into_id == offices.county.village_ids[1]
    assert app.test_cli_runner().invoke(args=merge).exit_code == 1


def test_a_later_import_does_not_bring_it_back(clerk, colleague, gone: int, scalar) -> None:
    propose(clerk, gone)
    colleague.post(f"{PAGE}/{scalar('SELECT id FROM reorganisation')}", choice="confirm")
    db.session.rollback()
    load(WITHOUT_THE_FIRST + "village,610528100201,第1村\n", clock.today())
    assert not get_place(gone).is_open
    assert db.session.scalar(text("SELECT count(*) FROM region WHERE name = '第1村'")) == 2
