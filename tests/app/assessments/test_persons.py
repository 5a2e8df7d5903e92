"""Persons are assessed and never compared: no page, file or interface puts them in an order."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from backend.app.access import Role
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.grades.operations import propose_grades
from backend.app.assessments.locks.checklist import lock_checklist
from backend.app.assessments.locks.operations import lock_programme
from backend.app.assessments.models import Programme, UnitResult
from backend.app.assessments.programmes.queries import (
    overviewed_programmes,
    plan_of,
    shown_programme,
)
from backend.app.assessments.programmes.trial import try_programme
from backend.app.assessments.publications.errors import PersonsUnpublished
from backend.app.assessments.publications.operations import publish_programme
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.year_end.operations import close_programme
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.scoring.assessing.refusals import refusals
from tests.app.assessments.acting import evaluate_month, open_month
from tests.factories.assessed import YEAR, at
from tests.factories.console import make_staff, sit_down
from tests.factories.county import make_county
from tests.factories.persons import Persons, draft_persons, make_persons, score, set_goals
from tests.factories.tickets import forget

# In the order of their names; neither the best nor the worst comes first.
ORDERS = {"丁一": "120", "何二": "190", "刘三": "60", "孙四": "150", "张五": "90"}
WHEN = at(4, 20)
READ = re.compile(r"/(console/(assessments|exports)|p/|api/)")


@pytest.fixture
def scored(app) -> Persons:
    made = make_persons(make_county(), list(ORDERS))
    open_month(3)
    for name, orders in ORDERS.items():
        score(made, name, SL01=orders)
    evaluate_month(3)
    with clock_at(WHEN), transaction():
        recompute_results(made.programme_id)
    return made


def texts_of(answer: Any) -> str:
    """What a reader sees of a page or of a file."""
    kind = answer.headers.get("Content-Type", "")
    if "spreadsheet" in kind:
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        return "\n".join(f"{cell}" for rows in sheets for row in rows for cell in row)
    if "pdf" in kind:
        pages = pypdfium2.PdfDocument(answer.data)
        return "\n".join(page.get_textpage().get_text_bounded() for page in pages)
    return answer.get_data(as_text=True)


def paths(app: Flask, made: Persons) -> Iterator[str]:
    """Every address that may be read, about this programme and one of its persons."""
    with db.engine.connect() as connection:
        target = connection.exec_driver_sql("SELECT min(id) FROM target").scalar_one()
    values = {
        "programme_id": made.programme_id, "unit_id": made.units["丁一"], "target_id": target,
        "element_id": made.elements["SL01"], "month": f"{YEAR}-03", "period": f"{YEAR}-03",
        "extension": "xlsx", "code": "610528",
    }  # fmt: skip
    for rule in app.url_map.iter_rules():
        path = str(rule)
        if "GET" not in rule.methods or not re.match(
            r"/(console/(assessments|exports)|p/|api/)", path
        ):
            continue
        for name in rule.arguments:
            path = re.sub(rf"<(\w+(\(.*?\))?:)?{name}>", str(values.get(name, 1)), path)
        yield path
        if "programme" not in path:
            yield f"{path}?programme={made.programme_id}&unit={values['unit_id']}&month={YEAR}-03"


def test_no_page_file_or_interface_puts_persons_in_an_order(
    app: Flask, scored: Persons, many_requests
) -> None:
    county = scored.county.id
    readers = [scored.boss.person_id, scored.manager.person_id, scored.people["刘三"].person_id]
    readers += [make_staff(role, county, role[:5]) for role in (Role.LEADER, Role.COUNTY_MANAGER)]
    listed = 0
    with clock_at(WHEN):
        for reader in readers:
            desk = sit_down(app.test_client(), reader)
            for path in paths(app, scored):
                answer = desk.get(path)
                assert answer.status_code < 500, path
                text = texts_of(answer)
                found = sorted((name for name in ORDERS if name in text), key=text.index)
                listed += len(found) > 2
                assert found == sorted(found), (path, found)
                assert not re.search(r"第 ?[1-5] ?名|名次.{0,20}[1-5]", text) or not found, path
                assert not found or path.startswith("/console"), path
    assert listed > 5, "lists of persons were among what was read"


def test_results_of_persons_have_neither_rank_nor_band(scored: Persons) -> None:
    rows = db.session.query(UnitResult).all()
    assert {(row.rank, row.band, row.calibrated) for row in rows} == {(None, None, None)}
    assert len({row.total for row in rows}) == len(ORDERS)
    forget()


def test_persons_are_neither_calibrated_nor_rated_by_colours(app) -> None:
    made = draft_persons(make_county())
    set_goals(made)
    with transaction() as session:
        programme = session.get_one(Programme, made.programme_id)
        assert refusals(plan_of(programme)) == []
        calibration = {"mean": "80", "deviation": "5"}
        programme.content = {**programme.content, "rolling": {}, "calibration": calibration}
        words = [reason.words for reason in refusals(plan_of(programme))]
    assert words == ["个人考核不做正态校准", "个人考核不做滚动评价，也没有退出名单"]


def test_a_trial_lists_persons_by_name(scored: Persons) -> None:
    trials = try_programme(db.session.get_one(Programme, scored.programme_id), 90)
    assert [trial.unit.name for trial in trials] == list(ORDERS)


def test_overviews_leave_programmes_of_persons_out(scored: Persons) -> None:
    assert overviewed_programmes(scored.county.id) == []
    assert shown_programme(scored.county.id, None) is None
    assert shown_programme(scored.county.id, scored.programme_id).id == scored.programme_id
    with pytest.raises(ProgrammeUnknown):
        shown_programme(scored.county.id, scored.programme_id + 1)


def test_a_year_of_persons_is_locked_without_grades_and_never_published(scored: Persons) -> None:
    key = scored.programme_id
    with clock_at(at(1, 20, year=YEAR + 1)):
        with transaction():
            close_programme(scored.clerk, key)
        with transaction():
            assert propose_grades(scored.clerk, key) == 0
        items = {
            item.code: item.open for item in lock_checklist(db.session.get_one(Programme, key))
        }
        assert items["undecided"] == 0
        with transaction():
            lock_programme(scored.boss, key, "个人考核，按季度谈话")
        with pytest.raises(PersonsUnpublished), transaction():
            publish_programme(scored.boss, key)
