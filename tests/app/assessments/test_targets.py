"""目标: issued, confirmed or queried by the unit, changed by two people."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Actor, Role
from backend.app.assessments.errors import NotYourTarget, OwnChange, TargetMoved, TargetUnknown
from backend.app.assessments.models import Target, TargetChange, TargetEvent, TargetPlan
from backend.app.assessments.targets import change_operations as changes
from backend.app.assessments.targets import operations as targets
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from tests.factories.assessments import (
    IN_MARCH,
    Assessment,
    make_issued,
    office,
    staff,
)
from tests.factories.county import actor_with
from tests.factories.tickets import forget


@pytest.fixture
def made(app):
    with clock.clock_at(IN_MARCH):
        yield make_issued()


def states(made: Assessment, name: str = "") -> set[str]:
    forget()
    return set(db.session.scalars(select(Target.state).where(Target.unit_id == made.unit(name).id)))


def change_of(made: Assessment, **values: object) -> changes.ChangeDraft:
    return replace(changes.current_content(made.target()), **values)


def doubled(made: Assessment) -> changes.ChangeDraft:
    now = changes.current_content(made.target())
    plan = tuple((month, value * 2) for month, value in now.plan)
    return replace(now, value=Decimal(240), plan=plan)


def propose(made: Assessment, who: Actor | None = None, **values: object) -> int:
    draft = change_of(made, **values) if values else doubled(made)
    with transaction():
        return changes.propose_change(
            who or made.clerk, made.target().id, made.target().version, draft, "省里调整任务"
        ).id


def test_issuing_asks_each_unit_for_an_answer_within_five_working_days(made, scalar) -> None:
    target = made.target()
    assert states(made) == {"issued"}
    # Monday's fifth working day is the next Monday, when the office closes.
    due = target.answer_due_at.astimezone(clock.COUNTY_ZONE)
    assert due == datetime(2026, 3, 9, 18, 0, tzinfo=clock.COUNTY_ZONE)
    told = "SELECT count(*) FROM notice WHERE person_id = :id AND kind = 'assessment'"
    assert scalar(told, id=made.town.person_id) == 1, "one notice, whatever the number of targets"
    assert scalar("SELECT count(*) FROM target_event WHERE move = 'issue'") == scalar(
        "SELECT count(*) FROM target"
    )


def test_the_unit_confirms_its_own_targets_and_nobody_elses(made: Assessment) -> None:
    town, water = made.unit(), made.unit("县水务局")
    with transaction():
        assert targets.confirm_all(made.town, town.id) == 36
    assert states(made) == {"confirmed"}
    assert states(made, "县水务局") == {"issued"}
    for who in (made.town, made.clerk, made.boss):
        with pytest.raises(NotYourTarget), transaction():
            targets.confirm_all(who, water.id)
    with transaction():
        assert targets.confirm_all(made.town, town.id) == 0


def test_a_question_is_decided_by_somebody_who_did_not_issue_it(made: Assessment) -> None:
    target = made.target()
    with transaction():
        targets.query_target(made.town, target.id, target.version, "今年没有土地指标，120万元太高")
    assert made.target().state == "queried"
    with pytest.raises(OwnChange), transaction():
        targets.uphold_target(made.clerk, target.id, made.target().version, "按计划办")
    with transaction():
        targets.uphold_target(made.boss, target.id, made.target().version, "按计划办")
    assert made.target().state == "confirmed"
    events = select(TargetEvent.words).where(TargetEvent.target_id == target.id)
    said = db.session.scalars(events.order_by(TargetEvent.id))
    assert list(said) == [None, "今年没有土地指标，120万元太高", "按计划办"]


def test_of_two_people_of_a_unit_one_confirms_and_the_other_is_told(made, at_once) -> None:
    target = made.target()
    version = target.version
    told = at_once(
        lambda: targets.confirm_target(made.town, target.id, version),
        lambda: targets.query_target(made.town, target.id, version, "太高"),
    )
    assert sorted(told) == ["done", "target_moved"]


def test_a_change_takes_two_people_and_keeps_the_old_value_in_sight(made: Assessment) -> None:
    change = propose(made)
    assert made.target().value == 120, "nothing changes before it is approved"
    with pytest.raises(TargetUnknown), transaction():
        changes.decide_change(made.clerk, change, True)
    with transaction():
        changes.decide_change(made.boss, change, True, "同意")
    target = made.target()
    assert (target.value, target.edition) == (240, 2)
    row = db.session.get_one(TargetChange, change)
    assert (row.before["value"], row.after["value"]) == ("120", "240")
    plans = db.session.execute(
        select(TargetPlan.edition, TargetPlan.value)
        .where(TargetPlan.target_id == target.id, TargetPlan.month == date(2026, 12, 1))
        .order_by(TargetPlan.edition)
    )
    assert [tuple(row) for row in plans] == [(1, 120), (2, 240)]


def test_who_proposed_a_change_does_not_approve_it(made: Assessment) -> None:
    change = propose(made, made.boss)
    with pytest.raises(OwnChange), transaction():
        changes.decide_change(made.boss, change, True)
    other = office(made.county, approves=True)
    with transaction():
        changes.decide_change(other, change, False, "不变")
    assert (made.target().value, made.target().edition) == (120, 1)
    with pytest.raises(TargetMoved), transaction():
        changes.decide_change(other, change, True)


def test_an_approved_change_answers_a_question(made: Assessment) -> None:
    target = made.target()
    with transaction():
        targets.query_target(made.town, target.id, target.version, "太高")
    change = propose(made)
    with transaction():
        changes.decide_change(made.boss, change, True)
    assert made.target().state == "confirmed"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"value": Decimal(100)}, "plan"),
        ({"value": None}, "value"),
        ({"value": Decimal(0)}, "value"),
        ({"plan": ((1, Decimal(20)), (2, Decimal(10)), (12, Decimal(120)))}, "plan"),
        ({"due_on": date(2027, 1, 31)}, "due_on"),
        ({"task": " "}, "task"),
        ({"task": "完成项目投资120万元"}, "value"),
    ],
)
def test_a_change_that_cannot_be_is_refused_by_its_box(made, values, field) -> None:
    with pytest.raises(InvalidInput) as refused:
        propose(made, **values)
    assert list(refused.value.errors) == [field]


def test_one_change_at_a_time_and_none_after_september(made: Assessment) -> None:
    propose(made)
    with pytest.raises(Conflict, match="等审定"):
        propose(made)
    october = clock.clock_at(IN_MARCH + timedelta(days=213))
    with october, pytest.raises(Conflict, match="9 月 30 日"):
        propose(made)


def test_of_two_who_decide_a_change_one_is_told(made: Assessment, at_once) -> None:
    change, other = propose(made), office(made.county, approves=True)
    told = at_once(
        lambda: changes.decide_change(made.boss, change, True),
        lambda: changes.decide_change(other, change, False),
    )
    assert sorted(told) == ["done", "target_moved"]


def test_without_an_approved_change_the_database_keeps_an_issued_target(made: Assessment) -> None:
    new_plan = (
        "INSERT INTO target_plan (target_id, edition, month, county_id, value)"
        " SELECT id, 2, '2026-01-01', county_id, 1 FROM target LIMIT 1"
    )
    new_value = "UPDATE target SET value = 1, edition = 2 WHERE value IS NOT NULL"
    for statement in (new_value, new_plan, "DELETE FROM target_event"):
        with pytest.raises(DBAPIError), transaction() as session:
            session.execute(text(statement))


# Who may make which act on the township's target, and what the others are told.
ACTS = {
    "confirm": lambda who, one: targets.confirm_target(who, one.id, one.version),
    "query": lambda who, one: targets.query_target(who, one.id, one.version, "疑问"),
    "uphold": lambda who, one: targets.uphold_target(who, one.id, one.version, "维持"),
    "drop": lambda who, one: targets.drop_target(who, one.id, one.version, "取消"),
    "key": lambda who, one: targets.set_key(who, one.id, True),
    "change": lambda who, one: changes.propose_change(
        who, one.id, one.version,
        replace(changes.current_content(one), task="完成项目投资120万元以上"), "理由",
    ),
}  # fmt: skip
MAY = {
    "the unit": {"confirm", "query"},
    "a clerk who issued it": {"key", "change"},
    "who approves": {"drop", "key", "change"},
    "another unit": set(),
    "the owner": set(),
}


def test_every_role_makes_its_own_acts_and_no_other(made: Assessment) -> None:
    people = {
        "the unit": made.town,
        "a clerk who issued it": made.clerk,
        "who approves": made.boss,
        "another unit": made.bureau,
        "the owner": staff(made.county, made.departments["县发展和改革局"]),
        **{role.value: actor_with(role, made.county.id) for role in OTHERS},
    }
    done = {name: set() for name in people}
    for name, who in people.items():
        for act, make in ACTS.items():
            forget()
            try:
                make(who, made.target())
                done[name].add(act)
            except (NotYourTarget, TargetUnknown, NotAllowed, OwnChange):
                pass
            except TargetMoved:
                # Allowed for this person, but the target does not wait for it.
                pass
            db.session.rollback()
    assert done == {**MAY, **{role.value: set() for role in OTHERS}}


OTHERS = (
    Role.COUNTY_STAFF, Role.COUNTY_MANAGER, Role.LEADER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN,
    Role.AUDITOR,
)  # fmt: skip
