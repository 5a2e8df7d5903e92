"""数字化城管 (UM): one list of classes, two axes, dispatch, time, four numbers, scores by count."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.loading_operations import create_from_template
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.queries import list_elements, list_groups, list_units
from backend.app.assessments.targets import operations as targets
from backend.app.assessments.targets.draft_operations import spread_common
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.places.models import Department
from backend.app.scoring.catalog import OFFICE_MEASURES
from backend.app.tickets import handling, supervision
from backend.app.tickets.city import case_operations as cases
from backend.app.tickets.city import operations as city
from backend.app.tickets.city.figures import figures_of, office_cases
from backend.app.tickets.city.queries import list_classes, missing_classes
from backend.app.tickets.clocks.deadlines import DeadlineLimit, Unit
from backend.app.tickets.desk import export_rows
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.intake.proxies import enter
from backend.app.tickets.kinds import Channel, TicketKind
from backend.app.tickets.models import Ticket, TicketTurn
from backend.app.tickets.rules.routing import Office
from backend.jobs import assessments as jobs
from tests.factories.assessments import office
from tests.factories.console import make_staff, sit_down
from tests.factories.county import OPENED_ON, make_county, make_person
from tests.factories.tickets import Offices, as_actor, forget, make_offices, submit, villager

LAMP, TRASH, HOLE = "B0118", "S0102", "S0401"


@pytest.fixture
def offices(app: object) -> Offices:
    """The published list is loaded, and the water bureau owns the street lamps."""
    made = make_offices(make_county())
    with transaction():
        city.load_classes(made.desk, made.county.id)
        city.set_dispatch(made.desk, made.county.id, LAMP, "owner", made.department_id)
    return made


def seen(offices: Offices, code: str = LAMP, village: int | None = None) -> int:
    """Somebody of the desk sees a part or an event on a round."""
    request = TicketRequest(TicketKind.HELP, "巡查看到的", village or offices.village_id)
    with transaction():
        return enter(offices.other_desk, Channel.PATROL, request, code).id


def ticket(ticket_id: int) -> Ticket:
    forget()
    return db.session.get_one(Ticket, ticket_id)


def handle(offices: Offices, ticket_id: int, by: Actor | None = None) -> None:
    """The water bureau, or whoever it lies with, says it is done."""
    who = by or offices.department
    for act in (
        lambda version: handling.sign(who, ticket_id, version),
        lambda version: handling.reply(who, ticket_id, version, "done", WrittenReply("修好了")),
    ):
        version = ticket(ticket_id).version
        with transaction():
            act(version)


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
    facts = _office_facts(offices)
    assert facts.counts["city_redone"] == [1, 1]


def _office_facts(offices: Offices):
    today = clock.today().replace(day=1)
    until = clock.now() + timedelta(seconds=1)
    forget()
    return office_cases(today, today, offices.county.id, until)[None, offices.department_id]


def test_um02_what_the_public_reports_by_telephone_is_a_case_of_the_same_kind(offices) -> None:
    request = TicketRequest(
        TicketKind.HELP, "村口路灯不亮", offices.village_id, contact_name="老张"
    )
    with transaction():
        told = enter(offices.desk, Channel.PHONE, request, LAMP).id
    found = seen(offices)
    assert ticket(told).city_class_id == ticket(found).city_class_id
    assert _office_facts(offices).counts["city_found"] == [1, 1]


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


def test_um07_the_four_numbers_stand_beside_those_of_before(app, offices, stop_clock) -> None:
    start = clock.now().replace(day=3, hour=2, minute=0, second=0, microsecond=0)
    stop_clock(start)
    request = TicketRequest(TicketKind.HELP, "路灯不亮", offices.village_id, contact_name="张")
    with transaction():
        told = enter(offices.desk, Channel.PHONE, request, LAMP).id
    found = [seen(offices) for _ in range(3)]
    stop_clock(start + timedelta(hours=6))
    for case in found:
        handle(offices, case)
    stop_clock(start + timedelta(hours=30))
    forget()
    month = clock.local_day(start).replace(day=1)
    figures = figures_of(offices.county.id, month, month)
    assert (figures.cases, figures.seen, figures.handled) == (4, 3, 3)
    assert (figures.discovery_rate, figures.handling_rate) == (75, 75)
    assert (figures.handled_a_month, figures.hours) == (3, 6)
    assert ticket(told).state == "assigned"
    empty = figures_of(offices.county.id, date(2020, 1, 1), date(2020, 1, 1))
    assert (empty.discovery_rate, empty.hours) == (None, None)

    page = sit_down(app.test_client(), offices.desk.person_id)
    entered = {
        "discovery_rate": "15", "handling_rate": "30", "handled_a_month": "160",
        "handling_hours": "168", "time_words": "建成以前", "source": "2010年总结",
    }  # fmt: skip
    wrong = page.post("/console/tickets/city", **{**entered, "source": ""})
    assert wrong.status_code == 422
    assert "出自哪份材料" in wrong.text
    assert page.post("/console/tickets/city", **entered).status_code == 302
    shown = page.get("/console/tickets/city").text
    assert "建成以前（2010年总结）" in shown
    assert "3/4 件" in shown
    assert "160" in shown
    by_data = page.get("/console/tickets/city?before=data&before_from=2020-01&before_to=2020-02")
    assert "2020年1月—2020年2月" in by_data.text
    assert "0/0 件" in by_data.text
    book = load_workbook(io.BytesIO(page.get("/console/tickets/city.xlsx").data))
    first = [cell.value for cell in book["四项"][2]]
    assert first == ["发现率", "%", 15, "录入", 75, "3/4 件"]


def test_um08_the_score_of_an_office_comes_from_its_cases_alone(offices, stop_clock) -> None:
    """Every figure is counted; nobody types one."""
    start = clock.now().replace(day=3, hour=2, minute=0, second=0, microsecond=0)
    stop_clock(start)
    quick, late = seen(offices), seen(offices)
    stop_clock(start + timedelta(hours=6))
    handle(offices, quick)
    stop_clock(start + timedelta(days=20))
    handle(offices, late)
    facts = _office_facts(offices)
    assert facts.counts == {
        "city_found": [2, 0], "city_handled": [2, 0], "city_on_time": [1, 1],
        "city_redone": [0, 2],
    }  # fmt: skip
    assert facts.waits == [6 * 60, 20 * 24 * 60]
    assert set(OFFICE_MEASURES) == {
        "city_discovery_rate", "city_handling_rate", "city_on_time_rate", "city_handling_hours",
        "city_redo_rate",
    }  # fmt: skip


def test_um09_one_instance_serves_every_level_and_lower_ones_build_none(app, offices) -> None:
    """A township's clerk works in the county's own pages, with the county's classes."""
    town = sit_down(app.test_client(), offices.township.person_id)
    assert LAMP in town.get("/console/tickets/new").text
    assert town.get("/console/tickets/city").status_code == 200
    assert town.get("/console/tickets/city-classes").status_code == 403
    assert refusal(city.load_classes, offices.township, offices.county.id) == "NotAllowed"


