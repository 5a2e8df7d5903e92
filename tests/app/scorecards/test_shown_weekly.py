"""What a village sees of its ratings moves on Mondays, and never by a single one."""

from datetime import datetime
from typing import Any

import pytest

from backend.app.access import Role
from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.queue import JobName
from backend.jobs import schedule
from backend.jobs import scorecards as jobs
from tests.app.ratings.conftest import open_phone
from tests.factories.county import bind, grant_role, make_county, make_person
from tests.factories.tickets import forget

TUESDAY = datetime(2026, 11, 17, 15, tzinfo=COUNTY_ZONE)
MONDAYS = [datetime(2026, 11, day, 7, 1, tzinfo=COUNTY_ZONE) for day in (16, 23, 30)]


@pytest.fixture
def village(app, client, stop_clock):
    return Village(client, stop_clock)


class Village:
    """One village by the clock of the test: its villagers rate, its cadre looks on."""

    def __init__(self, client: Any, stop_clock: Any) -> None:
        self.client, self.at = client, stop_clock
        self.county = make_county()
        self.id = self.county.village_ids[0]
        cadre = make_person(name="王建国")
        grant_role(cadre, Role.CADRE, self.id)
        self.cadre_id = cadre

    def rate(self, levels: list[int]) -> None:
        for level in levels:
            person = make_person()
            bind(person, self.county)
            answer = open_phone(self.client, person).rate(self.county.code, level, words="等太久")
            assert answer.status_code == 201
        forget()

    def night(self) -> None:
        jobs.recompute_nightly()
        forget()

    def monday(self, nth: int) -> None:
        self.at(MONDAYS[nth])
        self.night()
        jobs.show_week()
        forget()

    def seen(self) -> list[str]:
        """Everything the cadre's phone says about the village's scores."""
        phone = open_phone(self.client, self.cadre_id)
        paths = (f"/villages/{self.id}/scorecard", f"/cadre/villages/{self.id}/scorecard")
        return [phone.call("GET", path).text for path in paths]


def test_nothing_moves_between_two_mondays(village: Village) -> None:
    village.at(TUESDAY.replace(day=12))
    village.rate([1] * 12)
    village.monday(0)
    village.at(TUESDAY)
    before = village.seen()
    village.rate([5])
    village.night()
    assert village.seen() == before


def test_a_single_rating_moves_nothing_on_a_monday_either(village: Village) -> None:
    """One more answer in a week whose only visitor the cadre knows would be told by subtraction."""
    village.at(TUESDAY.replace(day=12))
    village.rate([1] * 12)
    village.monday(0)
    before = open_phone(village.client, village.cadre_id).call(
        "GET", f"/villages/{village.id}/scorecard"
    )
    village.at(TUESDAY)
    village.rate([5])
    village.monday(1)
    after = open_phone(village.client, village.cadre_id).call(
        "GET", f"/villages/{village.id}/scorecard"
    )
    assert after.json == before.json
    village.rate([1, 5, 1])
    village.monday(2)
    last = open_phone(village.client, village.cadre_id).call(
        "GET", f"/villages/{village.id}/scorecard"
    )
    assert last.json["n"] == 16


def test_one_or_two_bad_ratings_are_not_told_apart(village: Village) -> None:
    village.at(TUESDAY.replace(day=12))
    village.rate([1] * 11 + [5, 4])
    village.monday(0)
    phone = open_phone(village.client, village.cadre_id)
    assert phone.call("GET", f"/villages/{village.id}/scorecard").json["levels"] == []
    told = phone.call("GET", f"/cadre/villages/{village.id}/scorecard").text
    assert "差评不到三条，先不细说" in told
    assert "非常不满意" not in told


def test_fewer_than_three_raters_show_no_figure(village: Village) -> None:
    village.at(TUESDAY.replace(day=12))
    village.rate([5, 1])
    village.monday(0)
    phone = open_phone(village.client, village.cadre_id)
    assert phone.call("GET", f"/villages/{village.id}/scorecard").json["n"] == 0


def test_three_bad_ratings_are_cases_without_day_person_or_order(village: Village, scalar) -> None:
    """每一分都能查到哪一件, by a random name."""
    village.at(TUESDAY.replace(day=12))
    village.rate([1] * 9 + [5, 5, 5, 5])
    village.monday(0)
    phone = open_phone(village.client, village.cadre_id)
    card = phone.call("GET", f"/cadre/villages/{village.id}/scorecard").json
    [mean] = [one for one in card["indicators"] if one["code"] == "satisfaction_mean"]
    cases = [one for one in mean["reasons"] if one["kind"] == "rating"]
    assert len(cases) == 4
    names = [one["case_id"] for one in cases]
    # Version 4: made of chance alone.
    assert all(name[14] == "4" for name in names)
    assert names == sorted(names)
    where = f"/cadre/villages/{village.id}/case"
    case = phone.call("GET", where, query_string={"month": "2026-11", "id": names[0]})
    assert case.json["case"]["title"] == "「办事窗口1」评了「非常不满意」"
    assert case.json["case"]["ticket_id"] is None
    for told in ("2026-11-1", "11月1", "person", "等太久"):
        assert told not in case.text
    rating = scalar("SELECT max(id) FROM rating")
    for guess in (str(rating), f"00000000-0000-0000-0000-{rating:012d}"):
        asked = {"month": "2026-11", "id": guess}
        assert phone.call("GET", where, query_string=asked).status_code in (404, 422)


def test_the_copies_are_made_once_a_week() -> None:
    [entry] = [one for one in schedule.TIMETABLE if one.job is JobName.SHOW_WEEK]
    assert entry.period(MONDAYS[0].replace(hour=6)) is None
    assert entry.period(MONDAYS[0]) == "2026-W47"
