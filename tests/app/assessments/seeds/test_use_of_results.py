"""What a result is for: rewards and talks, diagnosis and training, years side by side."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from backend.app.assessments.issues.queries import IssueFilters, list_issues
from backend.app.assessments.models import (
    AssessedUnit,
    Programme,
    ProgrammeGroup,
    UnitResult,
)
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states.uses import UseKind
from backend.app.assessments.training import operations as training
from backend.app.assessments.training.operations import TrainingDraft
from backend.app.assessments.training.queries import list_trainings
from backend.app.assessments.uses import operations as uses
from backend.app.assessments.uses.operations import UseDraft
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.jobs import assessments as jobs
from tests.app.assessments.acting import evaluate_month, open_month
from tests.app.assessments.closing_year import PUBLISHED, boss_of, make_year, published_year
from tests.app.assessments.result_year import (
    Year,
    add_element,
    add_group,
    add_target,
    add_unit,
    measure,
    run,
)
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import YEAR, at
from tests.factories.console import as_shown
from tests.factories.tickets import forget

TOWNS = ("镇一", "镇二", "镇三", "镇四", "镇五")
CULTURE, ROADS = "文化服务", "道路养护"


def use(year: Year, unit: str, **more: Any) -> UseDraft:
    return UseDraft(**{
        "unit_id": year.units[unit], "kind": UseKind.FUNDS, "words": "优先安排和美乡村项目",
        "basis": "县委办〔2027〕3号", "decided_on": date(YEAR + 1, 1, 20), **more,
    })  # fmt: skip


@pytest.fixture
def published(app) -> Year:
    return published_year()


@pytest.fixture
def after(published: Year):
    with clock_at(PUBLISHED):
        yield published


def test_lp12_rewards_and_talks_stand_beside_the_result_with_their_basis(app, after) -> None:
    desk = seat(app, after.made.office)
    address = f"/console/assessments/results/{after.made.programme_id}"
    form = {
        "unit_id": after.units["甲10"], "kind": "talk", "words": "由县委副书记约谈，专项督导",
        "basis": "县考核办〔2027〕1号", "decided_on": "2027-01-22",
    }  # fmt: skip
    assert desk.post(f"{address}/uses", **form).status_code == 303
    assert "由县委副书记约谈，专项督导" in as_shown(desk.get(address))
    page = as_shown(desk.get(f"{address}/units/{after.units['甲10']}"))
    assert "依据 县考核办〔2027〕1号" in page
    refusal = desk.post(f"{address}/uses", **{**form, "basis": "", "decided_on": "2027-02-01"})
    assert refusal.status_code == 422
    assert "依据文件和文号填 1 到 200 个字" in refusal.text
    assert "还没有到的日子不能填" in refusal.text


def test_wc5_better_units_get_projects_and_what_was_decided_wrongly_stays_in_sight(
    app, after, scalar
) -> None:
    with transaction():
        use_id = uses.record_use(after.made.office, after.made.programme_id, use(after, "甲1"))
    with transaction():
        uses.record_use(
            after.made.office, after.made.programme_id,
            use(after, "甲1", kind=UseKind.PRAISE, words="在全县交流经验"),
        )  # fmt: skip
    with pytest.raises(NotAllowed), transaction():
        uses.record_use(after.made.owner, after.made.programme_id, use(after, "甲2"))
    desk = seat(app, after.made.office)
    address = f"/console/assessments/results/{after.made.programme_id}/uses"
    page = as_shown(desk.get(address))
    assert page.index("优先安排和美乡村项目") > page.index("甲1<"), "beside the unit"
    assert desk.post(f"{address}/withdrawals", use=use_id, withdraw="").status_code == 422
    assert desk.post(f"{address}/withdrawals", use=use_id, withdraw="记错了单位").status_code == 303
    page = as_shown(desk.get(address))
    assert "<del>资金倾斜：优先安排和美乡村项目</del>" in page
    assert "已撤销：记错了单位" in page
    columns = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'result_use'"
    assert scalar(f"{columns} AND data_type = 'numeric'") == 0, "no money is computed"


def quarter(year: Year, month: int, values: Mapping[str, Mapping[str, str]]) -> None:
    """What was measured by the end of a month, its colours, totals and notice."""
    for element, units in values.items():
        for unit, value in units.items():
            measure(year, element, unit, value, period=date(YEAR, month, 1))
    open_month(month)
    evaluate_month(month)
    with clock_at(at(month + 1, 28)):
        jobs.evaluate_period()


@pytest.fixture
def towns(app) -> Year:
    """Five units of one group, two elements."""
    year = make_year()
    add_group(year, "乡镇", 100, 0)
    for name in TOWNS:
        add_unit(year, name, "乡镇")
    for name in (CULTURE, ROADS):
        add_element(year, name, {"rule": "floor_target", "floor": "0", "target": "100"})
        for unit in TOWNS:
            add_target(year, name, unit, "50")
    run(year)
    return year


def test_lp13_weak_points_lead_to_a_training_and_its_effect_in_the_next_quarter(
    app, towns: Year
) -> None:
    quarter(towns, 6, {
        CULTURE: dict(zip(TOWNS, ("20", "50", "55", "90", "95"), strict=True)),
        ROADS: dict.fromkeys(TOWNS, "80"),
    })  # fmt: skip
    with clock_at(at(7, 30)):
        desk = seat(app, towns.made.office)
        page = as_shown(desk.get("/console/assessments/training"))
        assert "文化服务：3 个单位不到 60%（镇一、镇二、镇三）" in page
        assert "同类平均 62.00%" in page
        begun = desk.get("/console/assessments/training?group=乡镇&problem=E01")
        assert as_shown(begun).count(" checked") == 3, "the form begins with the common problem"
        (problem,) = list_issues(
            scope_of(towns.made.office), towns.made.programme_id, IssueFilters(source="weak")
        )
        assert problem.unit == "镇一", "alone is more than one deviation below"
        assert problem.difficulty == "到 6 月得分率 20.00%，同类中位数 55.00%"
        planned = desk.post(
            f"/console/assessments/training/{towns.made.programme_id}",
            element=towns.elements[CULTURE], topic="数字文化站怎么用", held_on="2026-08-05",
            unit=[towns.units[name] for name in TOWNS[:3]],
        )  # fmt: skip
        assert planned.status_code == 303
    quarter(towns, 9, {CULTURE: dict(zip(TOWNS, ("60", "60", "55", "92", "97"), strict=True))})
    forget()
    (row,) = list_trainings(towns.made.programme_id)
    effects = {unit.unit: (unit.before, unit.after, unit.effect.more) for unit in row.units}
    assert effects == {
        "镇一": (20, 60, 35), "镇二": (50, 60, 5), "镇三": (55, 55, -5),
    }, "the middle of the group went from 55 to 60"  # fmt: skip
    with clock_at(at(10, 30)):
        desk = seat(app, towns.made.office)
        page = as_shown(desk.get("/console/assessments/training"))
        drop = f"/console/assessments/training/{towns.made.programme_id}/drop"
        assert desk.post(drop, training=row.id).status_code == 409, "it has figures"
    assert "比同类多进步 35.00" in page
    assert "比同类少进步 5.00" in page


def test_a_training_names_what_is_wrong_and_only_the_office_plans_it(towns: Year) -> None:
    made = towns.made
    draft = TrainingDraft(0, " ", date(YEAR - 1, 1, 1), [0])
    with pytest.raises(InvalidInput) as refused, transaction():
        training.plan_training(made.office, made.programme_id, draft)
    assert set(refused.value.errors) == {"element", "topic", "held_on", "units"}
    with pytest.raises(NotAllowed), transaction():
        training.plan_training(made.owner, made.programme_id, draft)


def test_where_units_stand_is_worked_out_where_nothing_of_the_month_is_stored(towns: Year) -> None:
    for place, name in enumerate(TOWNS):
        measure(towns, CULTURE, name, str(20 + 10 * place), period=date(YEAR, 6, 1))
    open_month(6)
    evaluate_month(6)
    with clock_at(at(7, 30)), transaction():
        draft = TrainingDraft(
            towns.elements[CULTURE], "怎么用", date(YEAR, 8, 5), [towns.units["镇一"]]
        )
        training.plan_training(towns.made.office, towns.made.programme_id, draft)
    forget()
    (row,) = list_trainings(towns.made.programme_id)
    assert [unit.before for unit in row.units] == [20]


@pytest.mark.parametrize(
    ("held_on", "shows"), [((8, 5), (2026, 9)), ((9, 30), (2026, 12)), ((12, 20), (2027, 3))]
)
def test_what_is_learnt_in_a_quarters_last_month_shows_in_the_next(held_on, shows) -> None:
    assert training.quarter_after(date(YEAR, *held_on)) == date(*shows, 1)


def earlier_year(year: Year, when: int, shares: Mapping[str, str]) -> None:
    """The same assessment of a year before, its results fixed."""
    part = {"target_id": 1, "element_id": 1, "code": "E01", "name": CULTURE, "full": "100"}
    with transaction() as session:
        this = session.get_one(Programme, year.made.programme_id)
        programme = Programme(
            county_id=this.county_id, code=this.code, title=this.title, year=when, version=1,
            content=this.content, drafted_by_id=this.drafted_by_id, drafted_at=at(1, 2, year=when),
        )  # fmt: skip
        session.add(programme)
        session.flush()
        whose = {"county_id": this.county_id, "programme_id": programme.id}
        group = ProgrammeGroup(
            **whose, position=1, name="乡镇", task_weight=100, social_weight=0
        )  # fmt: skip
        session.add(group)
        session.flush()
        for place, (name, share) in enumerate(shares.items(), 1):
            same = session.get_one(AssessedUnit, year.units[name])
            unit = AssessedUnit(**whose, group_id=group.id, department_id=same.department_id)
            session.add(unit)
            session.flush()
            session.add(
                UnitResult(
                    **whose,
                    unit_id=unit.id,
                    until=date(when, 12, 1),
                    total=Decimal(share),
                    rank=place,
                    band=1,
                    error=0,
                    parts=[{**part, "points": share}],
                    losses=[],
                    moved=[],
                    computed_at=at(1, 20, year=when + 1),
                )
            )
        programme.approved_by_id, programme.approved_at = this.approved_by_id, this.approved_at
        programme.state = "archived"


def test_lp15_locked_years_stand_side_by_side_and_show_what_lasts(app, towns: Year) -> None:
    earlier_year(towns, YEAR - 2, dict(zip(TOWNS, ("50", "90", "90", "90", "90"), strict=True)))
    earlier_year(towns, YEAR - 1, dict(zip(TOWNS, ("30", "40", "50", "90", "90"), strict=True)))
    address = f"/console/assessments/results/{towns.made.programme_id}/trends"
    desk = seat(app, boss_of(towns.made))
    page = as_shown(desk.get(address))
    assert "2024" in page
    assert "2025" in page
    assert "2026" not in page.split("<h1>")[1].split("</section>")[0], "not locked yet"
    assert "逐年下降" in page
    assert "持续的共性短板" not in page, "only one year"
    fixed = dict(zip(TOWNS, ("30", "40", "50", "90", "90"), strict=True))
    quarter(towns, 6, {CULTURE: fixed, ROADS: dict.fromkeys(TOWNS, "80")})
    with transaction():
        recompute_results(towns.made.programme_id)
    with transaction() as session:
        session.get_one(Programme, towns.made.programme_id).state = "locked"
    page = as_shown(desk.get(address))
    assert "乡镇：文化服务，连续两年有三个以上单位不到 60%" in page
    unit = as_shown(desk.get(f"{address}?unit={towns.units['镇一']}"))
    assert "镇一各指标得分率" in unit
    assert "文化服务（E01）" in unit
    own = as_shown(seat(app, towns.made.bureau).get(address))
    assert "镇一" not in own, "a unit sees its own alone"
