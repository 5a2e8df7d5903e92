"""数据最多报一次: what a better source has said is not asked of the unit, and colours follow it."""

from datetime import date
from decimal import Decimal

import pytest

from backend.app.assessments.models import MeasureFact, ProgrammeElement
from backend.app.assessments.reports.operations import ReportLine
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from tests.app.assessments.acting import accept_all, evaluate_month, open_month, reports_in, send
from tests.app.assessments.test_report_pages import FILL, seat
from tests.factories.assessed import YEAR, Assessed, add_target, at, issue
from tests.factories.console import as_shown

OCTOBER = date(YEAR, 10, 1)


def say(assessed: Assessed, code: str, value: str | None, month: int = 10, **more) -> None:
    """A feed's figure of the township."""
    with transaction() as session:
        session.add(
            MeasureFact(
                county_id=assessed.county.id, programme_id=assessed.programme_id,
                element_id=element_of(session, assessed.targets[code]),
                unit_id=assessed.town_unit, period=date(YEAR, month, 1),
                value=Decimal(value) if value else None, **{
                    "source": "feed", "origin": "统计系统", "at": at(month, 24),
                    "imported_by_id": assessed.office.person_id, **more,
                },
            )
        )  # fmt: skip


def element_of(session, target_id: int) -> int:
    return (
        session.connection()
        .exec_driver_sql(f"SELECT element_id FROM target WHERE id = {target_id}")
        .scalar_one()
    )


@pytest.fixture
def month(assessed: Assessed) -> Assessed:
    """Two targets that the unit would report."""
    for code in ("A1", "A2"):
        add_target(assessed, code, plan={10: Decimal(1000)})
    issue(assessed)
    open_month(10)
    return assessed


def test_a_cell_with_a_better_source_is_grey_and_locked(app, month: Assessed) -> None:
    say(month, "A2", "1100")
    with clock_at(at(10, 26)):
        desk = seat(app, month.town)
        page = as_shown(desk.get(FILL))
        assert "还要报 <strong>1</strong> 项" in page
        locked, target = page.split("自动取数，不用填")[1], month.targets["A2"]
        assert "1100 亩" in locked
        assert "考评数据：统计系统" in locked
        assert f'name="value_{target}"' not in page
        form = {f"version_{target}": "0", f"value_{target}": "9"}
        desk.post(FILL, act="submit", **form)
    assert reports_in(10, "submitted") == []


def test_what_was_taken_back_is_asked_again(app, month: Assessed) -> None:
    say(month, "A2", "1100")
    say(month, "A2", None)
    with clock_at(at(10, 26)):
        assert "还要报 <strong>2</strong> 项" in as_shown(seat(app, month.town).get(FILL))


def test_nobody_misses_what_was_not_asked_and_the_colour_follows_the_source(
    month: Assessed, scalar
) -> None:
    say(month, "A2", "1100")
    send(month, ReportLine(month.targets["A1"], 0, Decimal(500)))
    accept_all(month)
    evaluate_month(10)
    colour = "SELECT colour FROM target_standing WHERE target_id = :id"
    assert scalar(colour, id=month.targets["A2"]) == "blue"
    assert scalar(colour, id=month.targets["A1"]) == "red"
    assert scalar("SELECT count(*) FROM target_report WHERE state = 'missed'") == 0


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ({"yes": Decimal(9), "whole": Decimal(10)}, "green"),
        ({"yes": Decimal(8), "whole": Decimal(10)}, "red"),
        ({"points": Decimal(10), "source": "owner"}, "green"),
        ({"points": Decimal(5), "source": "owner"}, "red"),
    ],
)
def test_shares_and_points_have_colours_too(assessed, scalar, facts, colour: str) -> None:
    add_target(assessed, "A1", kind="level", source="feed:x", value=Decimal(1))
    issue(assessed)
    open_month(10)
    say(assessed, "A1", None, **facts)
    evaluate_month(10)
    assert scalar("SELECT colour FROM target_standing") == colour


@pytest.mark.parametrize(("cases", "colour"), [("0", "green"), ("1", "red")])
def test_a_case_of_a_negative_list_costs_what_its_rule_says(
    assessed, scalar, cases: str, colour: str
) -> None:
    target = add_target(assessed, "A1", kind="negative", source="owner:", value=None)
    with transaction() as session:
        element = element_of(session, target)
        session.get_one(ProgrammeElement, element).rule = {"rule": "per_case", "deduct": "2"}
    issue(assessed)
    open_month(10)
    say(assessed, "A1", cases)
    evaluate_month(10)
    # Two of ten points: less than nine tenths are left.
    assert scalar("SELECT colour FROM target_standing") == colour


@pytest.mark.parametrize(
    ("kind", "rule", "value", "colour"),
    [
        ("judged", {"rule": "judged", "levels": "5"}, "4.8", "green"),
        ("judged", {"rule": "judged", "levels": "5"}, "3", "red"),
        ("level", {"rule": "floor_target", "floor": "60", "target": "100"}, "97", "green"),
        ("level", {"rule": "floor_target", "floor": "60", "target": "100"}, "90", "red"),
    ],
)
def test_a_target_without_figures_is_held_against_its_rule(
    assessed, scalar, kind: str, rule: dict[str, str], value: str, colour: str
) -> None:
    target = add_target(assessed, "A1", kind=kind, source="owner:", value=None)
    with transaction() as session:
        session.get_one(ProgrammeElement, element_of(session, target)).rule = rule
    issue(assessed)
    open_month(10)
    say(assessed, "A1", value, source="owner")
    evaluate_month(10)
    assert scalar("SELECT colour FROM target_standing") == colour
