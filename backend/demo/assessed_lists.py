"""The demo's four lists, one training with its effect, and uses of last year's results."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from backend.app.access import Actor
from backend.app.assessments.issues import operations as issues
from backend.app.assessments.issues.operations import IssueDraft
from backend.app.assessments.issues.queries import (
    MOST_LISTED,
    IssueFilters,
    duty_choices,
    list_issues,
)
from backend.app.assessments.programmes.queries import MemberUnit, list_elements
from backend.app.assessments.results.queries import shown_results
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states.issues import IssueList, IssueState
from backend.app.assessments.states.uses import UseKind
from backend.app.assessments.training import operations as training
from backend.app.assessments.training.operations import TrainingDraft
from backend.app.assessments.training.queries import diagnose, list_trainings, trainings_to_measure
from backend.app.assessments.training.reached import reached_until
from backend.app.assessments.uses.operations import UseDraft, record_use
from backend.app.core import clock
from backend.demo.assessed_words import CLOSED, LISTED, PUT_RIGHT, TAUGHT, USED

# Of ten entries so many are answered within a month, and so many closed.
ANSWERED, SHUT = 6, 4
# Who takes part in the year's training, after the first half year.
TRAINED, TRAINED_AFTER = 6, 7


def tend_lists(
    programme: Any, period: date, clerks: Mapping[int, Actor], units: Sequence[MemberUnit],
    office: Actor,
) -> None:  # fmt: skip
    """A month of the lists, after the steps of the ladder were decided."""
    by_name = {unit.name: unit for unit in units}
    rows = list_issues(scope_of(office), programme.id, IssueFilters(), size=MOST_LISTED)
    if not any(row.source == "hand" for row in rows):
        _list_by_hand(programme, office)
    for row in rows:
        unit = by_name.get(row.unit or "")
        if row.state == IssueState.OPEN and unit is not None and row.id % 10 < ANSWERED:
            words = PUT_RIGHT[row.id % len(PUT_RIGHT)]
            issues.answer_issue(clerks[unit.id], programme.id, row.id, words)
            if row.id % 10 < SHUT:
                issues.close_issue(office, programme.id, row.id, CLOSED[row.id % len(CLOSED)])
    if period.month == TRAINED_AFTER and not list_trainings(programme.id):
        _teach(programme, office)
    for training_id in trainings_to_measure():
        training.measure_training(training_id)


def _list_by_hand(programme: Any, office: Actor) -> None:
    """One entry in each of the other lists, for departments that the county has."""
    keys = {name: key for key, name in duty_choices(programme.county_id).items()}
    for listed, task, difficulty, measure, names in LISTED:
        duties = [keys[name] for name in names if name in keys]
        if duties:
            issues.save_issue(
                office, programme.id,
                IssueDraft(
                    IssueList.of(listed), task, difficulty, measure,
                    min(clock.today().replace(day=28), date(programme.year, 12, 28)), duties,
                ),
            )  # fmt: skip


def _teach(programme: Any, office: Actor) -> None:
    """The element in which most units of a group are weak, for the weakest of them."""
    month = reached_until(programme)
    common = [problem for group in diagnose(programme, month) for problem in group.common]
    if not common:
        return
    problem = max(common, key=lambda problem: len(problem.units))
    weakest = sorted(problem.units, key=lambda key: month.reached[key][problem.code])[:TRAINED]
    element = next(row for row in list_elements(programme.id) if row.code == problem.code)
    topic, words = TAUGHT
    training.plan_training(
        office, programme.id,
        TrainingDraft(
            element.id, f"{element.name}：{topic}", date(programme.year, 8, 12), weakest, words
        ),
    )  # fmt: skip


def use_results(programme_id: int, office: Actor) -> None:
    """The best unit is praised and helped, the last one is talked to."""
    rows = sorted(
        (row for row in shown_results(programme_id) if row.total is not None),
        key=lambda row: row.total or 0,
    )
    for place, kind, words, basis in USED:
        record_use(
            office, programme_id,
            UseDraft(rows[place].unit_id, UseKind.of(kind), words, basis, clock.today()),
        )  # fmt: skip
