"""城市管理数字化: results are displayed to all, by class, area and grade, and doubts answered."""

import csv
import io

import pytest
from flask.testing import FlaskClient

from tests.app.assessments.closing_year import (
    TEN,
    add_units,
    close,
    decide_all,
    lock,
    make_year,
    propose,
    publish,
)
from tests.app.assessments.result_year import Year
from tests.factories.console import as_shown


@pytest.fixture
def year(app) -> Year:
    """Two classes of departments, published."""
    year = make_year()
    add_units(year, "甲", TEN)
    add_units(year, "乙", TEN[:5])
    close(year)
    propose(year)
    decide_all(year)
    lock(year)
    publish(year)
    return year


def shown(client: FlaskClient, year: Year, rest: str = "") -> str:
    return as_shown(client.get(f"/p/610528/assessments/{year.made.programme_id}{rest}"))


def test_cp01_results_are_displayed_to_everybody_and_say_how_to_doubt_them(year, client) -> None:
    listed = as_shown(client.get("/p/610528/assessments"))
    assert "目标责任考核" in listed
    page = shown(client, year)
    assert "甲1" in page
    assert "申诉" in page


def test_cp02_results_stand_by_class_by_unit_and_by_grade(year, client) -> None:
    page = shown(client, year)
    assert page.index("甲1") < page.index("甲10") < page.index("乙1") < page.index("乙5")
    table = client.get(f"/p/610528/assessments/{year.made.programme_id}/units.csv")
    rows = list(csv.DictReader(io.StringIO(table.data.decode("utf-8-sig"), newline="")))
    assert {(row["group"], row["grade"]) for row in rows} >= {
        ("甲", "良好"),
        ("甲", "较差"),
        ("乙", "良好"),
    }
    assert "甲1" in shown(client, year, f"/units/{year.units['甲1']}")
