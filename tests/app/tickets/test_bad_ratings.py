"""差评回访: the level above calls back about bad ratings, opened once a day and in no order."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import TextClause, text

from backend.app.access import Role
from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.db import db, transaction
from backend.app.core.queue import JobName
from backend.app.places.operations import keep_settings
from backend.app.tickets import handling, serializers
from backend.app.tickets.desk import export_rows
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.models import Ticket
from backend.app.tickets.states import Party
from backend.jobs import schedule
from backend.jobs import tickets as jobs
from tests.app.ratings.conftest import open_phone
from tests.factories.console import sit_down
from tests.factories.county import bind, grant_role, make_person
from tests.factories.tickets import forget, submit, villager

# A Wednesday and the mornings after it.
RATED = datetime(2026, 11, 18, 15, 20, tzinfo=COUNTY_ZONE)
MORNING = datetime(2026, 11, 19, 7, 31, tzinfo=COUNTY_ZONE)


@pytest.fixture
def clock(stop_clock):
    def turn(at: datetime) -> None:
        stop_clock(at)

    turn(RATED)
    return turn


@pytest.fixture
def rated(clock, phone, offices):
    def rate(level: int, words: str = "常用的药没有", by=phone) -> dict:
        answer = by.rate(offices.county.code, level, words=words)
        assert answer.status_code == 201
        forget()
        return answer.json

    return rate


@pytest.fixture
def township(offices, app):
    """A page of the township's console, by the clock of the test."""

    def read(path: str) -> str:
        answer = sit_down(app.test_client(), offices.township.person_id).get(path)
        assert answer.status_code == 200
        return answer.text

    return read


def test_a_bad_rating_opens_one_ticket_for_its_author_the_next_morning(
    rated, clock, phone, scalar
) -> None:
    rated(5)
    assert jobs.call_back_ratings() == 0
    clock(MORNING)
    assert jobs.call_back_ratings() == 1
    assert jobs.call_back_ratings() == 0
    [card] = phone.call("GET", "/me/tickets").json["items"]
    assert "评了「非常不满意」" in card["words"]
    assert "常用的药没有" in card["words"]
    assert card["unit_name"] == "庄里镇"
    assert scalar("SELECT channel || ':' || urgency FROM ticket") == "rating:rating"


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_rating_that_is_not_bad_opens_nothing(rated, clock, level: int) -> None:
    rated(level)
    clock(MORNING)
    assert jobs.call_back_ratings() == 0


def test_a_rating_that_became_bad_is_called_back_too(rated, clock, phone, scalar) -> None:
    rating = rated(2)
    clock(MORNING)
    assert jobs.call_back_ratings() == 0
    phone.call("POST", f"/ratings/{rating['id']}/followup", json={"level": 5, "words": "又坏了"})
    forget()
    assert jobs.call_back_ratings() == 0
    clock(MORNING + timedelta(days=1))
    assert jobs.call_back_ratings() == 1
    assert "又坏了" in scalar("SELECT words FROM ticket")


def test_a_county_may_do_without(rated, clock, offices) -> None:
    rated(5)
    values = {"proxy_cap": 20, "sample_share": 10, "silent_days": 14, "archive_days": 30}
    with transaction():
        keep_settings(offices.county.id, {**values, "bad_rating_opens": False})
    clock(MORNING)
    assert jobs.call_back_ratings() == 0


def test_who_wants_no_call_back_gets_none(rated, clock, phone, client) -> None:
    """不用回话."""
    rating = rated(5)
    stranger = open_phone(client, make_person())
    assert stranger.call("POST", f"/ratings/{rating['id']}/no-call-back").status_code == 404
    for _ in range(2):
        assert phone.call("POST", f"/ratings/{rating['id']}/no-call-back").status_code == 204
    forget()
    clock(MORNING)
    assert jobs.call_back_ratings() == 0


