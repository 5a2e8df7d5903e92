"""数字化城管 (UM): one list of classes, two axes, dispatch, time, four numbers, scores by count."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from backend.app.access import Actor, Grant, Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.tickets import handling, supervision
from backend.app.tickets.city import case_operations as cases
from backend.app.tickets.city import operations as city
from backend.app.tickets.city.figures import office_cases
from backend.app.tickets.city.queries import list_classes, missing_classes
from backend.app.tickets.clocks.deadlines import DeadlineLimit, Unit
from backend.app.tickets.desk import export_rows
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.intake.proxies import enter
from backend.app.tickets.kinds import Channel, TicketKind
from backend.app.tickets.models import TicketTurn
from backend.app.tickets.rules.routing import Office
from tests.factories.city import LAMP, TRASH, handle, office_facts, seen, ticket
from tests.factories.console import make_staff, sit_down
from tests.factories.county import OPENED_ON, make_county, make_person
from tests.factories.tickets import as_actor, forget, submit, villager


def refusal(act, *args) -> str:
    forget()
    try:
        with transaction():
            act(*args)
    except DomainError as refused:
        return type(refused).__name__
    return "may"


def test_um01_who_handles_never_verifies_over_all_roles_and_acts(offices) -> None:
    """The desk receives and verifies, units handle; nobody does both to one case."""
    county, case = offices.county, seen(offices)
    handle(offices, case)
    both = make_person()
    people: dict[str, Actor] = {
        **{role.value: as_actor(make_person(), role, county.id) for role in Role
           if role not in (Role.DEPARTMENT_STAFF, Role.CADRE, Role.TOWNSHIP_STAFF)},
        "cadre": offices.cadre, "township": offices.township, "handler": offices.department,
        "handler at the desk": Actor(
            both, (Grant(Role.COUNTY_STAFF, county.id, OPENED_ON),
                   Grant(Role.DEPARTMENT_STAFF, county.id, OPENED_ON, None, offices.department_id)),
        ),
        "handled before, now at the desk": as_actor(
            offices.department.person_id, Role.COUNTY_STAFF, county.id
        ),
    }  # fmt: skip
    verdicts = {}
    for name, actor in people.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cases, "record", lambda *_, **__: None)
            forget()
            try:
                cases.verify(actor, case, None, "看过")
                verdicts[name] = "may"
            except DomainError as refused:
                verdicts[name] = type(refused).__name__
            db.session.rollback()
    assert {name for name, verdict in verdicts.items() if verdict == "may"} == {
        "county_staff", "county_manager",
    }  # fmt: skip
    assert verdicts["handler at the desk"] == "HandlerVerifies"
    assert verdicts["handled before, now at the desk"] == "HandlerVerifies"
    acts = {
        "sign": lambda: handling.sign(offices.desk, case, None),
        "reply": lambda: handling.reply(offices.desk, case, None, "done", WrittenReply("好了")),
        "reopen": lambda: desk.reopen_by_desk(offices.department, case, None, "再办"),
        "close": lambda: desk.close_unsolved(offices.department, case, None, "办不了"),
    }
    assert {name: refusal(act) for name, act in acts.items()} == dict.fromkeys(acts, "NotYours")


def test_um01_a_handled_case_waits_for_eyes_on_the_spot_and_never_for_silence(
    offices, stop_clock
) -> None:
    case = seen(offices)
    handle(offices, case)
    for days in (8, 40):
        stop_clock(clock.now() + timedelta(days=days))
        forget()
        supervision.ask_again()
        supervision.close_silent()
    assert ticket(case).state == "answered"
    with pytest.raises(InvalidInput), transaction():
        desk.follow_up(offices.desk, case, None, "solved", None)
    forget()
    with transaction():
        cases.verify(offices.desk, case, None, "灯亮了")
    row = ticket(case)
    assert (row.state, row.outcome, row.verdict) == ("resolved", "verified", None)


def test_um01_what_is_not_done_is_sent_back_and_counted(offices) -> None:
    case = seen(offices)
    handle(offices, case)
    forget()
    with transaction():
        desk.reopen_by_desk(offices.desk, case, None, "灯还是不亮")
    handle(offices, case)
    facts = office_facts(offices)
    assert facts.counts["city_redone"] == [1, 1]


def test_um02_what_the_public_reports_by_telephone_is_a_case_of_the_same_kind(offices) -> None:
    request = TicketRequest(
        TicketKind.HELP, "村口路灯不亮", offices.village_id, contact_name="老张"
    )
    with transaction():
        told = enter(offices.desk, Channel.PHONE, request, LAMP).id
    found = seen(offices)
    assert ticket(told).city_class_id == ticket(found).city_class_id
    assert office_facts(offices).counts["city_found"] == [1, 1]


def test_um04_the_list_is_looked_at_loaded_once_and_switched_off_again(app, offices) -> None:
    county = make_county(code="610527", name="大荔县")
    boss = make_staff(Role.COUNTY_MANAGER, county.id, "boss")
    page = sit_down(app.test_client(), boss)
    preview = page.get("/console/tickets/city-classes").text
    assert "将要载入 143 类" in preview
    assert "上水井盖" in preview
    assert "示例" in preview
    assert list_classes(county.id) == []
    assert page.post("/console/tickets/city-classes/load").status_code == 302
    forget()
    rows = list_classes(county.id)
    kinds = [(row.kind, row.is_example) for row in rows]
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counts == {
        ("part", False): 79, ("part", True): 8, ("event", False): 54, ("event", True): 2,
    }  # fmt: skip
    manager = as_actor(boss, Role.COUNTY_MANAGER, county.id)
    with transaction():
        city.set_dispatch(manager, county.id, LAMP, "locality", None)
    page.post("/console/tickets/city-classes/load")
    forget()
    assert (len(list_classes(county.id)), missing_classes(county.id)) == (143, [])
    lamp = next(row for row in list_classes(county.id) if row.code == LAMP)
    assert lamp.first_office == "locality"
    page.post("/console/tickets/city-classes/used", codes=[LAMP, TRASH], used="0")
    forget()
    assert {row.code for row in list_classes(county.id) if not row.is_used} == {LAMP, TRASH}
    assert LAMP not in page.get("/console/tickets/new").text
    page.post("/console/tickets/city-classes/used", codes=[LAMP], used="1")
    assert LAMP in page.get("/console/tickets/new").text


def test_um04_a_case_is_found_by_its_class_and_written_into_the_file(app, offices) -> None:
    lamp, trash = seen(offices), seen(offices, TRASH)
    page = sit_down(app.test_client(), offices.desk.person_id)

    def listed(wanted: str) -> set[str]:
        shown = page.get(f"/console/tickets?view=all&city_class={wanted}").text
        return {ticket(i).number for i in (lamp, trash) if ticket(i).number in shown}

    both = {ticket(lamp).number, ticket(trash).number}
    assert listed(LAMP) == {ticket(lamp).number}
    assert listed("event") == {ticket(trash).number}
    assert listed("part") == {ticket(lamp).number}
    assert listed("") == both
    scope = desk_queries.scope_of(offices.desk)
    rows = export_rows.rows_of(scope, desk_queries.TicketFilters("all", city_class=LAMP))
    assert [(row[0], row[-2], row[-1]) for row in rows] == [(ticket(lamp).number, LAMP, "路灯")]
    assert len(rows[0]) == len(export_rows.COLUMNS)


def test_um04_the_desk_makes_a_villagers_request_a_case_and_the_class_is_checked(
    app, client, offices
) -> None:
    sent = submit(villager(client, offices.county), offices).json["id"]
    page = sit_down(app.test_client(), offices.desk.person_id)
    page.post(f"/console/tickets/{sent}/city_class", city_class=LAMP)
    assert "B0118 路灯" in page.get(f"/console/tickets/{sent}").text
    wrong = page.post(f"/console/tickets/{sent}/city_class", city_class="B9999")
    assert wrong.status_code == 422
    assert "没有这个部件或事件" in wrong.text
    with pytest.raises(InvalidInput), transaction():
        enter(
            offices.desk, Channel.PATROL,
            TicketRequest(TicketKind.HELP, "看到的", offices.village_id), None,
        )  # fmt: skip


def test_um05_owner_first_then_the_locality_as_each_class_says(offices) -> None:
    """An owner with nobody in it is passed over; who has no owner goes to the township."""
    county_id, township = offices.county.id, offices.county.township_ids[0]

    def first() -> tuple[int | None, int | None]:
        row = ticket(seen(offices))
        return row.unit_region_id, row.unit_department_id

    assert first() == (None, offices.department_id)
    with transaction():
        city.set_dispatch(offices.desk, county_id, LAMP, "locality", offices.department_id)
    assert first() == (township, None)
    with transaction():
        city.set_dispatch(offices.desk, county_id, LAMP, "owner", None)
    assert first() == (township, None)
    with transaction() as session:
        session.execute(text("DELETE FROM role_grant WHERE role = 'township_staff'"))
        city.set_dispatch(offices.desk, county_id, LAMP, "locality", offices.department_id)
    assert first() == (None, offices.department_id)


def test_um06_each_unit_has_its_own_time_and_what_is_running_keeps_what_it_began_with(
    offices, stop_clock
) -> None:
    stop_clock(clock.now() + timedelta(minutes=1))
    county_id = offices.county.id
    hours = DeadlineLimit(6 * 60, Unit.CLOCK_MINUTES)
    before = seen(offices)
    began = ticket(before).due_at
    with transaction():
        city.set_limit(offices.desk, county_id, LAMP, Office(), hours)
        city.set_limit(
            offices.desk, county_id, LAMP, Office(department_id=offices.department_id),
            DeadlineLimit(2 * 60, Unit.CLOCK_MINUTES),
        )  # fmt: skip
    stop_clock(clock.now() + timedelta(minutes=1))
    bureau = ticket(seen(offices))
    assert bureau.due_at - bureau.created_at == timedelta(hours=2)
    with transaction():
        city.set_dispatch(offices.desk, county_id, LAMP, "locality", None)
    township = ticket(seen(offices))
    assert township.due_at - township.created_at == timedelta(hours=6)
    assert ticket(before).due_at == began
    stop_clock(clock.now() + timedelta(hours=3))
    handle(offices, bureau.id)
    forget()
    turn = db.session.scalars(
        select(TicketTurn).where(
            TicketTurn.ticket_id == bureau.id, TicketTurn.answered_at.is_not(None)
        )
    ).one()
    assert turn.answered_at > turn.due_at


def test_um06_what_a_village_handles_counts_for_it_and_for_its_township(
    offices, stop_clock
) -> None:
    start = clock.now().replace(day=3, hour=2, minute=0, second=0, microsecond=0)
    stop_clock(start)
    by_village, by_township = seen(offices), seen(offices)
    for case, office in (
        (by_village, Office(offices.village_id)),
        (by_township, Office(offices.county.township_ids[0])),
    ):
        version = ticket(case).version
        with transaction():
            desk.assign(offices.desk, case, version, office, "属地先办")
    stop_clock(start + timedelta(hours=3))
    handle(offices, by_village, offices.cadre)
    stop_clock(start + timedelta(hours=5))
    handle(offices, by_township, offices.township)
    forget()
    month = clock.today().replace(day=1)
    counted = office_cases(month, month, offices.county.id, clock.now() + timedelta(seconds=1))
    village = counted[offices.village_id, None]
    assert (village.counts["city_handled"], village.waits) == ([1, 0], [3 * 60])
    township = counted[offices.county.township_ids[0], None]
    assert (township.counts["city_handled"], township.waits) == ([2, 0], [3 * 60, 5 * 60])
    assert township.counts["city_found"] == [2, 0]


def test_um09_one_instance_serves_every_level_and_lower_ones_build_none(app, offices) -> None:
    """A township's clerk works in the county's own pages, with the county's classes."""
    town = sit_down(app.test_client(), offices.township.person_id)
    assert LAMP in town.get("/console/tickets/new").text
    assert town.get("/console/tickets/city").status_code == 200
    assert town.get("/console/tickets/city-classes").status_code == 403
    assert refusal(city.load_classes, offices.township, offices.county.id) == "NotAllowed"
