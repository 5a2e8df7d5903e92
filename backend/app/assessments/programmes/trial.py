"""试算: what the draft's rules would give each unit at one share of every target."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from backend.app.assessments.models import Programme, ProgrammeElement
from backend.app.assessments.programmes.queries import MemberUnit, list_elements, list_units
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.assessments.targets.drafts import TargetDraft
from backend.app.scoring.assessing.plans import REPORT
from backend.app.scoring.assessing.points import points_of
from backend.app.scoring.assessing.rules import Rule, RuleCode, rule_of

HUNDRED = 100
CENT = Decimal("0.01")
# Rules that compare units, or that nobody can guess a value for.
NOT_TRIED = frozenset({RuleCode.RANK, RuleCode.RATIO_TO_BEST, RuleCode.SHARED, RuleCode.PER_CASE})


@dataclass(frozen=True)
class UnitTrial:
    """A unit's points when everything is done by the share, and what costs most of the rest."""

    unit: MemberUnit
    targets: int
    by_hand: int
    points: Decimal
    earned: Decimal
    because: str


def try_programme(programme: Programme, percent: int) -> list[UnitTrial]:
    """Every unit, whoever loses most first; persons by name."""
    elements = {one.id: one for one in list_elements(programme.id) if one.rule}
    by_unit: dict[int, list[TargetDraft]] = defaultdict(list)
    for draft in stored_drafts(programme.id).values():
        by_unit[draft.unit_id].append(draft)
    share = Fraction(percent, HUNDRED)
    trials = [_trial(unit, by_unit[unit.id], elements, share) for unit in list_units(programme.id)]
    return sorted(trials, key=_order)


def _order(trial: UnitTrial) -> tuple[Decimal, str]:
    lost = trial.points - trial.earned
    return Decimal(0) if trial.unit.is_person else -lost, trial.unit.name


def _trial(
    unit: MemberUnit, drafts: Sequence[TargetDraft], elements: Mapping[int, ProgrammeElement],
    share: Fraction,
) -> UnitTrial:  # fmt: skip
    earned = [(_earned(elements[one.element_id], one, share), one) for one in drafts]
    total = sum((points for points, _ in earned), Fraction(0))
    whole = sum((one.points for one in drafts), Decimal(0))
    lost = max(earned, key=lambda pair: Fraction(pair[1].points) - pair[0], default=None)
    because = ""
    if lost is not None and Fraction(lost[1].points) > lost[0]:
        element = elements[lost[1].element_id]
        because = f"{element.name} −{_rounded(Fraction(lost[1].points) - lost[0])}"
    by_hand = sum(elements[one.element_id].source.startswith(REPORT) for one in drafts)
    return UnitTrial(unit, len(drafts), by_hand, whole, _rounded(total), because)


def _rounded(points: Fraction) -> Decimal:
    return (Decimal(points.numerator) / Decimal(points.denominator)).quantize(CENT)


def _earned(element: ProgrammeElement, draft: TargetDraft, share: Fraction) -> Fraction:
    """Full points where the rule's value is not a share of something."""
    rule = rule_of(element.rule or {}, draft.points, element.missing)
    if RuleCode(rule.code) in NOT_TRIED:
        return rule.full
    points = points_of(rule, _value(rule, share))
    return rule.full if points is None else points


def _value(rule: Rule, share: Fraction) -> Fraction:
    """The value that stands for this share of the way."""
    if rule.code == RuleCode.JUDGED:
        return 1 + share * (rule.figure("levels") - 1)
    if rule.code == RuleCode.PASS:
        return Fraction(int(share >= 1))
    if rule.code == RuleCode.FLOOR_TARGET:
        return rule.figure("floor") + share * (rule.figure("target") - rule.figure("floor"))
    if rule.code in (RuleCode.PER_STEP, RuleCode.OVER):
        return rule.figure("from") * share
    if rule.code == RuleCode.TIERS:
        best: Fraction = rule.given["tiers"][0][0]
        return best * share
    baseline = rule.given.get("baseline", Fraction(0))
    return baseline + share * (rule.figure("target") - baseline)
