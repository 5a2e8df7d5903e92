"""四张清单: opened by the ladder, by the office and from a file; answered, sent back, closed."""

import io
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.exc import IntegrityError

from backend.app.assessments.evaluation import ladder_operations as ladder
from backend.app.assessments.issues import operations
from backend.app.assessments.issues.errors import IssueMoved, NotYourIssue
from backend.app.assessments.issues.issue_files import ISSUES
from backend.app.assessments.issues.operations import IssueDraft
from backend.app.assessments.issues.queries import IssueFilters, list_counts, list_issues
from backend.app.assessments.meetings.week_operations import weekly_programmes
from backend.app.assessments.models import IssueEntry
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states.issues import IssueList, IssueSource
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from tests.app.assessments.test_ladder import month, step
from tests.app.assessments.test_report_pages import MOST, seat, statements
from tests.factories.assessed import YEAR, Assessed, at
from tests.factories.console import as_shown
from tests.factories.imports import Desk, refused
from tests.factories.tickets import forget

PAGE = "/console/assessments/issues"
HEAD = "清单,分任务,难点堵点,对策措施,责任单位,时限\n"


@pytest.fixture
def now():
    with clock_at(at(5, 20)):
        yield


@pytest.fixture
def running(behind: Assessed, now) -> Assessed:
    return behind


def town_name(scalar, made: Assessed) -> str:
    return scalar("SELECT name FROM region WHERE id = :id", id=made.county.township_ids[0])


def draft(made: Assessed, **more: Any) -> IssueDraft:
    """Given to the township and to the owner's department."""
    return IssueDraft(**{
        "list": IssueList.TASK, "task": "实名购买全覆盖", "difficulty": "散户购买不刷脸",
        "measure": "店内码上门安装", "due_on": date(YEAR, 6, 30),
        "duties": [f"r{made.county.township_ids[0]}", f"d{made.owner_id}"], **more,
    })  # fmt: skip


def add(made: Assessed, **more: Any) -> int:
    with transaction():
        return operations.save_issue(made.office, made.programme_id, draft(made, **more))


def act(made: Assessed, name: str, issue_id: int, actor: Any, words: str = "已经办好") -> None:
    with transaction():
        getattr(operations, name)(actor, made.programme_id, issue_id, words)


def shown(made: Assessed, actor: Any = None, **filters: str) -> list[Any]:
    forget()
    return list_issues(
        scope_of(actor or made.office), made.programme_id, IssueFilters(**filters)
    )  # fmt: skip


def test_a_step_from_the_second_on_opens_one_problem_while_it_is_open(behind, scalar) -> None:
    for number in (3, 4):
        month(behind, number, number * 50)
    with clock_at(at(5, 20)), transaction():
        ladder.confirm_step(behind.office, step(scalar, 2))
    (row,) = shown(behind)
    assert (row.list, row.source, row.task) == ("problem", "target", "任务A1")
    assert row.difficulty == "指标A1连续 2 期滞后，督办到「通报」"
    assert list(row.duties) == [town_name(scalar, behind)]
    assert row.due_on == date(YEAR, 6, 17), "twenty working days later"
    month(behind, 5, 250)
    with clock_at(at(6, 21)), transaction():
        ladder.confirm_step(behind.office, step(scalar, 3))
    assert len(shown(behind)) == 1, "still the same problem"


def test_a_closed_problem_that_comes_back_is_opened_anew(behind, scalar) -> None:
    for number in (3, 4, 5):
        month(behind, number, number * 50)
    with clock_at(at(6, 21)), transaction():
        ladder.confirm_step(behind.office, step(scalar, 2))
    with clock_at(at(6, 22)):
        act(behind, "close_issue", shown(behind)[0].id, behind.office)
    with clock_at(at(6, 23)), transaction():
        ladder.confirm_step(behind.office, step(scalar, 3))
    assert [row.state for row in shown(behind)] == ["open", "closed"]


def test_units_answer_and_another_of_the_office_closes_with_words(running, scalar) -> None:
    issue_id = add(running)
    assert scalar("SELECT count(*) FROM notice WHERE dedup LIKE 'issue:%'") == 3
    with pytest.raises(NotYourIssue):
        act(running, "answer_issue", issue_id, running.bureau)
    act(running, "answer_issue", issue_id, running.owner, "已装 12 家")
    with pytest.raises(IssueMoved):
        act(running, "answer_issue", issue_id, running.town)
    act(running, "return_issue", issue_id, running.office, "还差 3 家")
    act(running, "answer_issue", issue_id, running.town, "15 家全装好了")
    with pytest.raises(InvalidInput):
        act(running, "close_issue", issue_id, running.office, " ")
    act(running, "close_issue", issue_id, running.office, "现场看过，属实")
    with pytest.raises(IssueMoved):
        act(running, "close_issue", issue_id, running.other_office)
    (row,) = shown(running)
    assert (row.state, row.answer, row.closing) == ("closed", "15 家全装好了", "现场看过，属实")


def close_in_database(issue_id: int, person_id: int) -> None:
    with transaction() as session:
        entry = session.get_one(IssueEntry, issue_id)
        entry.state, entry.closing, entry.closed_at = "closed", "好了", at(5, 21)
        entry.closed_by_id = person_id


