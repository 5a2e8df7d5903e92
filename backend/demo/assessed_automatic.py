"""万村乐 and 数字化城管 in the demo county: nobody types anything, every figure is counted."""

import random
from dataclasses import replace

from backend.app.assessments.programmes.queries import list_units
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.targets.draft_operations import spread_common
from backend.app.core import clock
from backend.app.core.clock import clock_at
from backend.app.places.queries import list_villages
from backend.app.scorecards.imports.operations import store_facts
from backend.app.scorecards.operations import recompute_month
from backend.demo import assessed_desk as desks
from backend.demo.assessed_desk import Desk
from backend.demo.assessments import assessed_years

SEED = 1911


def load_villages(desk: Desk) -> int:
    """Every village by three figures, and its activity beside them at weight 0."""
    _bring_activity(desk)
    return _load(desk, "wancunle")


def load_offices(desk: Desk) -> int:
    """Who handles parts and events, by the cases of the county town."""
    return _load(desk, "urban_management")


def _load(desk: Desk, template: str) -> int:
    """Of the running year: what is counted by night is of this month and the last."""
    desk = replace(desk, year=assessed_years()[0])
    (programme_id,) = desks.draft(desk, template)
    with clock_at(desk.at(1, 6)):
        spread_common(desk.office, programme_id)
    desks.issue(desk, programme_id)
    desks.pull_own(programme_id)
    recompute_results(programme_id)
    return len(list_units(programme_id))


def _bring_activity(desk: Desk) -> None:
    """What the platform counted of the running month; of a locked one nothing is taken."""
    month, dice = clock.month_of(clock.today()), random.Random(SEED)
    figures = {
        (village.id, "activity"): (dice.randrange(5, 80), 100)
        for village in list_villages(desk.county_id)
    }
    store_facts(desk.county_id, month, "村务平台（示例）", desk.office.person_id, figures)
    recompute_month(month, desk.county_id)
