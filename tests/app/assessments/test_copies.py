"""A programme copied: the same year's next version with its targets, another year's without."""

import re
from dataclasses import replace

import pytest

from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.copy_operations import copy_programme
from backend.app.assessments.programmes.operations import ProgrammeBasics, stop_programme
from backend.app.assessments.programmes.queries import (
    list_elements,
    list_groups,
    list_units,
    plan_of,
)
from backend.app.core.db import db, transaction
from backend.app.scoring.assessing.refusals import refusals
from tests.app.assessments.test_pages import BASE, office_desk
from tests.factories.assessments import BASICS, YEAR, Assessment, make_draft, make_issued, office
from tests.factories.console import as_shown
from tests.factories.county import make_county
from tests.factories.tickets import forget


@pytest.fixture
def made(app) -> Assessment:
    return make_draft()


def copy(made: Assessment, basics: ProgrammeBasics = BASICS) -> int:
    with transaction():
        return copy_programme(made.clerk, made.county.id, basics, made.programme_id).id


def parts(programme_id: int) -> tuple[list[object], ...]:
    """Everything of a programme but for keys."""
    groups = [(g.name, g.task_weight, g.bonus_cap, g.excellent_share)
              for g in list_groups(programme_id)]  # fmt: skip
    units = [(u.name, u.group_name, u.difficulty, u.duty_leader) for u in list_units(programme_id)]
    listed = list_elements(programme_id)
    codes = {element.id: element.code for element in listed}
    elements = [
        (e.code, e.name, codes.get(e.parent_id), e.scope, e.points, e.rule, e.source, e.criteria,
         e.owner_department_id, e.is_example, e.group_id is None)
        for e in listed
    ]  # fmt: skip
    return groups, units, elements


def test_the_next_version_of_a_stopped_programme_is_the_same_and_may_be_approved(app) -> None:
    made = make_issued()
    with transaction():
        stop_programme(made.boss, made.programme_id, "机构改革")
    second = copy(made)
    programme = db.session.get_one(Programme, second)
    assert (programme.version, programme.state, programme.year) == (2, "draft", YEAR)
    assert programme.approved_at is None
    assert parts(second) == parts(made.programme_id)
    before, after = plan_of(db.session.get_one(Programme, made.programme_id)), plan_of(programme)
    assert len(after.targets) == len(before.targets) == 138
    assert sorted(t.points for t in after.targets) == sorted(t.points for t in before.targets)
    assert refusals(after) == []


def test_next_years_draft_has_groups_units_and_elements_and_no_targets(made) -> None:
    following = copy(made, replace(BASICS, year=YEAR + 1, plan_number=""))
    programme = db.session.get_one(Programme, following)
    assert (programme.version, programme.year) == (1, YEAR + 1)
    assert parts(following) == parts(made.programme_id)
    assert plan_of(programme).targets == []
    assert "plan_number" in {reason.code for reason in refusals(plan_of(programme))}


def test_what_is_changed_in_a_copy_leaves_the_first_as_it_was(made) -> None:
    second = copy(made)
    with transaction() as session:
        session.get_one(Programme, second).content = {"clocks": {}}
    forget()
    assert db.session.get_one(Programme, made.programme_id).content["clocks"]["close"] == 3


def test_another_countys_programme_cannot_be_copied(made) -> None:
    other = make_county(code="360281", name="乐平市")
    with pytest.raises(ProgrammeUnknown):
        copy_programme(office(other), other.id, BASICS, made.programme_id)


def test_a_copy_is_begun_on_the_page(made, client) -> None:
    desk = office_desk(client, made, "clerk")
    page = as_shown(desk.get(f"{BASE}/programmes"))
    assert re.search(r'value="copy:\d+"[^>]*>复制 2026 年「2026年目标责任考核」第 1 版', page)
    form = {"title": "2026年第二版", "year": "2026", "plan_number": "县督考计划2026-03"}
    begun = desk.post(f"{BASE}/programmes", template=f"copy:{made.programme_id}", **form)
    assert begun.status_code == 303
    assert "第 2 版" in as_shown(desk.get(begun.location))
    refused = desk.post(f"{BASE}/programmes", template="copy:x", **form)
    assert refused.status_code == 422
