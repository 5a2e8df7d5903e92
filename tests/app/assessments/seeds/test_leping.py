"""乐平: four dimensions, common and individual, ballots by anchors, lights, cards, and the case."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import text

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.adjustments.operations import (
    AdjustmentDraft,
    decide_adjustment,
    propose_adjustment,
)
from backend.app.assessments.appraisals import closing_operations, operations
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RoundDraft
from backend.app.assessments.appraisals.queries import groups_of
from backend.app.assessments.appraisals.questions import questions_to_ask
from backend.app.assessments.measures.handed_in import HandedIn
from backend.app.assessments.measures.operations import ScoreLine, add_facts, score_units
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.programmes.copy_operations import copy_programme
from backend.app.assessments.programmes.queries import list_elements, list_units
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.states.appraisals import AppraisalKind
from backend.app.assessments.targets.draft_operations import save_targets
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.assessments.targets.drafts import TargetDraft
from backend.app.assessments.targets.operations import confirm_all
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.places.models import Region
from backend.app.scoring.assessing.lights import from_data
from backend.app.scoring.assessing.progress import colour
from backend.jobs import assessments as jobs
from tests.app.assessments.seeds.loaded import BASICS, Loaded, issue, load
from tests.factories.assessed import YEAR, at
from tests.factories.assessments import office, staff
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.county import OPENED_ON, County, grant_role, make_county, make_person
from tests.factories.ratings import rate_village
from tests.factories.tickets import forget

BASE = "/console/assessments"
NOVEMBER = date(YEAR, 11, 1)


def county_with_a_street() -> County:
    """庄里镇 with two villages, and 城关街道."""
    county = make_county(villages=2)
    with transaction() as session:
        street = Region(
            level="township", name="城关街道", code="610528001000", opened_on=OPENED_ON,
            parent_id=county.id, county_id=county.id,
        )  # fmt: skip
        session.add(street)
        session.flush()
        street.township_id = street.id
    return county


@pytest.fixture
def draft(app) -> Loaded:
    return load("leping", county_with_a_street())


@pytest.fixture
def loaded(draft: Loaded) -> Loaded:
    issue(draft)
    return draft


def unit(loaded: Loaded, name: str) -> int:
    return next(row.id for row in list_units(loaded.programme_id) if row.name == name)


def total(loaded: Loaded, name: str) -> Decimal:
    with clock_at(at(11, 30)), transaction():
        recompute_results(loaded.programme_id)
    forget()
    query = text("SELECT total FROM unit_result WHERE unit_id = :id")
    return db.session.execute(query, {"id": unit(loaded, name)}).scalar_one()


def score(loaded: Loaded, name: str, owner: str, element: str, value: str) -> None:
    """By the department that owns the indicator."""
    line = ScoreLine(unit(loaded, name), Decimal(value), None, "", "")
    with clock_at(at(11, 20)), transaction():
        who = staff(loaded.county, loaded.departments[owner])
        key = loaded.element(element).id
        score_units(who, loaded.programme, key, NOVEMBER, [line])


def test_lp01_four_dimensions_and_individual_indicators_make_a_hundred(draft: Loaded) -> None:
    rows = list_elements(draft.programme_id)
    names = {row.id: row.name for row in rows if row.parent_id is None}
    sums = dict.fromkeys(names.values(), Decimal(0))
    for row in rows:
        if row.parent_id and row.scope == "common":
            sums[names[row.parent_id]] += row.points
    worth = {name: sums[name] for name in ("财务", "公共服务", "内部管理", "学习发展")}
    assert list(worth.values()) == [15, 45, 20, 10]
    assert draft.reasons() == []


def test_lp02_farming_towns_and_streets_have_indicators_of_their_own(draft: Loaded) -> None:
    codes = {row.id: row.code for row in list_elements(draft.programme_id)}
    own = {
        name: sorted(
            codes[element] for element, unit_id in stored_drafts(draft.programme_id)
            if unit_id == unit(draft, name) and codes[element].startswith("GX")
        )
        for name in ("庄里镇", "城关街道")
    }  # fmt: skip
    assert own == {"庄里镇": ["GX01", "GX02"], "城关街道": ["GX03", "GX04"]}
    groups = {row.name: row.group_name for row in list_units(draft.programme_id)}
    assert groups == {"庄里镇": "农业镇", "城关街道": "城关镇（街道）"}


def test_lp03_weights_are_set_anew_each_year_and_the_old_year_stays(loaded: Loaded, client) -> None:
    basics = replace(BASICS, title="2027年考核", year=YEAR + 1)
    with transaction():
        copied = copy_programme(loaded.clerk, loaded.county.id, basics, loaded.programme_id).id
    element = next(row for row in list_elements(copied) if row.code == "GF01")
    desk = sit_down(client, make_staff(Role.ASSESSOR, loaded.county.id, "clerk"))
    address = f"{BASE}/programmes/{copied}/elements/{element.id}"
    form = {
        "code": "GF01", "name": "群众满意度", "parent_id": str(element.parent_id),
        "scope": "common", "points": "25", "kind": "level", "rule": "底线—目标",
        "parameters": "底线=50；目标值=90", "direction": "up", "source_kind": "own:",
        "source_detail": "satisfaction_mean", "duty": "none", "missing": "leave_weight",
        "owner_department_id": str(element.owner_department_id), "criteria": "平均分",
    }  # fmt: skip
    assert desk.post(address, **form).status_code == 303
    forget()
    points = {
        key: next(row.points for row in list_elements(key) if row.code == "GF01")
        for key in (loaded.programme_id, copied)
    }
    assert points == {loaded.programme_id: 20, copied: 25}


def test_lp04_lp14_what_villagers_scan_and_say_scores_the_town(loaded: Loaded) -> None:
    rate_village(loaded.county, 0, [1, 2, 2, 3], date(YEAR, 10, 1))
    with clock_at(at(11, 30, 4, 30)):
        jobs.pull_measures()
    forget()
    value = db.session.execute(
        text("SELECT value FROM measure_fact WHERE element_id = :id AND period = :month"),
        {"id": loaded.element("群众满意度").id, "month": NOVEMBER},
    ).scalar_one()
    assert value == 80
    # 80 lies three quarters of the way from 50 to 90; nothing else is measured yet.
    assert total(loaded, "庄里镇") == 75


def test_lp05_behaviour_is_scored_by_five_sentences(loaded: Loaded, client) -> None:
    element = loaded.element("矛盾化解率")
    assert len(element.anchors) == 5
    who = make_staff(None, loaded.county.id, "law")
    grant_role(who, Role.DEPARTMENT_STAFF, loaded.county.id, loaded.departments["县委政法委"])
    address = f"{BASE}/measures/elements/{element.id}?programme={loaded.programme_id}"
    with clock_at(at(11, 20)):
        page = as_shown(sit_down(client, who).get(address))
    assert all(words in page for words in element.anchors)
    score(loaded, "庄里镇", "县委政法委", "矛盾化解率", "4")
    assert total(loaded, "庄里镇") == 75


def test_lp05_a_sentence_too_few_is_refused_beside_its_box(draft: Loaded, client) -> None:
    element = draft.element("矛盾化解率")
    desk = sit_down(client, make_staff(Role.ASSESSOR, draft.county.id, "clerk"))
    address = f"{BASE}/programmes/{draft.programme_id}/elements/{element.id}"
    form = {
        "code": "NB02", "name": "矛盾化解率", "parent_id": str(element.parent_id),
        "scope": "common", "points": "6", "kind": "judged", "rule": "行为锚定",
        "parameters": "几档=5", "direction": "up", "source_kind": "owner:", "duty": "none",
        "missing": "leave_weight", "owner_department_id": str(element.owner_department_id),
        "criteria": "对照五档评", "anchors": "差\n好",
    }  # fmt: skip
    refused = desk.post(address, **form)
    assert refused.status_code == 422
    assert "要有 5 句，一行一句" in refused.text
    kept = desk.post(address, **{**form, "anchors": "一\n二\n三\n四\n五"})
    assert kept.status_code == 303
    forget()
    assert draft.element("矛盾化解率").anchors == list("一二三四五")


def test_lp06_superiors_peers_and_the_public_give_one_value_by_their_weights(loaded) -> None:
    asked = [
        row for row in questions_to_ask(loaded.programme_id, AppraisalKind.ELEMENTS)
        if row.unit_id == unit(loaded, "庄里镇")
    ]  # fmt: skip
    groups = usual_groups(loaded.programme.content, AppraisalKind.ELEMENTS)
    assert [(row.name, row.weight) for row in groups] == [
        ("上级领导", 40), ("同级乡镇", 20), ("群众", 40),
    ]  # fmt: skip
    other = office(loaded.county)
    with clock_at(at(11, 10)):
        with transaction():
            opened = operations.open_round(
                loaded.clerk, loaded.programme_id,
                RoundDraft("年终", groups, AppraisalKind.ELEMENTS),
            ).id  # fmt: skip
        # Best first: superiors all 5, peers all 3, the public all 4.
        levels = ([4, 0, 0, 0, 0], [0, 0, 5, 0, 0], [0, 10, 0, 0, 0])
        for group, counts in zip(groups_of(opened), levels, strict=True):
            for who in (loaded.clerk, other):
                with transaction():
                    operations.enter_counts(who, group.id, dict.fromkeys(asked, counts))
        with transaction():
            closing_operations.close_round(loaded.boss, opened)
    # 0.4 × 5 + 0.2 × 3 + 0.4 × 4 = 4.2 of five levels: (4.2 − 1) ÷ 4.
    assert total(loaded, "庄里镇") == 80


def test_lp07_yellow_warns_and_red_is_late(draft: Loaded) -> None:
    lights = from_data(draft.programme.content["lights"])
    words = [
        colour(
            Fraction(done, 100), Fraction(1), finished=False, stopped=False, misses=0,
            lights=lights,
        ).word
        for done in (96, 90, 80)
    ]  # fmt: skip
    assert words == ["正常", "预警", "滞后"]


def decided(loaded: Loaded, clause: str, case: str) -> None:
    """Proposed by one of the office and confirmed by another on the same day."""
    draft = AdjustmentDraft(
        unit(loaded, "庄里镇"), "deduction", clause, case, "县督字〔2026〕3号", date(YEAR, 11, 5)
    )
    with clock_at(at(11, 20)):
        with transaction():
            number = propose_adjustment(loaded.clerk, loaded.programme_id, draft)
        with transaction():
            decide_adjustment(loaded.boss, number, True)


def test_lp08_a_late_project_costs_its_points_at_once(loaded: Loaded) -> None:
    score(loaded, "庄里镇", "县委政法委", "矛盾化解率", "5")
    assert total(loaded, "庄里镇") == 100
    decided(loaded, "重点项目逾期未开工", "产业园二期逾期两个月未开工")
    assert total(loaded, "庄里镇") == 99


def test_lp09_the_year_begins_with_what_each_town_confirms(loaded: Loaded) -> None:
    person_id = make_person()
    town = loaded.county.township_ids[0]
    grant_role(person_id, Role.TOWNSHIP_STAFF, town)
    clerk = Actor(person_id, (Grant(Role.TOWNSHIP_STAFF, town, OPENED_ON),))
    with clock_at(at(1, 8)), transaction():
        assert confirm_all(clerk, unit(loaded, "庄里镇")) == 15
    states = db.session.execute(
        text("SELECT DISTINCT state FROM target WHERE unit_id = :id"),
        {"id": unit(loaded, "庄里镇")},
    ).scalars()
    assert list(states) == ["confirmed"]


def test_lp11_a_loss_is_told_with_its_case(loaded: Loaded, client) -> None:
    score(loaded, "庄里镇", "县委政法委", "矛盾化解率", "5")
    decided(loaded, "河道污染整改不力", "石川河庄里段排污口整改不力")
    assert total(loaded, "庄里镇") == 98
    desk = sit_down(client, make_staff(Role.ASSESSOR, loaded.county.id, "clerk"))
    page = as_shown(
        desk.get(f"{BASE}/results/{loaded.programme_id}/units/{unit(loaded, '庄里镇')}")
    )
    assert "石川河庄里段排污口整改不力" in page
    assert "−2.00" in page


def test_lp19_a_river_is_one_task_of_several_towns(draft: Loaded) -> None:
    element = draft.element("流域断面水质")
    assert element.id not in {key for key, _ in stored_drafts(draft.programme_id)}
    both = [unit(draft, name) for name in ("庄里镇", "城关街道")]
    with clock_at(at(1, 5)), transaction():
        basin = [
            TargetDraft(
                element_id=element.id, unit_id=key, task="石川河断面达标", value=Decimal(100),
                points=Decimal(5), starts_on=date(YEAR, 1, 1), due_on=date(YEAR, 12, 31),
            )
            for key in both
        ]  # fmt: skip
        # Its five points are taken from what villagers do not say.
        less = [
            replace(row, points=row.points - 5)
            for (key, _), row in stored_drafts(draft.programme_id).items()
            if key == draft.element("预算收入完成率").id
        ]
        save_targets(draft.clerk, draft.programme_id, [*basin, *less])
    assert draft.reasons() == []
    issue(draft)
    handed = [(None, "0.8"), (both[0], "0.6"), (both[1], "1")]
    with clock_at(at(11, 20)), transaction():
        rows = [HandedIn(element.id, key, NOVEMBER, Decimal(value)) for key, value in handed]
        add_facts(draft.programme, MeasureSource.FEED, draft.clerk.person_id, rows)
    # Half of what the river came to, half of the own stretch: 0.7 and 0.9.
    assert (total(draft, "庄里镇"), total(draft, "城关街道")) == (70, 90)
