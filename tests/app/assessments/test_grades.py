"""定等: proposed with reasons, decided by another with minutes, the best alone capped."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.errors import ProgrammeMoved
from backend.app.assessments.grades.errors import (
    GradeMoved,
    GradeOutdated,
    GradesRefused,
    OwnGrade,
)
from backend.app.assessments.grades.operations import decide_grades, propose_grades
from backend.app.assessments.grades.queries import grade_pools
from backend.app.assessments.models import Programme
from backend.app.assessments.results.operations import recompute_results
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.scoring.assessing.grades import Grade
from tests.app.assessments.closing_year import (
    TEN,
    add_units,
    boss_of,
    close,
    decide,
    decide_all,
    decided,
    make_year,
    propose,
    shown,
)
from tests.app.assessments.result_year import Year, measure, move
from tests.factories.county import OPENED_ON


@pytest.fixture
def year(app) -> Year:
    """Ten units with totals from 96 down to 40, of which three may be 优秀."""
    year = make_year()
    add_units(year, "甲", TEN)
    return year


def content(year: Year, **more: object) -> None:
    """What the programme says of grading, before it is approved."""
    with transaction() as session:
        programme = session.get_one(Programme, year.made.programme_id)
        programme.content = {**programme.content, **more}


def proposed(year: Year) -> dict[str, str | None]:
    return {name: row.proposed for name, row in shown(year).items() if row.grade_id}


def test_the_machine_proposes_by_bounds_and_caps_the_best_alone(year) -> None:
    close(year)
    propose(year)
    assert list(proposed(year).values()) == [
        "excellent", "excellent", "excellent", "good", "good", "good", "good", "fair", "fair",
        "poor",
    ]  # fmt: skip
    assert shown(year)["甲4"].reasons == ["优秀名额已满"]
    # A unit without a total is not graded.
    assert set(proposed(year)) == {f"甲{number}" for number in range(1, 11)}


def test_bounds_and_the_least_of_the_social_appraisal_are_the_programmes_own(app) -> None:
    year = make_year()
    add_units(year, "甲", TEN)
    add_units(year, "乙", ("95", "91", "90", "85"), task=90)
    content(year, grades={"excellent": "94.5", "good": "86", "fair": "50", "social": "80"})
    close(year)
    propose(year)
    rows = proposed(year)
    assert [rows[f"甲{n}"] for n in (1, 2, 3, 7, 8, 10)] == [
        "excellent", "excellent", "good", "fair", "fair", "poor",
    ]  # fmt: skip
    # Whose group is asked about by raters, and nobody rated.
    assert (rows["乙1"], shown(year)["乙1"].ceiling) == ("good", "good")
    assert shown(year)["乙1"].reasons == ["没有社会评价结果"]


def test_a_veto_bounds_the_grade_and_an_open_red_card_keeps_from_the_best(year) -> None:
    document = "市委〔2026〕9号"
    move(year, "甲1", "veto", "0", "发生较大安全事故", basis=document)
    move(year, "甲2", "no_excellent", "0", "整改不到位", basis=document)
    move(year, "甲3", "red", "0.5", "弄虚作假")
    close(year)
    propose(year)
    rows = shown(year)
    assert [(rows[f"甲{n}"].proposed, rows[f"甲{n}"].ceiling) for n in (1, 2, 3, 4)] == [
        ("fair", "fair"), ("good", "good"), ("good", "good"), ("excellent", "excellent"),
    ]  # fmt: skip
    assert rows["甲1"].reasons == ["一票否决，最高为一般"]
    with pytest.raises(GradesRefused) as refused:
        decide(year, decided(year, "甲1", Grade.GOOD, "情况特殊"))
    (words,) = refused.value.errors.values()
    assert words == ["最高只能定「一般」：一票否决，最高为一般"]


def test_a_group_under_four_is_graded_with_its_named_neighbour(app) -> None:
    year = make_year()
    add_units(year, "甲", TEN)
    add_units(year, "丙", ("97", "60"))
    content(year, neighbours={"丙": "甲"})
    close(year)
    propose(year)
    with transaction():
        programme = db.session.get_one(Programme, year.made.programme_id)
        pools = {pool.name: pool for pool in grade_pools(programme)}
    assert (pools["甲"].groups, pools["甲"].places) == (["甲", "丙"], 3)
    rows = proposed(year)
    # The third of ten has to make room for the neighbour's first.
    assert (rows["丙1"], rows["甲2"], rows["甲3"]) == ("excellent", "excellent", "good")


def test_ties_at_the_quota_are_the_meetings_with_a_written_reason(app) -> None:
    year = make_year()
    add_units(year, "甲", ("95", "94", "93", "93", *TEN[5:], "30"))
    close(year)
    propose(year)
    assert [shown(year)[f"甲{n}"].is_open for n in (1, 2, 3, 4, 5)] == [False] * 2 + [True] * 2 + [
        False
    ]
    with pytest.raises(GradesRefused):
        decide(year, decided(year, "甲3", Grade.EXCELLENT))
    decide(year, decided(year, "甲3", Grade.EXCELLENT, "急难任务完成得好"))
    row = shown(year)["甲3"]
    assert (row.grade, row.reason, row.minutes_number) == (
        "excellent", "急难任务完成得好", "定等会纪要1号",
    )  # fmt: skip


def test_no_more_are_excellent_than_there_are_places(year) -> None:
    close(year)
    propose(year)
    decide_all(year)
    with pytest.raises(GradesRefused) as refused:
        decide(year, decided(year, "甲4", Grade.EXCELLENT, "同样突出"))
    assert refused.value.errors == {"places": ["「甲」优秀最多 3 个，定了 4 个"]}
    # One makes room for another in the same meeting.
    decide(
        year, decided(year, "甲3", Grade.GOOD, "有一件没办实"),
        decided(year, "甲4", Grade.EXCELLENT, "同样突出"),
    )  # fmt: skip
    assert [shown(year)[f"甲{n}"].grade for n in (3, 4)] == ["good", "excellent"]


def test_whoever_proposes_does_not_decide_and_nobody_decides_about_the_own_unit(year) -> None:
    close(year)
    propose(year)
    with pytest.raises(OwnGrade):
        decide(
            year, decided(year, "甲1"), actor=boss_of(year.made, year.made.office.person_id)
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        decide(year, decided(year, "甲1"), actor=year.made.other_office)
    unit = next(row for row in shown(year).values() if row.unit == "甲1")
    boss = boss_of(year.made)
    both = Actor(
        boss.person_id,
        (
            *boss.grants,
            Grant(
                Role.DEPARTMENT_STAFF, year.made.county.id, OPENED_ON,
                department_id=unit.department_id,
            ),
        ),
    )  # fmt: skip
    with pytest.raises(OwnGrade):
        decide(year, decided(year, "甲1"), actor=both)


def test_the_database_keeps_two_hands_and_reasons(year) -> None:
    close(year)
    propose(year)
    by_one = "decided_by_id = proposed_by_id, grade = 'good', reason = 'x'"
    rest = "decided_at = now(), minutes_number = '1', state = 'meeting'"
    unsaid = "decided_by_id = proposed_by_id + 1, grade = 'poor'"
    for change in (by_one, unsaid):
        with pytest.raises(DBAPIError), transaction() as session:
            session.execute(
                text(f"UPDATE unit_grade SET {change}, {rest} WHERE proposed <> 'poor'")
            )


def test_of_two_meetings_on_the_same_grade_one_wins(year) -> None:
    close(year)
    propose(year)
    first = decided(year, "甲4")
    decide(year, first)
    with pytest.raises(GradeMoved):
        decide(year, first)


def test_a_total_that_changed_is_proposed_anew_and_decisions_about_others_stay(year) -> None:
    close(year)
    propose(year)
    decide_all(year)
    measure(year, "完成率", "甲6", "91")
    with transaction():
        recompute_results(year.made.programme_id)
    with pytest.raises(GradeOutdated):
        decide(year, decided(year, "甲6", Grade.GOOD, "再议"))
    propose(year)
    rows = shown(year)
    assert (rows["甲6"].state, rows["甲6"].grade) == ("proposed", None)
    assert (rows["甲1"].state, rows["甲1"].grade) == ("meeting", "excellent")


def test_grades_wait_for_the_years_end_and_for_minutes(year) -> None:
    with pytest.raises(ProgrammeMoved), transaction():
        propose_grades(year.made.office, year.made.programme_id)
    close(year)
    propose(year)
    with pytest.raises(InvalidInput) as refused, transaction():
        decide_grades(
            boss_of(year.made), year.made.programme_id, " ", [decided(year, "甲1")]
        )  # fmt: skip
    assert "minutes_number" in refused.value.errors
