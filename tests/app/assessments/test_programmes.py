"""考核项目: a draft from the template, refused in words, approved by another, closed then."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.assessments.errors import OwnProgramme, ProgrammeFaulty, ProgrammeMoved
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.library.loading_operations import create_from_template
from backend.app.assessments.programmes.part_operations import (
    GroupDraft,
    place_units,
    save_groups,
)
from backend.app.assessments.programmes.queries import (
    list_elements,
    list_groups,
    list_units,
    plan_of,
)
from backend.app.assessments.states import ElementScope
from backend.app.assessments.targets.draft_operations import save_targets
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.scoring.assessing.refusals import refusals
from tests.factories.assessments import (
    BASICS,
    Assessment,
    approve,
    make_departments,
    make_draft,
    make_issued,
    office,
)
from tests.factories.county import make_county
from tests.factories.tickets import forget


@pytest.fixture
def made(app) -> Assessment:
    return make_draft()


def stored(made: Assessment) -> Programme:
    forget()
    return db.session.get_one(Programme, made.programme_id)


def reasons(made: Assessment) -> list[str]:
    return [reason.words for reason in refusals(plan_of(stored(made)))]


def test_the_template_makes_the_whole_draft_of_a_county(app) -> None:
    county = make_county()
    make_departments(county)
    clerk = office(county)
    with transaction():
        programme = create_from_template(clerk, county.id, BASICS, "fuping")
    weights = {g.name: (g.task_weight, g.social_weight) for g in list_groups(programme.id)}
    assert len(weights) == 8
    assert weights["镇（街道）"] == (85, 15)
    assert weights["执法监督部门"] == (80, 20)
    assert weights["条（双）管单位"] == (70, 30)
    units = list_units(programme.id)
    assert len(units) == 81
    assert [unit.group_name for unit in units if unit.region_id] == ["镇（街道）"]
    indicators = [one for one in list_elements(programme.id) if one.parent_id]
    common = [one for one in indicators if one.scope == ElementScope.COMMON]
    assert (len(common), sum(one.points for one in common)) == (33, 50)
    assert all(one.is_example and one.owner_department_id for one in indicators)


def test_a_whole_draft_is_refused_for_nothing_and_approved_by_another(made: Assessment) -> None:
    assert reasons(made) == []
    with transaction():
        programmes.mark_tried(made.clerk, made.programme_id)
    with pytest.raises(NotAllowed), transaction():
        programmes.approve_programme(made.clerk, made.programme_id)
    with transaction():
        programmes.approve_programme(made.boss, made.programme_id, "同意")
    programme = stored(made)
    assert (programme.state, programme.approved_by_id) == ("approved", made.boss.person_id)


def test_whoever_wrote_last_does_not_approve_whatever_the_grant_says(made: Assessment) -> None:
    with transaction():
        programmes.save_basics(made.boss, made.programme_id, BASICS)
    with transaction():
        programmes.mark_tried(made.clerk, made.programme_id)
    with pytest.raises(OwnProgramme), transaction():
        programmes.approve_programme(made.boss, made.programme_id)


def test_all_reasons_of_a_refusal_are_said_at_once(made: Assessment) -> None:
    with transaction():
        programmes.save_basics(made.clerk, made.programme_id, replace(BASICS, plan_number=""))
        target = made.draft_of("GX02", made.unit("县水务局").id, "49.5", value=Decimal(100))
        save_targets(made.clerk, made.programme_id, [target])
    said = reasons(made)
    assert [words for words in said if "计划编号" in words]
    assert [words for words in said if "分值合计 99.50" in words]
    assert [words for words in said if "应等于年度目标值" in words]
    with transaction():
        programmes.mark_tried(made.clerk, made.programme_id)
    with pytest.raises(ProgrammeFaulty) as refused, transaction():
        programmes.approve_programme(made.boss, made.programme_id)
    assert refused.value.errors["programme"] == said


def test_what_was_tried_is_tried_again_once_it_has_changed(made: Assessment) -> None:
    with transaction():
        programmes.mark_tried(made.clerk, made.programme_id)
    with transaction():
        programmes.save_basics(made.clerk, made.programme_id, BASICS)
    with pytest.raises(ProgrammeMoved), transaction():
        programmes.approve_programme(made.boss, made.programme_id)


def test_of_two_who_approve_at_once_one_is_told(made: Assessment, at_once) -> None:
    other = office(made.county, approves=True)
    with transaction():
        programmes.mark_tried(made.clerk, made.programme_id)
    told = at_once(
        lambda: programmes.approve_programme(made.boss, made.programme_id),
        lambda: programmes.approve_programme(other, made.programme_id),
    )
    assert sorted(told) == ["done", "programme_moved"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE programme SET title = 'x'",
        "DELETE FROM programme_element WHERE code = 'DJ01'",
        "UPDATE programme_group SET task_weight = 50",
        "UPDATE assessed_unit SET difficulty = 1.2",
        "UPDATE target SET value = 1 WHERE value IS NOT NULL",
        "DELETE FROM target",
        "UPDATE target_plan SET value = value",
        "DELETE FROM target_plan",
    ],
)
def test_the_database_lets_nothing_of_an_approved_programme_change(
    made: Assessment, statement: str
) -> None:
    approve(made)
    with pytest.raises(DBAPIError, match="approved"), transaction() as session:
        session.execute(text(statement))


def test_the_database_refuses_one_hand_that_drafts_and_approves(made: Assessment) -> None:
    with transaction():
        programmes.mark_tried(made.clerk, made.programme_id)
    with pytest.raises(DBAPIError, match="another_approves"), transaction() as session:
        session.execute(
            text("UPDATE programme SET state = 'approved', approved_at = now(),"
                 " approved_by_id = drafted_by_id")
        )  # fmt: skip


def test_a_running_programme_is_stopped_with_a_reason_by_who_approves(app) -> None:
    made = make_issued()
    with pytest.raises(NotAllowed), transaction():
        programmes.stop_programme(made.clerk, made.programme_id, "上级取消")
    with transaction():
        programmes.stop_programme(made.boss, made.programme_id, "上级取消")
    programme = stored(made)
    assert (programme.state, programme.stopped_reason) == ("stopped", "上级取消")
    with pytest.raises(ProgrammeMoved), transaction():
        programmes.save_basics(made.clerk, made.programme_id, BASICS)


def test_a_unit_with_targets_and_a_group_with_units_stay(made: Assessment) -> None:
    with pytest.raises(Conflict, match="目标任务"), transaction():
        place_units(made.clerk, made.programme_id, [])
    groups = list_groups(made.programme_id)
    with pytest.raises(Conflict, match="先移走"), transaction():
        save_groups(
            made.clerk, made.programme_id,
            [GroupDraft(group.id, "", *[Decimal(0)] * 4) for group in groups],
        )  # fmt: skip


def test_who_manages_no_programmes_changes_none(made: Assessment) -> None:
    for who in (made.town, made.bureau):
        with pytest.raises(NotAllowed), transaction():
            programmes.save_basics(who, made.programme_id, BASICS)


def test_how_a_programme_grades_is_a_part_of_its_draft(made: Assessment) -> None:
    groups = [group.name for group in list_groups(made.programme_id)]
    own = {"excellent": "92", "good": "81.5", "fair": "60", "social": "75"}
    bounds = {name: Decimal(least) for name, least in own.items()}
    with transaction():
        programmes.save_grade_rules(
            made.clerk, made.programme_id, bounds, {groups[0]: groups[1]}
        )  # fmt: skip
    content = stored(made).content
    assert content["grades"] == own
    assert content["neighbours"] == {groups[0]: groups[1]}
    for wrong in ({**bounds, "good": Decimal(92)}, {**bounds, "fair": Decimal(90)}):
        with pytest.raises(InvalidInput), transaction():
            programmes.save_grade_rules(made.clerk, made.programme_id, wrong, {})
    for beside in ({groups[0]: groups[0]}, {groups[0]: "没有的类别"}):
        with pytest.raises(InvalidInput), transaction():
            programmes.save_grade_rules(made.clerk, made.programme_id, bounds, beside)
