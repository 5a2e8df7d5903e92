"""Paper votes under a power cut and under two people at once: nothing is lost, nothing twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import event, text

from backend.app.access import Actor, Role
from backend.app.core.db import db, transaction
from backend.app.surveys import operations as rounds
from backend.app.surveys.paper import operations as paper
from tests.app.surveys.slips import SHEET, again, give, round_of, start, unit_of
from tests.app.tickets.test_crashes import PowerCut, power_cut_at
from tests.factories.at_once import at_once
from tests.factories.console import make_staff
from tests.factories.tickets import forget

TABLES = ("paper_issue", "paper_batch", "survey_tally", "survey_text", "survey_result",
          "audit_entry")  # fmt: skip
WITH_WORDS: list[Any] = [1, [0], "井盖松了"]


@pytest.fixture
def clerks(county) -> list[Actor]:
    return [Actor(make_staff(Role.COUNTY_STAFF, county.id, f"clerk{n}")) for n in range(3)]


@pytest.fixture
def unit(county, survey, clerks) -> int:
    found = unit_of(county.id)
    give(county.id, found, 40)
    return found


def everything() -> list[Any]:
    forget()
    with db.engine.connect() as connection:
        return [
            connection.execute(
                text(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            ).scalar()
            for table in TABLES
        ]


@contextmanager
def waiting_before(start: str) -> Iterator[None]:
    """Whoever is about to say this waits a moment for a second one who would."""
    second = Barrier(2)

    def wait(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(start):
            with suppress(BrokenBarrierError):
                second.wait(0.5)

    event.listen(db.engine, "before_cursor_execute", wait)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", wait)


def cut_at_every_statement(act: Callable[[], Any]) -> int:
    """Until the act gets through; each time before, everything is as it was."""
    before = everything()
    for nth in range(1, 100):
        try:
            with power_cut_at(nth), transaction():
                act()
        except PowerCut:
            assert everything() == before, f"statement {nth}"
        else:
            return nth - 1
    raise AssertionError("never got through")


def test_a_cut_while_the_first_person_enters_leaves_no_half_batch(survey, unit, clerks, scalar):
    cuts = cut_at_every_statement(
        lambda: paper.start_batch(clerks[0], round_of(survey), unit, [WITH_WORDS] * 10)
    )
    assert cuts >= 3
    assert scalar("SELECT count(*) FROM paper_batch") == 1


def test_a_cut_while_the_second_enters_keeps_the_first_and_counts_once(
    survey, unit, clerks, scalar
) -> None:
    batch = start(survey, unit, [WITH_WORDS] * 10, clerks[0])
    cuts = cut_at_every_statement(
        lambda: paper.enter_again(clerks[1], round_of(survey), batch, [WITH_WORDS] * 10)
    )
    assert cuts >= 5
    assert scalar("SELECT counts FROM survey_tally WHERE question = 0") == [0, 10, 0, 0, 0]
    assert scalar("SELECT count(*) FROM survey_text") == 10
    assert scalar("SELECT state FROM paper_batch") == "counted"


def test_a_slip_is_on_the_roll_or_it_is_not(county, unit, clerks, scalar) -> None:
    cut_at_every_statement(lambda: paper.give_slip(clerks[0], county.id, unit, "王建国", "1234"))
    assert scalar("SELECT count(*) FROM paper_issue") == 41


def test_of_two_who_give_the_same_person_a_slip_one_is_told(app, county, unit, clerks, scalar):
    def give_one(clerk: Actor) -> Callable[[], None]:
        return lambda: paper.give_slip(clerk, county.id, unit, "王建国", "1234")

    with waiting_before("INSERT INTO paper_issue"):
        said = at_once(app, *map(give_one, clerks))
    assert sorted(said) == ["done", "slip_given", "slip_given"]
    assert scalar("SELECT count(*) FROM paper_issue") == 41


def test_two_batches_counted_at_once_are_both_counted(app, survey, unit, clerks, scalar) -> None:
    batches = [start(survey, unit, [WITH_WORDS] * 10, clerks[0]) for _ in range(3)]

    def enter(batch: int) -> Callable[[], Any]:
        return lambda: paper.enter_again(clerks[1], round_of(survey), batch, [WITH_WORDS] * 10)

    assert at_once(app, *map(enter, batches)) == ["done"] * 3
    assert scalar("SELECT counts FROM survey_tally WHERE question = 0") == [0, 30, 0, 0, 0]


def test_the_same_entry_sent_twice_at_once_is_counted_once(app, survey, unit, clerks, scalar):
    batch = start(survey, unit, [WITH_WORDS] * 10, clerks[0])

    def enter() -> None:
        paper.enter_again(clerks[1], round_of(survey), batch, [WITH_WORDS] * 10)

    assert sorted(at_once(app, enter, enter)) == ["conflict", "done"]
    assert scalar("SELECT counts FROM survey_tally WHERE question = 0") == [0, 10, 0, 0, 0]


def test_a_batch_and_the_publication_at_once_agree_on_who_came_first(
    app, survey, unit, clerks, scalar
) -> None:
    batch = start(survey, unit, [SHEET] * 10, clerks[0])
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE survey_round SET state = 'closed'")
    said = at_once(
        app,
        lambda: paper.enter_again(clerks[1], round_of(survey), batch, [SHEET] * 10),
        lambda: rounds.publish_round(survey),
    )
    published = scalar("SELECT count(*) FROM survey_result WHERE channel = 'paper'")
    state = scalar("SELECT state FROM paper_batch")
    assert (said[0], state, published > 0) in {("done", "counted", True),
                                               ("conflict", "dropped", False)}  # fmt: skip


def test_no_more_slips_than_given_even_when_two_start_at_once(app, survey, unit, clerks, scalar):
    again(survey, start(survey, unit, [SHEET] * 25, clerks[0]), [SHEET] * 25, clerks[1])

    def begin(clerk: Actor) -> Callable[[], Any]:
        return lambda: paper.start_batch(clerk, round_of(survey), unit, [SHEET] * 10)

    assert sorted(at_once(app, begin(clerks[0]), begin(clerks[1]))) == ["done", "invalid_input"]
    assert scalar("SELECT sum(slips) FROM paper_batch") == 35
