"""Two people at one objection, a decision and a lock at once, the power cut at any statement."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.scorecards.locks import operations as locks
from backend.app.scorecards.locks import verification
from backend.app.scorecards.objections import operations as objections
from tests.factories.county import make_person
from tests.factories.objections import Bench, make_bench, object_to
from tests.factories.ratings import LAST_MONTH
from tests.factories.tickets import as_actor, forget

TABLES = ("objection", "objection_photo", "scorecard_correction", "notice", "audit_entry")
Act = Callable[[], Any]


@pytest.fixture
def bench(app) -> Bench:
    return make_bench()


def decide(bench: Bench, found: int, is_upheld: bool, by: Any = None) -> None:
    objections.decide_objection(by or bench.staff, found, is_upheld, "核过了")


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(
    at_once, bench: Bench, scalar
) -> None:
    found = object_to(bench)
    said = at_once(
        lambda: decide(bench, found, True),
        lambda: decide(bench, found, False, bench.other_staff),
    )
    assert sorted(said) == ["already_decided", "done"]
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'decide_objection'") == 1


def test_two_cadres_objecting_to_one_case_at_once_make_one_objection(
    at_once, bench: Bench, scalar
) -> None:
    second = as_actor(make_person(), Role.CADRE, bench.village_id)
    said = at_once(lambda: raw(bench, bench.cadre), lambda: raw(bench, second))
    assert sorted(said) == ["already_objected", "done"]
    assert scalar("SELECT count(*) FROM objection") == 1


def raw(bench: Bench, by: Any) -> None:
    """As object_to, inside a transaction that is open already."""
    raised = objections.Raised(
        bench.village_id, LAST_MONTH, "rating", bench.case_id, "那天全镇停电"
    )
    objections.raise_objection(by, uuid4(), raised)


def test_a_decision_while_the_month_is_locked_is_in_the_figures_or_a_correction_never_lost(
    at_once, bench: Bench, scalar
) -> None:
    found = object_to(bench)
    said = at_once(
        lambda: decide(bench, found, True),
        lambda: locks.lock_month(bench.other_staff, bench.county.id, LAST_MONTH, "到期就锁"),
    )
    assert said == ["done", "done"]
    forget()
    struck = scalar(
        "SELECT counts->'levels'->>4 = '1' FROM month_fact WHERE village_id = :v AND month = :m",
        v=bench.village_id, m=LAST_MONTH,
    )  # fmt: skip
    assert struck != bool(scalar("SELECT count(*) FROM scorecard_correction"))
    with transaction():
        assert verification.verify(bench.county.id, LAST_MONTH).equal


class PowerCut(Exception):
    """Not one of ours: nothing expects it."""


def everything() -> list[Any]:
    forget()
    with db.engine.connect() as connection:
        return [
            connection.execute(
                text(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            ).scalar()
            for table in TABLES
        ]


def goes_through(act: Act, nth: int) -> bool:
    """Whether the act ended before its nth statement, at which the power is cut."""
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == nth:
            raise PowerCut

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        with transaction():
            act()
    except PowerCut:
        return False
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return True


def survived(act: Act) -> int:
    before = everything()
    for nth in range(1, 200):
        if goes_through(act, nth):
            assert everything() != before
            return nth - 1
        assert everything() == before, f"statement {nth}"
    raise AssertionError("the act never ends")


@pytest.mark.parametrize("locked", [False, True])
def test_no_objection_and_no_decision_is_ever_half_made(bench: Bench, locked: bool, scalar) -> None:
    assert survived(lambda: raw(bench, bench.cadre)) >= 5
    if locked:
        with transaction():
            locks.lock_month(bench.other_staff, bench.county.id, LAST_MONTH, "先锁")
    found = scalar("SELECT id FROM objection")
    assert survived(lambda: decide(bench, found, True)) >= 8
