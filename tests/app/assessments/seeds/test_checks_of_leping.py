"""乐平 (LP): what other systems say, a year from plan to result, a look without a word before."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.checks import operations as checks
from backend.app.assessments.checks.operations import Seen
from backend.app.assessments.checks.queries import checks_to_reveal, untrue_targets
from backend.app.assessments.checks.visit_operations import VisitDraft, assign_visit
from backend.app.assessments.measures import mapping_operations as mappings
from backend.app.assessments.measures.feed_files import FEEDS
from backend.app.assessments.measures.mapping_operations import MappedFigure
from backend.app.assessments.programmes.operations import stop_programme
from backend.app.assessments.reports.operations import ReportLine
from backend.app.assessments.results.year_facts import year_facts
from backend.app.assessments.results.year_scores import score_year
from backend.app.assessments.states.checks import CheckFinding, CheckKind
from backend.app.assessments.targets.operations import confirm_all
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput
from backend.jobs import assessments as jobs
from tests.app.assessments.acting import accept_all, decider, evaluate_month, open_month, send
from tests.app.assessments.result_year import Year, add_element, add_target, run
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import YEAR, Assessed, at, issue, make_assessed
from tests.factories.assessed import add_target as add_work
from tests.factories.console import as_shown, make_staff
from tests.factories.county import OPENED_ON, grant_role, make_county
from tests.factories.imports import Desk, counts, outcomes, questions, refused
from tests.factories.ratings import rate_village

PAGE = "/console/assessments/measures/mappings"
CHECKS = "/console/assessments/checks"
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


def test_lp09_a_year_is_closed_from_its_contract_to_a_third_partys_look(assessed, scalar) -> None:
    """Year-start contract, data by the period, satisfaction, a third party's check, every loss."""
    add_work(assessed, "A1", plan={10: Decimal(600), 11: Decimal(1200)})
    add_work(
        assessed, "A2", kind="level", source="own:satisfaction_mean", value=Decimal(100),
    )  # fmt: skip
    issue(assessed)
    with transaction() as session:
        session.execute(text("UPDATE target SET state = 'issued'"))
    with clock_at(at(1, 5)), transaction():
        assert confirm_all(assessed.town, assessed.town_unit) == 2
    for month, value in ((10, 600), (11, 1200)):
        open_month(month)
        send(assessed, ReportLine(assessed.targets["A1"], 0, Decimal(value)), month=month)
        accept_all(assessed, month)
        evaluate_month(month)
    rate_village(assessed.county, 0, [1, 1, 1, 5], date(YEAR, 11, 1))
    with clock_at(at(11, 30, 4)):
        jobs.pull_measures()
    make_draw(assessed)
    pair = invited(assessed, "third1"), invited(assessed, "third2")
    visit(assessed, pair, CheckKind.THIRD_PARTY)
    check = scalar("SELECT id FROM site_check")
    for checker in pair:
        find(checker, check, Seen(CheckFinding.PARTLY, "只修了一半", Decimal(600)))
    scored = score_year(year_facts(assessed.programme_id, date(YEAR, 12, 1)))
    db.session.rollback()
    town = next(row for row in scored if row.unit_id == assessed.town_unit)
    assert {part.facts.code: part.shown for part in town.parts} == {
        "A1": Decimal("5.00"), "A2": Decimal("7.50"),
    }  # fmt: skip
    origins = {part.facts.code: part.facts.origin for part in town.parts}
    assert origins["A1"].startswith("实地核查")
    assert origins["A2"] == "本系统：满意度，4 人次评价"
    assert {loss.code for loss in town.losses} >= {"A1", "A2"}


