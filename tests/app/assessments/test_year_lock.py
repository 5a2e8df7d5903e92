"""锁定: computed once more, frozen by the database, computed again to the byte."""

from decimal import Decimal
from typing import NoReturn

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.assessments import commands
from backend.app.assessments.errors import ProgrammeClosed, ProgrammeMoved
from backend.app.assessments.evaluation.colour_query_operations import (
    answer_query,
    ask_about_colour,
)
from backend.app.assessments.locks import digests, verification
from backend.app.assessments.locks.errors import YearNotLocked, YearOpen, YearUndecided
from backend.app.assessments.locks.operations import lock_programme
from backend.app.assessments.locks.verification import verify_year
from backend.app.assessments.reports.operations import ReportLine
from backend.app.assessments.reports.review_operations import pass_reports
from backend.app.assessments.results.errors import ResultsLocked
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.targets.operations import drop_target
from backend.app.assessments.year_end.operations import YearNotOver, close_programme
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import NotAllowed
from backend.app.scoring.assessing.unit_total import RULES_VERSION
from tests.app.assessments.acting import accept_all, evaluate_month, open_month, send
from tests.app.assessments.closing_year import (
    MEETING,
    TEN,
    add_units,
    boss_of,
    close,
    decide_all,
    lock,
    make_year,
    propose,
    state_of,
)
from tests.app.assessments.result_year import Year, measure, move, run
from tests.factories.assessed import add_target, at, issue
from tests.factories.tickets import forget


@pytest.fixture
def year(app) -> Year:
    year = make_year()
    add_units(year, "甲", TEN)
    move(year, "甲1", "deduction", "1", "市级通报批评")
    return year


@pytest.fixture
def locked(year) -> Year:
    close(year)
    propose(year)
    decide_all(year)
    lock(year)
    return year


def verified(year: Year):
    forget()
    with transaction():
        return verify_year(year.made.programme_id)


def run_command(app, *args: object):
    return app.test_cli_runner().invoke(args=["assessments", "verify", *map(str, args)])


def with_triggers_off(statement: str) -> None:
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(statement))


def test_a_year_is_closed_when_it_is_over(year) -> None:
    run(year)
    with pytest.raises(YearNotOver), clock_at(at(12, 31)), transaction():
        close_programme(year.made.office, year.made.programme_id)
    with clock_at(MEETING), transaction():
        close_programme(year.made.office, year.made.programme_id)
    assert state_of(year) == "closing"
    with pytest.raises(ProgrammeMoved), clock_at(MEETING), transaction():
        close_programme(year.made.office, year.made.programme_id)


def test_grades_come_before_the_lock_and_what_is_open_needs_a_reason(year) -> None:
    close(year)
    with pytest.raises(YearUndecided):
        lock(year)
    propose(year)
    decide_all(year)
    move(
        year, "甲2", "deduction", "1", "县级通报批评", state="proposed", decided_by_id=None,
        decided_at=None,
    )  # fmt: skip
    with pytest.raises(YearOpen) as refused:
        lock(year)
    assert refused.value.errors == {"note": ["没有决定的加减分、红黄牌和容错 1 件"]}
    kept = lock(year, "等不到决定")
    assert kept.checklist["note"] == "等不到决定"
    assert [item["open"] for item in kept.checklist["left"]] == [1]


def test_a_total_that_moved_after_the_meeting_is_graded_again_first(year) -> None:
    close(year)
    propose(year)
    decide_all(year)
    measure(year, "完成率", "甲9", "66")
    with pytest.raises(YearUndecided) as refused:
        lock(year)
    assert refused.value.errors == {"outdated": ["定等以后得分又变了的单位 1 个"]}


def test_only_who_decides_locks_and_a_year_is_locked_once(locked) -> None:
    with pytest.raises(ProgrammeMoved):
        lock(locked)
    with pytest.raises(NotAllowed), transaction():
        lock_programme(locked.made.office, locked.made.programme_id)
    with pytest.raises(ResultsLocked), transaction():
        recompute_results(locked.made.programme_id)


