"""超时 is one figure: the light of one ticket, the condition over many, every page and file."""

import io
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, DateTime, String, cast, column, func, select, values

from backend.app.access import Actor, Role
from backend.app.core.db import db, transaction
from backend.app.core.files import storage
from backend.app.exports import ticket_list
from backend.app.exports.bulletins import operations as bulletins
from backend.app.exports.request_params import Asked
from backend.app.tickets import author, handling, supervision
from backend.app.tickets.clocks import lateness, lights
from backend.app.tickets.clocks.lights import TicketStanding, light
from backend.app.tickets.clocks.turns import running
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.models import Supervision, Ticket
from backend.app.tickets.rules.routing import Office
from backend.app.tickets.states import State
from backend.jobs import exports as jobs
from tests.app.ratings.conftest import open_phone
from tests.app.tickets.test_months import STEPS, Town, town
from tests.app.tickets.test_turns import Clock, clock, do, on, opened, reply, signed, to_desk
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.county import bind, make_person
from tests.factories.tickets import Offices, forget

__all__ = ["clock", "town"]

INSTANT = DateTime(timezone=True)
AT = st.integers(0, 48 * 60).map(lambda minutes: on(2, 0) + timedelta(minutes=minutes))
# Minutes from now until something is due; the edges of the hours that count as soon are likely.
AWAY = st.integers(-2000, 2000) | st.sampled_from([0, -1, 1, 239, 240, 241])
STANDINGS = st.tuples(st.sampled_from(State), AWAY, st.none() | AWAY, st.booleans())


# One ticket and many


def as_rows(standings: list[TicketStanding], at: datetime) -> Any:
    """Tickets that nobody stored, under the table's own name."""
    names = (column("id", BigInteger), column("state", String), column("due_at", INSTANT),
             column("sign_due_at", INSTANT), column("paused_at", INSTANT))  # fmt: skip
    rows = [
        (place, one.state.value, one.due_at, cast(one.sign_due_at, INSTANT),
         cast(at if one.paused else None, INSTANT))
        for place, one in enumerate(standings)
    ]  # fmt: skip
    return values(*names).data(rows).cte("ticket")


@given(at=AT, drawn=st.lists(STANDINGS, min_size=1, max_size=40))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_light_of_one_ticket_is_the_condition_over_many(
    app: Flask, at: datetime, drawn: list[tuple[State, int, int | None, bool]]
) -> None:
    def away(minutes: int) -> datetime:
        return at + timedelta(minutes=minutes)

    given_ = [
        TicketStanding(state, away(due), None if sign is None else away(sign), paused)
        for state, due, sign, paused in drawn
    ]
    query = (
        select(Ticket.id, lateness.is_late(at), lateness.is_soon(at), lateness.next_due())
        .add_cte(as_rows(given_, at))
        .order_by(Ticket.id)
    )
    with transaction() as session:
        found = [tuple(row[1:]) for row in session.execute(query)]
    shown = [light(one, at) for one in given_]
    assert found == [
        (of_it is lights.LATE, of_it is lights.SOON_DUE, one.next_due_at)
        for of_it, one in zip(shown, given_, strict=True)
    ]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, wait=st.integers(0, 300))
def test_whatever_was_done_a_ticket_is_late_by_the_turn_that_runs(
    town: Callable[[], Town], steps: list[tuple[str, int, int]], wait: int
) -> None:
    made = town()
    start = on(2)
    at = made.live([("open", 0, 0), *steps], start, start + timedelta(days=50))
    at += timedelta(hours=wait)
    with transaction() as session:
        late = set(session.scalars(select(Ticket.id).where(lateness.is_late(at))))
        for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(made.tickets))):
            turn = running(ticket)
            due = turn and min(filter(None, (
                turn.due_at, turn.sign_due_at if turn.signed_at is None else None
            )))  # fmt: skip
            passed = turn is not None and turn.paused_at is None and due < at
            assert (ticket.id in late) == passed, (ticket.state, due, at)
            assert passed == (light(lateness.standing(ticket), at) is lights.LATE)