def test_the_rated_cadre_learns_nothing_of_a_single_bad_rating(
    rated, clock, cadre, offices, scalar, app
) -> None:
    """The rated cadre learns within two minutes who was unhappy: no longer, nor the day after."""
    rated(5)
    clock(MORNING)
    jobs.call_back_ratings()
    ticket_id, number = scalar("SELECT id FROM ticket"), scalar("SELECT number FROM ticket")
    shown = str(cadre.call("GET", "/cadre/tickets").json)
    assert "常用的药没有" not in shown
    assert number not in shown
    assert cadre.call("GET", f"/cadre/tickets/{ticket_id}").status_code == 404
    assert number not in str(cadre.call("GET", "/me/notices").json)
    # Not even where the same person works in the township as well.
    grant_role(offices.cadre_id, Role.TOWNSHIP_STAFF, offices.county.township_ids[0])
    both = sit_down(app.test_client(), offices.cadre_id)
    assert number not in both.get("/console/tickets?view=all").text
    assert both.get(f"/console/tickets/{ticket_id}").status_code == 404


def test_the_level_above_is_told_the_week_and_never_who(
    rated, clock, township, scalar, phone
) -> None:
    rated(5)
    clock(MORNING)
    jobs.call_back_ratings()
    page = township(f"/console/tickets/{scalar('SELECT id FROM ticket')}")
    assert "评了「非常不满意」" in page
    assert "2026-11-16" in page
    for told in ("2026-11-18", "15:20", "07:3", f"person={phone.person_id}"):
        assert told not in page


def test_words_that_the_check_moderates_reach_no_call_back(rated, clock, scalar, township) -> None:
    rated(5, words="打我电话13800138000")
    clock(MORNING)
    jobs.call_back_ratings()
    assert "13800138000" not in scalar("SELECT words FROM ticket")
    assert scalar("SELECT words_state FROM ticket") == "shown"
    page = township(f"/console/tickets/{scalar('SELECT id FROM ticket')}")
    assert "评了「非常不满意」" in page
    assert "13800138000" not in page


def test_call_backs_of_a_morning_carry_one_time_and_no_order(
    rated, clock, client, offices, scalar
) -> None:
    for _ in range(9):
        person = make_person()
        bind(person, offices.county)
        rated(5, by=open_phone(client, person))
    clock(MORNING)
    assert jobs.call_back_ratings() == 9
    assert scalar("SELECT count(DISTINCT created_at) FROM ticket") == 1
    # One chance in 362,880 to stand in the order of the ratings.
    assert scalar("SELECT array_agg(rating_id ORDER BY id) FROM ticket") != scalar(
        "SELECT array_agg(id ORDER BY id) FROM rating"
    )


def test_call_backs_are_sent_for_once_a_day_at_half_past_seven() -> None:
    [entry] = [one for one in schedule.TIMETABLE if one.job is JobName.CALL_BACK_RATINGS]
    assert entry.period(RATED.replace(hour=7, minute=29)) is None
    assert entry.period(RATED.replace(hour=7, minute=30)) == "2026-11-18"
    assert entry.period(RATED.replace(hour=23)) == "2026-11-18"


def test_days_that_were_missed_are_caught_up(rated, clock) -> None:
    rated(4)
    clock(MORNING + timedelta(days=5))
    assert jobs.call_back_ratings() == 1


def test_a_township_without_anybody_leaves_the_call_back_to_the_county(
    rated, clock, scalar, offices
) -> None:
    rated(5)
    with transaction() as session:
        session.execute(revoke_all(offices.township.person_id))
    clock(MORNING)
    jobs.call_back_ratings()
    assert scalar("SELECT unit_region_id FROM ticket") == offices.county.id


def revoke_all(person_id: int) -> TextClause:
    return text("UPDATE role_grant SET revoked_at = now() WHERE person_id = :id").bindparams(
        id=person_id
    )


