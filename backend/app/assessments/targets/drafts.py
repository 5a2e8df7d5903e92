"""A target as it is drafted, typed or imported, without its state."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Key = tuple[int, int]


@dataclass(frozen=True)
class MilestoneDraft:
    """A step of a target."""

    words: str
    due_on: date
    weight: Decimal


@dataclass(frozen=True)
class TargetDraft:
    """What one unit has to reach of one element; `plan` is cumulative, by month."""

    element_id: int
    unit_id: int
    task: str
    value: Decimal | None
    points: Decimal
    starts_on: date
    due_on: date
    baseline: Decimal = Decimal(0)
    rhythm: str = "quarter"
    is_key: bool = False
    duty_leader: str = ""
    section: str = ""
    contact: str = ""
    note: str = ""
    plan: tuple[tuple[int, Decimal], ...] = ()
    milestones: tuple[MilestoneDraft, ...] = ()

    @property
    def key(self) -> Key:
        return self.element_id, self.unit_id
