"""Why a programme is refused: all reasons at once, in words."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from backend.app.scoring.assessing import lights
from backend.app.scoring.assessing.burden import MOST_BY_HAND, MOST_TARGETS, denied
from backend.app.scoring.assessing.plans import (
    FEED,
    OWN,
    REPORT,
    SAID_BY_VILLAGERS,
    SOURCE_NAMES,
    PlannedElement,
    PlannedGroup,
    PlannedTarget,
    PlannedUnit,
    ProgrammePlan,
)
from backend.app.scoring.assessing.rule_faults import rule_faults, rule_warnings
from backend.app.scoring.assessing.rules import RuleCode
from backend.app.scoring.assessing.shared import LEAST_MEMBERS
from backend.app.scoring.assessing.smart import smart_faults
from backend.app.scoring.schemes import SAY_OF_VILLAGERS

HUNDRED = 100
MOST_EXCELLENT = Decimal("0.3")
LEAST_CALIBRATED = 10
TAKEN_BACK = "上级收回"
# Rules by which one unit's points depend on what others reached.
COMPARING = frozenset({RuleCode.RANK, RuleCode.RATIO_TO_BEST})
# What a document of a superior may switch off; the number is published with the programme.
# What a superior's document switches off, in words.
GUARD_NAMES: dict[str, str] = {
    "villagers_say": "村民说了算的可以少于 30 分", "traces": "留痕可以计分",
    "too_many": "目标可以超过 50 项、要单位填报的可以超过 20 项",
}  # fmt: skip
GUARDS = frozenset(GUARD_NAMES)


class Refusal(NamedTuple):
    """A reason; `code` is of its kind, `where` the element, unit or group it is about."""

    code: str
    where: str
    words: str


def refusals(plan: ProgrammePlan) -> list[Refusal]:
    """Every reason; none where the programme may be approved."""
    draft = _PlanIndex(plan)
    return [
        reason
        for check in CHECKS
        for reason in check(draft)
        if reason.code not in GUARDS or not plan.documents.get(reason.code, "").strip()
    ]


def warnings(plan: ProgrammePlan) -> list[Refusal]:
    """What is said aloud and does not keep it from being approved."""
    said = [
        Refusal("missing", element.code, f"「{element.name}」：{words}")
        for element in plan.elements
        for words in rule_warnings(element.missing)
    ]
    years = {target.due_on.year for target in plan.targets if target.due_on} | {plan.year}
    return said + [
        Refusal("calendar", str(year), f"{year} 年的工作日历还没有录入，期限先按周一至周五算")
        for year in sorted(years - set(plan.calendar_years))
    ]


class _PlanIndex:
    """A plan with what several checks look up."""

    def __init__(self, plan: ProgrammePlan) -> None:
        self.plan = plan

    @cached_property
    def units(self) -> Mapping[int, PlannedUnit]:
        return {unit.unit: unit for unit in self.plan.units}

    @cached_property
    def elements(self) -> Mapping[str, PlannedElement]:
        return {element.code: element for element in self.plan.elements}

    @cached_property
    def by_unit(self) -> Mapping[int, Sequence[PlannedTarget]]:
        found: dict[int, list[PlannedTarget]] = defaultdict(list)
        for target in self.plan.targets:
            found[target.unit].append(target)
        return found

    @cached_property
    def by_element(self) -> Mapping[str, Sequence[PlannedTarget]]:
        found: dict[str, list[PlannedTarget]] = defaultdict(list)
        for target in self.plan.targets:
            found[target.element].append(target)
        return found

    @cached_property
    def group_of(self) -> Mapping[int, PlannedGroup]:
        return {unit: group for group in self.plan.groups for unit in group.units}

    def name_of(self, target: PlannedTarget) -> str:
        unit, element = self.units.get(target.unit), self.elements.get(target.element)
        return (
            f"{unit.name if unit else target.unit}「{element.name if element else target.element}」"
        )

    def fewest_units(self, code: str) -> int | None:
        """Of the groups that have this element, the smallest one's units with it."""
        groups = Counter(
            group.name
            for target in self.by_element.get(code, ())
            if (group := self.group_of.get(target.unit))
        )
        return min(groups.values(), default=None)


def _programme(draft: _PlanIndex) -> Iterator[Refusal]:
    if not draft.plan.plan_number.strip():
        yield Refusal("plan_number", "", "没有年度督查检查考核计划编号，不能开展考核")
    for veto in draft.plan.vetoes:
        if not veto.document.strip():
            yield Refusal("veto", veto.name, f"「{veto.name}」一票否决（否优）须写明上级文件文号")
    if draft.plan.lights is not None:
        for words in lights.faults(draft.plan.lights):
            yield Refusal("lights", "", words)


