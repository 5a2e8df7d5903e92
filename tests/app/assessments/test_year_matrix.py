"""Every act of a year's end against every role: who may, and that nobody else does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

import pytest

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.appeals.errors import NotYourResult
from backend.app.assessments.appeals.operations import Redress, decide_appeal, raise_appeal
from backend.app.assessments.grades.operations import decide_grades, propose_grades
from backend.app.assessments.locks.operations import lock_programme
from backend.app.assessments.programmes.operations import save_grade_rules
from backend.app.assessments.publications.operations import publish_programme
from backend.app.assessments.states import AppealItem
from backend.app.assessments.year_end.operations import archive_programme, close_programme
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from backend.app.core.errors import NotAllowed
from backend.app.scoring.assessing.grades import Grade
from tests.app.assessments.closing_year import (
    MEETING,
    PUBLISHED,
    TEN,
    add_units,
    boss_of,
    close,
    decide_all,
    decided,
    lock,
    make_year,
    propose,
    publish,
)
from tests.app.assessments.result_year import Year, run
from tests.app.assessments.test_year_appeals import LATE, MONDAY, appeal
from tests.factories.county import OPENED_ON, make_person

APPROVES = "approves"
WHO = (*Role, APPROVES)
OFFICE, DECIDERS = {Role.ASSESSOR, APPROVES}, {APPROVES}


def drafted(year: Year) -> None:
    """As it was made, before anybody approved it."""


def closed(year: Year) -> None:
    close(year)


def graded(year: Year) -> None:
    close(year)
    propose(year)


def met(year: Year) -> None:
    graded(year)
    decide_all(year)


def locked(year: Year) -> None:
    met(year)
    lock(year)


def published(year: Year) -> None:
    locked(year)
    publish(year)


def appealed(year: Year) -> None:
    published(year)
    appeal(year)


@dataclass(frozen=True)
class Act:
    """What comes before it, who may, when, and the act itself."""

    before: Callable[[Year], None]
    may: set[str]
    when: datetime
    do: Callable[[Actor, Year], object]


def number_of(year: Year) -> int:
    return year.made.programme_id


BOUNDS = dict.fromkeys(("social",), 80) | {"excellent": 90, "good": 80, "fair": 60}
ACTS = {
    "grade rules": Act(drafted, OFFICE, MEETING,
                       lambda actor, year: save_grade_rules(actor, number_of(year), BOUNDS, {})),
    "close": Act(run, OFFICE, MEETING,
                 lambda actor, year: close_programme(actor, number_of(year))),
    "propose": Act(closed, OFFICE, MEETING,
                   lambda actor, year: propose_grades(actor, number_of(year))),
    "decide": Act(graded, DECIDERS, MEETING,
                  lambda actor, year: decide_grades(actor, number_of(year), "1号",
                                                    [decided(year, "甲1")])),
    "lock": Act(met, DECIDERS, MEETING,
                lambda actor, year: lock_programme(actor, number_of(year))),
    "publish": Act(locked, DECIDERS, PUBLISHED,
                   lambda actor, year: publish_programme(actor, number_of(year))),
    "appeal": Act(published, set(), MONDAY,
                  lambda actor, year: raise_appeal(actor, number_of(year), year.units["甲6"],
                                                   AppealItem.GRADE, year.units["甲6"], "不对")),
    "decide appeal": Act(appealed, DECIDERS, MONDAY,
                         lambda actor, _: decide_appeal(actor, 1, "核对了", None)),
    "archive": Act(published, OFFICE, LATE,
                   lambda actor, year: archive_programme(actor, number_of(year))),
}  # fmt: skip


def actor_as(who: str, year: Year) -> Actor:
    """Somebody with this role alone, of the county and of no assessed unit."""
    role = Role.ASSESSOR if who == APPROVES else Role(who)
    grant = Grant(role, year.made.county.id, OPENED_ON, approves=who == APPROVES)
    return Actor(make_person(), (grant,))


@pytest.mark.parametrize("name", ACTS)
def test_each_act_is_open_to_the_office_alone_and_deciding_to_deciders(app, name: str) -> None:
    act = ACTS[name]
    year = make_year()
    add_units(year, "甲", TEN)
    act.before(year)
    refused = set()
    # Whoever may comes last: the act changes what the next one finds.
    for who in sorted(WHO, key=lambda who: who in act.may):
        try:
            with clock_at(act.when), transaction() as session:
                act.do(actor_as(who, year), year)
                session.rollback()
        except (NotAllowed, NotYourResult):
            refused.add(who)
    assert set(WHO) - refused == act.may


def timed(when: datetime, act: Callable[[], object]) -> Callable[[], object]:
    """The act by a clock that stands at this instant, in whatever thread."""

    def do() -> object:
        with clock_at(when):
            return act()

    return do


def test_of_two_meetings_at_once_one_wins(app, at_once, scalar) -> None:
    year = make_year()
    add_units(year, "甲", TEN)
    graded(year)
    first, second = boss_of(year.made), actor_as(APPROVES, year)
    better, worse = decided(year, "甲4"), decided(year, "甲4", Grade.FAIR, "一件没办实")
    said = at_once(
        timed(MEETING, lambda: decide_grades(first, number_of(year), "1号", [better])),
        timed(MEETING, lambda: decide_grades(second, number_of(year), "2号", [worse])),
    )
    assert sorted(said) == ["done", "grade_moved"]
    assert scalar("SELECT count(*) FROM unit_grade WHERE state = 'meeting'") == 1


def test_a_year_is_locked_published_and_appeals_are_decided_once(app, at_once, scalar) -> None:
    year = make_year()
    add_units(year, "甲", TEN)
    met(year)
    both = boss_of(year.made), actor_as(APPROVES, year)
    number = number_of(year)
    said = at_once(*(timed(MEETING, partial(lock_programme, boss, number)) for boss in both))
    assert sorted(said) == ["done", "programme_moved"]
    others = [actor_as(APPROVES, year) for _ in both]
    said = at_once(*(timed(PUBLISHED, partial(publish_programme, boss, number)) for boss in others))
    assert sorted(said) == ["done", "programme_moved"]
    about = appeal(year)
    right = Redress(value=Decimal(89))
    said = at_once(
        *(timed(MONDAY, partial(decide_appeal, boss, about, "核对了", right)) for boss in both)
    )
    assert sorted(said) == ["appeal_moved", "done"]
    assert scalar("SELECT count(*) FROM result_correction") == 1
