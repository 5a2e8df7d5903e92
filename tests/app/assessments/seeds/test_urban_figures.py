"""数字化城管 (UM): four numbers beside those of before, and scores that are counted."""

import io
from datetime import UTC, date, datetime, timedelta

from openpyxl import load_workbook
from sqlalchemy import text

from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.library.loading_operations import create_from_template
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.queries import list_elements, list_groups, list_units
from backend.app.assessments.targets import operations as targets
from backend.app.assessments.targets.draft_operations import spread_common
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.places.models import Department
from backend.app.scoring.catalog import OFFICE_MEASURES
from backend.app.tickets.city.figures import figures_of
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.intake.proxies import enter
from backend.app.tickets.kinds import Channel, TicketKind
from backend.jobs import assessments as jobs
from tests.factories.assessments import office
from tests.factories.city import LAMP, handle, office_facts, seen, ticket
from tests.factories.console import sit_down
from tests.factories.county import OPENED_ON
from tests.factories.tickets import forget


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
    facts = office_facts(offices)
    assert facts.counts == {
        "city_found": [2, 0], "city_handled": [2, 0], "city_on_time": [1, 1],
        "city_redone": [0, 2],
    }  # fmt: skip
    assert facts.waits == [6 * 60, 20 * 24 * 60]
    assert set(OFFICE_MEASURES) == {
        "city_discovery_rate", "city_handling_rate", "city_on_time_rate", "city_handling_hours",
        "city_redo_rate",
    }  # fmt: skip


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
