"""Reads of appraisals: what was counted, where two counts differ, and what a closed round says."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from sqlalchemy import exists, select

from backend.app.assessments.appraisals.counting import (
    CountDifference,
    differences_of_counts,
    differences_of_slips,
)
from backend.app.assessments.appraisals.errors import AppraisalUnknown
from backend.app.assessments.appraisals.social import SocialGroup
from backend.app.assessments.models import (
    AppraisalCount,
    AppraisalEntry,
    AppraisalGroup,
    AppraisalRound,
    AppraisalSlip,
)
from backend.app.assessments.states.appraisals import AppraisalState, BallotState
from backend.app.core.db import db
from backend.app.scoring.assessing.agreement import alpha, reading
from backend.app.scoring.assessing.appraisal import (
    ballot_error,
    mean_points,
    social_score,
    straight_lined,
)

MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True)
class RoundResult:
    """A closed round: groups of each unit, and how far raters of a group agree."""

    groups: Mapping[int, tuple[SocialGroup, ...]]
    agreements: Mapping[int, "GroupAgreement"]

    def social_of(self, unit_id: int) -> Fraction | None:
        said = self.groups.get(unit_id, ())
        return social_score((row.weight, row.mean, row.n, row.least) for row in said)


@dataclass(frozen=True)
class GroupAgreement:
    """α of a group whose slips were entered one by one, in words, and slips all of one level."""

    alpha: float | None
    words: str
    slips: int
    straight: int


def list_rounds(programme_id: int) -> list[AppraisalRound]:
    """The newest first."""
    query = select(AppraisalRound).where(AppraisalRound.programme_id == programme_id)
    return list(db.session.scalars(query.order_by(AppraisalRound.id.desc())))


def get_round(round_id: int, county_id: int) -> AppraisalRound:
    """Raises AppraisalUnknown."""
    row = db.session.get(AppraisalRound, round_id)
    if row is None or row.county_id != county_id:
        raise AppraisalUnknown
    return row


def get_group(group_id: int, county_id: int) -> AppraisalGroup:
    """Raises AppraisalUnknown."""
    row = db.session.get(AppraisalGroup, group_id)
    if row is None or row.county_id != county_id:
        raise AppraisalUnknown
    return row


def groups_of(round_id: int) -> list[AppraisalGroup]:
    query = select(AppraisalGroup).where(AppraisalGroup.round_id == round_id)
    return list(db.session.scalars(query.order_by(AppraisalGroup.position)))


def entries_of(group_id: int) -> list[AppraisalEntry]:
    """The first before the second."""
    query = select(AppraisalEntry).where(AppraisalEntry.group_id == group_id)
    return list(db.session.scalars(query.order_by(AppraisalEntry.number)))


def counts_of(entry_id: int) -> dict[int, list[int]]:
    """By unit."""
    query = select(AppraisalCount).where(AppraisalCount.entry_id == entry_id)
    return {row.unit_id: row.counts for row in db.session.scalars(query)}


def slips_of(entry_id: int) -> dict[str, dict[int, int]]:
    """By slip and unit."""
    query = select(AppraisalSlip).where(AppraisalSlip.entry_id == entry_id)
    slips: dict[str, dict[int, int]] = defaultdict(dict)
    for row in db.session.scalars(query.order_by(AppraisalSlip.slip, AppraisalSlip.unit_id)):
        slips[row.slip][row.unit_id] = row.level
    return dict(slips)


def differences(entries: Sequence[AppraisalEntry]) -> list[CountDifference]:
    """Cell by cell; slip by slip where both were entered so."""
    if len(entries) < 2:
        return []
    first, second = entries
    if first.by_slips and second.by_slips:
        return differences_of_slips(slips_of(first.id), slips_of(second.id))
    return differences_of_counts(counts_of(first.id), counts_of(second.id))


def social_groups(programme_id: int) -> dict[int, tuple[SocialGroup, ...]]:
    """Of the newest closed round with ballots, what each group said of each unit; else nothing."""
    newest = db.session.scalars(
        select(AppraisalRound)
        .where(
            AppraisalRound.programme_id == programme_id,
            AppraisalRound.state == AppraisalState.CLOSED,
            exists().where(
                AppraisalGroup.round_id == AppraisalRound.id,
                AppraisalGroup.state == BallotState.ACCEPTED,
            ),
        )
        .order_by(AppraisalRound.closed_at.desc(), AppraisalRound.id.desc())
        .limit(1)
    ).one_or_none()
    return dict(result_of(newest).groups) if newest else {}


def result_of(held: AppraisalRound) -> RoundResult:
    """Raises AppraisalUnknown before the round is closed: nobody looks ahead."""
    if held.state != AppraisalState.CLOSED:
        raise AppraisalUnknown("关闭以后才有结果")
    of_units: dict[int, list[SocialGroup]] = defaultdict(list)
    agreements = {}
    for group in groups_of(held.id):
        if group.state != BallotState.ACCEPTED:
            continue
        entries = entries_of(group.id)
        for unit_id, counts in sorted(counts_of(entries[0].id).items()):
            of_units[unit_id].append(_social_group(held, group, counts))
        by_slips = next((entry for entry in entries if entry.by_slips), None)
        if by_slips is not None:
            agreements[group.id] = _agreement(slips_of(by_slips.id))
    return RoundResult({unit: tuple(said) for unit, said in of_units.items()}, agreements)


def _social_group(
    held: AppraisalRound, group: AppraisalGroup, counts: Sequence[int]
) -> SocialGroup:
    mean = mean_points(counts, held.points, Fraction(held.trim))
    return SocialGroup(
        group.name, group.weight, None if mean is None else _decimal(mean), sum(counts),
        group.least, ballot_error(counts, held.points), group.is_merged,
    )  # fmt: skip


def _decimal(mean: Fraction) -> Decimal:
    return (Decimal(mean.numerator) / mean.denominator).quantize(MILLIONTH, ROUND_HALF_UP)


def _agreement(slips: Mapping[str, Mapping[int, int]]) -> GroupAgreement:
    units = sorted({unit_id for levels in slips.values() for unit_id in levels})
    table = [[levels.get(unit_id) for unit_id in units] for levels in slips.values()]
    agreed = alpha(table)
    return GroupAgreement(agreed, reading(agreed), len(slips), straight_lined(table))
