"""预警: units that fall behind by what was just imported hear of it at once."""

from collections.abc import Collection, Mapping
from datetime import date

from backend.app.accounts.queries import staff_of
from backend.app.assessments.evaluation.queries import compute_standings, lights_of
from backend.app.assessments.measures.queries import MeasuredTarget, measured_targets
from backend.app.assessments.models import Programme
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.notices.operations import notify
from backend.app.scoring.assessing.ladder import policy_of

Key = tuple[int, int | None, date]


def bad_targets(programme: Programme, period: date) -> dict[int, str]:
    """Targets whose colour is a bad one at the end of a month, as far as it is known, by colour."""
    lights = lights_of(programme)
    bad, words = policy_of(lights).bad, {light.code: light.word for light in lights}
    return {
        standing.facts.target_id: words[standing.colour]
        for standing in compute_standings(programme, period)
        if standing.colour in bad
    }


def warn_units(
    programme: Programme, before: Mapping[date, Collection[int]], handed: Collection[Key],
    import_id: int,
) -> int:  # fmt: skip
    """Those whose target was not bad before; safe to repeat. Returns how many targets."""
    period = max(before)
    targets = {
        target.target_id: target
        for target in measured_targets(programme.id)
        if (target.element_id, target.unit_id, period) in handed
    }
    behind = {
        target_id: colour
        for target_id, colour in bad_targets(programme, period).items()
        if target_id in targets and target_id not in before[period]
    }
    for target_id, colour in behind.items():
        _warn(targets[target_id], colour, period, import_id)
    return len(behind)


def _warn(target: MeasuredTarget, colour: str, period: date, import_id: int) -> None:
    title = f"预警：{target.name}落后了"
    words = f"按刚导入的数，{target.unit}的「{target.name}」到{period.month}月是{colour}。"
    dedup, subject = f"behind:{import_id}:{target.target_id}", ("target", target.target_id)
    tell_unit(target.region_id, target.department_id, title, words, dedup, subject)
    if target.owner_department_id is not None:
        notify(
            staff_of([], None, target.owner_department_id), kind="assessment", title=title,
            words=words, page=None, subject_kind="target", subject_id=target.target_id,
            dedup=f"{dedup}:owner",
        )  # fmt: skip