def test_a_locked_year_computes_again_to_the_byte(locked, app) -> None:
    result = verified(locked)
    assert (result.equal, result.rules_equal, result.units) == (True, True, 12)
    said = run_command(app, locked.made.programme_id)
    assert said.exit_code == 0
    assert "方案一致，事实一致，结果一致，规则同一版，重新算过" in said.output


@pytest.mark.parametrize(
    ("statement", "unit", "parts"),
    [
        (
            "UPDATE measure_fact SET value = 87 WHERE value = 88",
            "甲6",
            ["事实", "结果", "存着的得分"],
        ),
        ("UPDATE unit_result SET total = 89 WHERE total = 88", "甲6", ["存着的得分"]),
        ("UPDATE unit_grade SET grade = 'good' WHERE total = 70", "甲8", ["结果"]),
        ("UPDATE programme_adjustment SET points = 0.5", "甲1", ["事实", "结果", "存着的得分"]),
    ],
)
def test_a_changed_digit_is_noticed_and_names_its_unit(locked, app, statement, unit, parts) -> None:
    with_triggers_off(statement)
    result = verified(locked)
    assert not result.equal
    assert result.differing[unit] == parts
    said = run_command(app, locked.made.programme_id)
    assert said.exit_code == 1
    assert f"{unit}：{'、'.join(parts)}和锁定时不一样" in said.output


@pytest.fixture
def later_rules(locked, monkeypatch) -> int:
    """The county has taken a version that works totals out by other rules."""

    def other_rules(facts: object) -> NoReturn:
        raise AssertionError("a year of earlier rules is not computed by later ones")

    monkeypatch.setattr(verification, "RULES_VERSION", RULES_VERSION + 1)
    monkeypatch.setattr(commands, "RULES_VERSION", RULES_VERSION + 1)
    monkeypatch.setattr(digests, "score_year", other_rules)
    return locked.made.programme_id


def test_a_year_locked_by_earlier_rules_is_verified_by_its_digests(app, later_rules) -> None:
    said = run_command(app, later_rules)
    assert said.exit_code == 0, said.output
    assert "方案一致，事实一致，结果一致，规则已换版" in said.output
    assert f"锁定时第 {RULES_VERSION} 版，现在第 {RULES_VERSION + 1} 版" in said.output
    assert "没有重新算" in said.output


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE unit_result SET total = total + 1 WHERE total = 88", "甲6：结果和锁定时不一样"),
        ("UPDATE unit_result SET losses = '[]' WHERE total = 88", "甲6：结果和锁定时不一样"),
        ("UPDATE measure_fact SET value = 87 WHERE value = 88", "甲6：事实和锁定时不一样"),
        ("DELETE FROM unit_result WHERE total = 88", "甲6：结果和锁定时不一样"),
    ],
)
def test_under_later_rules_too_a_changed_byte_is_named(app, later_rules, statement, words) -> None:
    with_triggers_off(statement)
    said = run_command(app, later_rules)
    assert said.exit_code == 1
    assert words in said.output


def test_a_changed_target_is_noticed_in_the_programme(locked) -> None:
    with_triggers_off("UPDATE target SET task = '另一句话' WHERE task = '完成率'")
    result = verified(locked)
    assert (result.programme_equal, result.facts_equal, result.equal) == (False, True, False)


def test_what_is_not_locked_cannot_be_verified(year, app) -> None:
    with pytest.raises(YearNotLocked):
        verified(year)
    assert run_command(app, year.made.programme_id).exit_code == 1
    assert run_command(app, 0).exit_code == 1


