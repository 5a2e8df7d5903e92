"""Reads of appraisals: what was counted, where two counts differ, and what a closed round says."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from sqlalchemy import exists, or_, select

from backend.app.assessments.appraisals.counting import (
    BallotQuestion,
    CountDifference,
    added,
    counted,
    differences_of_counts,
    differences_of_slips,
)
from backend.app.assessments.appraisals.errors import AppraisalUnknown
from backend.app.assessments.appraisals.questions import is_judged, questions_of, rated_elements
from backend.app.assessments.appraisals.social import SocialGroup, shown_groups
from backend.app.assessments.models import (
    AppraisalBallot,
    AppraisalCount,
    AppraisalEntry,
    AppraisalGroup,
    AppraisalRound,
    AppraisalSlip,
)
from backend.app.assessments.states.appraisals import (
    NOT_ALIKE,
    AppraisalKind,
    AppraisalState,
    BallotState,
    DisputeState,
)
from backend.app.core.db import db
from backend.app.scoring.assessing.agreement import LEAST_AGREEMENT, alpha, reading
from backend.app.scoring.assessing.appraisal import (
    ballot_error,
    mean_points,
    social_score,
    straight_lined,
)
from backend.app.scoring.levels import NUMBERS

MILLIONTH = Decimal("0.000001")
# What the levels of a judged element are worth, best first: its value is their mean.
ANCHOR_LEVELS = NUMBERS[::-1]
SINGLE_QUESTION = "只评了一项，算不出一致性"


@dataclass(frozen=True)
class RoundResult:
    """A closed round: groups of each question, and how far raters of a group agree.

    While it is pending for groups whose raters differ too much, there are no scores, and nobody
    reads a mean: what is decided of them is decided without knowing whom it helps.
    """

    groups: Mapping[BallotQuestion, tuple[SocialGroup, ...]]
    agreements: Mapping[int, "GroupAgreement"]
    is_pending: bool = False
    dropped: frozenset[str] = frozenset()

    def score_of(self, question: BallotQuestion) -> Fraction | None:
        used = self._used(question)
        return social_score((row.weight, row.mean, row.n, row.least) for row in used)

    def shown_of(self, question: BallotQuestion) -> frozenset[str]:
        """The groups whose means may be read beside the score."""
        return shown_groups(self._used(question))

    def _used(self, question: BallotQuestion) -> Sequence[SocialGroup]:
        said = () if self.is_pending else self.groups.get(question, ())
        return [row for row in said if row.name not in self.dropped]


@dataclass(frozen=True)
class GroupAgreement:
    """α of a group whose ballots are known one by one, in words, and ballots all of one level.

    Of a single question there is none: what units would differ in, nobody was asked.
    """

    alpha: float | None
    words: str
    ballots: int
    straight: int

    @property
    def is_disputed(self) -> bool:
        """Raters differ so much that this group may not decide a grade."""
        return self.alpha is not None and self.alpha < LEAST_AGREEMENT


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


def counts_of(entry_id: int) -> dict[BallotQuestion, list[int]]:
    """By question."""
    query = select(AppraisalCount).where(AppraisalCount.entry_id == entry_id)
    return {
        BallotQuestion(row.unit_id, row.element_id): row.counts for row in db.session.scalars(query)
    }


def slips_of(entry_id: int) -> dict[str, dict[BallotQuestion, int]]:
    """By slip and question."""
    query = select(AppraisalSlip).where(AppraisalSlip.entry_id == entry_id)
    slips: dict[str, dict[BallotQuestion, int]] = defaultdict(dict)
    for row in db.session.scalars(query.order_by(AppraisalSlip.slip, AppraisalSlip.unit_id)):
        slips[row.slip][BallotQuestion(row.unit_id, row.element_id)] = row.level
    return dict(slips)


def ballots_of(group_id: int, asked: Sequence[BallotQuestion]) -> list[dict[BallotQuestion, int]]:
    """Those given by code, the levels of each by question; none before the round is closed."""
    query = select(AppraisalBallot).where(AppraisalBallot.group_id == group_id)
    return [
        {question: level for question, level in zip(asked, row.answers, strict=True) if level}
        for row in db.session.scalars(query.order_by(AppraisalBallot.id))
    ]


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
    newest = newest_closed(programme_id)
    if newest is None:
        return {}
    return {question.unit_id: said for question, said in result_of(newest).groups.items()}


def disputed_groups(programme_id: int) -> frozenset[str]:
    """The groups of that round whose raters differ so much that they may not decide a grade."""
    newest = newest_closed(programme_id)
    agreements = result_of(newest).agreements if newest else {}
    return frozenset(
        group.name
        for group in (groups_of(newest.id) if newest else ())
        if group.id in agreements and agreements[group.id].is_disputed
    )


def dispute_words(programme_id: int, unit_id: int) -> list[str]:
    """Of the newest 360° of a unit, why a group whose raters differ is in its value or is not."""
    newest = newest_closed(programme_id, AppraisalKind.ELEMENTS)
    groups = [group for group in (groups_of(newest.id) if newest else ()) if group.dispute]
    if not newest or not groups or all(row.unit_id != unit_id for row in questions_of(newest.id)):
        return []
    agreements = result_of(newest).agreements
    return [_disputed(newest, group, agreements[group.id]) for group in groups]


def _disputed(held: AppraisalRound, group: AppraisalGroup, agreed: "GroupAgreement") -> str:
    endings = {
        DisputeState.OPEN: "是否计入还没有定，这一轮评的指标先不计分",
        DisputeState.USED: f"照样计入：{group.dispute_reason}",
        DisputeState.DROPPED: f"没有计入，权重归其他组：{group.dispute_reason}",
    }
    ending = endings[DisputeState.of(group.dispute or "")]
    return (
        f"{held.title}「{group.name}」{agreed.ballots} 张票看法差别大（一致性 α ="
        f" {agreed.alpha:.3f}，不到 {LEAST_AGREEMENT}），{ending}。"
    )


def newest_closed(
    programme_id: int, kind: AppraisalKind = AppraisalKind.SOCIAL
) -> AppraisalRound | None:
    """With ballots that are used."""
    return db.session.scalars(
        select(AppraisalRound)
        .where(
            AppraisalRound.programme_id == programme_id,
            AppraisalRound.kind == kind,
            AppraisalRound.state == AppraisalState.CLOSED,
            exists().where(
                AppraisalGroup.round_id == AppraisalRound.id,
                AppraisalGroup.state.not_in(NOT_ALIKE),
                or_(
                    AppraisalGroup.state == BallotState.ACCEPTED,
                    exists().where(AppraisalBallot.group_id == AppraisalGroup.id),
                ),
            ),
        )
        .order_by(AppraisalRound.closed_at.desc(), AppraisalRound.id.desc())
        .limit(1)
    ).one_or_none()


def result_of(held: AppraisalRound) -> RoundResult:
    """Raises AppraisalUnknown before the round is closed: nobody looks ahead."""
    if held.state != AppraisalState.CLOSED:
        raise AppraisalUnknown("关闭以后才有结果")
    of_questions: dict[BallotQuestion, list[SocialGroup]] = defaultdict(list)
    agreements = {}
    asked = questions_of(held.id)
    judged = {row.id for row in rated_elements(held.programme_id) if is_judged(row)}
    groups = groups_of(held.id)
    for group in groups:
        if group.state in NOT_ALIKE:
            continue
        entries = entries_of(group.id) if group.state == BallotState.ACCEPTED else []
        given = ballots_of(group.id, asked)
        on_paper = counts_of(entries[0].id) if entries else {}
        for question, counts in sorted(added(on_paper, counted(given)).items()):
            points = ANCHOR_LEVELS if question.element_id in judged else held.points
            of_questions[question].append(_social_group(held, group, counts, points))
        by_slips = next((entry for entry in entries if entry.by_slips), None)
        known = [*(slips_of(by_slips.id).values() if by_slips else ()), *given]
        if known:
            agreements[group.id] = _agreement(known)
    return RoundResult(
        {question: tuple(said) for question, said in of_questions.items()}, agreements,
        any(group.dispute == DisputeState.OPEN for group in groups),
        frozenset(group.name for group in groups if group.dispute == DisputeState.DROPPED),
    )  # fmt: skip


def _social_group(
    held: AppraisalRound, group: AppraisalGroup, counts: Sequence[int], points: Sequence[int]
) -> SocialGroup:
    mean = mean_points(counts, points, Fraction(held.trim))
    return SocialGroup(
        group.name, group.weight, None if mean is None else _decimal(mean), sum(counts),
        group.least, ballot_error(counts, points), group.is_merged,
    )  # fmt: skip


def _decimal(mean: Fraction) -> Decimal:
    return (Decimal(mean.numerator) / mean.denominator).quantize(MILLIONTH, ROUND_HALF_UP)


def _agreement(ballots: Sequence[Mapping[BallotQuestion, int]]) -> GroupAgreement:
    asked = sorted({question for levels in ballots for question in levels})
    table = [[levels.get(question) for question in asked] for levels in ballots]
    if len(asked) < 2:
        return GroupAgreement(None, SINGLE_QUESTION, len(ballots), straight_lined(table))
    agreed = alpha(table)
    return GroupAgreement(agreed, reading(agreed), len(ballots), straight_lined(table))
