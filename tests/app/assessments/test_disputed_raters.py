"""Raters who differ too much: it is said, and their group alone decides no grade."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from backend.app.access import Actor
from backend.app.assessments.appraisals import closing_operations, operations
from backend.app.assessments.appraisals.counting import BallotQuestion
from backend.app.assessments.appraisals.operations import RaterGroup, RoundDraft
from backend.app.assessments.appraisals.queries import disputed_groups, groups_of
from backend.app.assessments.grades.operations import propose_grades
from backend.app.assessments.results.operations import recompute_results
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from tests.app.assessments.acting import decider
from tests.app.assessments.closing_year import MEETING, add_units, close, make_year, shown
from tests.app.assessments.result_year import Year

UNITS = ("甲1", "甲2", "甲3", "甲4")
ALIKE = [(2, 1, 3, 4)] * 6
# Of the first alone they all think well; of the others no two think the same.
APART = [(1, 1, 5, 1), (1, 5, 1, 5), (1, 1, 5, 5), (1, 5, 1, 1), (1, 1, 5, 1), (2, 5, 1, 5)]
# The same mean of the first, by raters who agree about the others.
TOGETHER = [(1, 3, 4, 5)] * 5 + [(2, 3, 4, 5)]


def rate(year: Year, group_id: int, ballots: Sequence[Sequence[int]]) -> None:
    slips = {
        str(number): {
            BallotQuestion(year.units[name]): level
            for name, level in zip(UNITS, levels, strict=True)
        }
        for number, levels in enumerate(ballots)
    }
    for actor in (year.made.office, year.made.other_office):
        with transaction():
            operations.enter_slips(actor, group_id, slips)


def rated_year(said: Sequence[Sequence[int]]) -> Year:
    """The first has 88.80 by its tasks and the peers, and 90.47 with the second group."""
    year = make_year()
    add_units(year, "甲", ("91", "86", "85", "84"), task=80)
    close(year)
    boss: Actor = decider(year.made)
    groups = [RaterGroup("互评", Decimal(1), 5), RaterGroup("民主测评", Decimal(1), 5)]
    with clock_at(MEETING):
        with transaction():
            draft = RoundDraft("年终", groups)
            held = operations.open_round(year.made.office, year.made.programme_id, draft).id
        with transaction():
            ids = [group.id for group in groups_of(held)]
        for group_id, ballots in zip(ids, (ALIKE, said), strict=True):
            rate(year, group_id, ballots)
        with transaction():
            closing_operations.close_round(boss, held)
        with transaction():
            recompute_results(year.made.programme_id)
        with transaction():
            propose_grades(year.made.office, year.made.programme_id)
    return year


@pytest.mark.parametrize(("said", "is_disputed"), [(APART, True), (TOGETHER, False)])
def test_a_grade_that_rests_on_raters_who_disagree_is_left_to_the_meeting(
    app, said, is_disputed
) -> None:
    year = rated_year(said)
    assert ("民主测评" in disputed_groups(year.made.programme_id)) is is_disputed
    best = shown(year)["甲1"]
    assert (best.total, best.proposed, best.is_open) == (Decimal("90.47"), "excellent", is_disputed)
    assert ("等次取决于看法差别大的评价组，须写明理由" in best.reasons) is is_disputed
