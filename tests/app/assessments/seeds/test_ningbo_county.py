"""宁波 肥药两制, its pilot counties: 25 items in three steps, four lists, portraits, rhythm."""

import io
from collections.abc import Mapping
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor
from backend.app.assessments.acceptance import operations as acceptance
from backend.app.assessments.acceptance.errors import AcceptanceMoved, NotYourAcceptance
from backend.app.assessments.acceptance.queries import ItemScore, items_of
from backend.app.assessments.errors import ProgrammeFaulty
from backend.app.assessments.issues.issue_files import ISSUES
from backend.app.assessments.issues.queries import IssueFilters, list_issues
from backend.app.assessments.models import (
    AcceptanceStep,
    IssueEntry,
)
from backend.app.assessments.portraits.queries import portrait_of
from backend.app.assessments.programmes.library.exporting import template_file, template_of
from backend.app.assessments.programmes.library.templates import parse_template, read_template
from backend.app.assessments.programmes.queries import list_elements
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.results.queries import shown_results
from backend.app.assessments.scopes import scope_of
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput
from tests.app.assessments.acting import evaluate_month, open_month
from tests.app.assessments.closing_year import (
    boss_of,
)
from tests.app.assessments.seeds.pilot_counties import (
    PAGE,
    TEMPLATE,
    approve,
    draft_pilot,
    feed,
    programme_of,
    run_pilot,
    unit_ids,
)
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import YEAR, Assessed, at
from tests.factories.console import as_shown
from tests.factories.imports import Desk
from tests.factories.tickets import forget


@pytest.fixture
def draft(app) -> Assessed:
    return draft_pilot()


@pytest.fixture
def running(draft: Assessed) -> Assessed:
    return run_pilot(draft)


def test_nb04_five_aspects_with_25_items_of_four_points_become_a_programme(draft) -> None:
    rows = list_elements(draft.programme_id)
    aspects = [row.name for row in rows if row.parent_id is None]
    items = [row for row in rows if row.parent_id]
    assert aspects == ["试点创建", "制度创新", "生产方式", "资源循环", "生态环境"]
    assert [sum(i.parent_id == row.id for i in items) for row in rows if not row.parent_id] == [
        5, 4, 7, 5, 4,
    ]  # fmt: skip
    assert {item.points for item in items} == {4}
    assert all(item.is_example for item in items), "no official text of the items was found"


def test_nb04_villagers_have_no_say_in_it_so_it_needs_a_superiors_document(draft) -> None:
    with pytest.raises(ProgrammeFaulty) as refused:
        approve(draft)
    reasons = refused.value.errors["programme"]
    assert len(reasons) == 3, "one for each township, and nothing else"
    assert all("村民说了算的指标只占 0 分" in reason for reason in reasons)


def test_nb04_with_the_document_it_is_issued_to_every_township(running, scalar) -> None:
    assert programme_of(running).state == "running"
    count = "SELECT count(*) FROM target WHERE programme_id = :id AND state = 'issued'"
    assert scalar(count, id=running.programme_id) == 3 * 25


def test_nb06_the_four_lists_are_filled_and_searched_on_one_page(app, running) -> None:
    desk = seat(app, running.office)
    page = as_shown(desk.get(f"{PAGE}/issues?programme={running.programme_id}"))
    for words in ("需求清单", "问题清单", "任务清单", "改革清单"):
        assert words in page
    needs = as_shown(desk.get(f"{PAGE}/issues?programme={running.programme_id}&list=need"))
    assert "配方肥推广" in needs
    assert "散户不愿刷脸" not in needs


def test_nb11_fifteen_difficulties_have_nineteen_dated_measures_with_units(running) -> None:
    rows = list_issues(scope_of(running.office), running.programme_id, IssueFilters())
    assert len({row.difficulty for row in rows}) == 15
    assert len({row.measure for row in rows}) == 19
    assert all(row.duties and row.due_on.year == YEAR and row.is_example for row in rows)
    assert max(len(row.duties) for row in rows) > 1, "several units share a measure"
    forget()


def test_nb11_the_task_table_goes_out_and_comes_back_as_it_was(app, running) -> None:
    desk = seat(app, running.office)
    book = desk.get(f"{PAGE}/issues.xlsx?programme={running.programme_id}").data
    lines = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert lines[0][1:6] == ["分任务", "难点堵点", "对策措施", "责任单位", "时限"]
    assert len(lines) == 20
    importer = Desk(running.office, running.county.id, ISSUES)
    with clock_at(at(2, 2)):
        assert importer.bring(book, "任务分解表.xlsx", programme=running.programme_id) == {
            "known": 19
        }
        with transaction() as session:
            first = session.scalars(select(IssueEntry).order_by(IssueEntry.id)).first()
            session.delete(first)
        assert importer.bring(book, "任务分解表.xlsx", programme=running.programme_id) == {
            "new": 1, "known": 18,
        }  # fmt: skip


def scores(made: Assessed, score: str, **others: tuple[str, str]) -> dict[int, ItemScore]:
    """The same for every item but some, named by their code, with a reason."""
    given = {
        item.target_id: ItemScore(Decimal(score), "") if item.code not in others
        else ItemScore(Decimal(others[item.code][0]), others[item.code][1])
        for item in items_of(made.town_unit)
    }  # fmt: skip
    forget()
    return given


def take(made: Assessed, actor: Actor, step: int, given: Mapping[int, ItemScore]) -> None:
    with transaction():
        acceptance.record_step(actor, made.town_unit, step, given)


