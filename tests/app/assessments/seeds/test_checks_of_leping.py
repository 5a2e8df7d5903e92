"""乐平 (LP): what other systems say, a year from plan to result, a look without a word before."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from backend.app.assessments.measures import mapping_operations as mappings
from backend.app.assessments.measures.feed_files import FEEDS
from backend.app.assessments.measures.mapping_operations import MappedFigure
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput
from tests.app.assessments.result_year import Year, add_element, add_target, run
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import at, make_assessed
from tests.factories.console import as_shown
from tests.factories.county import make_county
from tests.factories.imports import Desk, counts, outcomes, questions, refused

PAGE = "/console/assessments/measures/mappings"
RATES = (
    MappedFigure("响应率", "E01"), MappedFigure("解决件数", "E02", "办理件数"),
    MappedFigure("满意率", "E03"),
)  # fmt: skip
HEAD = "12345 热线月报\n序号,承办单位,响应率,办理件数,解决件数,满意率\n"


@pytest.fixture
def year(app) -> Year:
    """The township and the bureau with the three rates of 12345."""
    made = Year(make_assessed(make_county()))
    made.units = {"庄里镇": made.made.town_unit, "县教育局": made.made.bureau_unit}
    rule = {"rule": "floor_target", "floor": "0", "target": "100"}
    for name in ("响应率", "解决率", "满意率"):
        add_element(made, name, rule, measured_in="%", source="feed:hotline")
    for unit in made.units:
        for name in made.elements:
            add_target(made, name, unit, "30", value=Decimal(90))
    run(made)
    return made


def keep(year: Year, **more) -> int:
    figures = more.pop("figures", RATES)
    with transaction():
        return mappings.save_mapping(
            year.made.office, year.made.county.id, None, "12345 平台", "承办单位", "", figures
        ).id


def start(year: Year, mapping: int, lines: str, head: str = HEAD) -> tuple[Desk, int]:
    desk = Desk(year.made.office, year.made.county.id, FEEDS)
    params = {"programme": year.made.programme_id, "mapping": mapping, "period": "2026-10"}
    with clock_at(at(11, 12)):
        return desk, desk.start(head + lines, source="12345 平台", **params)


def bring(year: Year, mapping: int, lines: str) -> tuple[Desk, int]:
    desk, number = start(year, mapping, lines)
    with clock_at(at(11, 12)):
        desk.take_over(number)
    return desk, number


def standing(year: Year) -> dict[tuple[str, str], tuple]:
    names = {number: name for name, number in year.elements.items()}
    units = {number: name for name, number in year.units.items()}
    rows = db.session.execute(
        text("SELECT element_id, unit_id, value, yes, whole FROM measure_fact ORDER BY id")
    )
    return {
        (names[row.element_id], units[row.unit_id]): tuple(
            figure for figure in (row.value, row.yes, row.whole) if figure is not None
        )
        for row in rows
    }


def test_lp10_a_mapping_reads_the_sheet_of_another_system_line_by_line(year) -> None:
    """Columns by their own headings; two lines, six figures, one file."""
    mapping = keep(year)
    bring(year, mapping, "1,庄里镇,95.2,40,30,88\n2,县教育局,70,10,9,91.5\n")
    assert standing(year) == {
        ("响应率", "庄里镇"): (Decimal("95.2"),), ("解决率", "庄里镇"): (30, 40),
        ("满意率", "庄里镇"): (88,), ("响应率", "县教育局"): (70,),
        ("解决率", "县教育局"): (9, 10), ("满意率", "县教育局"): (Decimal("91.5"),),
    }  # fmt: skip


def test_lp10_the_preview_says_what_changes_and_faults_their_line(year) -> None:
    mapping = keep(year)
    bring(year, mapping, "1,庄里镇,95.2,40,30,88\n2,县教育局,70,10,9,91.5\n")
    _, number = start(
        year, mapping, "1,庄里镇,96,40,30,88\n2,县教育局,70,10,9,91.5\n3,庄里镇,1,40,50,很高\n"
    )
    lines = {line: (outcome, words) for line, outcome, words in outcomes(number)}
    assert lines[3] == ("changed", "响应率 2026-10，96（原 2026-10，95.2）")
    assert lines[4] == ("known", "和现有的一样")
    assert lines[5][0] == "refused"
    assert "「办理件数」应大于 0，「解决件数」应在 0 和它之间" in lines[5][1]
    assert "「满意率」应为数字" in lines[5][1]
    _, number = start(year, mapping, "1,庄里镇,95\n", head="序号,承办单位,响应率\n")
    assert refused(number)[2] == "表里没有「解决件数」这一列；表里没有「满意率」这一列"


def test_lp10_a_name_of_theirs_is_asked_once_and_known_next_month(year) -> None:
    mapping = keep(year)
    desk, number = start(year, mapping, "1,教育体育局,70,10,9,91.5\n2,全县合计,80,50,39,90\n")
    assert {question.text for question in questions(number)} == {"教育体育局", "全县合计"}
    with clock_at(at(11, 12)):
        desk.answer(number, {"教育体育局": "县教育局", "全县合计": "-"})
        assert desk.take_over(number) == {"new": 1, "refused": 1}
    _, number = start(year, mapping, "1,教育体育局,71,10,9,91.5\n2,全县合计,80,50,39,90\n")
    assert questions(number) == []
    assert counts(number) == {"changed": 1, "refused": 1}


def test_lp10_an_import_by_mapping_is_taken_back_as_a_whole(year) -> None:
    mapping = keep(year)
    bring(year, mapping, "1,庄里镇,95.2,40,30,88\n")
    desk, number = bring(year, mapping, "1,庄里镇,60,40,10,50\n")
    with clock_at(at(11, 12)):
        assert desk.undo(number) is None
    assert standing(year) == {
        ("响应率", "庄里镇"): (Decimal("95.2"),), ("解决率", "庄里镇"): (30, 40),
        ("满意率", "庄里镇"): (88,),
    }  # fmt: skip


def test_lp10_who_falls_behind_by_an_import_is_warned_at_once_and_once(year) -> None:
    mapping = keep(year)

    def warned() -> list[tuple[int, str]]:
        db.session.rollback()
        rows = db.session.execute(
            text("SELECT person_id, title FROM notice WHERE title LIKE '预警%' ORDER BY id")
        )
        return [(row.person_id, row.title) for row in rows]

    bring(year, mapping, "1,庄里镇,95,40,38,90\n")
    assert warned() == []
    bring(year, mapping, "1,庄里镇,20,40,38,90\n")
    town = {year.made.town.person_id, year.made.town_colleague.person_id}
    first = warned()
    assert {person for person, _ in first} == town | {year.made.owner.person_id}
    assert {title for _, title in first} == {"预警：响应率落后了"}
    bring(year, mapping, "1,庄里镇,21,40,38,90\n")
    assert warned() == first


def test_lp10_mappings_are_kept_on_a_page_of_their_own(app, year) -> None:
    with clock_at(at(11, 12)):
        office, owner = seat(app, year.made.office), seat(app, year.made.owner)
        assert "还没有数据映射" in office.get(PAGE).text
        form = {
            "name": "12345 平台", "key_column": "承办单位", "heading_1": "响应率", "code_1": "E01",
        }  # fmt: skip
        wrong = office.post(PAGE, **{**form, "code_1": ""})
        assert wrong.status_code == 422
        assert "第 1 项的列名和指标编码都要填" in as_shown(wrong)
        assert office.post(PAGE, **form).status_code == 302
        page = as_shown(owner.get(PAGE))
        assert "响应率 → E01 响应率" in page
        assert owner.post(PAGE, **form).status_code == 403
        assert office.post(PAGE, **form).status_code == 422
        number = db.session.execute(text("SELECT id FROM feed_mapping")).scalar_one()
        assert office.post(f"{PAGE}/{number}/drop").status_code == 302
        assert "还没有数据映射" in office.get(PAGE).text


def test_lp10_a_mapping_names_its_faults(year) -> None:
    for figures, field in (
        ((), "figures"), ((MappedFigure("响应率", ""),), "figure_1"),
        ((MappedFigure("响应率", "E01"), MappedFigure("响应率", "E02")), "figures"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refusal:
            keep(year, figures=figures)
        assert list(refusal.value.errors) == [field]
        db.session.rollback()
