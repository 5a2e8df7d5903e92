"""Both clocks as they are shown: to the villager, to the cadre, to the county and its leader."""

from datetime import timedelta

import pytest

from backend.app.access import Role
from backend.app.core import clock as county_clock
from backend.app.core.db import db, transaction
from backend.app.tickets import serializers
from backend.app.tickets.clocks import shares
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.intake import operations as intake
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.kinds import Channel, TicketKind
from backend.app.tickets.models import Ticket
from backend.app.tickets.rules.routing import Office
from backend.app.tickets.states import Party
from tests.app.ratings.conftest import open_phone
from tests.app.tickets.test_turns import Clock, clock, on, person_id, to_desk
from tests.factories.console import make_staff, sit_down
from tests.factories.tickets import Offices, forget

__all__ = ["clock", "person_id"]


@pytest.fixture
def given_late(offices: Offices, person_id: int, clock: Clock) -> int:
    """Submitted on the 2nd, lying at the desk until the 16th: for five working days, to the 9th."""
    ticket_id = to_desk(person_id, offices)
    clock(on(16))
    forget()
    with transaction():
        desk.assign(offices.desk, ticket_id, None, Office(offices.village_id))
    clock(on(16, 11))
    forget()
    return ticket_id


def card(ticket_id: int, party: Party) -> dict:
    ticket = db.session.get_one(Ticket, ticket_id)
    return serializers.cards([ticket], {party})[0]


def test_the_villager_reads_the_promise_and_who_does_it_until_when(given_late: int) -> None:
    seen = card(given_late, Party.AUTHOR)
    assert seen["light"]["code"] == "late"
    assert seen["due_text"] == "过了 6 天，还没办完；第1村要在11月23日（周一）下午前办完"
    assert seen["due_at"] == on(9, 18)


def test_the_cadre_reads_the_own_clock(client, offices: Offices, given_late: int, clock) -> None:
    seen = card(given_late, Party.HANDLER)
    assert (seen["light"]["code"], seen["due_text"]) == ("soon", "还有 4 小时要签收")
    assert seen["due_at"] == on(23, 18)
    story = serializers.detail(db.session.get_one(Ticket, given_late), {Party.HANDLER}, [])
    assert story["time_shares"] == "县诉求受理中心 14 天，第1村 2 小时"
    assert open_phone(client, offices.cadre_id)


def test_the_author_is_not_told_how_long_it_lay_where(given_late: int) -> None:
    story = serializers.detail(db.session.get_one(Ticket, given_late), {Party.AUTHOR}, [])
    assert story["time_shares"] is None


def test_the_county_reads_both_clocks_and_the_desks_share_beside_what_is_late(
    client, offices: Offices, given_late: int
) -> None:
    staff = sit_down(client, offices.desk.person_id)
    for page in ("?view=running", f"/{given_late}", f"/{given_late}/print"):
        seen = staff.get(f"/console/tickets{page}").text
        assert "11月9日 18:00，已过 6 天" in seen, page
    assert "县诉求受理中心 14 天，第1村 2 小时" in staff.get("/console/tickets?view=running").text


def test_an_imported_order_shows_what_passed_before_it_came(offices: Offices, clock: Clock) -> None:
    clock(on(30))
    said = TicketRequest(TicketKind.HELP, "路灯不亮", offices.village_id)
    with transaction():
        ticket = intake.open_ticket(
            said, Channel.HOTLINE, on(1), source="市12345", source_number="A1",
            hotline_due_at=on(20),
        )  # fmt: skip
    at = clock(on(30, 9, 1))
    assert card(ticket.id, Party.HANDLER)["light"]["code"] != "late"
    (shown,) = serializers.cards_of_both([ticket], {Party.DESK}, at)
    assert shown["citizen_text"] == "村民期限 11月20日 09:00，已过 10 天"
    assert shown["time_shares"] == "转来之前 29 天，第1村 1 分钟"


def test_the_leaders_screen_shows_the_desks_own_lateness(
    client, offices: Offices, person_id: int, clock: Clock
) -> None:
    to_desk(person_id, offices)
    at = clock(on(9))
    leader = sit_down(client, make_staff(Role.LEADER, offices.county.id, "leader"))
    seen = leader.get("/console/leader").text
    assert "1 件诉求超时，其中县诉求受理中心没派出去的 1 件" in seen
    assert "超时 5 天没派单" in seen
    assert at - timedelta(days=7) == on(2)
    # And so do the board and the list.
    staff = sit_down(client.application.test_client(), offices.desk.person_id)
    assert (
        "1 件诉求超时，其中县诉求受理中心没派出去的 1 件，在 1 个单位"
        in staff.get("/console/tickets/board").text
    )
    assert "超时 5 天没派单" in staff.get("/console/tickets?view=late").text


def test_time_that_passed_with_one_office_after_another_is_added_up(
    offices: Offices, given_late: int, clock: Clock
) -> None:
    at = clock(on(20))
    ticket = db.session.get_one(Ticket, given_late)
    found = shares.spells(
        ticket,
        shares.turns_by_ticket([given_late])[given_late],
        serializers.names_for([ticket]),
        at,
    )
    assert [spell.length for spell in found] == [timedelta(days=14), timedelta(days=4)]
    assert county_clock.now() == at
    assert offices.village_id == ticket.unit_region_id
