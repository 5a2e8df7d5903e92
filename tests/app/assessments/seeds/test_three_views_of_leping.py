"""乐平's 360°: superiors, peers and the public, by slips, on paper, and where they disagree."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from backend.app.access import Actor
from backend.app.assessments.appraisals import (
    closing_operations,
    code_operations,
    dispute_operations,
    operations,
)
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RoundDraft
from backend.app.assessments.appraisals.queries import get_round, groups_of, result_of
from backend.app.assessments.appraisals.questions import questions_of
from backend.app.assessments.states.appraisals import AppraisalKind, DisputeState
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from tests.app.assessments.rating import rate
from tests.app.assessments.seeds.loaded import Loaded, issue, load
from tests.app.assessments.seeds.test_leping import county_with_a_street, total, unit
from tests.factories.assessed import at
from tests.factories.assessments import office
from tests.factories.tickets import forget

TOWN, PRINTED = "庄里镇", 20
WHEN = at(11, 10)
# Levels of the town and of the street, best first, a pair for each ballot.
SUPERIORS, PEERS, PUBLIC = [(1, 3)] * 4, [(3, 1)] * 7, [(2, 2)] * 10
APART = [(1, 5), (5, 1)] * 6
Ballots = Sequence[Sequence[int]]


@pytest.fixture
def loaded(app) -> Loaded:
    made = load("leping", county_with_a_street())
    issue(made)
    return made


@pytest.fixture
def other(loaded: Loaded) -> Actor:
    return office(loaded.county)


def opened(loaded: Loaded) -> tuple[int, list[int]]:
    """A round with the template's three groups."""
    groups = usual_groups(loaded.programme.content, AppraisalKind.ELEMENTS)
    with clock_at(WHEN), transaction():
        held = operations.open_round(
            loaded.clerk, loaded.programme_id, RoundDraft("年终", groups, AppraisalKind.ELEMENTS)
        ).id
    ids = [group.id for group in groups_of(held)]
    forget()
    return held, ids


def rated_on_paper(loaded: Loaded, other: Actor, *views: Ballots) -> int:
    held, ids = opened(loaded)
    asked = questions_of(held)
    places = sorted(range(2), key=lambda place: asked[place].unit_id != unit(loaded, TOWN))
    for group_id, ballots in zip(ids, views, strict=True):
        slips = {
            str(number): {asked[place]: level for place, level in zip(places, levels, strict=True)}
            for number, levels in enumerate(ballots)
        }
        for who in (loaded.clerk, other):
            with clock_at(WHEN), transaction():
                operations.enter_slips(who, group_id, slips)
    close(loaded, held)
    return held


def close(loaded: Loaded, round_id: int) -> None:
    with clock_at(WHEN), transaction():
        closing_operations.close_round(loaded.boss, round_id)
    forget()


def test_lp06_slips_drawn_by_hand_are_the_three_views(loaded, door) -> None:
    held, ids = opened(loaded)
    asked = questions_of(held)
    is_first = asked[0].unit_id == unit(loaded, TOWN)
    with clock_at(WHEN):
        for group_id, ballots in zip(ids, (SUPERIORS, PEERS, PUBLIC), strict=True):
            with transaction():
                codes = code_operations.print_slips(loaded.clerk, group_id, PRINTED)
            for code, levels in zip(codes, ballots, strict=False):
                assert rate(door, code, *(levels if is_first else levels[::-1])) == 200
    close(loaded, held)
    # 0.4 × 5 + 0.2 × 3 + 0.4 × 4 = 4.2 of five levels: (4.2 − 1) ÷ 4.
    assert total(loaded, TOWN) == 80
    result = result_of(get_round(held, loaded.county.id))
    shown = {name for question in asked for name in result.shown_of(question)}
    assert "上级领导" not in shown, "superiors are few"


def test_lp06_a_view_of_too_few_leaves_its_weight_to_the_others(loaded, other) -> None:
    rated_on_paper(loaded, other, SUPERIORS, PEERS[:4], PUBLIC)
    # (40 × 5 + 40 × 4) ÷ 80 = 4.5 of five levels.
    assert total(loaded, TOWN) == Decimal("87.5")


def test_lp06_a_view_that_contradicts_itself_waits_for_a_second_person(
    loaded, other, scalar
) -> None:
    held = rated_on_paper(loaded, other, SUPERIORS, PEERS, APART)
    assert scalar("SELECT count(*) FROM measure_fact WHERE source = 'ballot'") == 0
    public = groups_of(held)[2].id
    forget()
    second = office(loaded.county, approves=True)
    with clock_at(WHEN), transaction():
        dispute_operations.settle_dispute(second, public, DisputeState.DROPPED, "两拨人评的两件事")
    # (40 × 5 + 20 × 3) ÷ 60 of five levels.
    assert total(loaded, TOWN) == Decimal("83.33")