def _groups(draft: _PlanIndex) -> Iterator[Refusal]:
    for group in draft.plan.groups:
        name, weight = group.name, sum(group.weights, Decimal(0))
        if weight != HUNDRED or min(group.weights, default=Decimal(0)) < 0:
            yield Refusal("weights", name, f"{name}：各部分权重合计 {weight:f}，应为 100 且不为负")
        if not 0 <= group.excellent_share <= MOST_EXCELLENT:
            yield Refusal("excellent", name, f"{name}：优秀比例应在 0 到 30% 之间")
        if group.calibrated and len(group.units) < LEAST_CALIBRATED:
            yield Refusal(
                "calibration", name, f"{name}：不足 {LEAST_CALIBRATED} 个单位，不能做正态校准"
            )


def _members(draft: _PlanIndex) -> Iterator[Refusal]:
    times = Counter(unit for group in draft.plan.groups for unit in group.units)
    for unit in draft.plan.units:
        if times[unit.unit] != 1:
            words = "没有分到考核类别" if not times[unit.unit] else "同时在几个考核类别里"
            yield Refusal("group", unit.name, f"{unit.name}{words}，每个单位应在一个类别里")


def _persons(draft: _PlanIndex) -> Iterator[Refusal]:
    """Nothing of a programme may come from comparing persons with each other."""
    if not any(unit.is_person for unit in draft.plan.units):
        return
    if not all(unit.is_person for unit in draft.plan.units):
        yield Refusal("persons", "", "个人和单位不能在同一个考核项目里，请分开起草")
    if draft.plan.calibrates:
        yield Refusal("persons", "", "个人考核不做正态校准")
    if draft.plan.rolls:
        yield Refusal("persons", "", "个人考核不做滚动评价，也没有退出名单")
    for element in draft.plan.elements:
        if element.rule.get("rule") in COMPARING:
            words = f"「{element.name}」：个人之间不排名次、不互相比，请换一种计分方法"
            yield Refusal("persons", element.code, words)


def _sums(draft: _PlanIndex) -> Iterator[Refusal]:
    """Programmes of pass elements alone have colours and no points."""
    if draft.plan.targets and not any(target.points for target in draft.plan.targets):
        return
    for unit in draft.plan.units:
        targets = draft.by_unit.get(unit.unit, ())
        if not targets:
            words = f"{unit.name}：还没有目标，分值合计 0，应为 100；请先分解"
            yield Refusal("points", unit.name, words)
            continue
        total = sum((target.points for target in targets), Decimal(0))
        if total != HUNDRED:
            yield Refusal("points", unit.name, f"{unit.name}：分值合计 {total:f}，应为 100")
        group = draft.group_of.get(unit.unit)
        if group and group.served and (said := _said(draft, targets)) < SAY_OF_VILLAGERS:
            yield Refusal(
                "villagers_say", unit.name,
                f"{unit.name}：村民说了算的指标只占 {said:f} 分，应不少于 {SAY_OF_VILLAGERS} 分",
            )  # fmt: skip


def _said(draft: _PlanIndex, targets: Sequence[PlannedTarget]) -> Decimal:
    said = (
        target.points
        for target in targets
        if (element := draft.elements.get(target.element)) and element.source in SAID_BY_VILLAGERS
    )
    return sum(said, Decimal(0))


def _limits(draft: _PlanIndex) -> Iterator[Refusal]:
    for unit in draft.plan.units:
        targets = draft.by_unit.get(unit.unit, ())
        by_hand = sum(
            draft.elements[target.element].source.startswith(REPORT)
            for target in targets
            if target.element in draft.elements
        )
        if unit.reason.strip() or (len(targets) <= MOST_TARGETS and by_hand <= MOST_BY_HAND):
            continue
        yield Refusal(
            "too_many", unit.name,
            f"{unit.name}：目标 {len(targets)} 项，其中要单位填报 {by_hand} 项；"
            f"超过 {MOST_TARGETS} 项或填报超过 {MOST_BY_HAND} 项须写明理由",
        )  # fmt: skip


def _elements(draft: _PlanIndex) -> Iterator[Refusal]:
    for element in draft.plan.elements:
        for code, words in _faults_of_element(element, draft):
            yield Refusal(code, element.code, f"「{element.name}」：{words}")
    codes = Counter(element.code for element in draft.plan.elements)
    for element in draft.plan.elements:
        if codes[element.code] > 1 and element.common:
            words = f"共性指标「{element.name}」不能用同编码的个性指标替换"
            yield Refusal("replaced", element.code, words)
    for code in sorted(code for code, times in codes.items() if times > 1):
        if not any(element.common for element in draft.plan.elements if element.code == code):
            yield Refusal("repeated", code, f"指标编码 {code} 重复")


