"""Whatever is done to tickets later, what happened in a month stays in that month's facts."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backend.app.access import Actor, Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import DomainError
from backend.app.scorecards.facts import VillageFacts, gather
from backend.app.tickets import author, handling, supervision
from backend.app.tickets.clocks.working_calendar import fill_year
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.desk.operations import Classified
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.intake import operations as intake
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.kinds import TicketKind
from backend.app.tickets.models import Ticket
from backend.app.tickets.rules.routing import Office
from tests.factories.console import make_staff
from tests.factories.county import bind, make_person
from tests.factories.tickets import Offices, as_actor

NOVEMBER = date(2026, 11, 1)
MONTH_END = datetime(2026, 12, 1, tzinfo=clock.COUNTY_ZONE)
HOUR = timedelta(hours=1)
WORDS = WrittenReply("换好了")
# Names of acts; how many hours pass before each.
ACTS = (
    "open", "sign", "progress", "ask", "supplement", "resume", "want_time", "give_time",
    "hand_back", "to_village", "to_neighbour", "to_bureau", "urgent", "complex", "done", "cannot",
    "solved", "partly", "not", "reopen", "reopen_by_desk", "withdraw", "decline", "merge",
    "release", "close_unsolved", "follow_up", "archive", "night", "holiday", "workday",
)  # fmt: skip
OFTEN = (*ACTS, *["sign", "done", "solved"] * 6)
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 60), st.integers(0, 2)), max_size=14
)


class Town:
    """Two villages, a bureau, a desk and one author; each act falls on one of three tickets."""

    def __init__(self, offices: Offices, boss: Actor, show: Callable[[datetime], None]) -> None:
        self.offices, self.boss, self.show = offices, boss, show
        self.person_id = make_person()
        bind(self.person_id, offices.county)
        self.me = Actor(self.person_id)
        self.tickets: list[int] = []

    def handler(self, ticket: Ticket) -> Actor:
        if ticket.unit_department_id is not None:
            return self.offices.department
        mine = ticket.unit_region_id == self.offices.village_id
        return self.offices.cadre if mine else self.offices.other_cadre

    def do(self, act: str, nth: int) -> None:
        """One act by whoever would make it; what the rules refuse changes nothing."""
        try:
            with transaction():
                if act == "open" or not self.tickets:
                    said = TicketRequest(TicketKind.HELP, "村口路灯不亮", self.offices.village_id)
                    self.tickets.append(intake.submit(self.person_id, uuid4(), said).id)
                elif act in ("holiday", "workday"):
                    days = {date(2026, 12, 4): (act == "workday", act)}
                    fill_year(self.boss, self.offices.county.id, 2026, days)
                elif act != "night":
                    ticket_id = self.tickets[nth % len(self.tickets)]
                    self._move(act, db.session.get_one(Ticket, ticket_id))
        except DomainError:
            pass
        if act == "night":
            supervision.stop_waiting()
            supervision.ask_again()
            supervision.close_silent()
            supervision.archive_closed()
        db.session.expire_all()

    def _move(self, act: str, ticket: Ticket) -> None:
        handler, me, at_desk = self.handler(ticket), self.me, self.offices.desk
        of = (ticket.id, ticket.version)
        village, neighbour = (Office(one) for one in self.offices.county.village_ids[:2])
        bureau, last = Office(department_id=self.offices.department_id), self.tickets[-1]
        moves: dict[str, Callable[[], object]] = {
            "sign": lambda: handling.sign(handler, *of),
            "progress": lambda: handling.report_progress(handler, *of, WORDS),
            "ask": lambda: handling.ask(handler, *of, WORDS),
            "supplement": lambda: author.supplement(me, *of, "第三盏"),
            "resume": lambda: handling.resume(handler, *of),
            "want_time": lambda: handling.request_extension(handler, *of, 5, WORDS),
            "give_time": lambda: desk.decide_extension(at_desk, *of, True, None),
            "hand_back": lambda: handling.hand_back(handler, *of, WORDS),
            "to_village": lambda: desk.assign(at_desk, *of, village),
            "to_neighbour": lambda: desk.assign(at_desk, *of, neighbour),
            "to_bureau": lambda: desk.assign(at_desk, *of, bureau),
            "urgent": lambda: desk.classify(at_desk, *of, Classified(urgency="urgent")),
            "complex": lambda: desk.classify(at_desk, *of, Classified(urgency="complex")),
            "done": lambda: handling.reply(handler, *of, "done", WORDS),
            "cannot": lambda: handling.reply(handler, *of, "cannot", WORDS),
            "solved": lambda: author.give_verdict(me, *of, "solved", 1),
            "partly": lambda: author.give_verdict(me, *of, "partly", 3),
            "not": lambda: author.give_verdict(me, *of, "not"),
            "reopen": lambda: author.reopen(me, *of, "还是不亮"),
            "reopen_by_desk": lambda: desk.reopen_by_desk(at_desk, *of, "还是不亮"),
            "withdraw": lambda: author.withdraw(me, *of),
            "decline": lambda: desk.decline(at_desk, *of, "不归县里管"),
            "merge": lambda: desk.merge(at_desk, *of, last),
            "release": lambda: desk.release(at_desk, *of),
            "close_unsolved": lambda: desk.close_unsolved(at_desk, *of, "没有水源"),
            "follow_up": lambda: desk.follow_up(at_desk, *of, "not", None),
            "archive": lambda: desk.archive(at_desk, *of),
        }
        moves[act]()

    def live(self, steps: list[tuple[str, int, int]], at: datetime, end: datetime) -> datetime:
        """Acts one after the other, none of them after the end."""
        for act, hours, nth in steps:
            at = min(at + hours * HOUR, end)
            self.show(at)
            self.do(act, nth)
        return at


def november(offices: Offices) -> list[VillageFacts]:
    with transaction():
        return gather(NOVEMBER, [offices.county.id], clock.now())


@pytest.fixture
def town(offices: Offices, stop_clock) -> Callable[[], Town]:
    boss_id = make_staff(Role.COUNTY_MANAGER, offices.county.id, "boss")
    boss = as_actor(boss_id, Role.COUNTY_MANAGER, offices.county.id)

    def show(at: datetime) -> None:
        stop_clock(at)

    return lambda: Town(offices, boss, show)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(start=st.integers(24, 500), during=STEPS, after=STEPS)
def test_whatever_acts_come_later_what_happened_in_a_month_stays_in_its_facts(
    town: Callable[[], Town], start: int, during: list, after: list
) -> None:
    made = town()
    made.live([("open", 0, 0), ("sign", 1, 0), *during], MONTH_END - start * HOUR,
              MONTH_END - timedelta(minutes=1))  # fmt: skip
    made.show(MONTH_END)
    before = november(made.offices)
    made.live(after, MONTH_END + HOUR, MONTH_END + timedelta(days=70))
    assert november(made.offices) == before


def test_many_lives_touch_every_act_and_leave_the_month_alone(
    town: Callable[[], Town], offices: Offices
) -> None:
    dice, moved = random.Random(20261130), set()
    for _ in range(20):
        made = town()
        steps = [(dice.choice(OFTEN), dice.randrange(30), dice.randrange(3)) for _ in range(30)]
        later = [(dice.choice(ACTS), dice.randrange(40), dice.randrange(3)) for _ in range(30)]
        made.live(
            [("open", 0, 0), ("sign", 1, 0), *steps], MONTH_END - 400 * HOUR, MONTH_END - HOUR
        )
        made.show(MONTH_END)
        before = november(offices)
        made.live(later, MONTH_END + HOUR, MONTH_END + timedelta(days=60))
        assert november(offices) == before
        with transaction() as session:
            moved.update(session.scalars(select(Ticket.state).distinct()))
    counts = {name for one in november(offices) for name in one.counts}
    assert counts >= {"response", "on_time", "resolution", "unrated"}
    assert moved >= {"resolved", "withdrawn", "answered", "handling"}
