"""What the phone promises about bad ratings, each sentence against the API and the console."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from backend.app.access import Role
from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.settings import REPOSITORY
from backend.jobs import tickets as jobs
from tests.app.ratings.conftest import open_phone
from tests.factories.console import make_staff, sit_down
from tests.factories.tickets import forget, submit

RATED = datetime(2026, 11, 18, 15, 20, tzinfo=COUNTY_ZONE)
PAGES = REPOSITORY / "miniprogram" / "app"


def says(page: str, words: str) -> None:
    assert words in Path(PAGES / page).read_text("utf-8")


@pytest.fixture
def called_back(phone, offices, stop_clock, scalar) -> int:
    """A bad rating of a named villager, called back the morning after; the ticket's id."""
    stop_clock(RATED)
    assert phone.rate(offices.county.code, 5, words="药柜锁着").status_code == 201
    forget()
    stop_clock(RATED.replace(hour=7, minute=31) + timedelta(1))
    jobs.call_back_ratings()
    return scalar("SELECT id FROM ticket")


@pytest.fixture
def readers(called_back, offices, app) -> dict[str, str]:
    """What the cadre's phone and the consoles of township, county and leader say."""
    cadre = open_phone(app.test_client(), offices.cadre_id)
    leader = make_staff(Role.LEADER, offices.county.id, "leader")
    staff = {"township": offices.township.person_id, "leader": leader}
    told = {
        who: sit_down(app.test_client(), person).get(f"/console/tickets/{called_back}").text
        for who, person in staff.items()
    }
    told["cadre"] = "".join(
        cadre.call("GET", path).text
        for path in (
            "/cadre/tickets",
            f"/cadre/tickets/{called_back}",
            "/me/notices",
            f"/villages/{offices.village_id}/scorecard",
        )
    )
    return told


def test_nobody_in_village_or_township_sees_who_rated(readers, phone, scalar) -> None:
    """村里、镇里都看不到是谁评的。"""
    says("components/rating-form/index.wxml", "村里、镇里都看不到是谁评的。")
    says("pages/scan/index.wxml", "村里、镇里看不到您是谁")
    openid = scalar("SELECT openid FROM person WHERE id = :id", id=phone.person_id)
    for page in readers.values():
        assert openid not in page
        assert f"person={phone.person_id}" not in page
    assert "评了「非常不满意」" in readers["township"]


def test_the_village_sees_neither_who_rated_nor_on_which_day(readers) -> None:
    """是谁评的、哪天评的，村里看不到。"""
    says("pages/cadre/case/index.wxml", "是谁评的、哪天评的，村里看不到。")
    for told in ("11-18", "15:20", "药柜锁着", "评了「非常不满意」"):
        assert told not in readers["cadre"]


def test_who_calls_back_sees_a_villager_and_the_week(readers) -> None:
    """回话的人只看到「一位村民」。"""
    says("pages/scan/index.wxml", "回话的人只看到「一位村民」。")
    for who in ("township", "leader"):
        assert "2026-11-18" not in readers[who]
        assert "2026-11-16" in readers[who]


def test_who_asked_for_confidence_shows_the_telephone_to_the_county_alone(
    phone, offices, cadre, app
) -> None:
    """勾了保密就只有县里能看见。"""
    says("pages/privacy/index.js", "勾了保密就只有县里能看见")
    ticket = submit(phone, offices, confidential=True, phone="13900000022").json
    assert "13900000022" not in cadre.call("GET", f"/cadre/tickets/{ticket['id']}").text
    page = f"/console/tickets/{ticket['id']}"
    for who, shown in ((offices.township, False), (offices.desk, True)):
        text = sit_down(app.test_client(), who.person_id).get(page).text
        assert ("13900000022" in text) is shown


def test_a_complaint_about_a_cadre_is_seen_by_neither_him_nor_his_colleagues(
    phone, offices, cadre
) -> None:
    """反映干部的诉求，被反映的人和他的同事都看不到。 The whole matrix: test_about_cadres.py."""
    says("pages/privacy/index.js", "反映干部的诉求，被反映的人和他的同事都看不到")
    ticket = submit(phone, offices, kind="help", words="王建国乱收费").json
    assert cadre.call("GET", f"/cadre/tickets/{ticket['id']}").status_code == 404
