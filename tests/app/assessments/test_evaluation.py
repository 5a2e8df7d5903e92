"""定色: colours by the order of the rules, each explained; stored once, mended, made known."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from backend.app.assessments.evaluation import operations
from backend.app.assessments.evaluation.errors import EvaluationMoved
from backend.app.assessments.evaluation.queries import compute_standings
from backend.app.assessments.evaluation.rule_words import explain, light_words, percent
from backend.app.assessments.models import Programme
from backend.app.assessments.reports.operations import ReportLine
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import NotAllowed
from backend.app.scoring.assessing.lights import FUPING, YINCHUAN
from backend.jobs import assessments as jobs
from tests.app.assessments.acting import accept_all, evaluate_month, open_month, send, window_of
from tests.factories.assessed import YEAR, Assessed, add_target, at, issue

# Design 6.1: T = 1200, B = 0.
PLAN = [0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
VALUES = [0, 0, 0, 150, 360, 560, 560, 700, 1000, 1100, 1200, 1200]
GOLDEN = [None, None, "black", "red", "green", "blue", "green", "green", "blue", "blue", "orange",
          "orange"]  # fmt: skip


def colours(scalar, target: int) -> list[str | None]:
    return scalar(
        "SELECT array_agg(colour ORDER BY period) FROM target_standing WHERE target_id = :id",
        id=target,
    )


def test_the_golden_row_runs_through_a_year_of_windows(assessed: Assessed, scalar) -> None:
    plan = {month: Decimal(share) * 12 for month, share in enumerate(PLAN, 1)}
    target = add_target(assessed, plan=plan)
    issue(assessed)
    for month, value in enumerate(VALUES, 1):
        open_month(month)
        if month < 12:
            send(assessed, ReportLine(target, 0, Decimal(value)), month=month)
            accept_all(assessed, month)
        evaluate_month(month)
    assert colours(scalar, target) == GOLDEN


def test_nothing_is_asked_once_a_target_is_finished(assessed: Assessed, scalar) -> None:
    target = add_target(assessed)
    issue(assessed)
    open_month(9)
    send(assessed, ReportLine(target, 0, Decimal(1200)), month=9)
    accept_all(assessed, 9)
    evaluate_month(9)
    open_month(10)
    evaluate_month(10)
    assert colours(scalar, target) == ["orange", "orange"]
    assert scalar("SELECT count(*) FROM target_report WHERE period = '2026-10-01'") == 0


def test_what_only_the_owner_passed_finishes_nothing(assessed: Assessed, scalar) -> None:
    target = add_target(assessed)
    issue(assessed)
    open_month(9)
    send(assessed, ReportLine(target, 0, Decimal(1200)), month=9)
    evaluate_month(9)
    assert colours(scalar, target) == ["black"]


def test_one_missed_report_keeps_the_last_value_and_two_are_red(assessed, scalar) -> None:
    target = add_target(assessed, plan={8: Decimal(100), 12: Decimal(1200)})
    issue(assessed)
    for month in (8, 9, 10):
        open_month(month)
        if month == 8:
            send(assessed, ReportLine(target, 0, Decimal(100)), month=8)
            accept_all(assessed, 8)
        evaluate_month(month)
    assert colours(scalar, target) == ["green", "green", "red"]
    assert scalar("SELECT array_agg(is_missed ORDER BY period) FROM target_standing") == [
        False, True, True
    ]  # fmt: skip


def test_a_target_without_a_plan_goes_by_working_days(assessed: Assessed) -> None:
    target = add_target(assessed, starts_on=date(2026, 9, 1), due_on=date(2026, 9, 30))
    issue(assessed)
    (standing,) = standings(assessed, date(2026, 9, 1))
    assert (standing.facts.target_id, standing.planned) == (target, Fraction(1))
    (standing,) = standings(assessed, date(2026, 8, 1))
    assert (standing.planned, standing.colour) == (Fraction(0), None)


def standings(assessed: Assessed, period: date) -> list:
    programme = db.session.get_one(Programme, assessed.programme_id)
    found = compute_standings(programme, period)
    db.session.rollback()
    return found


def test_milestones_count_by_their_weight(assessed: Assessed, scalar) -> None:
    target = add_target(assessed, kind="milestone", value=None, milestones=[(6, 40), (9, 60)])
    issue(assessed)
    open_month(9)
    first = scalar("SELECT min(id) FROM target_milestone")
    send(assessed, ReportLine(target, 0, milestone_ids=[first]), month=9)
    accept_all(assessed, 9)
    (june,) = standings(assessed, date(2026, 6, 1))
    (september,) = standings(assessed, date(2026, 9, 1))
    assert (june.actual, june.planned, june.colour) == (0, Fraction(2, 5), "black")
    assert (september.actual, september.planned) == (Fraction(2, 5), 1)
    assert september.colour == "red"


def test_a_level_is_due_from_its_first_period_and_a_list_of_faults_always(assessed) -> None:
    add_target(assessed, "L1", kind="level", value=Decimal(95), baseline=Decimal(60),
               rhythm="quarter")  # fmt: skip
    add_target(assessed, "N1", kind="negative", value=None)
    issue(assessed)
    open_month(9)
    send(assessed, ReportLine(assessed.targets["L1"], 0, Decimal(95)), month=9)
    accept_all(assessed, 9)
    level, faults = standings(assessed, date(2026, 9, 1))
    assert (level.actual, level.planned, level.colour) == (1, 1, "green")
    assert (faults.colour, faults.basis) == (None, {"reason": "还没有数"})
    level, _ = standings(assessed, date(2026, 2, 1))
    assert level.planned is None


def test_a_target_that_no_value_can_move_has_no_colour(assessed: Assessed) -> None:
    add_target(assessed, value=Decimal(0))
    add_target(assessed, "A2", source="feed:budget")
    issue(assessed)
    open_month(9)
    send(assessed, ReportLine(assessed.targets["A1"], 0, Decimal(5)), month=9)
    accept_all(assessed, 9)
    first, second = standings(assessed, date(2026, 9, 1))
    assert first.basis == {"reason": "没有可以比的年度目标值"}
    assert second.basis == {"reason": "还没有数"}


def test_a_colour_of_before_its_month_was_known_explains_itself_by_the_plan_alone() -> None:
    basis = {"plan": "plan", "rule": 6, "finished": False}
    words = explain("green", Decimal("0.5"), Decimal("0.5"), basis, FUPING)
    assert words.startswith("实际 50%，计划 50%（按月度计划）；符合第 6 条")


def test_every_colour_explains_itself(assessed: Assessed) -> None:
    add_target(assessed, plan={9: Decimal(900)})
    issue(assessed)
    open_month(9)
    send(assessed, ReportLine(assessed.targets["A1"], 0, Decimal(600)), month=9)
    accept_all(assessed, 9)
    (row,) = standings(assessed, date(2026, 9, 1))
    assert explain(row.colour, row.actual, row.planned, row.basis, FUPING) == (
        "实际 50%，计划 75%（按月度计划）；符合第 6 条「前面几条都不是」，亮■滞后。"
    )


def test_the_rules_are_said_in_words() -> None:
    assert [light_words(light) for light in FUPING] == [
        "完成全年目标，主管部门和考核办都审过",
        "停工，或该开工没有开工满 1 期",
        "连续 2 期未报",
        "实际达到计划的 110%，且超出计划至少 5 个百分点",
        "实际达到计划的 90%",
        "前面几条都不是",
    ]
    assert light_words(YINCHUAN[2]) == "落后计划不到 10 个百分点"
    assert (percent(Fraction(1, 3)), percent(None)) == ("33.3%", "—")


@pytest.fixture
def evaluated(assessed: Assessed) -> int:
    target = add_target(assessed, plan={9: Decimal(900)})
    issue(assessed)
    open_month(9)
    send(assessed, ReportLine(target, 0, Decimal(600)), month=9)
    accept_all(assessed, 9)
    evaluate_month(9)
    return window_of(assessed, date(YEAR, 9, 1))


def test_evaluating_waits_for_the_offices_last_day_and_happens_once(assessed, scalar) -> None:
    add_target(assessed)
    issue(assessed)
    open_month(9)
    with clock_at(at(10, 16, 17)):
        jobs.close_windows()
        assert jobs.evaluate_period() == 0
    with clock_at(at(10, 16, 18)):
        assert (jobs.evaluate_period(), jobs.evaluate_period()) == (1, 0)
    assert scalar("SELECT count(*) FROM target_standing") == 1


def test_the_office_evaluates_by_hand_until_the_notice(assessed, evaluated, scalar) -> None:
    with clock_at(at(10, 17)), transaction():
        operations.evaluate_now(assessed.office, evaluated)
    for stranger in (assessed.town, assessed.owner):
        with pytest.raises(NotAllowed):
            operations.evaluate_now(stranger, evaluated)
    with clock_at(at(10, 19, 18)):
        jobs.evaluate_period()
    with pytest.raises(EvaluationMoved):
        operations.evaluate_now(assessed.office, evaluated)
    db.session.rollback()


def test_the_months_notice_tells_each_person_once(assessed, evaluated, scalar) -> None:
    with clock_at(at(10, 19, 17)):
        assert jobs.evaluate_period() == 0
    with clock_at(at(10, 19, 18)):
        assert jobs.evaluate_period() == 1
        assert jobs.evaluate_period() == 0
    assert scalar("SELECT count(*) FROM notice WHERE dedup LIKE '%published%'") == 3


def test_a_quarterly_target_is_held_against_the_last_month_it_was_due(assessed, scalar) -> None:
    plan = {month: Decimal(month * 100) for month in range(1, 13)}
    target = add_target(assessed, plan=plan, rhythm="quarter")
    issue(assessed)
    for month in range(2, 8):
        open_month(month)
        if month in (3, 6):
            send(assessed, ReportLine(target, 0, Decimal(month * 80)), month=month)
            accept_all(assessed, month)
        evaluate_month(month)
    assert colours(scalar, target) == [None, "red", "red", "red", "red", "red"]
    # Of five red months two were due: the reminder alone went unanswered in between.
    steps = "SELECT array_agg(period || ' ' || level || ' ' || words ORDER BY id)"
    assert scalar(f"{steps} FROM target_supervision") == [
        "2026-03-01 1 进度滞后", "2026-04-01 2 提醒后未答复"
    ]  # fmt: skip
    (july,) = standings(assessed, date(2026, 7, 1))
    words = explain(july.colour, july.actual, july.planned, july.basis, FUPING)
    assert "计划 50%（按月度计划，本月不用报，算到 6 月）" in words


def test_milestones_of_a_quarterly_target_are_due_at_the_end_of_the_quarter(assessed) -> None:
    add_target(assessed, kind="milestone", value=None, milestones=[(4, 100)], rhythm="quarter")
    issue(assessed)
    (may,) = standings(assessed, date(2026, 5, 1))
    (june,) = standings(assessed, date(2026, 6, 1))
    assert (may.planned, may.colour, june.planned, june.colour) == (0, None, 1, "black")
