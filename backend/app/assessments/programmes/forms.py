"""The wizard's forms: grids of groups, units and targets, and an indicator."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from backend.app.assessments.models import ProgrammeElement, ProgrammeGroup
from backend.app.assessments.programmes.operations import CLOCKS, OWN_LIGHTS
from backend.app.assessments.programmes.part_operations import ElementDraft, GroupDraft
from backend.app.assessments.programmes.rule_words import rule_from_words, rule_words
from backend.app.assessments.states import Duty, ElementScope
from backend.app.assessments.targets.drafts import TargetDraft
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form
from backend.app.scoring.assessing.grades import rules_from_data
from backend.app.scoring.assessing.lights import PRESETS
from backend.app.scoring.assessing.plans import SOURCE_NAMES
from backend.app.scoring.assessing.progress import PROGRESS_NAMES
from backend.app.scoring.assessing.refusals import GUARD_NAMES
from backend.app.scoring.assessing.rules import MISSING_NAMES

PRESET_NAMES = {
    "fuping": "富平五色", "dongdan": "东旦三色", "yinchuan": "银川三色", "sanya": "三亚三色",
    "leping": "乐平三色（示例）",
}  # fmt: skip
BASICS = Form.of(
    title=boxes.SingleLine(80), year=boxes.Number("年度应为四位数字", missing="请填年度"),
    basis_document=boxes.Text(200, squeezed=True), plan_number=boxes.Text(60, squeezed=True),
)  # fmt: skip
NEW = Form.of(template=boxes.Text(20))
DECISION = Form.of(note=boxes.Text(200))
WEIGHT = boxes.Amount("应为 0 到 100 的数字", places=2, most=100, missing="请填数字")
CAPS = ("bonus_cap", "deduction_cap", "cards_cap")
CAP = boxes.Amount("应为 0 到 100 的数字", places=2, most=100)
# A new group's boxes; one may be added at a time.
NEW_GROUP = 0


def read_groups(groups: Sequence[ProgrammeGroup]) -> list[GroupDraft]:
    """The grid of groups, with one more line; raises InvalidInput naming every box."""
    ids = [*(group.id for group in groups), NEW_GROUP]
    names = Form.of(**{f"name-{key}": boxes.Text(40, squeezed=True) for key in ids}).read()
    used = [key for key in ids if names[f"name-{key}"] or key != NEW_GROUP]
    numbers = Form.of(
        **{
            f"{column}-{key}": WEIGHT
            for key in used
            if names[f"name-{key}"]
            for column in ("task", "social", "ordinary", "excellent")
        }
    ).read()
    caps = Form.of(**{f"{cap}-{key}": CAP for key in used for cap in CAPS}).read()
    zero = Decimal(0)
    return [
        GroupDraft(
            key or None, names[f"name-{key}"],
            *(numbers.get(f"{column}-{key}", zero)
              for column in ("task", "social", "ordinary", "excellent")),
            **{cap: value for cap in CAPS if (value := caps[f"{cap}-{key}"]) is not None},
        )
        for key in used
    ]  # fmt: skip


ELEMENT = Form.of(
    code=boxes.SingleLine(20, "编码填 1 到 20 个字符"), name=boxes.SingleLine(80),
    parent_id=boxes.Id(missing="请选维度"),
    scope=boxes.Choice(list(ElementScope), missing="请选给谁"),
    group_id=boxes.Id(), industry=boxes.Text(40, squeezed=True),
    points=boxes.Amount("分值最多两位小数", places=2, most=1000, missing="请填分值"),
    kind=boxes.Choice(list(PROGRESS_NAMES), missing="请选进度方式"),
    rule=boxes.Text(40), parameters=boxes.Text(500),
    direction=boxes.Choice(("up", "down"), missing="请选方向"),
    measured_in=boxes.Text(16, squeezed=True),
    source_kind=boxes.Choice(list(SOURCE_NAMES), missing="请选数据来源"),
    source_detail=boxes.Text(30, squeezed=True), owner_department_id=boxes.Id(),
    criteria=boxes.Text(2000), tags=boxes.Text(120, squeezed=True),
    basis=boxes.Text(200, squeezed=True), duty=boxes.Choice(list(Duty), missing="请选履职清单"),
    missing=boxes.Choice(list(MISSING_NAMES), missing="请选缺数据时怎么算"),
    needs_evidence=boxes.YesNo(), anchors=boxes.Text(2000),
)  # fmt: skip


def read_element() -> ElementDraft:
    """An indicator as it was typed; raises InvalidInput."""
    values = ELEMENT.read()
    rule = rule_from_words(values.pop("rule"), values.pop("parameters"))
    source = f"{values.pop('source_kind')}{values.pop('source_detail')}"
    tags = tuple(dict.fromkeys(values.pop("tags").replace("，", "、").split("、")))
    anchors = [line.strip() for line in values.pop("anchors").splitlines() if line.strip()]
    if values["scope"] != ElementScope.GROUP:
        values["group_id"] = None
    if values["scope"] != ElementScope.INDUSTRY:
        values["industry"] = ""
    return ElementDraft(
        rule=rule, source=source, tags=[tag for tag in tags if tag], anchors=anchors, **values
    )


def element_values(element: ProgrammeElement | None) -> dict[str, Any]:
    """What the boxes of an indicator show before anybody typed."""
    if element is None:
        return {
            "scope": ElementScope.UNIT, "kind": "cumulative", "rule": "按完成比例得分",
            "direction": "up", "source_kind": "report:", "missing": "leave_weight",
            "duty": Duty.NONE, "points": "",
        }  # fmt: skip
    rule, parameters = rule_words(element.rule or {})
    kind, _, detail = element.source.partition(":")
    names = (
        "code", "name", "parent_id", "scope", "group_id", "industry", "points", "kind", "direction",
        "measured_in", "owner_department_id", "criteria", "basis", "duty", "missing",
        "needs_evidence",
    )  # fmt: skip
    return {
        **{name: getattr(element, name) for name in names}, "rule": rule,
        "parameters": parameters, "source_kind": f"{kind}:", "source_detail": detail,
        "tags": "、".join(element.tags), "anchors": "\n".join(element.anchors),
    }  # fmt: skip


CALIBRATION = Form.of(
    mean=boxes.Amount("平均分应为 0 到 100 的数字", places=2, most=100),
    deviation=boxes.Amount("标准差应为 0 到 50 的数字", places=2, most=50),
)


def read_clocks() -> tuple[dict[str, int], str, dict[str, str]]:
    """Clocks, the preset of lights, and documents that switch a guard off."""
    numbers = {
        name: boxes.Number(f"应为 {least} 到 {most} 的整数", least=least, most=most,
                           missing=f"应为 {least} 到 {most} 的整数")
        for name, (_, _, least, most) in CLOCKS.items()
    }  # fmt: skip
    values = Form.of(
        **numbers, preset=boxes.Choice([*PRESETS, OWN_LIGHTS], missing="请选亮灯办法"),
        **{f"document-{name}": boxes.Text(100, squeezed=True) for name in GUARD_NAMES},
    ).read()  # fmt: skip
    clocks = {name: values[name] for name in CLOCKS}
    return clocks, values["preset"], {name: values[f"document-{name}"] for name in GUARD_NAMES}


def read_grade_rules(groups: Sequence[ProgrammeGroup]) -> tuple[dict[str, Decimal], dict[str, str]]:
    """The bounds of grades, and the neighbour of each group that has one."""
    bounds: dict[str, boxes.Box] = {
        name: boxes.Amount("应为 0 到 100 的数字，最多两位小数", places=2, most=100,
                           missing="请填分数")
        for name in grade_bounds({})
    }  # fmt: skip
    beside = {f"neighbour-{group.id}": boxes.Text(40) for group in groups}
    values = Form.of(**bounds, **beside).read()
    neighbours = {group.name: values[f"neighbour-{group.id}"] for group in groups}
    return (
        {name: values[name] for name in bounds},
        {name: other for name, other in neighbours.items() if other},
    )


def grade_bounds(content: Mapping[str, Any]) -> dict[str, str]:
    """What the boxes of grades show before anybody typed; the last is of the social appraisal."""
    rules = rules_from_data(content.get("grades", {}))
    return {
        **{grade.value: f"{least:f}" for grade, least in rules.bounds},
        "social": str(rules.social_least),
    }


def read_targets(drafts: Mapping[int, TargetDraft]) -> list[TargetDraft]:
    """The grid of one unit's targets, by element."""
    grid: dict[str, boxes.Box] = {}
    for key in drafts:
        grid |= {
            f"task-{key}": boxes.Text(1000, squeezed=True),
            f"value-{key}": boxes.Amount("目标值应为数字", places=4, most=10**13),
            f"baseline-{key}": boxes.Amount("基数应为数字", places=4, most=10**13),
            f"points-{key}": boxes.Amount("分值最多两位小数", places=2, most=1000,
                                          missing="请填分值"),
            f"due-{key}": boxes.Day(missing="请填完成时限"),
            f"section-{key}": boxes.Text(40, squeezed=True),
            f"contact-{key}": boxes.Text(20, squeezed=True), f"key-{key}": boxes.YesNo(),
        }  # fmt: skip
    values = Form.of(**grid).read()
    return [
        replace(
            draft, task=values[f"task-{key}"] or draft.task, value=values[f"value-{key}"],
            baseline=values[f"baseline-{key}"] or Decimal(0), points=values[f"points-{key}"],
            due_on=values[f"due-{key}"], section=values[f"section-{key}"],
            contact=values[f"contact-{key}"], is_key=values[f"key-{key}"],
            plan=_scaled(draft, values[f"value-{key}"]),
        )
        for key, draft in drafts.items()
    ]  # fmt: skip


def _scaled(draft: TargetDraft, value: Decimal | None) -> tuple[tuple[int, Decimal], ...]:
    """The months move with the year's value; their shares stay."""
    if value is None or not draft.value or value == draft.value:
        return draft.plan
    months = [(month, round(planned * value / draft.value, 4)) for month, planned in draft.plan]
    return (*months[:-1], (months[-1][0], value)) if months else ()
