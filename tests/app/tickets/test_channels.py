"""Whoever has to act hears of it through WeChat, or the county sees that nobody does."""

from dataclasses import replace

import pytest

from backend.app.core.db import transaction
from backend.app.notices.operations import keep_subscriptions
from backend.app.tickets.notifications import TEMPLATE, silent_villages
from tests.factories.console import sit_down
from tests.factories.tickets import submit

POSTED = """
    SELECT count(*) FROM outbox_message m JOIN notice n ON n.id = m.notice_id
    WHERE n.person_id = :person
"""


@pytest.fixture
def template(app, settings, monkeypatch) -> None:
    known = replace(settings, wechat_template_ticket_moved="tmpl-ticket-moved")
    monkeypatch.setitem(app.config, "SETTINGS", known)


def accept(person_id: int) -> None:
    with transaction():
        keep_subscriptions(person_id, [TEMPLATE])


@pytest.mark.usefixtures("template")
def test_a_cadre_who_allowed_it_is_rung_when_a_ticket_comes(phone, offices, scalar) -> None:
    accept(offices.cadre_id)
    assert submit(phone, offices).status_code == 201
    assert scalar(POSTED, person=offices.cadre_id) == 1


@pytest.mark.usefixtures("template")
def test_a_village_whose_cadres_allowed_nothing_is_named(offices, county) -> None:
    before = silent_villages(county.id)
    accept(offices.cadre_id)
    assert set(before) - set(silent_villages(county.id)) == {"第1村"}


def test_without_a_template_no_village_is_blamed(offices, county) -> None:
    assert silent_villages(county.id) == []


@pytest.mark.usefixtures("template")
def test_the_page_of_rules_names_the_villages_that_hear_nothing(app, offices) -> None:
    desk = sit_down(app.test_client(), offices.desk.person_id)
    page = desk.get("/console/tickets/rules").get_data(as_text=True)
    assert "个村没有一位干部收得到：第1村" in page
