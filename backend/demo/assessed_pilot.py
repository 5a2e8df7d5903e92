"""肥药两制综合试点 of the demo county: lists that move, portraits with figures, three steps."""

import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from backend.app.assessments.acceptance.operations import record_step
from backend.app.assessments.acceptance.queries import ItemScore, items_of
from backend.app.assessments.issues.operations import answer_issue, close_issue
from backend.app.assessments.issues.queries import IssueFilters, list_issues
from backend.app.assessments.measures.queries import MeasuredTarget
from backend.app.assessments.programmes.operations import save_clocks
from backend.app.assessments.programmes.part_operations import UnitDraft, place_units
from backend.app.assessments.programmes.queries import MemberUnit, get_programme, list_units
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.targets.draft_operations import spread_common
from backend.app.core.clock import clock_at
from backend.app.places.queries import list_departments
from backend.demo import assessed_desk as desks
from backend.demo.assessed_desk import Desk
from backend.demo.assessed_words import CLOSED, PUT_RIGHT

SEED, TOWNS = 1304, 5
DOCUMENT = "浙农法发〔2020〕5号（示例）"
# How many steps each township has behind it by October, and of the task table what was done.
STEPS_DONE, ANSWERED, SHUT = (3, 3, 2, 1, 0), 10, 6
LESS, REASON = Decimal(15), "现场抽看两处没有做到（示例）"


def load_pilot(desk: Desk) -> int:
    """Returns how many townships."""
    (programme_id,) = desks.draft(desk, "ningbo_county")
    with clock_at(desk.at(1, 6)):
        _choose(desk, programme_id)
        spread_common(desk.office, programme_id)
    desks.issue(desk, programme_id)
    for month in range(4, 10):
        desks.run_period(desk, programme_id, month, _measured(desk, month))
    _tend_lists(desk, programme_id)
    for unit, steps in zip(list_units(programme_id), STEPS_DONE, strict=False):
        _accept(desk, unit, steps)
    with clock_at(desk.at(10, 28)):
        recompute_results(programme_id)
    return TOWNS


def _choose(desk: Desk, programme_id: int) -> None:
    """A few townships; the superior's document stands for what villagers have no say in."""
    content = get_programme(programme_id, desk.county_id).content
    documents = {"villagers_say": DOCUMENT}
    save_clocks(desk.office, programme_id, content["clocks"], content["preset"], documents)
    units = list_units(programme_id)[:TOWNS]
    drafts = [UnitDraft(unit.group_id, unit.region_id, None) for unit in units]
    place_units(desk.office, programme_id, drafts)


def _measured(desk: Desk, month: int) -> desks.Act:
    def share(target: MeasuredTarget) -> Decimal:
        dice = random.Random(f"{SEED}:{target.unit}:{target.code}")
        better = Decimal(dice.randint(0, 1) * month) / 100
        return min(Decimal(dice.choice((70, 88, 90, 93, 95, 97))) / 100 + better, Decimal(1))

    def act(programme: Any, period: date) -> None:
        desks.hand_in(desk, programme, period, share)

    return act


def _tend_lists(desk: Desk, programme_id: int) -> None:
    """Answered by a department that is named, closed by the office."""
    bureaus = {row.id: row.name for row in list_departments(desk.county_id)}
    rows = list_issues(scope_of(desk.office), programme_id, IssueFilters())
    with clock_at(desk.at(6, 20)):
        for row in [row for row in rows if row.source == "template"][:ANSWERED]:
            key = next(iter(row.duty_keys))
            clerk = desks.clerk_of(desk, desks.Bureau(int(key[1:])), bureaus[int(key[1:])])
            answer_issue(clerk, programme_id, row.id, PUT_RIGHT[row.id % len(PUT_RIGHT)])
    with clock_at(desk.at(6, 28)):
        for row in [row for row in rows if row.source == "template"][:SHUT]:
            close_issue(desk.office, programme_id, row.id, CLOSED[row.id % len(CLOSED)])


def _accept(desk: Desk, unit: MemberUnit, steps: int) -> None:
    """自评 by the township, 初评 by the office, 验收 by who decides: each looks more closely."""
    hands = (desks.clerk_of(desk, unit, unit.name), desk.office, desk.approver)
    for number, hand in enumerate(hands[:steps], 1):
        with clock_at(desk.at(10, 8 + 5 * number)):
            record_step(hand, unit.id, number, _scores(unit, number))


def _scores(unit: MemberUnit, number: int) -> Mapping[int, ItemScore]:
    """One item in eight falls back from the second step on, with its reason."""
    scores = {}
    for place, item in enumerate(items_of(unit.id)):
        dice = random.Random(f"{SEED}:{unit.name}:{item.code}")
        fallen = number > 1 and place % 8 == 3
        score = Decimal(dice.randint(86, 98)) - 2 * number - (LESS if fallen else 0)
        scores[item.target_id] = ItemScore(score, REASON if fallen else "")
    return scores