FACT = "county_id, programme_id, element_id, unit_id, period, value, source, origin, at"
REPORT, STANDING = "county_id, target_id, period", "target_id, period, county_id, programme_id"
WRITES = (
    "UPDATE target SET note = 'x'",
    "UPDATE unit_result SET total = total",
    "UPDATE unit_grade SET reason = 'x'",
    "DELETE FROM unit_grade",
    "UPDATE programme_adjustment SET note = 'x'",
    f"INSERT INTO measure_fact ({FACT}) SELECT {FACT} FROM measure_fact LIMIT 1",
    f"INSERT INTO target_report ({REPORT}) SELECT county_id, id, '2026-12-01' FROM target LIMIT 1",
    (f"INSERT INTO target_standing ({STANDING}, computed_at)"
    " SELECT id, DATE '2026-12-01', county_id, programme_id, now() FROM target LIMIT 1"),
    ("INSERT INTO appraisal_round (county_id, programme_id, title, points, opened_by_id, opened_at)"
     " SELECT county_id, id, 'x', '{100,80,60,30,0}', drafted_by_id, now() FROM programme"),
    ("INSERT INTO self_assessment (target_id, county_id, programme_id, unit_id, said_by_id,"
     " said_at) SELECT t.id, t.county_id, programme_id, unit_id, drafted_by_id, now()"
     " FROM target t JOIN programme p ON p.id = programme_id LIMIT 1"),
    ("INSERT INTO check_draw (county_id, programme_id, period, digest, share, frame, drawn_by_id,"
     " drawn_at) SELECT county_id, id, '2026-12-01', repeat('a', 64), 0.1, '[]', drafted_by_id,"
     " now() FROM programme"),
    "UPDATE programme_lock SET rules_version = 2",
    "DELETE FROM programme_lock",
)  # fmt: skip


@pytest.mark.parametrize("statement", WRITES)
def test_the_database_refuses_every_change_of_a_locked_year(locked, statement) -> None:
    with (
        pytest.raises(DBAPIError, match=r"locked programme|append-only|refused"),
        transaction() as s,
    ):
        s.execute(text(statement))


def test_who_writes_while_the_year_is_locked_waits_and_is_refused(year) -> None:
    """The lock holds the programme's row; a write that comes then sees the locked year."""
    close(year)
    propose(year)
    decide_all(year)
    with clock_at(MEETING), transaction():
        lock_programme(boss_of(year.made), year.made.programme_id)
        with db.engine.connect() as other:
            other.execute(text("SET lock_timeout = '200ms'"))
            with pytest.raises(DBAPIError, match="lock timeout"):
                other.execute(text("UPDATE target SET note = 'x'"))
            other.rollback()
    assert state_of(year) == "locked"


@pytest.fixture
def evaluated(assessed):
    """September's colours of one target that is behind."""
    add_target(assessed, plan={9: Decimal(900)})
    issue(assessed)
    open_month(9)
    send(assessed, ReportLine(assessed.targets["A1"], 0, Decimal(600)), month=9)
    accept_all(assessed, 9)
    evaluate_month(9)
    return assessed


def test_a_months_colours_compute_again_and_a_changed_one_is_named(evaluated, app) -> None:
    number = evaluated.programme_id
    said = run_command(app, number, "2026-09")
    assert (said.exit_code, "2026-09：1 项目标" in said.output) == (0, True)
    with_triggers_off("UPDATE target_standing SET colour = 'green'")
    said = run_command(app, number, "2026-09")
    assert said.exit_code == 1
    assert "庄里镇 A1：颜色和重新算的不一样" in said.output
    assert run_command(app, number, "2026-08").exit_code == 1


def test_a_figure_that_came_after_a_months_colours_does_not_change_them(evaluated, app) -> None:
    fact = (
        "INSERT INTO measure_fact (county_id, programme_id, element_id, unit_id, period, value,"
        " source, origin, imported_by_id, at) SELECT t.county_id, t.programme_id, t.element_id,"
        " t.unit_id, '2026-09-01', 1, 'check', '实地核查', 1, '{}' FROM target t"
        f" WHERE t.id = {evaluated.targets['A1']}"
    )
    with_triggers_off(fact.format("2026-12-20"))
    assert run_command(app, evaluated.programme_id, "2026-09").exit_code == 0
    with_triggers_off(fact.format("2026-09-30"))
    assert run_command(app, evaluated.programme_id, "2026-09").exit_code == 1, "known by then"


