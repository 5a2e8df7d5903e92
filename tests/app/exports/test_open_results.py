"""Another system reads published results of assessments with a token of its own."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from backend.app.access import Role
from backend.app.accounts.tokens import operations as api_tokens
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.web.guards import TokenScope
from tests.app.assessments.closing_year import published_year
from tests.app.assessments.result_year import Year
from tests.app.assessments.test_year_appeals import Redress, appeal, decide
from tests.factories.console import make_staff, sit_down
from tests.factories.county import actor_with, make_county

OPEN = "/api/v1/open"


@pytest.fixture
def year(app) -> Year:
    return published_year()


def token_of(county_id: int, scope: TokenScope = TokenScope.READ_RESULTS) -> str:
    clerk = actor_with(Role.COUNTY_STAFF, county_id)
    ends_on = clock.today() + timedelta(days=90)
    with transaction():
        return api_tokens.create_token(clerk, county_id, "市考核办", ends_on, scope).plain


def ask(client: FlaskClient, token: str, path: str):
    return client.get(f"{OPEN}{path}", headers={"Authorization": f"Bearer {token}"})


def test_a_bigger_assessment_takes_results_lost_points_and_corrections(year, client) -> None:
    decide(year, appeal(year), Redress(value=89.5))
    token, number = token_of(year.made.county.id), year.made.programme_id
    (listed,) = ask(client, token, "/assessments").json["items"]
    assert (listed["programme"], listed["title"], listed["year"]) == (number, "目标责任考核", 2026)
    units = {row["unit"]: row for row in
             ask(client, token, f"/assessments/{number}/units").json["items"]}  # fmt: skip
    assert (units["甲6"]["total"], units["甲6"]["corrected_total"]) == ("88.00", "89.50")
    assert units["甲1"]["grade"] == "优秀"
    lost = ask(client, token, f"/assessments/{number}/lost").json["items"]
    assert {"unit": "甲6", "lost": "12.00"}.items() <= next(
        row for row in lost if row["unit"] == "甲6"
    ).items()
    (correction,) = ask(client, token, f"/assessments/{number}/corrections").json["items"]
    assert (correction["number"], correction["total_after"]) == (1, "89.50")


def test_each_token_opens_what_it_is_for_and_its_county_alone(year, client) -> None:
    number = year.made.programme_id
    scores = token_of(year.made.county.id, TokenScope.READ_SCORES)
    assert ask(client, scores, f"/assessments/{number}/units").status_code == 403
    assert ask(client, token_of(year.made.county.id), "/months").status_code == 403
    other = token_of(make_county(code="610527", name="蒲城县").id)
    assert ask(client, other, f"/assessments/{number}/units").status_code == 404
    assert ask(client, other, "/assessments").json["items"] == []
    assert client.get(f"{OPEN}/assessments").status_code == 401


def test_the_console_makes_a_token_for_results(year, client) -> None:
    clerk = sit_down(client, make_staff(Role.COUNTY_STAFF, year.made.county.id, "tokens"))
    ends_on = clock.today() + timedelta(days=30)
    page = clerk.post(
        "/console/tokens", county=year.made.county.id, name="市考核办", ends_on=ends_on,
        scope="read_results",
    )  # fmt: skip
    assert page.status_code == 200
    assert "考核结果" in page.text
    plain = page.text.split('id="token">')[1].split("<")[0]
    assert ask(client, plain, "/assessments").status_code == 200
