"""How far a unit of the demo county is with a target: by seed, in mixed quality."""

import random
from datetime import date, timedelta
from decimal import Decimal

from backend.app.assessments.reports.operations import ReportLine
from backend.app.assessments.reports.queries import FillRow
from backend.app.scoring.assessing.progress import ProgressKind
from backend.demo.assessed_words import DIFFICULTIES, NEXT_STEPS, WORK

SEED = 528
CENT, WHOLE = Decimal("0.01"), Decimal(1)
# From so much on a target is counted in whole things.
COUNTED_FROM = 5
# In a hundred: targets begun late, stalled in the middle, stopped for a while; lines forgotten.
LATE, STALLED, STOPPED, FORGOTTEN = 3, 5, 1, 3
MONTH = timedelta(days=30)


def line_of(unit: str, row: FillRow, period: date) -> ReportLine | None:
    """What the unit says of one target this month; None where it forgets it or may leave it out."""
    month = random.Random(f"{SEED}:{unit}:{row.code}:{period}")
    if row.is_quiet or (row.state is None and month.randrange(100) < FORGOTTEN):
        return None
    if row.kind == ProgressKind.MILESTONE:
        return _milestone_line(unit, row, period)
    value = _value(unit, row, period.month, month)
    if value == row.last_value:
        is_stopped = _fate(unit, row.code) == "stopped" and period.month < 10
        return ReportLine(
            row.target_id, row.version, no_change=True, is_stopped=is_stopped,
            difficulty=month.choice(DIFFICULTIES), next_step=month.choice(NEXT_STEPS),
        )  # fmt: skip
    is_behind = row.planned is not None and value < row.planned * Decimal("0.9")
    words = month.choice(WORK).format(value=value.normalize(), unit=row.measured_in)
    return ReportLine(
        row.target_id, row.version, value, words,
        difficulty=month.choice(DIFFICULTIES) if is_behind else "",
        next_step=month.choice(NEXT_STEPS) if is_behind else "",
    )  # fmt: skip


def _milestone_line(unit: str, row: FillRow, period: date) -> ReportLine:
    """Each milestone is reached on its day or up to two months later."""
    delay = random.Random(f"{SEED}:{unit}:{row.code}").choice((0, 0, 0, 1, 2)) * MONTH
    end = period + MONTH
    reached = tuple(step.id for step in row.milestones if step.due_on + delay <= end)
    words = f"{row.milestones[len(reached) - 1].words}已经完成" if reached else "正在做前期工作"
    return ReportLine(row.target_id, row.version, words=words, milestone_ids=reached)


def _fate(unit: str, code: str) -> str:
    lot = random.Random(f"{SEED}:{unit}:{code}:fate").randrange(100)
    if lot < LATE:
        return "late"
    if lot < LATE + STALLED:
        return "stalled"
    return "stopped" if lot < LATE + STALLED + STOPPED else "usual"


def _value(unit: str, row: FillRow, month: int, dice: random.Random) -> Decimal:
    """Of what is counted the plan at the unit's and the target's own pace; it never falls."""
    last = row.baseline if row.last_value is None else row.last_value
    if row.kind != ProgressKind.CUMULATIVE or row.planned is None:
        whole = row.goal or Decimal(0)
        if row.kind == ProgressKind.NEGATIVE:
            return max(last, Decimal(dice.choice((0, 0, 0, 0, 2))))
        return round(whole * Decimal(dice.choice(("0.94", "0.99", "1", "1.03"))), 1)
    fate = _fate(unit, row.code)
    if (fate == "late" and month < 7) or (fate in ("stalled", "stopped") and 4 < month < 10):
        return last
    own = random.Random(f"{SEED}:{unit}").gauss(1.02, 0.05)
    pace = own * random.Random(f"{SEED}:{unit}:{row.code}:pace").triangular(0.84, 1.16, 1.03)
    reached = row.planned * Decimal(f"{pace * dice.uniform(0.96, 1.04):.4f}")
    step = WHOLE if (row.goal or 0) >= COUNTED_FROM else CENT
    return max(last, reached.quantize(step))
