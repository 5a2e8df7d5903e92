"""督办: proposed by colours, confirmed by a person with its card, answered, closed."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.evaluation import ladder_operations as ladder
from backend.app.assessments.evaluation.errors import NotYourStep, NotYourSummons, StepMoved
from backend.app.assessments.evaluation.operations import evaluate_now
from backend.app.assessments.reports.operations import ReportLine
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotFound
from tests.app.assessments.acting import accept_all, evaluate_month, open_month, send
from tests.factories.assessed import Assessed, add_target, at, issue
from tests.factories.county import OPENED_ON, make_person
from tests.factories.tickets import as_actor, forget


def month(assessed: Assessed, number: int, value: int) -> None:
    open_month(number)
    send(assessed, ReportLine(assessed.targets["A1"], 0, Decimal(value)), month=number)
    accept_all(assessed, number)
    evaluate_month(number)


def steps(scalar, number: int) -> list[int] | None:
    return scalar(
        "SELECT array_agg(level ORDER BY level) FROM target_supervision"
        " WHERE EXTRACT(MONTH FROM period) = :month",
        month=number,
    )


def step(scalar, level: int) -> int:
    return scalar(
        "SELECT id FROM target_supervision WHERE level = :level ORDER BY id DESC LIMIT 1",
        level=level,
    )


def test_the_ladder_is_climbed_once_a_round(behind: Assessed, scalar) -> None:
    for number in range(3, 8):
        month(behind, number, number * 50)
    assert [steps(scalar, number) for number in range(3, 8)] == [[1], [2], [3], [4], None]
    assert scalar("SELECT state FROM target_supervision WHERE level = 1") == "open"
    assert scalar(
        "SELECT count(*) FROM target_supervision WHERE level > 1 AND state = 'proposed'"
    ) == 3  # fmt: skip


def test_two_good_months_end_a_round_and_the_next_begins_anew(behind: Assessed, scalar) -> None:
    for number, value in ((3, 100), (4, 400), (5, 500), (6, 500)):
        month(behind, number, value)
    assert [steps(scalar, number) for number in (3, 4, 5, 6)] == [[1], [2], None, [1]]
    assert scalar("SELECT array_agg(round ORDER BY id) FROM target_supervision") == [1, 1, 2]


def test_an_evaluation_made_anew_proposes_nothing_twice(behind: Assessed, scalar) -> None:
    for number in (3, 4):
        month(behind, number, number * 50)
    window = scalar("SELECT max(id) FROM programme_window")
    with clock_at(at(5, 21)), transaction():
        evaluate_now(behind.office, window)
    assert [steps(scalar, number) for number in (3, 4)] == [[1], [2]]
    assert scalar("SELECT count(*) FROM notice WHERE dedup LIKE '%evaluated%'") == 2


def test_a_unit_hears_once_however_many_targets_are_behind(assessed: Assessed, scalar) -> None:
    for number in (1, 2, 3):
        add_target(assessed, f"A{number}")
    issue(assessed)
    open_month(9)
    evaluate_month(9)
    words = scalar("SELECT max(words) FROM notice WHERE dedup LIKE '%evaluated%'")
    assert words == "有 3 项滞后、未开工或未报，请在考核页面的「督办」里答复。"
    assert scalar("SELECT count(*) FROM notice WHERE dedup LIKE '%evaluated%'") == 2


@pytest.fixture
def proposed(behind: Assessed, scalar) -> int:
    """The second step, proposed after two bad months."""
    for number in (3, 4):
        month(behind, number, number * 50)
    return step(scalar, 2)


def test_a_confirmed_report_has_a_yellow_card_and_a_day_to_answer(behind, proposed, scalar) -> None:
    with clock_at(at(5, 21)), transaction():
        ladder.confirm_step(behind.office, proposed)
    assert scalar("SELECT due_at FROM target_supervision WHERE level = 2") == at(5, 28, 18)
    card = "SELECT {} FROM programme_adjustment"
    assert scalar(card.format("kind")) == "yellow"
    assert scalar(card.format("points")) == Decimal("0.50")
    assert scalar(card.format("case_words")) == "指标A1连续 2 期滞后"
    assert scalar(card.format("state")) == "confirmed"


def test_of_two_who_confirm_at_once_one_gives_the_card(behind, proposed, at_once, scalar) -> None:
    outcome = at_once(
        lambda: ladder.confirm_step(behind.office, proposed),
        lambda: ladder.confirm_step(behind.other_office, proposed),
    )
    assert sorted(outcome) == ["done", "step_moved"]
    assert scalar("SELECT count(*) FROM programme_adjustment") == 1


def test_a_dropped_step_has_a_reason_and_stays_away_for_the_round(behind, proposed, scalar) -> None:
    with pytest.raises(InvalidInput):
        ladder.drop_step(behind.office, proposed, " ")
    forget()
    with transaction():
        ladder.drop_step(behind.office, proposed, "洪水停工")
    month(behind, 5, 250)
    assert steps(scalar, 5) == [3]
    assert scalar("SELECT count(*) FROM programme_adjustment") == 0


def test_an_unanswered_reminder_leads_to_a_report(behind: Assessed, scalar) -> None:
    open_month(3)
    evaluate_month(3)
    month(behind, 4, 400)
    assert steps(scalar, 4) == [2]
    assert scalar("SELECT words FROM target_supervision WHERE level = 2") == "提醒后未答复"


def test_an_answer_and_the_offices_word_close_a_step(behind: Assessed, proposed, scalar) -> None:
    first = step(scalar, 1)
    with transaction():
        ladder.answer_step(behind.town, first, "下月补上")
    with pytest.raises(StepMoved):
        ladder.answer_step(behind.town, first, "再答一次")
    forget()
    with transaction():
        ladder.close_step(behind.office, first)
    assert scalar("SELECT state FROM target_supervision WHERE level = 1") == "closed"


MAY = {
    "town": {"answer"},
    "office": {"confirm", "drop", "close"},
    "office_of_the_unit": {"answer"},
    "owner": set(),
    "bureau": set(),
    "desk": set(),
    "leader": set(),
    "manager": set(),
    "system": set(),
}


def test_every_act_on_the_ladder_by_everybody(behind: Assessed, proposed: int, scalar) -> None:
    county, first = behind.county.id, step(scalar, 1)
    people = {
        "town": behind.town, "office": behind.office, "owner": behind.owner,
        "bureau": behind.bureau,
        "office_of_the_unit": Actor(make_person(), (*behind.town.grants, *behind.office.grants)),
    } | {
        name: as_actor(make_person(), role, county)
        for name, role in (("desk", Role.COUNTY_STAFF), ("leader", Role.LEADER),
                           ("manager", Role.COUNTY_MANAGER), ("system", Role.SYSTEM_ADMIN))
    }  # fmt: skip
    answered = "UPDATE target_supervision SET state = 'answered' WHERE id = :id"

    def close(actor: Actor) -> None:
        db.session.execute(text(answered), {"id": first})
        ladder.close_step(actor, first)

    acts = {
        "confirm": lambda actor: ladder.confirm_step(actor, proposed),
        "drop": lambda actor: ladder.drop_step(actor, proposed, "洪水停工"),
        "answer": lambda actor: ladder.answer_step(actor, first, "下月补上"),
        "close": close,
    }
    for name, actor in people.items():
        for act, do in acts.items():
            try:
                do(actor)
                result = True
            except (NotYourStep, NotFound):
                result = False
            finally:
                forget()
            assert result is (act in MAY[name]), (name, act)


def test_a_leaders_talk_is_confirmed_and_closed_by_who_may_approve(behind, scalar) -> None:
    for number in range(3, 7):
        month(behind, number, number * 50)
    talk, county = step(scalar, 4), behind.county.id
    chief = Actor(make_person(), (Grant(Role.ASSESSOR, county, OPENED_ON, approves=True),))
    for act in (ladder.confirm_step, lambda *who: ladder.drop_step(*who, "已谈过")):
        with pytest.raises(NotYourSummons):
            act(behind.office, talk)
        forget()
    with transaction():
        ladder.confirm_step(chief, talk)
    card = "SELECT kind FROM programme_adjustment WHERE rule_code = 'ladder_4'"
    assert scalar(card) == "red"
    with transaction():
        ladder.answer_step(behind.town, talk, "6月20日已约谈，纪要〔2026〕3号")
    with pytest.raises(NotYourSummons):
        ladder.close_step(behind.office, talk)
    forget()
    with transaction():
        ladder.close_step(chief, talk)
    assert scalar("SELECT state FROM target_supervision WHERE level = 4") == "closed"