# Every surface

NOW = on(17, 11)
# What lies where, late on the morning of the 17th.
AT_DESK, OF_VILLAGE, OF_NEIGHBOUR, OF_BUREAU = 2, 2, 2, 1
LATE = AT_DESK + OF_VILLAGE + OF_NEIGHBOUR + OF_BUREAU
# Over or under way elsewhere, after a deadline that was missed.
OVER = 5
SENTENCE = f"{LATE} 件诉求超时，其中县诉求受理中心没派出去的 {AT_DESK} 件"


def someone(offices: Offices) -> int:
    found = make_person()
    bind(found, offices.county)
    return found


def hand_over(offices: Offices, ticket_id: int, office: Office) -> None:
    do(desk.assign, offices.desk, ticket_id, office)


def hand_back(offices: Offices, ticket_id: int) -> None:
    do(handling.hand_back, offices.cadre, ticket_id, WrittenReply("不归村里管"))


def make_late(offices: Offices, show: Clock) -> None:
    """With every office: from the start, handed back, given to another, not signed."""
    me, bureau = someone(offices), Office(department_id=offices.department_id)
    neighbour = Office(offices.county.village_ids[1])
    to_desk(me, offices)
    signed(me, offices)
    hand_over(offices, opened(me, offices), bureau)
    for _ in range(OF_NEIGHBOUR):
        hand_over(offices, opened(me, offices), neighbour)
    returned = opened(me, offices)
    show(on(10))
    hand_back(offices, returned)
    show(on(16))
    opened(me, offices)


def make_in_time(offices: Offices, show: Clock) -> None:
    """Late before, and new where they are; or waiting for the villager."""
    show(on(2))
    me = someone(offices)
    given_away, returned, asked = opened(me, offices), opened(me, offices), signed(me, offices)
    do(handling.ask, offices.cadre, asked, WrittenReply("哪一盏？"))
    show(on(17, 10))
    hand_over(offices, given_away, Office(department_id=offices.department_id))
    hand_back(offices, returned)


def make_over(offices: Offices, show: Clock) -> None:
    """Merged, withdrawn, declined, answered and filed, each after its deadline."""
    show(on(2))
    me = someone(offices)
    author_ = Actor(me)
    parent = db.session.scalars(select(func.min(Ticket.id)).where(Ticket.state == "handling")).one()
    merged, withdrawn, answered, filed = (signed(me, offices) for _ in range(4))
    declined = to_desk(me, offices)
    show(on(16))
    do(desk.merge, offices.desk, merged, parent)
    do(author.withdraw, author_, withdrawn)
    do(desk.decline, offices.desk, declined, "不归县里管")
    reply(offices, answered)
    reply(offices, filed)
    do(author.give_verdict, author_, filed, "solved", 1)
    do(desk.archive, offices.desk, filed)


@pytest.fixture
def busy(offices: Offices, clock: Clock) -> Offices:
    """Offices of a county with every kind of ticket, some of them late."""
    make_late(offices, clock)
    make_in_time(offices, clock)
    make_over(offices, clock)
    clock(NOW)
    return offices


def test_list_board_and_leaders_screen_say_the_same_number(app: Flask, busy: Offices) -> None:
    staff = sit_down(app.test_client(), busy.desk.person_id)
    leader = sit_down(app.test_client(), make_staff(Role.LEADER, busy.county.id, "boss"))
    listed = as_shown(staff.get("/console/tickets?view=late"))
    assert f'已超时 <b class="late">{LATE}</b>' in listed
    assert listed.count('<span class="light late">') == LATE
    board_ = staff.get("/console/tickets/board").text
    lines = re.findall(r'light late"><span aria-hidden="true">■</span> (\d+)<', board_)
    assert sorted(map(int, lines)) == sorted([AT_DESK, OF_VILLAGE, OF_NEIGHBOUR, OF_BUREAU])
    for page in (listed, board_, leader.get("/console/leader").text):
        assert SENTENCE in page


