"""Two clocks and months made of events: what a unit is late with stays with it, no more."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from backend.app.core import clock as county_clock
from backend.app.core.db import db, transaction
from backend.app.places.reorganisation import merge_villages
from backend.app.scorecards.facts import VillageFacts, gather
from backend.app.tickets import author, handling, supervision
from backend.app.tickets.clocks.working_calendar import fill_year
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.errors import TooLateToExtend
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.intake import operations as intake
from backend.app.tickets.intake.hotline import ORDERS
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.kinds import Channel, TicketKind
from backend.app.tickets.models import Ticket, TicketTurn
from backend.app.tickets.rules.queries import clock_of
from backend.app.tickets.rules.routing import Office
from tests.factories.console import make_staff
from tests.factories.county import Role, bind, grant_role, make_person
from tests.factories.imports import Desk
from tests.factories.tickets import Offices, as_actor, forget

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
MINUTE = timedelta(minutes=1)
Clock = Callable[..., datetime]


def turns_of(ticket_id: int) -> list[TicketTurn]:
    """Every office's turn, in order."""
    query = select(TicketTurn).where(TicketTurn.ticket_id == ticket_id)
    return list(db.session.scalars(query.order_by(TicketTurn.id)))


def on(day: int, hour: int = 9, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=county_clock.COUNTY_ZONE)


@pytest.fixture
def clock(stop_clock) -> Clock:
    """Shows the county's one clock an instant."""

    def show(at: datetime) -> datetime:
        stop_clock(at)
        return at

    show(on(2))
    return show


@pytest.fixture
def person_id(offices: Offices) -> int:
    found = make_person()
    bind(found, offices.county)
    return found


def opened(person_id: int, offices: Offices, **more) -> int:
    with transaction():
        return intake.submit(
            person_id,
            uuid4(),
            TicketRequest(TicketKind.HELP, "村口路灯不亮", offices.village_id, **more),
        ).id


def do(act: Callable, actor, ticket_id: int, *more):
    """One act on the newest version."""
    forget()
    with transaction():
        return act(actor, ticket_id, version(ticket_id), *more)


def version(ticket_id: int) -> int:
    return db.session.get_one(Ticket, ticket_id).version


def facts(offices: Offices, month: date = NOVEMBER, village: int = 0) -> VillageFacts:
    with transaction():
        found = gather(month, [offices.county.id], county_clock.now())
    return next(one for one in found if one.village_id == offices.county.village_ids[village])


def signed(person_id: int, offices: Offices) -> int:
    ticket_id = opened(person_id, offices)
    do(handling.sign, offices.cadre, ticket_id)
    return ticket_id


def reply(offices: Offices, ticket_id: int, result: str = "done") -> None:
    do(handling.reply, offices.cadre, ticket_id, result, WrittenReply("换好了"))


def to_desk(person_id: int, offices: Offices) -> int:
    """A report waits for the desk."""
    with transaction():
        return intake.submit(
            person_id, uuid4(), TicketRequest(TicketKind.REPORT, "有人占了水渠", offices.village_id)
        ).id


def give(offices: Offices, ticket_id: int) -> None:
    do(desk.assign, offices.desk, ticket_id, Office(offices.village_id))


# The clock of whom a ticket reaches


def test_an_order_that_is_imported_late_is_not_late_in_the_village(
    offices: Offices, clock: Clock
) -> None:
    clock(on(30))
    heading = "工单编号,诉求内容,所属村,类型,受理时间,办结时限"
    order = "A1,路灯不亮,第1村,求助,2026-11-01 09:00,2026-11-20"
    Desk(offices.desk, offices.county.id, ORDERS).bring(f"{heading}\n{order}\n")
    ticket = db.session.query(Ticket).one()
    clock(on(30, 9, 1))
    assert ticket.assigned_at == on(30)
    assert ticket.due_at == on(7, 18, month=12)
    # The hotline's own limit is the citizen's.
    assert ticket.citizen_due_at == on(21, 0)
    clock(on(1, 0, month=12))
    assert facts(offices).counts == {}