def test_lp18_a_mystery_guest_is_hidden_from_the_unit_until_its_day(app, assessed, scalar) -> None:
    """Neither visit, result, card nor points before the day; then all of it at once."""
    claim_work(assessed)
    make_draw(assessed)
    pair = invited(assessed, "guest1"), invited(assessed, "guest2")
    with pytest.raises(InvalidInput) as refusal:
        visit(assessed, pair, CheckKind.MYSTERY)
    assert list(refusal.value.errors) == ["hidden_until"]
    db.session.rollback()
    with pytest.raises(InvalidInput):
        visit(assessed, pair, CheckKind.INSPECTION, date(YEAR, 12, 28))
    db.session.rollback()
    visit(assessed, pair, CheckKind.MYSTERY, date(YEAR, 12, 28))
    check = scalar("SELECT id FROM site_check WHERE is_always")
    for checker in pair:
        find(checker, check, Seen(CheckFinding.UNTRUE, "门是锁着的"))

    def seen_by_the_unit() -> tuple[bool, int, int, set[int]]:
        db.session.rollback()
        told = scalar("SELECT count(*) FROM notice WHERE title LIKE '核查结果%'")
        cards = scalar("SELECT count(*) FROM programme_adjustment WHERE rule_code = 'untrue'")
        page = as_shown(seat(app, assessed.town).get(CHECKS))
        return "门是锁着的" in page, told, cards, untrue_targets(assessed.programme_id)

    with clock_at(at(12, 27, 8)):
        jobs.escalate_targets()
        assert seen_by_the_unit() == (False, 0, 0, set())
        assert "2026-12-28 才告诉单位" in as_shown(seat(app, assessed.office).get(CHECKS))
        assert "门是锁着的" not in as_shown(seat(app, assessed.town).get(CHECKS))
    with clock_at(at(12, 28, 8)):
        jobs.escalate_targets()
        jobs.escalate_targets()
        shown, told, cards, untrue = seen_by_the_unit()
        assert (shown, told, cards, untrue) == (True, 2, 1, {assessed.targets["A1"]})


def test_lp18_nothing_of_a_stopped_programme_is_told_later(assessed, scalar) -> None:
    claim_work(assessed)
    make_draw(assessed)
    pair = invited(assessed, "guest1"), invited(assessed, "guest2")
    visit(assessed, pair, CheckKind.MYSTERY, date(YEAR, 12, 28))
    check = scalar("SELECT id FROM site_check WHERE is_always")
    for checker in pair:
        find(checker, check, Seen(CheckFinding.UNTRUE, "门是锁着的"))
    with clock_at(at(12, 28, 8)):
        assert checks_to_reveal() == [check]
        with transaction():
            stop_programme(decider(assessed), assessed.programme_id, "上级取消")
        assert checks_to_reveal() == []
        db.session.rollback()


def test_lp18_agreement_of_two_checkers_stands_beside_each_round(app, assessed, scalar) -> None:
    claim_work(assessed)
    make_draw(assessed)
    pair = invited(assessed, "checker1"), invited(assessed, "checker2")
    visit(assessed, pair, CheckKind.INSPECTION)
    first, second = scalar("SELECT array_agg(id ORDER BY id) FROM site_check")
    true, untrue = Seen(CheckFinding.TRUE, "看过"), Seen(CheckFinding.UNTRUE, "没有修")
    for checker, seen in zip(pair, (true, untrue), strict=True):
        find(checker, first, true)
        find(checker, second, seen)
    with clock_at(at(12, 23)):
        page = as_shown(seat(app, assessed.office).get(CHECKS))
    assert "两人都看过 2 项，一致 1 项（50%），α = 0.00" in page
    assert "记红牌 2.00 分不退" in page


def claim_work(assessed: Assessed) -> None:
    """Two targets said to be finished in November, one of them red before."""
    for code in ("A1", "A2"):
        add_work(assessed, code, plan={10: Decimal(600), 11: Decimal(1200)})
    issue(assessed)
    for month, value in ((10, 600), (11, 1200)):
        open_month(month)
        lines = [
            ReportLine(
                assessed.targets[code], 0, Decimal(value if code == "A2" or month == 11 else 9)
            )
            for code in ("A1", "A2")
        ]
        send(assessed, *lines, month=month)
        accept_all(assessed, month)
        evaluate_month(month)


def make_draw(assessed: Assessed) -> None:
    with clock_at(at(12, 21)), transaction():
        checks.draw_checks(assessed.office, assessed.programme_id, date(YEAR, 11, 1))


def invited(assessed: Assessed, name: str) -> Actor:
    person_id = make_staff(None, assessed.county.id, name)
    ends_on = date(YEAR, 12, 31)
    grant_role(person_id, Role.ASSESSOR, assessed.county.id, ends_on=ends_on)
    return Actor(person_id, (Grant(Role.ASSESSOR, assessed.county.id, OPENED_ON, ends_on),))


def visit(assessed: Assessed, pair, kind: CheckKind, hidden_until: date | None = None) -> None:
    first, second = (checker.person_id for checker in pair)
    draft = VisitDraft(
        assessed.town_unit, first, second, date(YEAR, 12, 22), kind, hidden_until
    )  # fmt: skip
    with clock_at(at(12, 21)), transaction():
        assign_visit(assessed.office, assessed.programme_id, draft)


def find(checker: Actor, check: int, seen: Seen) -> None:
    with clock_at(at(12, 22)), transaction():
        checks.record_finding(checker, check, seen)