def test_the_villager_is_told_who_answers_by_when(rated, clock, phone, offices) -> None:
    path = f"/villages/{offices.village_id}/call-back"
    told = phone.call("GET", path).json
    assert told == {
        "office": "庄里镇",
        "answer_by": "2026-11-24T18:00:00+08:00",
        "day": "11月24日（周二）下午前",
    }
    values = {"proxy_cap": 20, "sample_share": 10, "silent_days": 14, "archive_days": 30}
    forget()
    with transaction():
        keep_settings(offices.county.id, {**values, "bad_rating_opens": False})
    assert phone.call("GET", path).json == {"office": None, "answer_by": None, "day": None}


# Each day of a week in which call-backs may be opened, from Monday to Sunday.
OPENINGS = [MORNING + timedelta(days=day) for day in range(-3, 4)]
EXACT = re.compile(r"2026-11-\d\d(?:[ T]\d\d:\d\d)?|11月\d+日(?:（周.）)?(?: ?\d\d:\d\d)?")


@pytest.mark.parametrize("opened", OPENINGS, ids=lambda at: f"{at:%a}")
def test_a_call_back_says_the_week_and_nothing_finer(
    rated, clock, township, scalar, offices, opened
) -> None:
    """Due times too: whatever day it was opened on, they count from the Monday after."""
    clock(opened - timedelta(hours=16))
    rated(5)
    clock(opened)
    assert jobs.call_back_ratings() == 1
    clock(MORNING + timedelta(days=4))
    ticket_id = scalar("SELECT id FROM ticket")
    with transaction():
        handling.sign(offices.township, ticket_id, None)
    forget()
    ticket = db.session.get_one(Ticket, ticket_id)
    seen = serializers.detail(ticket, {Party.HANDLER}, [])
    times = {seen["created_at"], seen["assigned_at"], *(one["at"] for one in seen["timeline"])}
    assert times <= {week(16), week(23)}
    assert seen["due_at"] == datetime(2026, 12, 14, 18, tzinfo=COUNTY_ZONE)
    # The same days stand on the list, on the page, on paper and in the workbook.
    told = [township(f"/console/tickets{path}") for path in
            ("?view=running", "?view=all", f"/{ticket_id}", f"/{ticket_id}/print")]  # fmt: skip
    (row,) = export_rows.rows_of(
        desk_queries.scope_of(offices.township), desk_queries.TicketFilters(view="all")
    )
    allowed = {"2026-11-16 00:00", "2026-11-23 00:00", "2026-12-14 18:00", "2026-11-24 18:00"}
    assert {cell for cell in row if isinstance(cell, str) and EXACT.search(cell)} <= allowed
    for page in told:
        days = {found[:10] for found in EXACT.findall(page) if found.startswith("2026")}
        assert days <= {"2026-11-16", "2026-11-23", "2026-12-14"}, days


def week(day: int) -> datetime:
    return datetime(2026, 11, day, tzinfo=COUNTY_ZONE)


def test_no_number_message_or_place_in_a_list_tells_the_day(
    rated, clock, township, scalar, offices, client
) -> None:
    """Neither between which tickets it stands nor that a message about it came this morning."""
    neighbour = villager(client, offices.county)
    submit(neighbour, offices, words="村口路灯不亮三天了")
    rated(5)
    clock(MORNING)
    jobs.call_back_ratings()
    submit(neighbour, offices, words="巷子里垃圾没人收")
    ids = {
        channel: scalar("SELECT min(id) FROM ticket WHERE channel = :c", c=channel)
        for channel in ("mini", "rating")
    }
    assert ids["mini"] < 10**9 <= ids["rating"] < 10**10
    number = scalar("SELECT number FROM ticket WHERE channel = 'rating'")
    assert number == f"610528-26-{ids['rating']}"
    assert number not in township("/console/digest")
    page = township("/console/tickets?view=all")
    numbers = [scalar("SELECT number FROM ticket WHERE words LIKE :w", w=f"{words}%")
               for words in ("巷子", "村口", "对「")]  # fmt: skip
    assert sorted(numbers, key=page.index) == numbers