def test_um08_the_template_loads_as_a_draft_and_every_figure_is_counted_by_night(
    app, offices, stop_clock
) -> None:
    """Handling offices are the units; nobody fills anything in."""
    county_id = offices.county.id
    clerk, boss = office(offices.county), office(offices.county, approves=True)
    with transaction() as session:
        session.add(Department(county_id=county_id, name="县数据局", opened_on=OPENED_ON))
        basics = ProgrammeBasics("2026年数字化城市管理", 2026, "文〔2026〕1号", "计划2026-05")
        made = create_from_template(clerk, county_id, basics, "urban_management")
        programme_id = made.id
    forget()
    groups = {group.id: group.name for group in list_groups(programme_id)}
    units = {groups[unit.group_id]: unit for unit in list_units(programme_id)}
    assert units["处置部门"].department_id == offices.department_id
    assert units["属地镇街"].region_id == offices.county.township_ids[0]
    elements = [row for row in list_elements(programme_id) if row.parent_id]
    assert all(row.source.startswith("own:") for row in elements)
    assert sum(row.points for row in elements) == 100
    with transaction():
        spread_common(clerk, programme_id)
        programmes.mark_tried(clerk, programme_id)
    with transaction():
        programmes.approve_programme(boss, programme_id, "同意")
    with transaction():
        targets.issue_programme(clerk, programme_id)
    stop_clock(datetime(2026, 11, 3, 2, tzinfo=UTC))
    found = [seen(offices) for _ in range(2)]
    stop_clock(datetime(2026, 11, 3, 8, tzinfo=UTC))
    for case in found:
        handle(offices, case)
    stop_clock(datetime(2026, 11, 4, tzinfo=UTC))
    forget()
    jobs.pull_measures()
    measured = {
        row.code: (row.value, row.origin)
        for row in db.session.execute(
            text(
                "SELECT e.code, f.value, f.origin FROM measure_fact f"
                " JOIN programme_element e ON e.id = f.element_id"
                " WHERE f.period = '2026-11-01' AND f.unit_id = :unit"
            ),
            {"unit": units["处置部门"].id},
        )
    }
    assert {code: value for code, (value, _) in measured.items()} == {
        "FX01": 100, "CZ01": 100, "CZ02": 100, "CZ03": 6, "HC01": 0,
    }  # fmt: skip
    assert measured["CZ03"][1] == "处置时长，2 件部件、事件"
