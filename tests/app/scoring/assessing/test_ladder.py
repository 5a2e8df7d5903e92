"""Steps of supervision, cards and exemptions."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.assessing.cards import Card, counted_cards
from backend.app.scoring.assessing.exemption import Conditions, given_back_at_most
from backend.app.scoring.assessing.ladder import (
    Evaluated,
    LadderPolicy,
    policy_of,
    proposals,
    proposals_of_each,
)
from backend.app.scoring.assessing.lights import LEPING
from backend.app.scoring.assessing.moves import MoveKind
from backend.app.scoring.assessing.shared import shared_losses, shared_points

D, F = Decimal, Fraction
RED, GREEN, YELLOW, NOT_YET = "red", "green", "yellow", None


def steps(history: list[Evaluated]) -> list[int]:
    return [proposal.step for proposal in proposals(history)]


def run(*colours: str | None) -> list[Evaluated]:
    return [Evaluated(colour) for colour in colours]


def test_four_bad_evaluations_running_climb_the_whole_ladder_once() -> None:
    history = run(RED, "black", RED, RED, RED)
    assert [steps(history[:length]) for length in range(6)] == [[], [1], [2], [3], [4], []]


def test_a_missed_report_is_reminded_of_and_no_more() -> None:
    assert steps([Evaluated(GREEN, missed=True)]) == [1]
    assert steps([Evaluated(GREEN, missed=True)] * 2) == []


def test_a_reminder_without_an_answer_is_reported() -> None:
    assert steps([Evaluated(RED), Evaluated(YELLOW, unanswered=True)]) == [2]


@pytest.mark.parametrize("why", [{"doubted": True}, {"drawn": True}])
def test_doubted_or_drawn_figures_are_looked_at(why) -> None:
    assert steps([Evaluated(GREEN, **why)]) == [3]


def test_untrue_figures_lead_to_a_talk_and_a_red_card_at_once() -> None:
    (proposal,) = proposals([Evaluated(GREEN, untrue=True)])
    assert (proposal.step, proposal.card, proposal.points) == (4, MoveKind.RED, D("2.00"))


def test_a_round_ends_after_two_good_ones_and_two_reports_in_half_a_year_lead_to_a_talk() -> None:
    first = run(RED, RED, GREEN, GREEN)
    assert steps(first) == []
    assert [steps([*first, *run(RED)]), steps([*first, *run(RED, RED)])] == [[1], [2, 4]]


def test_two_reports_more_than_half_a_year_apart_are_no_talk() -> None:
    apart = run(RED, RED, GREEN, GREEN, GREEN, GREEN, RED, RED)
    assert steps(apart) == [2]


def test_two_reports_lead_to_one_talk_even_where_a_new_round_begins_within_half_a_year() -> None:
    missed, silent = Evaluated(GREEN, missed=True), Evaluated(GREEN, unanswered=True)
    history = [missed, silent, Evaluated(GREEN), missed, silent, Evaluated(GREEN, doubted=True)]
    assert [steps(history[:length]) for length in range(1, 7)] == [[1], [2], [], [1], [2, 4], [3]]


def test_one_good_evaluation_ends_the_run_but_not_the_round() -> None:
    assert steps(run(RED, GREEN, RED)) == []
    assert steps(run(RED, RED, GREEN, RED, RED)) == []


def test_what_is_in_no_count_changes_nothing() -> None:
    assert steps(run(NOT_YET)) == []
    assert steps(run(RED, NOT_YET, RED)) == [2]


def test_a_step_that_a_person_dropped_counts_for_nothing() -> None:
    dropped = [Evaluated(RED), Evaluated(RED, dropped=(2,)), *run(GREEN, GREEN, RED, RED)]
    assert steps(dropped) == [2]


evaluations = st.builds(
    Evaluated,
    st.sampled_from([RED, "black", GREEN, "blue", YELLOW, NOT_YET]),
    *[st.booleans()] * 5,
)


@given(st.lists(evaluations, max_size=14))
def test_a_year_walked_once_proposes_what_each_evaluation_did(history) -> None:
    each = [proposals(history[: place + 1]) for place in range(len(history))]
    assert proposals_of_each(history) == each


def test_the_reminder_has_no_effect_and_the_report_proposes_a_yellow_card() -> None:
    (remind,) = proposals(run(RED))
    (report,) = proposals(run(RED, RED))
    assert (remind.automatic, remind.card, remind.answer_days) == (True, None, 5)
    assert (report.automatic, report.card, report.points) == (False, "yellow", D("0.50"))
    assert report.reason == "连续 2 期滞后"
    assert proposals([]) == []


def test_a_programmes_own_colours_decide_what_is_bad() -> None:
    policy = policy_of(LEPING)
    assert (policy.bad, policy.good) == ({"red"}, {"green"})
    assert policy_of() == LadderPolicy()


def test_half_a_card_comes_back_after_two_good_evaluations_running() -> None:
    yellow = Card(MoveKind.YELLOW, D("0.50"), 1)
    afters = [(), (GREEN,), (GREEN, RED, GREEN), (RED, GREEN, None, "blue")]
    returned = [counted_cards([yellow._replace(after=after)])[0].returned for after in afters]
    assert returned == [0, 0, 0, D("0.25")]


def test_a_red_card_stands_instead_of_its_rounds_yellow() -> None:
    cards = [
        Card(MoveKind.YELLOW, D("0.50"), 1), Card(MoveKind.RED, D("1.00"), 1),
        Card(MoveKind.YELLOW, D("0.50"), 2),
    ]  # fmt: skip
    assert [card.points for card in counted_cards(cards)] == [0, D("1.00"), D("0.50")]


@given(st.lists(st.sampled_from([RED, GREEN, "blue", None]), max_size=8))
def test_a_false_figure_always_costs_more_than_a_late_one(after) -> None:
    policy = LadderPolicy()
    (false,) = counted_cards([Card(MoveKind.RED, policy.red, 1, after, untrue=True)])
    (late,) = counted_cards([Card(MoveKind.YELLOW, policy.yellow, 1, after)])
    assert false.returned == 0
    assert false.points > late.points - late.returned


KEPT = Conditions(True, True, True, True, True)


@pytest.mark.parametrize(
    ("filed_on", "share"),
    [(date(2026, 3, 1), F(1)), (date(2026, 5, 1), F(1, 2)), (date(2026, 6, 1), F(1, 2))],
)
def test_an_exemption_filed_before_gives_back_all_and_afterwards_half(filed_on, share) -> None:
    assert given_back_at_most(F(6), KEPT, filed_on, date(2026, 5, 1)) == 6 * share


@pytest.mark.parametrize("place", range(5))
def test_an_exemption_needs_all_five_conditions(place: int) -> None:
    ticks = Conditions(*(tick != place for tick in range(5)))
    assert given_back_at_most(F(6), ticks, date(2026, 3, 1), date(2026, 5, 1)) == 0


def test_a_shared_loss_is_the_same_for_all_members() -> None:
    near, far = (shared_losses(F(10), F(1, 2), F(8, 10), own) for own in (F(1), F(1, 2)))
    assert (near, far) == ((1, 0), (1, F(5, 2)))
    assert shared_points(F(10), F(1, 2), F(8, 10), F(1, 2)) == 10 - sum(far)
    with pytest.raises(ValueError, match=r"0\.3 and 0\.7"):
        shared_points(F(10), F(9, 10), F(1), F(1))
