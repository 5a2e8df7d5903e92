"""A programme as drafted: what is looked at before it may be approved."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from backend.app.scoring.assessing.rules import Missing
from backend.app.scoring.assessing.smart import SmartTarget
from backend.app.scoring.catalog import BY_VILLAGERS

# Sources, best first; "own:" and "feed:" name what is measured.
OWN, FEED, OWNER, CHECK, BALLOT, REPORT = "own:", "feed:", "owner:", "check:", "ballot:", "report:"
SOURCE_NAMES: dict[str, str] = {
    OWN: "本系统",
    FEED: "数据导入",
    OWNER: "业务主管部门",
    CHECK: "实地核查",
    BALLOT: "评价票",
    REPORT: "单位填报",
}
VILLAGERS_BALLOT = "ballot:群众"
SAID_BY_VILLAGERS = frozenset({VILLAGERS_BALLOT, *(f"{OWN}{code}" for code in BY_VILLAGERS)})


@dataclass(frozen=True)
class PlannedGroup:
    """Units that are compared; `served` are those that villagers are served by (镇、村)."""

    name: str
    units: tuple[int, ...]
    weights: tuple[Decimal, ...]
    excellent_share: Decimal = Decimal("0.3")
    served: bool = False
    calibrated: bool = False


@dataclass(frozen=True)
class PlannedUnit:
    """`department` is whose staff it is; `reason` why it is given more than the burden allows.

    Persons are not compared with each other.
    """

    unit: int
    name: str
    department: int | None = None
    reason: str = ""
    is_person: bool = False


@dataclass(frozen=True)
class PlannedElement:
    """`source` is "own:on_time_rate", "feed:…", "owner:", "check:", "ballot:…" or "report:…".

    What comes after the colon is the code of what is measured. `duty` is the class of the 履职清单.
    """

    code: str
    name: str
    rule: Mapping[str, Any]
    source: str = ""
    owner: int | None = None
    criteria: str = ""
    common: bool = False
    missing: str = Missing.LEAVE_WEIGHT
    duty: str = ""
    # What its rule is held against while no unit has it.
    points: Decimal = Decimal(0)


@dataclass(frozen=True)
class PlannedTarget:
    """An element of a unit with its points; `plan` are cumulative values by month.

    `owner` stands for the element's where the unit must not judge itself.
    """

    element: str
    unit: int
    points: Decimal
    baseline: Decimal | None = None
    value: Decimal | None = None
    plan: Sequence[tuple[int, Decimal]] = ()
    due_on: date | None = None
    owner: int | None = None


@dataclass(frozen=True)
class PlannedShared:
    """The members of a shared element; without any it is whoever has a target of it."""

    element: str
    members: tuple[int, ...] = ()


@dataclass(frozen=True)
class Veto:
    """一票否决 or 一票否优: by which document of a superior."""

    name: str
    document: str = ""


@dataclass(frozen=True)
class ProgrammePlan:
    """`sources` are the own measures and feeds that exist; `documents` name for each guard that is
    switched off the document that says so (guards: refusals.GUARDS). `smart` are the targets that
    have to be SMART, where the programme refuses others."""

    year: int
    plan_number: str
    groups: Sequence[PlannedGroup]
    units: Sequence[PlannedUnit]
    elements: Sequence[PlannedElement]
    targets: Sequence[PlannedTarget]
    sources: Collection[str] = ()
    vetoes: Sequence[Veto] = ()
    lights: Sequence[Mapping[str, Any]] | None = None
    calendar_years: Collection[int] = ()
    documents: Mapping[str, str] = field(default_factory=dict)
    smart: Sequence[SmartTarget] = ()
    shared: Sequence[PlannedShared] = ()
    calibrates: bool = False
    rolls: bool = False