def test_the_phones_queue_counts_what_the_board_counts_for_the_village(
    app: Flask, busy: Offices
) -> None:
    cadres = {busy.cadre.person_id: OF_VILLAGE, busy.other_cadre.person_id: OF_NEIGHBOUR}
    for person_id, late in cadres.items():
        seen = open_phone(app.test_client(), person_id).call("GET", "/cadre/tickets").json
        assert seen["counts"]["late"] == late
        assert f"其中 {late} 件已超时" in seen["headline"]
        assert [one["light"]["code"] for one in seen["items"]].count("late") == late


def test_a_bureau_sees_its_part_and_a_township_all_of_its_villages_wherever_they_lie(
    app: Flask, busy: Offices
) -> None:
    for actor, late in ((busy.department, OF_BUREAU), (busy.township, LATE)):
        staff = sit_down(app.test_client(), actor.person_id)
        listed = as_shown(staff.get("/console/tickets?view=late"))
        assert f'已超时 <b class="late">{late}</b>' in listed


def test_the_file_of_the_list_marks_the_same_ones_and_what_is_over_otherwise(
    busy: Offices, tmp_path: Path
) -> None:
    def marks(view: str) -> Counter[str]:
        asked = Asked(
            format="xlsx", month=None, region_id=busy.county.id, title="诉求",
            person_id=busy.desk.person_id, filters={"view": view},
        )  # fmt: skip
        ticket_list.write(tmp_path / "list.xlsx", asked, lambda _: None)
        return Counter(one["是否超时"] or "" for one in rows(tmp_path / "list.xlsx", "诉求"))

    assert marks("late") == {"超时": LATE}
    assert marks("all") == {"超时": LATE, "办结晚了": OVER, "": 3}


def rows(book: Path | io.BytesIO, sheet: str) -> list[dict[str, Any]]:
    head, *lines = openpyxl.load_workbook(book)[sheet].iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_the_bulletin_says_the_number_of_the_screens(busy: Offices) -> None:
    with transaction():
        made = bulletins.request_bulletin(busy.desk, busy.county.id, "weekly", NOW.date())
        bulletin_id = made.id
    jobs.write_bulletin(bulletin_id)
    forget()

    def file(kind: str) -> io.BytesIO:
        return io.BytesIO(storage.read(bulletins.get_file(busy.desk, bulletin_id, kind)[0]))

    paper = pypdfium2.PdfDocument(file("pdf"))
    words = "".join(page.get_textpage().get_text_range() for page in paper)
    assert f"写这一稿时{SENTENCE}".replace(" ", "") in re.sub(r"\s", "", words)
    said = {one["项目"]: one["这一期"] for one in rows(file("xlsx"), "概况")}
    assert said["超时（写这一稿时）"] == LATE
    assert said["其中县诉求受理中心没派出去的"] == AT_DESK
    assert said["其中县直部门等的"] == OF_BUREAU
    of_townships = sum(one["超时"] for one in rows(file("xlsx"), "乡镇"))
    assert of_townships == OF_VILLAGE + OF_NEIGHBOUR


# Reminders


def test_what_was_signed_late_is_not_reminded_of_as_if_it_were_due(
    offices: Offices, clock: Clock
) -> None:
    """The hours for signing concern only what has not been signed."""
    ticket_id = opened(someone(offices), offices)
    clock(on(3))
    do(handling.sign, offices.cadre, ticket_id)
    assert supervision.escalate_overdue() == 0
    clock(on(9, 15))
    assert supervision.escalate_overdue() == 1
    assert reminders() == ["快到期了，请抓紧"]


def test_a_reminder_of_what_was_not_signed_in_time_says_that_it_is_late(
    offices: Offices, clock: Clock
) -> None:
    opened(someone(offices), offices)
    clock(on(3))
    assert supervision.escalate_overdue() == 1
    assert reminders() == ["已经超时，请尽快办"]


def reminders() -> list[str | None]:
    forget()
    return list(db.session.scalars(select(Supervision.words).order_by(Supervision.id)))
