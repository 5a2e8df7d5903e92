"""The grid of units in the wizard: their group, difficulty, leader, reason and months."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from backend.app.assessments.programmes.part_operations import UnitDraft
from backend.app.core.errors import InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form

LONGEST_REASON = 200


@dataclass(frozen=True)
class PlaceLine:
    """A township or department that may be assessed; `key` is the name of its boxes."""

    key: str
    name: str
    region_id: int | None
    department_id: int | None
    group_id: int | None
    difficulty: Decimal
    duty_leader: str
    burden_reason: str
    months: tuple[int, int] = (1, 12)


def read_units(places: Sequence[PlaceLine], group_ids: Sequence[int]) -> list[UnitDraft]:
    """The grid of places: those with a group are assessed."""
    difficulty = boxes.Amount("难度系数应为 0.5 到 2", places=2, most=2, otherwise=boxes.REFUSED)
    grid: dict[str, boxes.Box] = {}
    for place in places:
        grid[f"group-{place.key}"] = boxes.Choice(group_ids)
        grid[f"difficulty-{place.key}"] = difficulty
        grid[f"leader-{place.key}"] = boxes.Text(20, squeezed=True)
        grid[f"reason-{place.key}"] = boxes.Text(LONGEST_REASON, squeezed=True)
        grid |= {
            f"{end}-{place.key}": boxes.Number(f"{place.name}：月份应为 1 到 12", most=12)
            for end in ("first", "last")
        }
    values = Form.of(**grid).read()
    faults = {
        f"difficulty-{place.key}": [f"{place.name}：难度系数应为 0.5 到 2"]
        for place in places
        if (number := values[f"difficulty-{place.key}"]) is not None and number < Decimal("0.5")
    }
    months = {
        place.key: (values[f"first-{place.key}"] or 1, values[f"last-{place.key}"] or 12)
        for place in places
    }
    faults |= {
        f"last-{key}": ["最后一个月不能早于第一个月"]
        for key, (first, last) in months.items()
        if first > last
    }
    if faults:
        raise InvalidInput(errors=faults)
    return [
        UnitDraft(
            int(values[f"group-{place.key}"]), place.region_id, place.department_id,
            values[f"difficulty-{place.key}"] or Decimal(1), values[f"leader-{place.key}"],
            values[f"reason-{place.key}"], None, *months[place.key],
        )
        for place in places
        if values[f"group-{place.key}"]
    ]  # fmt: skip
