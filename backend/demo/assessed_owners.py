"""What departments of the demo county say of the common elements they own: by seed, mixed quality.

Said at each quarter's end, of the year so far; who lost points by a case is told which.
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from backend.app.access import Actor
from backend.app.assessments.measures.operations import ScoreLine, score_units
from backend.app.assessments.measures.queries import MeasuredTarget, measured_targets
from backend.app.assessments.programmes.queries import list_elements
from backend.app.scoring.assessing.plans import REPORT
from backend.app.scoring.assessing.progress import ProgressKind
from backend.demo.assessed_words import CASES, IN_PARTS, OTHER_CASE

SEED = 528
MONTHS_OF_QUARTER = 3
# In a hundred: units with a case on a list, and with one element that went badly.
WITH_CASE, BADLY = 4, 3
CENT, TENTH, ONE = Decimal("0.01"), Decimal("0.1"), Decimal(1)


def score_common(
    programme: Any, period: date, clerks: Mapping[int, Actor], office: Actor
) -> None:  # fmt: skip
    """Each owner scores its elements of every unit but its own, which the office does."""
    if period.month % MONTHS_OF_QUARTER:
        return
    rules = {element.id: element.rule or {} for element in list_elements(programme.id)}
    by_element: dict[int, list[MeasuredTarget]] = defaultdict(list)
    for target in measured_targets(programme.id):
        if target.is_scored and not target.source.startswith(REPORT):
            by_element[target.element_id].append(target)
    for element_id, targets in by_element.items():
        lines = [_line(target, rules[element_id], period) for target in targets]
        for scorer in _scorers(targets, clerks, office):
            score_units(scorer, programme, element_id, period, lines)


def _scorers(
    targets: Sequence[MeasuredTarget], clerks: Mapping[int, Actor], office: Actor
) -> list[Actor]:
    owner = targets[0].owner_department_id
    is_own = any(owner in (None, target.department_id) for target in targets)
    own = [clerks[owner]] if owner is not None and owner in clerks else []
    return [*own, office] if is_own else own


def _line(target: MeasuredTarget, rule: Mapping[str, Any], period: date) -> ScoreLine:
    own = random.Random(f"{SEED}:{target.unit}:{target.code}:owner")
    if target.kind == ProgressKind.NEGATIVE:
        return _cases(target, period, own)
    share = _quality(target, period, own)
    if target.kind == ProgressKind.CUMULATIVE:
        part = share * period.month / 12
        points = (target.full * min(part, ONE)).quantize(CENT)
        reason = IN_PARTS if points < target.full else ""
        return ScoreLine(target.unit_id, None, points, reason, "")
    floor = Decimal(rule.get("floor", 1))
    top = Decimal(rule.get("target", target.levels or 5))
    value = (floor + (top - floor) * share).quantize(TENTH)
    return ScoreLine(target.unit_id, value, None, "", "")


def _quality(target: MeasuredTarget, period: date, own: random.Random) -> Decimal:
    """The share of an element that a unit reaches: most nearly all, few badly for some time."""
    is_bad, until, bad = own.randrange(100) < BADLY, own.choice((3, 6, 6, 12)), own.choice((60, 75))
    if is_bad and period.month <= until:
        return Decimal(bad) / 100
    unit = random.Random(f"{SEED}:{target.unit}:common").triangular(0.92, 1.0, 0.98)
    return Decimal(f"{min(max(own.gauss(unit, 0.015), 0.85), 1.0):.3f}")


def _cases(target: MeasuredTarget, period: date, own: random.Random) -> ScoreLine:
    """None for most; for some one or two from some quarter on."""
    has_case, count, since = own.randrange(100) < WITH_CASE, own.choice((1, 2)), own.randint(1, 12)
    if not has_case or period.month < since:
        return ScoreLine(target.unit_id, Decimal(0), None, "", "")
    reason = CASES.get(target.code, OTHER_CASE)
    return ScoreLine(target.unit_id, Decimal(count), None, reason, "")