def test_the_database_lets_nobody_close_an_own_answer(running, scalar) -> None:
    issue_id = add(running)
    act(running, "answer_issue", issue_id, running.town)
    with pytest.raises(IntegrityError):
        close_in_database(issue_id, running.town.person_id)


def test_only_the_office_writes_lists_and_faults_are_named(running) -> None:
    with pytest.raises(NotAllowed), transaction():
        operations.save_issue(running.owner, running.programme_id, draft(running))
    with pytest.raises(InvalidInput) as refusal:
        add(running, task=" ", difficulty="", duties=["d0"], source=IssueSource.TICKET)
    assert set(refusal.value.errors) == {"task", "difficulty", "duties", "source_id"}


def test_readers_see_what_is_given_to_them_and_late_ones_are_counted(running) -> None:
    add(running, duties=[f"d{running.owner_id}"], due_on=date(YEAR, 5, 1))
    add(running, list=IssueList.REFORM, task="网格员兼任技术员")
    assert len(shown(running)) == 2
    assert [row.task for row in shown(running, running.town)] == ["网格员兼任技术员"]
    assert shown(running, running.bureau) == []
    assert [row.task for row in shown(running, state="overdue")] == ["实名购买全覆盖"]
    assert [row.list for row in shown(running, search="网格员")] == ["reform"]
    counts = list_counts(scope_of(running.office), running.programme_id)
    assert (counts["task"].overdue, counts["reform"].overdue) == (1, 0)


def test_a_task_table_is_brought_in_once_and_taken_back_unless_answered(running, scalar) -> None:
    town = town_name(scalar, running)
    lines = (
        f"任务清单,实名购买,散户不刷脸,上门装码,{town}、县农业农村局,2026-06-30\n"
        f"改革清单,台账,种植户不记账,语音记账,{town},2026年7月31日\n"
    )
    desk = Desk(running.office, running.county.id, ISSUES)
    import_id = desk.start(HEAD + lines, programme=running.programme_id)
    assert desk.take_over(import_id) == {"new": 2}
    assert desk.bring(HEAD + lines, programme=running.programme_id) == {"known": 2}
    first, second = shown(running)
    assert list(first.duties) == [town, "县农业农村局"]
    assert (second.list, second.due_on) == ("reform", date(YEAR, 7, 31))
    act(running, "answer_issue", first.id, running.town)
    assert desk.undo(import_id) is None
    assert [row.task for row in shown(running)] == ["实名购买"]


def test_faults_of_a_task_table_are_named_by_line(running) -> None:
    desk = Desk(running.office, running.county.id, ISSUES)
    lines = "怪清单,甲,乙,丙,没有的镇,2026-06-30\n任务清单,,乙,丙,县教育局,2026-06-30\n"
    import_id = desk.start(HEAD + lines, programme=running.programme_id)
    assert refused(import_id) == {
        2: "「清单」应为需求清单、问题清单、任务清单、改革清单，现在是「怪清单」；"
        "「责任单位」里的「没有的镇」没有这个乡镇或部门，请填全称",
        3: "「分任务」没填",
    }


def test_the_page_searches_and_its_workbook_reads_back(app, running) -> None:
    issue_id = add(running)
    desk = seat(app, running.office)
    page = as_shown(desk.get(f"{PAGE}?list=task"))
    assert "任务清单 1" in page
    assert "实名购买全覆盖" in page
    assert "没有符合的清单" in as_shown(desk.get(f"{PAGE}?list=need"))
    book = desk.get(f"{PAGE}.xlsx").data
    (head, line) = (
        CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    )
    assert head[:6] == HEAD.strip().split(",")
    assert line[1] == "实名购买全覆盖"
    importer = Desk(running.office, running.county.id, ISSUES)
    assert importer.bring(book, "a.xlsx", programme=running.programme_id) == {"known": 1}
    one = f"{PAGE}/{running.programme_id}/{issue_id}"
    answer = seat(app, running.town).post(f"{one}/acts", act="answer", words="办好了")
    assert answer.status_code == 303
    assert "办好了" in as_shown(desk.get(one))
    refusal = desk.post(f"{one}/acts", act="close", words="")
    assert refusal.status_code == 422
    assert "请写明为什么可以销号" in refusal.text


def test_an_entry_is_added_on_the_page_or_refused_beside_its_box(app, running) -> None:
    desk = seat(app, running.office)
    refusal = desk.post(f"{PAGE}/{running.programme_id}", list="task", task="装码")
    assert refusal.status_code == 422
    assert "请填时限" in refusal.text
    added = desk.post(
        f"{PAGE}/{running.programme_id}", list="task", task="装码", difficulty="没有钱",
        due_on="2026-06-30", duty=f"d{running.owner_id}",
    )  # fmt: skip
    assert added.status_code == 303
    assert "县农业农村局" in as_shown(desk.get(added.location))


def test_the_list_asks_few_statements_however_long(app, running) -> None:
    desk = seat(app, running.office)
    for number in range(3):
        add(running, task=f"任务{number}")
    few = len(statements(lambda: desk.get(PAGE)))
    for number in range(3, 12):
        add(running, task=f"任务{number}")
    assert len(statements(lambda: desk.get(PAGE))) == few <= MOST


def test_a_usual_programme_sends_no_week(running) -> None:
    add(running)
    assert weekly_programmes() == []