@pytest.mark.parametrize("way", ["assign", "hand_over", "hand_back", "released"])
def test_a_units_clock_starts_when_the_ticket_reaches_it(
    offices: Offices, person_id: int, clock: Clock, way: str
) -> None:
    if way == "assign":
        ticket_id = to_desk(person_id, offices)
    else:
        ticket_id = opened(person_id, offices)
        do(desk.assign, offices.desk, ticket_id, Office(department_id=offices.department_id))
    if way == "hand_back":
        clock(on(10))
        do(handling.hand_back, offices.department, ticket_id, WrittenReply("不归我们管"))
    if way == "released":
        other = to_desk(person_id, offices)
        do(desk.merge, offices.desk, ticket_id, other)
        clock(on(10))
        do(desk.release, offices.desk, ticket_id)
    clock(on(16))
    give(offices, ticket_id)
    ticket = db.session.get_one(Ticket, ticket_id)
    assert (ticket.assigned_at, ticket.due_at) == (on(16), on(23, 18))
    assert ticket.sign_due_at == on(16, 15, 30)
    assert ticket.citizen_due_at < on(16)
    clock(on(1, 0, month=12))
    found = facts(offices)
    # Late since the 17th and the 23rd, not since the 3rd and the 9th.
    assert (found.counts["response"], found.counts["on_time"]) == ([0, 1], [0, 1])
    assert found.open_waits == [clock_of(offices.county.id).between(on(16), on(30, 23)) // MINUTE]


def test_a_reopened_ticket_has_a_clock_from_then_on(
    offices: Offices, person_id: int, clock: Clock
) -> None:
    ticket_id = signed(person_id, offices)
    reply(offices, ticket_id)
    clock(on(20))
    do(desk.reopen_by_desk, offices.desk, ticket_id, "还是不亮")
    ticket = db.session.get_one(Ticket, ticket_id)
    assert (ticket.due_at, ticket.citizen_due_at) == (on(27, 18), on(27, 18))


def test_a_ticket_of_a_village_that_was_merged_goes_on_in_the_other_with_its_own_clock(
    offices: Offices, person_id: int, clock: Clock
) -> None:
    ticket_id = signed(person_id, offices)
    clock(on(20))
    boss = as_actor(
        make_staff(Role.COUNTY_MANAGER, offices.county.id, "boss"), Role.COUNTY_MANAGER,
        offices.county.id,
    )  # fmt: skip
    with transaction():
        merge_villages(boss, offices.village_id, offices.county.village_ids[1])
    assert supervision.follow_merged_villages() == 1
    assert supervision.follow_merged_villages() == 0
    ticket = db.session.get_one(Ticket, ticket_id)
    assert (ticket.unit_region_id, ticket.due_at) == (offices.county.village_ids[1], on(27, 18))
    clock(on(1, 0, month=12))
    # Late since the 9th stays with the first; the 27th is the other's.
    assert facts(offices).counts["on_time"] == [0, 1]
    assert facts(offices, village=1).counts["on_time"] == [0, 1]


def test_the_desk_has_one_working_day_and_is_late_by_itself(
    offices: Offices, person_id: int, clock: Clock
) -> None:
    ticket_id = to_desk(person_id, offices)
    ticket = db.session.get_one(Ticket, ticket_id)
    assert ticket.due_at == on(3, 18)
    clock(on(9))
    give(offices, ticket_id)
    at_desk, in_village = turns_of(ticket_id)
    assert (at_desk.unit_region_id, at_desk.started_at, at_desk.ended_at) == (None, on(2), on(9))
    assert in_village.started_at == on(9)
    clock(on(1, 0, month=12))
    assert facts(offices).counts["on_time"] == [0, 1]


def test_a_calendar_moves_both_clocks_but_nothing_that_has_passed(
    offices: Offices, person_id: int, clock: Clock
) -> None:
    late, running = opened(person_id, offices), None
    clock(on(16))
    running = opened(person_id, offices)
    boss = as_actor(
        make_staff(Role.COUNTY_MANAGER, offices.county.id, "boss"), Role.COUNTY_MANAGER,
        offices.county.id,
    )  # fmt: skip
    with transaction():
        days = {date(2026, 11, day): (False, "放假") for day in (5, 18)}
        fill_year(boss, offices.county.id, 2026, days)
    forget()
    old, new = (db.session.get_one(Ticket, one) for one in (late, running))
    assert old.due_at == on(9, 18)
    assert (new.due_at, new.citizen_due_at) == (on(24, 18), on(24, 18))


# What happened in a month stays in it


@pytest.mark.parametrize("later", ["withdraw", "decline", "archive", "hand_back", "reassign"])
def test_what_was_late_stays_late_whatever_comes_after(
    offices: Offices, person_id: int, clock: Clock, later: str
) -> None:
    ticket_id = signed(person_id, offices)
    clock(on(17))
    if later == "withdraw":
        do(author.withdraw, as_actor(person_id, Role.CADRE, 0), ticket_id)
    elif later == "reassign":
        do(desk.assign, offices.desk, ticket_id, Office(department_id=offices.department_id))
    elif later == "archive":
        do(author.withdraw, as_actor(person_id, Role.CADRE, 0), ticket_id)
        do(desk.archive, offices.desk, ticket_id)
    else:
        do(handling.hand_back, offices.cadre, ticket_id, WrittenReply("不归我们管"))
        if later == "decline":
            do(desk.decline, offices.desk, ticket_id, "不归县里管")
    found = facts(offices)
    assert (found.counts["response"], found.counts["on_time"]) == ([0, 1], [0, 1])
    assert found.cases["late"] == [ticket_id]


@pytest.mark.parametrize("how", ["withdraw", "decline", "hand_back"])
@pytest.mark.parametrize("archived", [False, True])
def test_what_ended_before_any_deadline_is_in_no_figure_not_even_archived(
    offices: Offices, person_id: int, clock: Clock, how: str, archived: bool
) -> None:
    ticket_id = signed(person_id, offices)
    clock(on(2, 11))
    if how == "withdraw":
        do(author.withdraw, as_actor(person_id, Role.CADRE, 0), ticket_id)
    else:
        do(handling.hand_back, offices.cadre, ticket_id, WrittenReply("不归我们管"))
        if how == "decline":
            do(desk.decline, offices.desk, ticket_id, "不归县里管")
    if archived and how != "hand_back":
        do(desk.archive, offices.desk, ticket_id)
    clock(on(1, 0, month=12))
    found = facts(offices)
    assert (found.counts, found.waits, found.open_waits) == ({}, [], [])


def test_reopening_erases_neither_lateness_nor_an_unhappy_verdict(
    offices: Offices, person_id: int, clock: Clock
) -> None:
    ticket_id, me = signed(person_id, offices), as_actor(person_id, Role.CADRE, 0)
    clock(on(12))
    reply(offices, ticket_id)
    do(author.give_verdict, me, ticket_id, "not", 4)
    clock(on(1, 0, month=12))
    before = facts(offices)
    clock(on(2, month=12))
    do(author.reopen, me, ticket_id, "还是不亮")
    after = facts(offices)
    assert after.canonical() == before.canonical()
    assert after.counts["on_time"] == [0, 1]
    assert after.counts["resolution"] == [0, 0, 1]


def test_more_time_is_given_before_the_deadline_and_never_after(
    offices: Offices, person_id: int, clock: Clock
) -> None:
    ticket_id, written = signed(person_id, offices), WrittenReply("等配件")
    clock(on(9, 17, 59))
    do(handling.request_extension, offices.cadre, ticket_id, 3, written)
    clock(on(9, 18, 1))
    with pytest.raises(TooLateToExtend):
        do(desk.decide_extension, offices.desk, ticket_id, True, None)
    do(desk.decide_extension, offices.desk, ticket_id, False, "已过期限")
    clock(on(17))
    with pytest.raises(TooLateToExtend):
        do(handling.request_extension, offices.cadre, ticket_id, 3, written)
    assert db.session.get_one(Ticket, ticket_id).due_at == on(9, 18)


def test_a_merged_ticket_gives_its_unit_a_verdict_and_no_second_deadline(
    offices: Offices, person_id: int, clock: Clock
) -> None:
    main, second = signed(person_id, offices), opened(person_id, offices)
    do(desk.merge, offices.desk, second, main)
    clock(on(4))
    reply(offices, main)
    do(author.give_verdict, as_actor(person_id, Role.CADRE, 0), second, "solved", 1)
    found = facts(offices)
    assert found.counts["on_time"] == [1, 0]
    assert found.counts["resolution"] == [1, 0, 0]


def test_a_question_asked_before_the_deadline_stops_the_clock_into_the_next_month(
    offices: Offices, person_id: int, clock: Clock
) -> None:
    clock(on(24))
    ticket_id = signed(person_id, offices)
    clock(on(30))
    do(handling.ask, offices.cadre, ticket_id, WrittenReply("是哪一盏？"))
    clock(on(1, 0, month=12))
    before = facts(offices)
    assert "on_time" not in before.counts
    clock(on(3, month=12))
    do(author.supplement, as_actor(person_id, Role.CADRE, 0), ticket_id, "第三盏")
    assert db.session.get_one(Ticket, ticket_id).due_at == on(4, 18, month=12)
    assert facts(offices).canonical() == before.canonical()


def test_an_entry_by_telephone_runs_from_when_it_reaches_the_unit(
    offices: Offices, clock: Clock
) -> None:
    said = TicketRequest(TicketKind.HELP, "路灯不亮", offices.village_id, contact_name="张")
    clock(on(16))
    with transaction():
        ticket = intake.open_ticket(said, Channel.PHONE, on(2), proxy_id=offices.desk.person_id)
    assert (ticket.citizen_due_at, ticket.due_at) == (on(9, 18), on(23, 18))


def test_a_cadre_of_two_villages_keeps_the_turns_apart(
    offices: Offices, person_id: int, clock: Clock
) -> None:
    grant_role(offices.cadre_id, Role.CADRE, offices.county.village_ids[1])
    ticket_id = signed(person_id, offices)
    clock(on(20))
    do(desk.assign, offices.desk, ticket_id, Office(offices.county.village_ids[1]))
    clock(on(1, 0, month=12))
    # A neighbour that handles another village's matter is not scored by it.
    assert facts(offices, village=1).counts == {}
    assert facts(offices).counts["on_time"] == [0, 1]
    assert timedelta(days=18) == turns_of(ticket_id)[0].ended_at - on(2)
