"""红黄牌: counted the same day, half given back after two good months, listed with colours."""

import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from backend.app.assessments.evaluation import ladder_operations as ladder
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from tests.app.assessments.acting import decider
from tests.app.assessments.test_ladder import month, step
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import Assessed, at
from tests.factories.console import as_shown

CARDS = "/console/assessments/cards"


@pytest.fixture
def carded(behind: Assessed, scalar) -> Assessed:
    """A yellow card of April."""
    for number in (3, 4):
        month(behind, number, number * 50)
    with clock_at(at(5, 21)), transaction():
        ladder.confirm_step(behind.office, step(scalar, 2))
    return behind


def counted(scalar, kind: str) -> tuple[Decimal, str]:
    row = "SELECT {} FROM programme_adjustment WHERE kind = :kind"
    return (
        scalar(row.format("points - returned_points"), kind=kind),
        scalar(row.format("state"), kind=kind),
    )


def test_half_of_a_card_comes_back_after_two_good_months(carded: Assessed, scalar) -> None:
    month(carded, 5, 500)
    assert counted(scalar, "yellow") == (Decimal("0.50"), "confirmed")
    month(carded, 6, 600)
    assert counted(scalar, "yellow") == (Decimal("0.25"), "returned")


def test_a_red_card_stands_instead_of_its_rounds_yellow(carded: Assessed, scalar) -> None:
    for number in (5, 6):
        month(carded, number, number * 50)
    boss = decider(carded)
    with clock_at(at(7, 21)), transaction():
        ladder.confirm_step(boss, step(scalar, 4))
    assert counted(scalar, "red") == (Decimal("1.00"), "confirmed")
    assert counted(scalar, "yellow") == (Decimal("0.00"), "returned")
    assert scalar("SELECT note FROM programme_adjustment WHERE kind = 'yellow'") == (
        "同一轮已记红牌，黄牌不再计分"
    )


def test_the_page_and_the_files_show_cards_with_their_colours(app, carded: Assessed) -> None:
    month(carded, 5, 500)
    month(carded, 6, 600)
    for actor in (carded.office, carded.town):
        page = as_shown(seat(app, actor).get(f"{CARDS}?state=returned"))
        assert "退回 0.25，现计 0.25" in page
    assert "退回 0.25" not in seat(app, carded.bureau).get(f"{CARDS}?state=returned").text
    for path, sheet, cell in (
        (f"{CARDS}.xlsx", "红黄牌清单", (1, 8, 0.25)),
        ("/console/assessments/supervision.xlsx", "督办台账", (1, 4, "通报")),
    ):
        book = CalamineWorkbook.from_filelike(io.BytesIO(seat(app, carded.office).get(path).data))
        row, column, value = cell
        assert book.get_sheet_by_name(sheet).to_python()[row][column] == value