def test_nb07_three_steps_by_three_people_and_the_last_one_counts(app, running) -> None:
    with clock_at(at(12, 2)):
        take(running, running.town, 1, scores(running, "95"))
        with pytest.raises(InvalidInput) as refused:
            take(running, running.office, 2, scores(running, "90", SD01=("80", "")))
        assert [*refused.value.errors.values()] == [
            ["「主体培育完成率」和上一步的 95.00 分相差超过 10 分，请写明理由"]
        ]
        take(running, running.office, 2, scores(running, "90", SD01=("80", "两家没有验收")))
        with transaction():
            recompute_results(running.programme_id)
        assert shown(running) is None, "only the last step counts"
        take(running, boss_of(running), 3, scores(running, "90", SD01=("75", "三家没有验收")))
        with transaction():
            recompute_results(running.programme_id)
    # 24 items of 3.60 and one of 3.00 points.
    assert shown(running) == Decimal("89.40")
    part = next(row for row in unit_result(running).parts if row["code"] == "SD01")
    assert (part["points"], part["origin"]) == ("3.00", "验收：验收")
    page = as_shown(seat(app, running.town).get(
        f"{PAGE}/acceptance/{running.town_unit}?programme={running.programme_id}"
    ))  # fmt: skip
    assert "三家没有验收" in page
    assert "89.40" in page


def unit_result(made: Assessed):
    forget()
    rows = shown_results(made.programme_id)
    return next(row for row in rows if row.unit_id == made.town_unit)


def shown(made: Assessed) -> Decimal | None:
    return unit_result(made).total


def test_nb07_an_accepted_score_stands_before_what_systems_say(running) -> None:
    with clock_at(at(12, 2)):
        for step, actor in enumerate((running.town, running.office, boss_of(running)), 1):
            take(running, actor, step, scores(running, "90"))
        feed(running, "HJ03", running.town_unit, 12, "10")
        with transaction():
            recompute_results(running.programme_id)
    assert shown(running) == Decimal("90.00")


def test_nb07_nobody_plays_two_steps_and_no_step_is_left_out(app, running) -> None:
    with clock_at(at(11, 2)):
        with pytest.raises(AcceptanceMoved):
            take(running, running.office, 2, scores(running, "90"))
        with pytest.raises(NotYourAcceptance):
            take(running, running.bureau, 1, scores(running, "90"))
        take(running, running.town, 1, scores(running, "90"))
        take(running, boss_of(running), 2, scores(running, "90"))
        with pytest.raises(NotYourAcceptance):
            take(running, boss_of(running), 3, scores(running, "90"))
        with pytest.raises(IntegrityError):
            write_step(running, boss_of(running).person_id)
        refusal = seat(app, running.office).post(
            f"{PAGE}/acceptance/{running.town_unit}?programme={running.programme_id}", step="3"
        )
        assert refusal.status_code == 403


def write_step(made: Assessed, person_id: int) -> None:
    with transaction() as session:
        session.add(
            AcceptanceStep(
                county_id=made.county.id, programme_id=made.programme_id, by_id=person_id,
                unit_id=made.town_unit, step=3, at=at(11, 3),
            )
        )  # fmt: skip


def test_nb07_every_item_is_scored_on_the_page_or_named(app, running) -> None:
    address = f"{PAGE}/acceptance/{running.town_unit}?programme={running.programme_id}"
    with clock_at(at(11, 2)):
        desk = seat(app, running.town)
        page = as_shown(desk.get(address))
        assert "自评（0–100）" in page
        ids = [item.target_id for item in items_of(running.town_unit)]
        forget()
        boxes = {f"score_{key}": "88" for key in ids}
        missing = desk.post(address, step="1", **{**boxes, f"score_{ids[0]}": ""})
        assert missing.status_code == 422
        assert "「主体培育完成率」请填 0 到 100 分" in as_shown(missing)
        assert desk.post(address, step="1", **boxes).status_code == 303
        overview = as_shown(
            seat(app, running.office).get(f"{PAGE}/acceptance?programme={running.programme_id}")
        )
    assert "自评—初评—验收" in overview
    assert overview.count("✓ 已记") == 1


def test_nb09_two_portraits_show_a_unit_beside_the_middle_without_a_total(app, running) -> None:
    for month, values in ((9, ("24", "20", "18")), (10, ("21", "20", "19"))):
        for unit_id, value in zip(unit_ids(running), values, strict=True):
            feed(running, "FS01", unit_id, month, value)
        open_month(month)
        evaluate_month(month)
    first, second = portrait_of(programme_of(running), "面源污染", running.town_unit)
    assert (first.code, second.code) == ("FS01", "FS02")
    assert (first.value, first.group_value, first.standing) == (21, 20, "差于同类中位数")
    assert [value for value in first.own if value is not None] == [24, 21]
    assert len(first.own) == 12
    assert second.standing == "没有数"
    query = f"programme={running.programme_id}&unit={running.town_unit}&name=面源污染"
    page = as_shown(seat(app, running.town).get(f"{PAGE}/portraits?{query}"))
    assert "化肥使用强度" in page
    assert "差于同类中位数" in page
    assert page.count("<polyline") == 2, "the own line and the group's"
    assert "供给侧" in page
    forget()
    others = [row for row in unit_ids(running) if row != running.town_unit]
    best = portrait_of(programme_of(running), "面源污染", others[-1])[0]
    assert best.standing == "好于同类中位数", "less fertiliser is better"


def test_nb11_the_task_table_is_exported_with_the_programme(running) -> None:
    lines = template_of(programme_of(running))["issues"]
    assert [line["measure"] for line in lines] == [
        line["measure"] for line in read_template(TEMPLATE)["issues"]
    ]
    again = parse_template(template_file(programme_of(running)))
    assert again["issues"] == read_template(TEMPLATE)["issues"]
    assert (again["rhythm"], len(again["acceptance"]), len(again["portraits"])) == (
        "zhouyueji", 3, 2,
    )  # fmt: skip
