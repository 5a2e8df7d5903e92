"""The pages of colours and of the ladder, and questions about colours answered by another."""

import io
import re
from decimal import Decimal

import pytest
from pypdfium2 import PdfDocument
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text

from backend.app.assessments.evaluation import colour_query_operations as queries
from backend.app.assessments.evaluation.errors import OwnQuery, QueryMoved
from backend.app.assessments.models import ColourQuery
from backend.app.assessments.reports.errors import NotYourReview, NotYourUnit
from backend.app.assessments.reports.operations import ReportLine
from backend.app.core.clock import clock_at, next_month
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput
from backend.jobs import assessments as jobs
from tests.app.assessments.acting import accept_all, evaluate_month, open_month, send
from tests.app.assessments.test_report_pages import MOST, seat, statements
from tests.factories.assessed import Assessed, add_target, at, issue
from tests.factories.console import as_shown
from tests.factories.tickets import forget

PAGE = "/console/assessments/evaluation/2026-09"
BOARD = "/console/assessments/supervision"


@pytest.fixture
def evaluated(assessed: Assessed) -> Assessed:
    """One target behind in September, known since the notice of 19 October."""
    add_target(assessed, plan={9: Decimal(900)})
    add_target(assessed, "A2", unit_id=assessed.bureau_unit)
    issue(assessed)
    open_month(9)
    send(assessed, ReportLine(assessed.targets["A1"], 0, Decimal(600)), month=9)
    accept_all(assessed, 9)
    evaluate_month(9)
    with clock_at(at(10, 20, 9)):
        jobs.evaluate_period()
    return assessed


@pytest.fixture
def window(evaluated: Assessed, scalar) -> int:
    return scalar("SELECT id FROM programme_window")


def ask(evaluated: Assessed, window: int, when=None, actor=None) -> int:
    with clock_at(when or at(10, 21)), transaction():
        return queries.ask_about_colour(
            actor or evaluated.town, window, evaluated.targets["A1"], "少算了一处"
        )


def test_a_colour_is_asked_about_once_within_three_working_days(evaluated, window) -> None:
    with pytest.raises(NotYourUnit):
        ask(evaluated, window, actor=evaluated.bureau)
    with pytest.raises(QueryMoved):
        ask(evaluated, window, when=at(10, 23, 18, 1))
    ask(evaluated, window, when=at(10, 23, 17))
    with pytest.raises(QueryMoved):
        ask(evaluated, window, when=at(10, 23, 17))


def test_neither_who_asked_nor_who_passed_the_figure_answers(evaluated, window) -> None:
    query = ask(evaluated, window)
    with pytest.raises(OwnQuery):
        queries.answer_query(evaluated.office, query, "没有错")
    for stranger in (evaluated.town, evaluated.owner):
        with pytest.raises(NotYourReview):
            queries.answer_query(stranger, query, "没有错")
    with pytest.raises(InvalidInput):
        queries.answer_query(evaluated.other_office, query, "台账不对", Decimal(-1))
    forget()
    with transaction():
        queries.answer_query(evaluated.other_office, query, "台账是 600")
    with pytest.raises(QueryMoved):
        queries.answer_query(evaluated.other_office, query, "再答一次")
    forget()


def test_a_mended_value_colours_anew_and_keeps_the_old_one(evaluated, window, scalar) -> None:
    query = ask(evaluated, window)
    with clock_at(at(10, 22)), transaction():
        queries.answer_query(evaluated.other_office, query, "确实少算", Decimal(900))
    target = evaluated.targets["A1"]
    colour = "SELECT colour FROM target_standing WHERE target_id = :id"
    assert scalar(colour, id=target) == "green"
    assert scalar("SELECT value_before FROM colour_query") == 600
    assert scalar("SELECT reason FROM report_review WHERE decision = 'changed'") == "确实少算"
    steps = "SELECT count(*) FROM target_supervision WHERE target_id = :id"
    assert scalar(steps, id=target) == 0


def test_two_people_of_the_office_answer_one_doubt_after_another(evaluated, window) -> None:
    """The same report is doubted again: who mended it does not judge that, who passed it may."""
    query = ask(evaluated, window)
    with clock_at(at(10, 22)), transaction():
        queries.answer_query(evaluated.other_office, query, "确实少算", Decimal(900))
    again = doubted_again(window)
    with pytest.raises(OwnQuery):
        queries.answer_query(evaluated.other_office, again, "没有错")
    forget()
    with clock_at(at(10, 23)), transaction():
        queries.answer_query(evaluated.office, again, "又查了一遍", Decimal(800))
    third = doubted_again(window)
    with pytest.raises(OwnQuery):
        queries.answer_query(evaluated.office, third, "没有错")
    forget()
    with clock_at(at(10, 23)), transaction():
        assert queries.answer_query(evaluated.other_office, third, "没有错").state == "upheld"


def doubted_again(window: int) -> int:
    """The doubt of another month about the figure of this one."""
    with transaction() as session:
        query = session.scalars(select(ColourQuery).order_by(ColourQuery.id.desc())).first()
        about = {
            name: getattr(query, name) for name in ("county_id", "target_id", "by_id", "due_at")
        }
        later = ColourQuery(
            **about, period=next_month(query.period), words="还是不对", at=at(10, 22)
        )
        session.add(later)
        session.flush()
        return later.id


