"""查看电话: every look at a telephone number is in the audit log, and no other reading is."""

import pytest

from backend.app.access import Role
from backend.app.core import audit
from backend.app.core.db import db
from tests.app.ratings.conftest import Phone
from tests.factories.console import make_staff, sit_down
from tests.factories.tickets import Offices, submit

NUMBER = "13800138000"


@pytest.fixture
def looks(scalar):
    def count(person_id: int) -> int:
        return scalar(
            "SELECT count(*) FROM audit_entry WHERE action = 'see_telephone' AND person_id = :id",
            id=person_id,
        )

    return count


def test_every_look_at_a_telephone_number_is_recorded(
    client, phone: Phone, cadre: Phone, offices: Offices, looks, scalar
) -> None:
    ticket = submit(phone, offices, phone=NUMBER).json
    path = f"/cadre/tickets/{ticket['id']}"
    assert looks(cadre.person_id) == 0
    for times in (1, 2):
        assert NUMBER in str(cadre.call("GET", path).json)
        assert looks(cadre.person_id) == times
    desk = sit_down(client, offices.desk.person_id)
    assert NUMBER in desk.get(f"/console/tickets/{ticket['id']}").text
    entry = scalar("SELECT row_to_json(e) FROM audit_entry e WHERE action = 'see_telephone'"
                   " AND origin = 'console'")  # fmt: skip
    assert entry["person_id"] == offices.desk.person_id
    assert (entry["subject_kind"], entry["subject_id"]) == ("ticket", str(ticket["id"]))
    assert entry["address"] == "127.0.0.1"
    assert NUMBER not in str(scalar("SELECT string_agg(e::text, '') FROM audit_entry e"))


def test_a_number_among_the_words_is_a_look_and_ones_own_is_none(
    client, phone: Phone, offices: Offices, looks
) -> None:
    ticket = submit(phone, offices, words=f"路灯坏了，打我电话{NUMBER}").json
    assert NUMBER in str(phone.call("GET", f"/tickets/{ticket['id']}").json)
    assert looks(phone.person_id) == 0
    desk = sit_down(client, offices.desk.person_id)
    desk.get(f"/console/tickets/{ticket['id']}")
    assert looks(offices.desk.person_id) == 1


def test_who_does_not_see_the_number_leaves_no_look(
    client, phone: Phone, cadre: Phone, offices: Offices, looks
) -> None:
    ticket = submit(phone, offices, phone=NUMBER, confidential=True).json
    cadre.call("GET", f"/cadre/tickets/{ticket['id']}")
    assert looks(cadre.person_id) == 0
    plain = submit(phone, offices, words="井盖坏了").json
    cadre.call("GET", f"/cadre/tickets/{plain['id']}")
    assert looks(cadre.person_id) == 0


def test_a_number_is_not_shown_where_the_look_cannot_be_written_down(
    client, phone: Phone, cadre: Phone, offices: Offices, monkeypatch
) -> None:
    ticket = submit(phone, offices, phone=NUMBER).json

    def fail(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(audit, "record", fail)
    monkeypatch.setitem(client.application.config, "PROPAGATE_EXCEPTIONS", False)
    answer = cadre.call("GET", f"/cadre/tickets/{ticket['id']}")
    db.session.rollback()
    assert answer.status_code == 500
    assert NUMBER not in answer.text


def test_the_auditor_finds_looks_by_their_filter(
    client, phone: Phone, cadre: Phone, offices: Offices
) -> None:
    ticket = submit(phone, offices, phone=NUMBER).json
    cadre.call("GET", f"/cadre/tickets/{ticket['id']}")
    auditor = sit_down(client, make_staff(Role.AUDITOR, offices.county.id, "he"))
    page = auditor.get("/console/audit?action=telephones").text
    assert "查看电话</td>" in page
    assert "王建国" in page
    assert "小程序" in page
    assert "提交" not in page
