"""Why a programme is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from backend.app.scoring.assessing.plans import (
    PlannedElement,
    PlannedGroup,
    PlannedTarget,
    PlannedUnit,
    ProgrammePlan,
    Veto,
)
from backend.app.scoring.assessing.refusals import GUARDS, refusals, warnings
from tests.app.scoring.assessing.test_smart import GOOD as SMART

D = Decimal
TOWNS, BUREAUS = (1, 2), (3,)
ELEMENTS = (
    PlannedElement("M1", "群众满意度", {"rule": "floor_target", "floor": "0", "target": "100"},
                   "own:satisfaction_mean", 90, common=True),
    PlannedElement("W1", "污水处理", {"rule": "all_or_nothing", "target": "80"}, "feed:sewage", 91,
                   "污水处理率达80%以上"),
    PlannedElement("R1", "道路养护", {"rule": "proportional"}, "report:road", 92),
)  # fmt: skip
PLAN = ProgrammePlan(
    2026,
    "富督考〔2026〕3号",
    (
        PlannedGroup("镇（街道）", TOWNS, (D(85), D(15)), served=True),
        PlannedGroup("执法监督部门", BUREAUS, (D(80), D(20))),
    ),
    (PlannedUnit(1, "庄里镇", 11), PlannedUnit(2, "美原镇", 12), PlannedUnit(3, "公安局", 13)),
    ELEMENTS,
    tuple(
        PlannedTarget(code, unit, D(points), D(0), D(120), ((6, D(60)), (12, D(120))),
                      date(2026, 12, 31))
        for unit in (*TOWNS, *BUREAUS)
        for code, points in (("M1", 40), ("W1", 30), ("R1", 30))
    ),
    sources=("own:satisfaction_mean", "feed:sewage"),
    calendar_years=(2026,),
)  # fmt: skip


def with_element(place: int, **changes) -> ProgrammePlan:
    elements = list(ELEMENTS)
    elements[place] = replace(elements[place], **changes)
    return replace(PLAN, elements=tuple(elements))


def with_target(**changes) -> ProgrammePlan:
    """Of the first town."""
    return replace(PLAN, targets=(replace(PLAN.targets[0], **changes), *PLAN.targets[1:]))


def with_group(**changes) -> ProgrammePlan:
    return replace(PLAN, groups=(replace(PLAN.groups[0], **changes), PLAN.groups[1]))


def codes(plan: ProgrammePlan) -> set[str]:
    return {reason.code for reason in refusals(plan)}


def test_a_good_programme_is_not_refused() -> None:
    assert refusals(PLAN) == []
    assert warnings(PLAN) == []


FALLING = ((3, D(60)), (6, D(50)), (12, D(120)))
MANY = tuple(PlannedTarget("R1", 3, D(0)) for _ in range(21))
REFUSED = {
    "points": (with_target(points=D(39)), "庄里镇：分值合计 99，应为 100"),
    "villagers_say": (with_element(0, source="report:x"), "庄里镇：村民说了算的指标只占 0 分"),
    "traces": (with_element(2, criteria="会议记录齐全"), "按会议记录、次数计分属于留痕考核"),
    "source": (with_element(2, source=""), "没有写明数据来源"),
    "owner": (with_element(2, owner=None), "没有评分责任单位"),
    "better_source": (with_element(1, source="report:sewage"), "数据导入已有这项数据"),
    "rule": (with_element(1, rule={"rule": "per_case"}), "缺少参数「每例扣多少分」"),
    "plan": (with_target(plan=FALLING), "不能比上月倒退"),
    "group": (with_group(units=(1, 2, 3)), "公安局同时在几个考核类别里"),
    "weights": (with_group(weights=(D(85), D(20))), "权重合计 105"),
    "excellent": (with_group(excellent_share=D("0.31")), "优秀比例"),
    "veto": (replace(PLAN, vetoes=(Veto("安全生产"),)), "须写明上级文件文号"),
    "plan_number": (replace(PLAN, plan_number=" "), "没有年度督查检查考核计划编号"),
    "too_many": (replace(PLAN, targets=PLAN.targets + MANY), "目标 24 项，其中要单位填报 22 项"),
    "self": (with_element(2, owner=13), "公安局「道路养护」：评分责任单位不能是被考核单位自己"),
    "calibration": (with_group(calibrated=True), "不能做正态校准"),
    "due": (with_target(due_on=date(2027, 1, 31)), "完成时限 2027-01-31 不在 2026 年内"),
    "replaced": (
        replace(PLAN, elements=(*ELEMENTS, replace(ELEMENTS[0], common=False))),
        "不能用同编码的个性指标替换",
    ),
    "repeated": (replace(PLAN, elements=(*ELEMENTS, ELEMENTS[2])), "指标编码 R1 重复"),
    "duty": (with_element(2, duty="上级收回"), "已由上级收回"),
    "lights": (replace(PLAN, lights=()), "亮灯规则是空的"),
    "unknown": (with_target(element="X9"), "没有这个指标或单位"),
    "persons": (
        replace(PLAN, units=(replace(PLAN.units[0], is_person=True), *PLAN.units[1:])),
        "个人和单位不能在同一个考核项目里",
    ),
    "smart": (replace(PLAN, smart=(replace(SMART, value=None),)), "投诉处理时长：没有目标值"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_programme_is_refused_in_words(code: str) -> None:
    plan, words = REFUSED[code]
    assert any(reason.code == code and words in reason.words for reason in refusals(plan))


def test_all_reasons_are_said_at_once() -> None:
    plan = replace(with_element(2, source="", owner=None), plan_number="", groups=PLAN.groups[:1])
    assert codes(plan) == {"plan_number", "source", "owner", "group"}


def test_a_unit_in_no_group_is_named() -> None:
    (reason,) = refusals(replace(PLAN, groups=PLAN.groups[:1]))
    assert reason.words == "公安局没有分到考核类别，每个单位应在一个类别里"


def test_a_rank_needs_five_units_in_its_smallest_group() -> None:
    plan = with_element(2, rule={"rule": "rank", "places": ["30", "20"]})
    assert any("这里只有 1 个" in reason.words for reason in refusals(plan))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"plan": ((12, D(100)),)}, "最后一个月是 100，应等于年度目标值 120"),
        ({"plan": ((6, D(60)), (3, D(120)))}, "月份应从小到大"),
        ({"value": D(0), "plan": ()}, "不能一样"),
    ],
)
def test_a_plan_ends_at_the_years_value(changes, words: str) -> None:
    assert any(words in reason.words for reason in refusals(with_target(**changes)))


def test_a_plan_may_fall_to_a_lower_value() -> None:
    down = {"baseline": D(200), "value": D(120), "plan": ((6, D(150)), (12, D(120)))}
    assert refusals(with_target(**down)) == []


def test_another_owner_judges_the_unit_that_owns_the_element() -> None:
    own = with_element(2, owner=13)
    targets = tuple(
        replace(one, owner=90) if (one.unit, one.element) == (3, "R1") else one
        for one in own.targets
    )
    assert refusals(replace(own, targets=targets)) == []


def test_a_trace_without_points_may_stand_there() -> None:
    plan = with_element(2, criteria="会议记录齐全")
    moved = {"R1": D(0), "W1": D(60), "M1": D(40)}
    targets = tuple(replace(one, points=moved[one.element]) for one in plan.targets)
    assert refusals(replace(plan, targets=targets)) == []


def test_colours_alone_need_no_hundred_points() -> None:
    targets = tuple(replace(one, points=D(0)) for one in PLAN.targets)
    assert "points" not in codes(replace(PLAN, targets=targets))


@pytest.mark.parametrize("guard", sorted(GUARDS))
def test_a_guard_is_switched_off_only_by_a_document(guard: str) -> None:
    plan, _ = REFUSED[guard]
    assert guard in codes(replace(plan, documents={guard: " "}))
    assert guard not in codes(replace(plan, documents={guard: "渭考发〔2026〕1号"}))


def test_a_reason_allows_more_targets_than_usual() -> None:
    plan, _ = REFUSED["too_many"]
    units = (*plan.units[:2], replace(plan.units[2], reason="承担全县创建任务"))
    assert "too_many" not in codes(replace(plan, units=units))


def test_a_missing_calendar_and_a_mean_for_who_is_silent_are_warned_of() -> None:
    plan = replace(with_element(2, missing="group_mean"), calendar_years=())
    assert [reason.code for reason in warnings(plan)] == ["missing", "calendar"]
    assert refusals(plan) == []
