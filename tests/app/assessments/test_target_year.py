"""A target's year on its page: the curve, the gap, the pace, every month, its points so far."""

from decimal import Decimal

import pytest

from backend.app.assessments.overviews.curve import draw_curve, forecast
from backend.app.assessments.reports.operations import ReportLine
from backend.app.assessments.results.operations import recompute_results
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from tests.app.assessments.acting import accept_all, evaluate_month, open_month, send
from tests.app.assessments.test_report_pages import MOST, seat, statements
from tests.factories.assessed import Assessed, add_target, at, issue
from tests.factories.console import as_shown


@pytest.fixture
def behind(assessed: Assessed) -> Assessed:
    """100 a month are planned of 1200; 60 are done from August to October."""
    add_target(assessed, plan={month: Decimal(month * 100) for month in range(1, 13)})
    issue(assessed, 7)
    for month in (8, 9, 10):
        open_month(month)
        send(assessed, ReportLine(assessed.targets["A1"], 0, Decimal(month * 60)), month=month)
        accept_all(assessed, month)
        evaluate_month(month)
    with transaction():
        recompute_results(assessed.programme_id)
    return assessed


def page_of(app, made: Assessed) -> str:
    with clock_at(at(11, 20)):
        return as_shown(seat(app, made.town).get(address(made)))


def address(made: Assessed) -> str:
    return f"/console/assessments/targets/{made.targets['A1']}"


def test_the_page_says_how_much_is_missing_and_where_the_pace_leads(app, behind) -> None:
    page = page_of(app, behind)
    assert "到10月完成 <strong>600</strong> 亩，比计划差 <strong>400</strong> 亩" in page
    assert "照最近三个月的速度，年底约到 720 亩" in page
    assert "计划 1200" in page
    assert "实际 600" in page


def test_every_month_stands_in_the_table_with_plan_value_and_colour(app, behind) -> None:
    table = page_of(app, behind).partition("每月数据（累计）")[2].partition("</table>")[0]
    assert table.count("<tr>") == 13
    assert '<td class="num">900</td> <td class="num">540</td>' in table
    assert table.count("滞后") == 3


def test_points_so_far_say_what_each_lost_one_is_due_to(app, behind) -> None:
    page = page_of(app, behind)
    assert "满 10.00 分" in page.replace("满 10 分", "满 10.00 分")
    assert "−5.00 分" in page
    assert "600亩，目标 1200亩" in page


def test_the_page_of_a_target_is_read_in_few_statements(app, behind) -> None:
    with clock_at(at(11, 20)):
        desk = seat(app, behind.town)
        seen = statements(lambda: desk.get(address(behind)))
    assert len(seen) <= MOST + 2, "\n".join(seen)


def test_a_target_without_months_has_no_curve(app, assessed) -> None:
    add_target(assessed)
    issue(assessed)
    page = page_of(app, assessed)
    assert "<svg" not in page
    assert "每月数据" not in page


def test_a_curve_keeps_within_its_frame_and_rises_with_the_figure() -> None:
    curve = draw_curve(
        [(1, Decimal(10)), (12, Decimal(120))], [(1, Decimal(0)), (6, Decimal(40))], Decimal(0)
    )
    assert curve is not None
    marks = [*curve.planned, *curve.actual, *curve.ticks]
    assert all(0 <= mark.x <= 640 and 0 <= mark.y <= 240 for mark in marks)
    assert curve.actual[1].y < curve.actual[0].y
    assert [mark.value for mark in curve.ticks] == [0, 60, 120]
    assert draw_curve([], [], Decimal(0)) is None
    assert draw_curve([(1, Decimal(5))], [], Decimal(5)) is not None, "one height divides nothing"


def test_the_pace_of_the_last_three_months_leads_to_the_years_end() -> None:
    steady = [(month, Decimal(month * 10)) for month in range(1, 8)]
    assert forecast(steady) == 120
    assert forecast([*steady, (8, Decimal(100)), (9, Decimal(130)), (10, Decimal(160))]) == 220
    assert forecast(steady[:1]) is None
    assert forecast([(2, Decimal(20)), (9, Decimal(90))]) is None, "months ago says nothing of now"
