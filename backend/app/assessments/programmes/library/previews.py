"""What a template would bring into a county: looked at within a transaction that is rolled back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from backend.app.access import Actor
from backend.app.assessments.programmes.library.loading_operations import Loading, load_template
from backend.app.assessments.programmes.library.templates import Template, dimensions_of, own_points
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.queries import list_groups, list_units, plan_of
from backend.app.assessments.targets.draft_operations import spread_common
from backend.app.scoring.assessing.refusals import GUARD_NAMES, GUARDS, Refusal, refusals

PLAN, OWNER, POINTS = "plan_number", "owner", "points"


@dataclass(frozen=True)
class GroupPreview:
    """A group with how many units the county has for it, and what points are left to divide."""

    name: str
    weights: Sequence[Decimal]
    units: int
    own_points: Decimal


@dataclass(frozen=True)
class TemplatePreview:
    """`refusals` are the template's own faults; what a county decides itself is told apart."""

    template: Template
    loading: Loading
    groups: Sequence[GroupPreview]
    lines: int
    examples: int
    refusals: Sequence[Refusal]
    # Guards that the template passes by: they need the number of a superior's document.
    guards: Sequence[str]

    @property
    def by_county(self) -> list[str]:
        """What is left to the county before another person may approve."""
        divided = [f"「{group.name}」每个单位 {group.own_points.normalize():f} 分个性目标"
                   for group in self.groups if group.own_points]  # fmt: skip
        return [
            "年度督查检查考核计划编号",
            *([f"分解：{'，'.join(divided)}"] if divided else []),
            *([f"评分责任单位：本县没有{'、'.join(self.loading.owners_missing)}"]
              if self.loading.owners_missing else []),
            *(["被考核单位：本县一个也没找到，请在第②步选"]
              if not any(group.units for group in self.groups) else []),
            *(f"上级文件文号：{GUARD_NAMES[name]}" for name in self.guards),
        ]  # fmt: skip


def preview_template(
    actor: Actor, county_id: int, year: int, template: Template
) -> TemplatePreview:
    """Loads it; the caller rolls the transaction back."""
    basics = ProgrammeBasics(template["title"], year, "", "")
    loading = load_template(actor, county_id, basics, template)
    for programme in loading.programmes:
        spread_common(actor, programme.id)
    first = loading.programmes[0]
    members = Counter(unit.group_id for unit in list_units(first.id))
    groups = [
        GroupPreview(
            group.name, (group.task_weight, group.social_weight, group.ordinary_weight),
            members[group.id], own_points(template, group.name),
        )
        for group in list_groups(first.id)
    ]  # fmt: skip
    lines = [line for dimension in dimensions_of(template) for line in dimension["elements"]]
    reasons = [row for made in loading.programmes for row in refusals(plan_of(made))]
    return TemplatePreview(
        template, loading, groups, len(lines), sum(line["is_example"] for line in lines),
        [row for row in reasons if not _is_left(row, groups)],
        sorted({row.code for row in reasons} & GUARDS),
    )  # fmt: skip


def _is_left(reason: Refusal, groups: Sequence[GroupPreview]) -> bool:
    """Whether the county decides it: the plan's number, who scores, its own targets."""
    own = any(group.own_points for group in groups)
    return reason.code in (PLAN, OWNER, *GUARDS) or (reason.code == POINTS and own)
