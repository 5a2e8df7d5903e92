"""What the timetable does to silent, waiting and old tickets."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.tickets import handling, supervision
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.handling import WrittenReply
from backend.jobs import tickets as jobs
from tests.factories.tickets import forget, submit

Later = Callable[..., datetime]


@pytest.fixture
def later(stop_clock) -> Later:
    """Moves the one clock on."""
    began = clock.now()

    def move(**by: float) -> datetime:
        at = began + timedelta(**by)
        stop_clock(at)
        forget()
        return at

    return move


@pytest.fixture
def ticket(phone, offices) -> int:
    found = submit(phone, offices).json["id"]
    forget()
    with transaction():
        handling.sign(offices.cadre, found, 3)
    return found


@pytest.fixture
def answered(ticket, offices) -> int:
    with transaction():
        handling.reply(offices.cadre, ticket, 4, "done", WrittenReply("换好了"))
    return ticket


def seen(phone, ticket_id: int) -> dict:
    return phone.call("GET", f"/tickets/{ticket_id}").json


def titles(phone) -> list[str]:
    forget()
    return [item["title"] for item in phone.call("GET", "/me/notices").json["items"]]


def test_a_silent_author_is_asked_again_after_seven_days_and_once(phone, answered, later) -> None:
    later(days=6, hours=23)
    assert supervision.ask_again() == 0
    later(days=7, minutes=1)
    assert supervision.ask_again() == 1
    assert supervision.ask_again() == 0
    assert titles(phone)[0] == "这事解决了吗？"


def test_silence_is_unanswered_and_never_satisfied(phone, answered, later, scalar) -> None:
    later(days=7, minutes=1)
    supervision.ask_again()
    later(days=13, hours=23)
    assert supervision.close_silent() == 0
    later(days=14, minutes=1)
    assert supervision.close_silent() == 1
    closed = seen(phone, answered)
    assert (closed["state"], closed["verdict"]["answer"]) == ("resolved", "unanswered")
    assert scalar("SELECT outcome || ':' || verdict FROM ticket") == "unanswered:unanswered"


@pytest.mark.parametrize(("answer", "outcome"), [("solved", "solved"), ("not", "not")])
def test_the_author_has_the_last_word_even_after_silence_closed_it(
    phone, answered, later, scalar, answer: str, outcome: str
) -> None:
    later(days=7, minutes=1)
    supervision.ask_again()
    later(days=14, minutes=1)
    supervision.close_silent()
    closed = seen(phone, answered)
    assert "verdict" in closed["may"]
    phone.call(
        "POST",
        f"/tickets/{answered}/verdict",
        json={"version": closed["version"], "answer": answer},
    )
    assert scalar("SELECT outcome FROM ticket") == outcome


def test_what_cannot_be_done_is_never_closed_by_the_clock(phone, ticket, offices, later) -> None:
    with transaction():
        handling.reply(offices.cadre, ticket, 4, "cannot", WrittenReply("水源枯了"))
    later(days=7, minutes=1)
    supervision.ask_again()
    later(days=60)
    assert supervision.close_silent() == 0
    assert seen(phone, ticket)["state"] == "answered"


def test_whoever_said_not_solved_is_not_closed_by_the_clock(phone, answered, later) -> None:
    found = seen(phone, answered)
    phone.call(
        "POST", f"/tickets/{answered}/verdict", json={"version": found["version"], "answer": "not"}
    )
    later(days=60)
    assert supervision.ask_again() + supervision.close_silent() == 0
    assert seen(phone, answered)["state"] == "answered"


def test_an_office_does_not_wait_for_an_answer_for_ever(phone, ticket, offices, later) -> None:
    with transaction():
        handling.ask(offices.cadre, ticket, 4, WrittenReply("是哪一盏？"))
    later(days=6, hours=23)
    assert supervision.stop_waiting() == 0
    later(days=7, minutes=1)
    assert supervision.stop_waiting() == 1
    found = seen(phone, ticket)
    assert found["state"] == "handling"
    assert found["due_at"] > clock.now().isoformat()


def test_a_closed_ticket_may_be_reopened_for_a_month_and_is_then_archived(
    phone, answered, later
) -> None:
    found = seen(phone, answered)
    phone.call(
        "POST", f"/tickets/{answered}/verdict",
        json={"version": found["version"], "answer": "solved"},
    )  # fmt: skip
    later(days=29)
    assert supervision.archive_closed() == 0
    assert "reopen" in seen(phone, answered)["may"]
    later(days=30, minutes=1)
    assert "reopen" not in seen(phone, answered)["may"]
    assert supervision.archive_closed() == 1
    archived = seen(phone, answered)
    # Filed beside the state, so that what came of it stays to be counted.
    assert (archived["state"], archived["may"]) == ("resolved", [])
    assert archived["verdict"]["answer"] == "solved"


def test_a_paused_ticket_is_neither_reminded_of_nor_reported(phone, ticket, offices, later) -> None:
    with transaction():
        handling.ask(offices.cadre, ticket, 4, WrittenReply("是哪一盏？"))
    later(days=40)
    assert supervision.escalate_overdue() == 0


def test_a_late_ticket_is_reported_to_the_township_above_the_village(
    phone, ticket, offices, later, scalar
) -> None:
    later(days=20)
    supervision.escalate_overdue()
    told = scalar(
        "SELECT count(*) FROM notice WHERE person_id = :id AND title = '一件诉求超时被通报'",
        id=offices.township.person_id,
    )
    assert told == 1


def test_running_the_jobs_again_changes_nothing(phone, answered, later, scalar) -> None:
    later(days=20)
    jobs.escalate_tickets()
    jobs.tend_tickets()
    jobs.tend_tickets()
    before = scalar("SELECT max(id) FROM ticket_event")
    jobs.escalate_tickets()
    jobs.tend_tickets()
    assert scalar("SELECT max(id) FROM ticket_event") == before


def test_the_desk_may_settle_what_stayed_open(phone, answered, offices, later, scalar) -> None:
    later(days=3)
    with transaction():
        desk.follow_up(offices.desk, answered, None, None, "打了三次没人接")
    assert seen(phone, answered)["state"] == "answered"
    with transaction():
        desk.close_unsolved(offices.desk, answered, None, "联系不上，灯在私人院里")
    assert scalar("SELECT outcome FROM ticket") == "not"
