"""Subjects: kept once, placed into programmes by kind, with elements of one industry."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.assessments.programmes.copy_operations import copy_programme
from backend.app.assessments.programmes.part_operations import (
    ElementDraft,
    place_subjects,
    save_element,
)
from backend.app.assessments.programmes.queries import list_units
from backend.app.assessments.subjects.operations import SubjectDraft, save_subject
from backend.app.assessments.subjects.queries import SubjectFilters, list_subjects
from backend.app.assessments.subjects.subject_files import SUBJECTS
from backend.app.assessments.targets.draft_operations import spread_common
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from tests.factories.assessments import BASICS, Assessment, make_draft
from tests.factories.console import make_staff, sit_down
from tests.factories.imports import Desk, refused

HEADINGS = "名称,类别,编码,乡镇,行业,面积,联系人,开始日期\n"


@pytest.fixture
def made(app) -> Assessment:
    return make_draft()


@pytest.fixture
def desk(made: Assessment) -> Desk:
    return Desk(made.clerk, made.county.id, SUBJECTS)


def keep(made: Assessment, name: str, kind: str = "farm", **more) -> int:
    usual = {
        "code": "", "region_id": made.county.township_ids[0], "industry": "", "area": None,
        "officer": "", "opened_on": date(2025, 1, 1),
    }  # fmt: skip
    with transaction():
        draft = SubjectDraft(kind=kind, name=name, **{**usual, **more})
        return save_subject(made.clerk, made.county.id, draft).id


def listed(made: Assessment, **filters) -> list[str]:
    db.session.rollback()
    return [row.name for row in list_subjects(made.county.id, SubjectFilters(**filters))]


def test_a_subject_is_kept_once_and_is_found_by_every_search(made: Assessment) -> None:
    keep(made, "兴农农资店", "shop", code="S1", officer="王工")
    keep(made, "绿源家庭农场", industry="种植", area=Decimal(120))
    assert listed(made, kind="shop") == listed(made, search="王工") == ["兴农农资店"]
    assert listed(made, industry="种植") == ["绿源家庭农场"]
    with pytest.raises(InvalidInput) as error:
        keep(made, "另一家", "shop", code="S1")
    assert error.value.errors == {"code": ["编码 S1 已经是「兴农农资店」的"]}
    with pytest.raises(InvalidInput) as error:
        keep(made, "绿源家庭农场")
    assert list(error.value.errors) == ["name"]


def test_only_the_assessment_office_keeps_subjects(made: Assessment) -> None:
    draft = SubjectDraft("shop", "店", "", made.county.id, "", None, "", date(2025, 1, 1))
    with pytest.raises(NotAllowed), transaction():
        save_subject(made.town, made.county.id, draft)


def test_a_file_brings_subjects_changes_them_and_is_taken_back(
    made: Assessment, desk: Desk
) -> None:
    town = db.session.scalar(
        text("SELECT name FROM region WHERE id = :id"), {"id": made.county.township_ids[0]}
    )
    shop = "兴农店,农资店,,,,,,\n"
    first = f"{HEADINGS}绿源家庭农场,农业主体,F1,{town},种植,120,李干事,2024-03-01\n{shop}"
    assert desk.bring(first) == {"new": 2}
    again = f"{HEADINGS}绿源家庭农场,农业主体,F1,,,150,,\n{shop}"
    import_id = desk.start(again)
    assert desk.take_over(import_id) == {"changed": 1, "known": 1}
    row = list_subjects(made.county.id, SubjectFilters(kind="farm"))[0]
    assert (row.area, row.officer, row.place) == (150, "李干事", town)
    assert desk.undo(import_id) is None
    assert list_subjects(made.county.id, SubjectFilters(kind="farm"))[0].area == 120


def test_lines_of_a_file_are_refused_by_name(made: Assessment, desk: Desk) -> None:
    lines = (
        "甲,农业主体,,没有镇,,,,", "乙,农业主体,,,,-3,,", ",农业主体,F9,,种植,,,",
        "丁,农资店,,,,,,",
        "丁,农资店,,,,,,",
    )  # fmt: skip
    bad = HEADINGS + "\n".join(lines)
    assert refused(desk.start(bad)) == {
        2: "没有乡镇「没有镇」，请写全称",
        3: "「面积（亩）」应为大于 0 的数字，现在是「-3」",
        4: "「名称」没填",
        6: "和第 5 行是同一个主体；真有两个同名的，请填编码区分",
    }


def test_elements_of_an_industry_go_to_its_subjects_alone(made: Assessment) -> None:
    keep(made, "稻农", industry="种植")
    keep(made, "牧场", industry="畜牧")
    group_id = made.unit().group_id
    with transaction():
        assert place_subjects(made.clerk, made.programme_id, "farm", "", group_id) == 2
        element = ElementDraft(
            code="ZZ1", name="统防统治面积比", parent_id=made.element("GX").id, scope="industry",
            industry="种植", points=Decimal(10), kind="level", rule={"rule": "proportional"},
            source="feed:nb", owner_department_id=made.departments["县财政局"], criteria="",
        )  # fmt: skip
        save_element(made.clerk, made.programme_id, element)
        spread_common(made.clerk, made.programme_id)
    having = text(
        "SELECT s.name FROM target t JOIN programme_element e ON e.id = t.element_id"
        " JOIN assessed_unit u ON u.id = t.unit_id JOIN assessed_subject s ON s.id = u.subject_id"
        " WHERE e.code = 'ZZ1'"
    )
    assert list(db.session.scalars(having)) == ["稻农"]


def test_an_element_of_an_industry_says_which(made: Assessment) -> None:
    draft = ElementDraft(
        code="ZZ1", name="甲", parent_id=made.element("GX").id, scope="industry",
        points=Decimal(1), kind="level", rule={"rule": "proportional"}, source="feed:nb",
        owner_department_id=None, criteria="",
    )  # fmt: skip
    with pytest.raises(InvalidInput) as error, transaction():
        save_element(made.clerk, made.programme_id, draft)
    assert list(error.value.errors) == ["industry"]


def test_subjects_stay_when_units_are_saved_and_go_along_into_a_copy(
    made: Assessment, client
) -> None:
    keep(made, "稻农", industry="种植")
    with transaction():
        place_subjects(made.clerk, made.programme_id, "farm", "种植", made.unit().group_id)
    desk = sit_down(client, make_staff(Role.ASSESSOR, made.county.id, "clerk"))
    page = f"/console/assessments/programmes/{made.programme_id}/units"
    groups = {
        f"group-r{unit.region_id}" if unit.region_id else f"group-d{unit.department_id}":
        unit.group_id for unit in list_units(made.programme_id) if not unit.subject_id
    }  # fmt: skip
    assert desk.post(page, **groups).status_code == 303
    db.session.rollback()
    assert [unit.name for unit in list_units(made.programme_id) if unit.subject_id] == ["稻农"]
    with transaction():
        copied = copy_programme(made.clerk, made.county.id, BASICS, made.programme_id).id
    assert "稻农" in [unit.name for unit in list_units(copied)]


def test_the_pages_keep_subjects_and_name_what_is_wrong(made: Assessment, client) -> None:
    desk = sit_down(client, make_staff(Role.ASSESSOR, made.county.id, "clerk"))
    form = "/console/assessments/subjects/0/form"
    bad = desk.post(form, kind="shop", area="-1", name="店")
    assert bad.status_code == 422
    assert "请选乡镇" in bad.text
    good = {
        "kind": "shop", "name": "兴农农资店", "region_id": made.county.id,
        "opened_on": "2025-01-01", "officer": "王工",
    }  # fmt: skip
    assert desk.post(form, **good).status_code == 303
    page = desk.get("/console/assessments/subjects?kind=shop").text
    assert "兴农农资店" in page
    assert "王工" in page
    assert desk.get("/console/assessments/subjects/form.xlsx").status_code == 200
    groups = f"/console/assessments/programmes/{made.programme_id}/groups"
    assert "农资店 1 个" in desk.get(groups).text
