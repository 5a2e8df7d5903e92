"""What the machine proposes: groups put together where they are small, then the pure rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from backend.app.scoring.assessing.grades import (
    Grade,
    GradedUnit,
    GradeRules,
    ceiling,
    grade,
    pooled,
    quota,
    rules_from_data,
)

HUNDRED = 100
# Bands are numbered in each group; put together they must stay apart.
BANDS_OF_A_GROUP = 1000


@dataclass(frozen=True)
class GradeGroup:
    """A group with what grading asks of it."""

    name: str
    position: int
    social_weight: Decimal
    excellent_share: Decimal


@dataclass(frozen=True)
class GradeInput:
    """A unit's result with what bounds its grade."""

    unit_id: int
    group_name: str
    total: Decimal
    social: Decimal | None
    band: int | None
    veto: bool
    no_excellent: bool
    open_red: bool
    agreed: Decimal | None = None


@dataclass(frozen=True)
class GradeProposal:
    """One unit's proposal; `pool` is the group it is graded in."""

    unit_id: int
    pool: str
    total: Decimal
    proposed: Grade
    ceiling: Grade
    reasons: tuple[str, ...]
    is_open: bool


def pools_of(
    groups: Iterable[GradeGroup], sizes: Mapping[str, int], neighbours: Mapping[str, str]
) -> dict[str, str]:
    """The pool of each group, by name."""
    return pooled({group.name: sizes.get(group.name, 0) for group in groups}, neighbours)


def places_of(size: int, group: GradeGroup) -> int:
    """How many of a pool may be 优秀."""
    return quota(size, Fraction(group.excellent_share) / HUNDRED)


def propose(
    units: Iterable[GradeInput], groups: Mapping[str, GradeGroup], sizes: Mapping[str, int],
    content: Mapping[str, Any],
) -> list[GradeProposal]:  # fmt: skip
    """A proposal for every unit with a total."""
    pools = pools_of(groups.values(), sizes, content.get("neighbours", {}))
    members: dict[str, list[GradeInput]] = {}
    for unit in units:
        members.setdefault(pools[unit.group_name], []).append(unit)
    rules = rules_from_data(content.get("grades", {}))
    return [
        proposal
        for pool, listed in members.items()
        for proposal in _pool(pool, listed, groups, rules)
    ]


def _pool(
    pool: str, units: list[GradeInput], groups: Mapping[str, GradeGroup], rules: GradeRules
) -> list[GradeProposal]:
    group = groups[pool]
    asked = rules.social_least if group.social_weight else None
    rules = rules._replace(
        share=Fraction(group.excellent_share) / HUNDRED, social_least=asked
    )  # fmt: skip
    graded = [_graded(unit, groups[unit.group_name]) for unit in units]
    return [
        GradeProposal(
            unit.unit_id, pool, unit.total, row.grade or Grade.POOR, ceiling(facts, rules),
            row.reasons, row.open,
        )
        for unit, facts, row in zip(units, graded, grade(graded, rules), strict=True)
    ]  # fmt: skip


def _graded(unit: GradeInput, group: GradeGroup) -> GradedUnit:
    band = None if unit.band is None else group.position * BANDS_OF_A_GROUP + unit.band
    return GradedUnit(
        unit.unit_id, unit.total, None if unit.social is None else Fraction(unit.social), band,
        unit.veto, unit.no_excellent, unit.open_red, unit.agreed,
    )  # fmt: skip