def test_the_office_previews_what_units_do_not_see_yet(app, assessed: Assessed) -> None:
    add_target(assessed)
    issue(assessed)
    open_month(9)
    with clock_at(at(10, 12)):
        jobs.close_windows()
        page = as_shown(seat(app, assessed.office).get(PAGE))
        assert "还没有定色" in page
        assert "庄里镇" in page
        assert seat(app, assessed.town).get(PAGE).status_code == 404
        assert seat(app, assessed.office).post(PAGE).status_code == 303
        assert seat(app, assessed.town).get(PAGE).status_code == 200


def test_a_unit_reads_why_and_asks_on_the_page(app, evaluated: Assessed) -> None:
    with clock_at(at(10, 21)):
        desk = seat(app, evaluated.town)
        page = as_shown(desk.get(PAGE))
        assert "实际 50%，计划 75%（按月度计划）；符合第 6 条" in page
        assert "指标A2" not in page
        target = str(evaluated.targets["A1"])
        asked = desk.post(f"{PAGE}/queries", target=target, words="少算了一处")
        assert asked.status_code == 303
        assert desk.post(f"{PAGE}/queries", target=target, words="又一次").status_code == 409
        office = seat(app, evaluated.other_office)
        assert "少算了一处" in office.get(PAGE).text
        answered = office.post(f"{PAGE}/answers", query="1", answer="台账是 600")
        assert answered.status_code == 303
        assert "台账是 600" in desk.get(PAGE).text


def test_the_board_shows_units_their_own_and_the_office_all(app, evaluated: Assessed) -> None:
    with clock_at(at(10, 21)):
        town, office = seat(app, evaluated.town), seat(app, evaluated.office)
        assert "指标A1" in town.get(BOARD).text
        assert "指标A2" not in town.get(BOARD).text
        assert "指标A2" in office.get(f"{BOARD}?state=open").text
        assert town.post(f"{BOARD}/answers", step="1", words="下月补上").status_code == 303
        assert "下月补上" in office.get(f"{BOARD}?state=answered").text
        assert office.post(f"{BOARD}?state=answered", step="1", act="close").status_code == 303
        assert office.post(BOARD, step="1", act="close").status_code == 409
        assert town.post(BOARD, step="1", act="close").status_code == 403


def test_the_months_notice_is_a_workbook_with_the_pages_figures(app, evaluated: Assessed) -> None:
    with clock_at(at(10, 21)):
        file = seat(app, evaluated.office).get(f"{PAGE}/notice.xlsx").data
        own = seat(app, evaluated.town).get(f"{PAGE}/notice.xlsx").data
    book = CalamineWorkbook.from_filelike(io.BytesIO(file))
    assert book.sheet_names == ["五色汇总", "滞后和未开工", "全部目标", "说明"]
    town = next(row for row in book.get_sheet_by_name("五色汇总").to_python() if "庄里镇" in row)
    assert town[-2:] == [1, 66.7]
    behind = book.get_sheet_by_name("滞后和未开工").to_python()
    assert ("庄里镇", "■ 滞后") in {(row[0], row[3]) for row in behind}
    every = CalamineWorkbook.from_filelike(io.BytesIO(own)).get_sheet_by_name("全部目标")
    assert {row[0] for row in every.to_python()} == {"单位", "庄里镇"}


def printed(content: bytes) -> str:
    """The words of a PDF, page after page, without blanks."""
    pages = [page.get_textpage().get_text_bounded() for page in PdfDocument(content)]
    return "".join("".join(pages).split())


def test_the_months_notice_is_printed_with_reasons_cards_and_the_burden(app, evaluated) -> None:
    with clock_at(at(10, 21)):
        words = printed(seat(app, evaluated.office).get(f"{PAGE}/notice.pdf").data)
        own = printed(seat(app, evaluated.town).get(f"{PAGE}/notice.pdf").data)
    assert "目标责任考核2026年9月通报" in words
    assert "2个单位2项目标已到时间，2项滞后或未开工" in words
    assert "实际50%，计划75%（按月度计划）" in words
    assert "本月没有记牌" in words
    assert "1个单位填报，每单位中位1.0分钟，报1项" in words
    assert "县教育局01" in words, "it has not reported"
    assert "县教育局" not in own
    assert "任务A1" in own
    assert "这个月没有填报用时" in own, "a unit reads nothing of others' burden"


def test_a_rare_letter_does_not_keep_a_notice_from_being_printed(app, evaluated) -> None:
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("UPDATE target SET task = '修𰻞路 <b>&'"))
    with clock_at(at(10, 21)):
        words = printed(seat(app, evaluated.office).get(f"{PAGE}/notice.pdf").data)
    assert re.search("修.路<b>&", words), "a box stands for it"


def test_the_pages_send_at_most_twelve_statements(app, evaluated: Assessed) -> None:
    with clock_at(at(10, 21)):
        for person in (evaluated.office, evaluated.town):
            desk = seat(app, person)
            for page in (PAGE, f"{PAGE}?unit={evaluated.town_unit}", f"{BOARD}?state=open"):
                seen = statements(lambda desk=desk, page=page: desk.get(page))
                assert len(seen) <= MOST, "\n".join(seen)
