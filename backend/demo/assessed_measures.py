"""What other systems counted of the demo's units, and what the product itself did.

Figures of other systems are handed in by the departments in charge, by the same importer as their
files, with the same faults; its own are pulled as every night.
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from backend.app.access import Actor
from backend.app.assessments.measures import fact_files
from backend.app.assessments.measures import operations as measures
from backend.app.assessments.measures.own_measures import own_figures
from backend.app.assessments.measures.queries import (
    MeasuredTarget,
    may_hand_in,
    measured_targets,
)
from backend.app.imports.job_operations import planned
from backend.app.imports.kinds import TAKEN, Cell, FileRow, ImportContext
from backend.app.scoring.assessing.plans import FEED

SEED = 528
# Shares of the year's value that are done by the end of each month.
PACE = (4, 9, 17, 25, 34, 43, 52, 61, 70, 80, 90, 100)
LEAST, MOST = 300, 9000


def hand_in_feeds(
    programme: Any, period: date, clerks: Mapping[int, Actor], office: Actor
) -> int:  # fmt: skip
    """Each owner's file of a month; of its own unit the office's. Returns how many rows."""
    by_hand: dict[tuple[str, Actor], list[MeasuredTarget]] = defaultdict(list)
    for target in measured_targets(programme.id):
        if target.source.startswith(FEED):
            owner = clerks.get(target.owner_department_id or 0, office)
            hand = owner if may_hand_in(owner, target) else office
            by_hand[target.source, hand].append(target)
    return sum(
        _hand_in(programme, period, hand, source.removeprefix(FEED), targets)
        for (source, hand), targets in by_hand.items()
    )


def _hand_in(
    programme: Any, period: date, hand: Actor, system: str, targets: Sequence[MeasuredTarget]
) -> int:
    context = ImportContext(
        0, programme.county_id, hand.person_id, f"{system}（示例）",
        {"programme": programme.id}, {},
    )  # fmt: skip
    importer = fact_files.MeasureImporter(context)
    rows = [
        FileRow(line, _cells(target, period), context) for line, target in enumerate(targets, 2)
    ]
    importer.prepare(rows)
    taken = [plan for row in rows if (plan := planned(importer, row)).outcome in TAKEN]
    return len(importer.apply(taken))


def _cells(target: MeasuredTarget, period: date) -> dict[str, Cell]:
    """So much of the year's task by the unit's own pace, which never falls back."""
    own = random.Random(f"{SEED}:{target.unit}:{target.code}:feed")
    whole = own.randrange(LEAST, MOST, 100)
    pace = Decimal(f"{own.triangular(0.82, 1.12, 1.0):.3f}")
    done = min(Decimal(whole), round(whole * PACE[period.month - 1] * pace / 100))
    return {
        fact_files.CODE.code: Cell(target.code), fact_files.UNIT.code: Cell(target.unit),
        fact_files.PERIOD.code: Cell(f"{period:%Y-%m}"), fact_files.YES.code: Cell(f"{done:f}"),
        fact_files.WHOLE.code: Cell(str(whole)),
    }  # fmt: skip


def pull_own(programme: Any) -> int:
    """What the night's job does."""
    figures = own_figures(programme.id)
    return sum(measures.store_own_figures(listed) for listed in figures.values())
