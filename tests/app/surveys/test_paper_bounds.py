"""Slips of paper are bounded by who lives there, and their numbers are published."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput
from backend.app.surveys import operations as rounds
from backend.app.surveys.paper.slips import numbers_of, slips_of
from tests.app.surveys.conftest import NOW
from tests.app.surveys.slips import SHEET, again, give, start, unit_of
from tests.factories.console import Desk, as_shown, make_staff, sit_down
from tests.factories.tickets import forget

PAPER = "/console/surveys/2026-11/paper"


@pytest.fixture
def unit(survey, county) -> int:
    return unit_of(county.id)


@pytest.fixture
def clerks(county) -> list[Actor]:
    return [Actor(make_staff(Role.COUNTY_STAFF, county.id, f"clerk{n}")) for n in range(2)]


@pytest.fixture
def desk(client, clerks) -> Desk:
    return sit_down(client, clerks[0].person_id)


@pytest.fixture
def given(county, unit, clerks) -> int:
    give(county.id, unit, 12)
    return unit


def live_there(county, residents: int | None) -> None:
    """So many in the first village, and nobody in the other one."""
    forget()
    with transaction() as session:
        for village_id, people in zip(county.village_ids, (residents, 0), strict=True):
            session.execute(
                text("UPDATE region SET residents = :people WHERE id = :id"),
                {"people": people, "id": village_id},
            )
    forget()


def test_twelve_invented_slips_are_not_counted_in_a_unit_with_one_villager(
    county, desk, unit, survey, clerks, scalar
) -> None:
    live_there(county, 1)
    for nth, status in ((0, 302), (1, 422)):
        answer = desk.post(f"{PAPER}/slips", unit=str(unit), name=f"村民{nth}", digits="1234")
        assert answer.status_code == status
    after = answer.text[answer.text.index('name="name"') :]
    fault = "庄里镇 第1村、第2村常住人口 1 人，纸票已发 1 张，不能再发"
    assert fault in after[: after.index("</label>")]
    assert scalar("SELECT count(*) FROM paper_issue") == 1
    with pytest.raises(InvalidInput):
        start(survey, unit, [SHEET] * 12, clerks[0])


def test_no_more_slips_are_entered_than_people_live_there(
    county, desk, given, survey, clerks
) -> None:
    live_there(county, 11)
    answer = desk.get(f"{PAPER}/entry?unit={given}&slips=12")
    assert answer.status_code == 422
    after = answer.text[answer.text.index('name="slips"') :]
    fault = "常住人口 11 人，最多录 11 张纸票，已录 0 张，不能再录 12 张"
    assert fault in after[: after.index("</label>")]
    with pytest.raises(InvalidInput) as refused:
        start(survey, given, [SHEET] * 12, clerks[0])
    assert "最多录 11 张" in refused.value.errors["sheets"][0]
    assert start(survey, given, [SHEET] * 11, clerks[0])


def test_where_nobody_knows_who_lives_there_the_roll_is_the_most(county, given, desk) -> None:
    live_there(county, None)
    assert (slips_of(given).residents, slips_of(given).most) == (None, 12)
    forget()
    assert "按登记的张数录" in desk.get(f"{PAPER}?unit={given}").text
    assert desk.get(f"{PAPER}/entry?unit={given}&slips=13").status_code == 422


def test_the_roll_is_signed_on_paper_and_asks_the_system_for_nothing(county, given, desk) -> None:
    live_there(county, 30)
    page = desk.get(f"{PAPER}/roll?unit={given}").text
    assert "最多发 30 张" in page
    assert page.count("<td></td><td></td><td></td><td></td>") == 40
    assert "<form" not in page
    assert "村民0" not in page


def test_what_was_given_and_counted_is_published_beside_the_phones_results(
    client, county, desk, given, survey, clerks, stop_clock
) -> None:
    batch = start(survey, given, [SHEET] * 10, clerks[0])
    assert again(survey, batch, [SHEET] * 10, clerks[1]) == "counted"
    stop_clock(NOW + timedelta(days=11))
    for act in (rounds.close_round, rounds.publish_round):
        forget()
        with transaction():
            assert act(survey)
    assert numbers_of(survey) == {given: (12, 10)}
    forget()
    results = client.get(f"/surveys/{county.id}/2026-11/results.json").json["units"]
    assert results[str(given)]["slips"] == {"given": 12, "counted": 10}
    stop_clock(NOW)
    assert "纸票发 12 张、计 10 张" in as_shown(desk.get("/console/surveys/2026-11"))