def test_a_target_whose_plan_changed_later_is_compared_with_nothing(evaluated, app) -> None:
    with_triggers_off(
        "INSERT INTO target_change (county_id, target_id, edition, before, after, reason, state,"
        " proposed_by_id, proposed_at, decided_by_id, decided_at)"
        f" VALUES ({evaluated.county.id}, {evaluated.targets['A1']}, 2, '{{}}', '{{}}', 'x',"
        f" 'approved', 1, now(), 2, timestamptz '2026-11-30')"
    )
    with_triggers_off("UPDATE target_standing SET colour = 'green'")
    said = run_command(app, evaluated.programme_id, "2026-09")
    assert (said.exit_code, "其中 1 项后来改过计划，没有比" in said.output) == (0, True)


APPRAISED = (
    "UPDATE appraisal_round SET title = 'x'", "DELETE FROM appraisal_group",
    "UPDATE appraisal_entry SET by_slips = true", "UPDATE appraisal_count SET counts = counts",
    "UPDATE site_check SET words = 'x'", "DELETE FROM site_finding", "DELETE FROM check_draw",
)  # fmt: skip


@pytest.mark.parametrize("statement", APPRAISED)
def test_appraisals_and_checks_are_closed_with_the_year(year, statement) -> None:
    close(year)
    propose(year)
    decide_all(year)
    county, number, unit = year.made.county.id, year.made.programme_id, year.units["甲1"]
    with_triggers_off(
        f"INSERT INTO appraisal_round (county_id, programme_id, title, points, opened_by_id,"
        f" opened_at, state, closed_at, closed_by_id) VALUES ({county}, {number}, '年终',"
        " '{100,80,60,30,0}', 1, now(), 'closed', now(), 1)"
    )
    with_triggers_off(
        "INSERT INTO appraisal_group (county_id, round_id, position, name, weight, least)"
        f" SELECT {county}, id, 1, '民主测评', 3, 5 FROM appraisal_round"
    )
    with_triggers_off(
        "INSERT INTO appraisal_entry (county_id, group_id, number, by_id, at)"
        f" SELECT {county}, id, 1, 1, now() FROM appraisal_group"
    )
    with_triggers_off(
        "INSERT INTO appraisal_count (entry_id, unit_id, county_id, counts)"
        f" SELECT id, {unit}, {county}, '{{1,0,0,0,0}}' FROM appraisal_entry"
    )
    with_triggers_off(
        "INSERT INTO check_draw (county_id, programme_id, period, digest, share, frame,"
        f" drawn_by_id, drawn_at) VALUES ({county}, {number}, '2026-12-01', repeat('a', 64), 0.1,"
        " '[]', 1, now())"
    )
    with_triggers_off(
        "INSERT INTO site_check (county_id, programme_id, draw_id, unit_id, target_id)"
        f" SELECT {county}, {number}, id, {unit}, (SELECT min(id) FROM target) FROM check_draw"
    )
    with_triggers_off(
        "INSERT INTO site_finding (county_id, check_id, checker_id, finding, words, at)"
        f" SELECT {county}, id, 1, 'true', 'x', now() FROM site_check"
    )
    lock(year, "核查没有结论")
    with pytest.raises(DBAPIError, match="of a locked programme"), transaction() as session:
        session.execute(text(statement))


def test_who_still_writes_hears_that_the_year_is_locked(evaluated, app) -> None:
    open_month(10)
    send(evaluated, ReportLine(evaluated.targets["A1"], 0, Decimal(700)))
    with db.engine.connect() as connection:
        window = connection.execute(
            text("SELECT id FROM programme_window WHERE period = '2026-09-01'")
        ).scalar_one()
        report = connection.execute(
            text("SELECT id FROM target_report WHERE state = 'submitted'")
        ).scalar_one()
    with clock_at(at(10, 21)), transaction():
        query = ask_about_colour(evaluated.town, window, evaluated.targets["A1"], "少算了一处")
    with_triggers_off("UPDATE programme SET state = 'locked'")
    for act in (
        lambda: answer_query(evaluated.other_office, query, "核对了", Decimal(800)),
        lambda: pass_reports(evaluated.owner, [(report, 1)]),
        lambda: drop_target(evaluated.office, evaluated.targets["A1"], 0, "不办了"),
    ):
        with pytest.raises(ProgrammeClosed), transaction():
            act()
    with transaction():
        answer_query(evaluated.other_office, query, "颜色没有错")
