"""年终自评: confirmed all at once or line by line, in January until the tenth working day."""

from decimal import Decimal

import pytest

from backend.app.access import Role
from backend.app.assessments.errors import ProgrammeMoved
from backend.app.assessments.reports import self_operations
from backend.app.assessments.reports.errors import NotYourUnit, WindowMoved
from backend.app.assessments.reports.operations import ReportLine
from backend.app.assessments.reports.self_operations import YearLine, confirm_year
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput, NotAllowed, NotFound
from tests.app.assessments.acting import accept_all, open_month, send
from tests.app.assessments.test_report_pages import MOST, seat, statements
from tests.factories.assessed import YEAR, Assessed, add_target, at, issue
from tests.factories.console import as_shown
from tests.factories.county import make_person
from tests.factories.tickets import as_actor, forget

PAGE = "/console/assessments/self"


@pytest.fixture
def year(assessed: Assessed) -> Assessed:
    """A target with an accepted value, one that the product measures, one of the bureau."""
    add_target(assessed)
    add_target(assessed, "A2", source="own:on_time_rate", owner=assessed.bureau_id)
    add_target(assessed, "A3", unit_id=assessed.bureau_unit)
    issue(assessed)
    open_month(11)
    send(assessed, ReportLine(assessed.targets["A1"], 0, Decimal(1100), "修了两条"), month=11)
    accept_all(assessed, 11)
    return assessed


def january(day: int = 5):
    return clock_at(at(1, day, year=YEAR + 1))


def test_all_is_confirmed_at_once_as_it_is_known(year: Assessed, scalar) -> None:
    with january(), transaction():
        assert confirm_year(year.town, year.town_unit, []) == 2
    said = "SELECT {} FROM self_assessment WHERE target_id = :id"
    assert scalar(said.format("value"), id=year.targets["A1"]) == 1100
    assert scalar(said.format("value"), id=year.targets["A2"]) is None


def test_another_figure_needs_its_reason_and_may_be_mended_until_the_end(year, scalar) -> None:
    target = year.targets["A1"]
    with january(), pytest.raises(InvalidInput) as refused:
        confirm_year(year.town, year.town_unit, [YearLine(target, Decimal(1200))])
    assert list(refused.value.errors) == [f"words_{target}"]
    forget()
    for value in (1200, 1150):
        with january(), transaction():
            line = YearLine(target, Decimal(value), "12月又完成一处")
            confirm_year(year.town, year.town_unit, [line])
    assert scalar("SELECT value FROM self_assessment WHERE target_id = :id", id=target) == 1150


def test_what_the_product_measures_is_not_typed(year: Assessed) -> None:
    target = year.targets["A2"]
    with january(), pytest.raises(InvalidInput) as refused:
        confirm_year(year.town, year.town_unit, [YearLine(target, Decimal(9), "自己数的")])
    assert list(refused.value.errors) == [f"value_{target}"]
    forget()
    with january(), pytest.raises(InvalidInput):
        confirm_year(year.town, year.town_unit, [YearLine(year.targets["A3"])])


def test_it_closes_on_the_tenth_working_day(year: Assessed) -> None:
    programme = self_operations.db.session.get(self_operations.Programme, year.programme_id)
    until = self_operations.assessed_until(programme)
    forget()
    assert until.hour == 18
    for when in (at(12, 31, 12), until):
        with clock_at(when), pytest.raises(WindowMoved):
            confirm_year(year.town, year.town_unit, [])
        forget()
    with transaction() as session:
        session.get_one(self_operations.Programme, year.programme_id).state = "closing"
    with clock_at(at(12, 31, 12)), transaction():
        confirm_year(year.town, year.town_unit, [])
    with transaction() as session:
        session.get_one(self_operations.Programme, year.programme_id).state = "locked"
    with january(), pytest.raises(ProgrammeMoved):
        confirm_year(year.town, year.town_unit, [])


def test_two_of_a_unit_at_once_confirm_it_once(year: Assessed, at_once, scalar) -> None:
    with january():
        outcome = at_once(
            lambda: confirm_year(year.town, year.town_unit, []),
            lambda: confirm_year(year.town_colleague, year.town_unit, []),
        )
    assert outcome == ["done", "done"]
    assert scalar("SELECT count(*) FROM self_assessment") == 2


def test_only_the_unit_confirms_its_year(year: Assessed) -> None:
    county = year.county.id
    people = {
        "town": year.town, "bureau": year.bureau, "owner": year.owner, "office": year.office,
        "leader": as_actor(make_person(), Role.LEADER, county),
        "desk": as_actor(make_person(), Role.COUNTY_STAFF, county),
        "system": as_actor(make_person(), Role.SYSTEM_ADMIN, county),
    }  # fmt: skip
    for name, actor in people.items():
        try:
            with january():
                confirm_year(actor, year.town_unit, [])
            result = True
        except (NotYourUnit, NotAllowed, NotFound):
            result = False
        finally:
            forget()
        assert result is (name == "town"), name


def test_the_page_is_prefilled_and_shown_to_owners_and_the_office(app, year: Assessed) -> None:
    target = year.targets["A1"]
    with january():
        desk = seat(app, year.town)
        page = as_shown(desk.get(PAGE))
        assert 'value="1100"' in page
        assert "修了两条" in page
        assert "自动取数" in page
        refused = desk.post(f"{PAGE}/{year.town_unit}", act="save", **{f"value_{target}": "1200"})
        assert refused.status_code == 422
        assert "和已审的数不同，请说明" in as_shown(refused)
        form = {f"value_{target}": "1200", f"words_{target}": "12月又完成一处"}
        assert desk.post(f"{PAGE}/{year.town_unit}", act="save", **form).status_code == 303
        for actor, sees in ((year.office, True), (year.owner, True), (year.bureau, False)):
            shown = as_shown(seat(app, actor).get(f"{PAGE}?unit={year.town_unit}"))
            assert ("12月又完成一处" in shown) is sees
        assert desk.post(f"{PAGE}/{year.town_unit}", act="same").status_code == 303
        assert "已确认" in desk.get(PAGE).text


def test_the_page_takes_few_statements(app, year: Assessed) -> None:
    with january():
        for actor in (year.office, year.town):
            desk = seat(app, actor)
            seen = statements(lambda desk=desk: desk.get(PAGE))
            assert len(seen) <= MOST, "\n".join(seen)