def _faults_of_element(element: PlannedElement, draft: _PlanIndex) -> Iterator[tuple[str, str]]:
    if element.source.partition(":")[0] + ":" not in SOURCE_NAMES:
        yield "source", "没有写明数据来源"
    if element.owner is None:
        yield "owner", "没有评分责任单位"
    if element.duty == TAKEN_BACK:
        yield "duty", "履职清单里已由上级收回，不能再考核基层"
    yield from _better_source(element, draft)
    targets = draft.by_element.get(element.code, ())
    most = max((target.points for target in targets), default=Decimal(0))
    traces = denied(f"{element.name} {element.criteria}") if most else []
    if traces:
        yield "traces", f"按{'、'.join(traces)}计分属于留痕考核，分值应为 0"
    units = draft.fewest_units(element.code)
    for worth in sorted({target.points for target in targets} or {element.points}):
        reasons = rule_faults(element.rule, worth, element.missing, units)
        if reasons:
            yield from (("rule", words) for words in reasons)
            break


def _better_source(element: PlannedElement, draft: _PlanIndex) -> Iterator[tuple[str, str]]:
    kind, _, measured = element.source.partition(":")
    if f"{kind}:" != REPORT or not measured:
        return
    better = [name for name in (OWN, FEED) if f"{name}{measured}" in draft.plan.sources]
    if better:
        yield "better_source", f"{SOURCE_NAMES[better[0]]}已有这项数据，不能再让单位填报"


def _targets(draft: _PlanIndex) -> Iterator[Refusal]:
    for target in draft.plan.targets:
        name, element = draft.name_of(target), draft.elements.get(target.element)
        if element is None or target.unit not in draft.units:
            yield Refusal("unknown", target.element, f"{name}：没有这个指标或单位")
            continue
        owner = element.owner if target.owner is None else target.owner
        if owner is not None and owner == draft.units[target.unit].department:
            yield Refusal("self", name, f"{name}：评分责任单位不能是被考核单位自己")
        if target.due_on and target.due_on.year != draft.plan.year:
            yield Refusal(
                "due", name, f"{name}：完成时限 {target.due_on} 不在 {draft.plan.year} 年内"
            )
        for words in _plan_faults(target):
            yield Refusal("plan", name, f"{name}：{words}")


def _plan_faults(target: PlannedTarget) -> Iterator[str]:
    """A plan goes from the baseline to the year's value, upwards or downwards, never back."""
    if target.value is None:
        return
    start = target.baseline or Decimal(0)
    if target.value == start:
        yield "年度目标值和基数不能一样"
        return
    if not target.plan:
        return
    months = [month for month, _ in target.plan]
    if months != sorted(set(months)) or not 1 <= months[0] <= months[-1] <= 12:
        yield "月度计划的月份应从小到大，不能重复"
    values = [start, *(value for _, value in target.plan)]
    up = target.value > start
    if any((after < before) if up else (after > before) for before, after in pairwise(values)):
        yield "月度计划是累计数，不能比上月倒退"
    if values[-1] != target.value:
        yield f"月度计划最后一个月是 {values[-1]:f}，应等于年度目标值 {target.value:f}"


def _smart(draft: _PlanIndex) -> Iterator[Refusal]:
    for target in draft.plan.smart:
        for fault in smart_faults(target):
            yield Refusal("smart", target.name, f"{target.name}：{fault.words}")


def _shared(draft: _PlanIndex) -> Iterator[Refusal]:
    """Who counts the common result is who has the target; one alone shares nothing."""
    for task in draft.plan.shared:
        name = draft.elements[task.element].name
        units = {target.unit for target in draft.by_element.get(task.element, ())}
        members = set(task.members) or units
        if units and len(members) < LEAST_MEMBERS:
            words = f"「{name}」是组团指标，至少要 {LEAST_MEMBERS} 个成员"
            yield Refusal("shared", task.element, words)
        for unit in sorted(members ^ units) if units else ():
            side = "有目标，不在组团成员里" if unit in units else "是组团成员，没有分到目标"
            words = f"{draft.units[unit].name}的「{name}」{side}"
            yield Refusal("shared", task.element, words)


CHECKS: tuple[Callable[[_PlanIndex], Iterator[Refusal]], ...] = (
    _programme, _groups, _members, _persons, _sums, _limits, _elements, _targets, _smart,
    _shared,
)  # fmt: skip
