"""画像: of chosen elements a unit's value, the middle of its group, and twelve months of both."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from sqlalchemy import text

from backend.app.assessments.models import Programme
from backend.app.assessments.overviews.small_chart import SmallChart, small_chart
from backend.app.core.db import db

MONTHS = range(1, 13)
HUNDREDTH = Decimal("0.01")
VALUES = text(
    """
    SELECT e.code, t.unit_id, s.period, s.value
    FROM target_standing s
    JOIN target t ON t.id = s.target_id
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
    WHERE s.programme_id = :programme_id AND s.value IS NOT NULL AND e.code = ANY(:codes)
      AND u.group_id = (SELECT group_id FROM assessed_unit WHERE id = :unit_id)
    ORDER BY e.position, s.period, t.unit_id
    """
)
ELEMENTS = text(
    """
    SELECT code, name, measured_in, direction FROM programme_element
    WHERE programme_id = :programme_id AND code = ANY(:codes) ORDER BY position, code
    """
)


class PortraitValue(NamedTuple):
    """What an element of a unit stood at, at the end of a month."""

    code: str
    unit_id: int
    period: date
    value: Decimal


@dataclass(frozen=True)
class PortraitLine:
    """One element: the unit's months beside the middle of the group's."""

    code: str
    name: str
    measured_in: str
    is_up: bool
    own: Sequence[Decimal | None]
    middle: Sequence[Decimal | None]

    @property
    def chart(self) -> SmallChart | None:
        return small_chart(self.own, self.middle)

    @property
    def month(self) -> int | None:
        """The last that the unit has a figure for."""
        return max((m for m in MONTHS if self.own[m - 1] is not None), default=None)

    @property
    def value(self) -> Decimal | None:
        return self.own[self.month - 1] if self.month else None

    @property
    def group_value(self) -> Decimal | None:
        """Of the same month."""
        return self.middle[self.month - 1] if self.month else None

    @property
    def standing(self) -> str:
        """Better or worse than the middle, by the element's direction."""
        if self.value is None or self.group_value is None:
            return "没有数"
        if self.value == self.group_value:
            return "和同类中位数一样"
        is_better = (self.value > self.group_value) == self.is_up
        return "好于同类中位数" if is_better else "差于同类中位数"


def portrait_names(programme: Programme) -> list[str]:
    return [row["name"] for row in programme.content.get("portraits", ())]


def portrait_of(programme: Programme, name: str, unit_id: int) -> list[PortraitLine]:
    """Its elements in their order; nothing for a name the programme has not."""
    listed = programme.content.get("portraits", ())
    codes = next((list(row["elements"]) for row in listed if row["name"] == name), [])
    values = {"programme_id": programme.id, "codes": codes, "unit_id": unit_id}
    months: dict[str, dict[int, dict[int, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    for row in (PortraitValue(*row) for row in db.session.execute(VALUES, values)):
        months[row.code][row.period.month][row.unit_id] = row.value
    return [
        PortraitLine(
            row.code, row.name, row.measured_in, row.direction == "up",
            [months[row.code][month].get(unit_id) for month in MONTHS],
            [_middle(months[row.code][month].values()) for month in MONTHS],
        )
        for row in db.session.execute(ELEMENTS, values)
    ]  # fmt: skip


def _middle(values: Iterable[Decimal]) -> Decimal | None:
    known = list(values)
    return median(known).quantize(HUNDREDTH) if known else None
