"""Signals hold what chance does not explain, and little else."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring import signals
from backend.app.scoring.signals import OPEN_SECONDS, Signal, SignalRating, poisson_tail

SEVEN = 7 * 3600.0


def acts(times: list[float], **same: object) -> list[SignalRating]:
    made = {"day": 0, "point": 1, "village": 1, "level": 1, **same}
    return [SignalRating(id=n, at=SEVEN + at, person=n, **made) for n, at in enumerate(times, 1)]


def spread(count: int, **same: object) -> list[SignalRating]:
    return acts([n * OPEN_SECONDS / count for n in range(count)], **same)


# Pearson and Hartley, Biometrika Tables for Statisticians I, table 7: 1 - the cumulative sums.
@pytest.mark.parametrize(
    ("k", "mean", "published"),
    [
        (1, 0.5, 0.39347),
        (3, 1.0, 0.08030),
        (6, 2.0, 0.01656),
        (10, 5.0, 0.03183),
        (4, 4.0, 0.56653),
    ],
)
def test_the_poisson_tail_is_the_published_one(k: int, mean: float, published: float) -> None:
    assert poisson_tail(k, mean) == pytest.approx(published, abs=5e-6)


def test_far_tails_stay_exact() -> None:
    exact = math.fsum(math.exp(-1) / math.factorial(i) for i in range(30, 60))
    assert poisson_tail(30, 1.0) == pytest.approx(exact, rel=1e-12)


@given(st.integers(0, 60), st.floats(0, 40))
def test_a_tail_is_a_probability_and_falls_with_k_and_grows_with_the_mean(
    k: int, mean: float
) -> None:
    tail = poisson_tail(k, mean)
    assert 0 <= tail <= 1
    assert poisson_tail(k + 1, mean) <= tail + 1e-12
    assert poisson_tail(k, mean + 1) >= tail - 1e-12


def test_a_negative_mean_is_refused() -> None:
    with pytest.raises(ValueError, match="mean"):
        poisson_tail(1, -1)


def test_twenty_ratings_in_ten_minutes_behind_one_poster_are_held_with_figures() -> None:
    burst = acts([9000 + 30 * n for n in range(20)])
    (found,) = signals.point_bursts(burst, 3, {1: 2.0})
    assert found.signal is Signal.POINT_BURST
    assert found.ids == tuple(range(1, 21))
    assert found.reason == "这张海报 10 分钟里来了 20 条，平时最忙的 15 分钟约 0.1 条"
    assert found.figures.observed == 20
    assert found.figures.expected == pytest.approx(2 * 2 * 900 / OPEN_SECONDS)
    assert found.figures.probability < 1e-20


def test_a_busy_office_has_busy_quarters_of_an_hour() -> None:
    assert not signals.point_bursts(acts([60 * n for n in range(14)]), 3, {1: 400.0})


def test_five_of_a_family_are_no_burst_and_one_person_alone_is_none_either() -> None:
    assert not signals.point_bursts(acts(list(range(5))), 3, {1: 0.1})
    alone = [replace(act, person=1) for act in acts(list(range(9)))]
    assert not signals.point_bursts(alone, 3, {1: 0.1})


def test_an_operators_gate_carries_many_and_is_not_held() -> None:
    assert not signals.network_bursts(spread(200, network=b"gate"))


def test_a_room_full_of_phones_on_one_network_is_held() -> None:
    crowd = acts([20_000 + 60 * n for n in range(25)], network=b"room")
    calm = [
        replace(act, id=100 + n, person=100 + n, network=bytes([n]))
        for n, act in enumerate(spread(60))
    ]
    (found,) = signals.network_bursts(crowd + calm)
    assert found.ids == tuple(range(1, 26))


def test_a_long_run_of_one_level_among_others_is_held() -> None:
    mixed = [replace(act, level=1 + n % 4) for n, act in enumerate(spread(40))]
    run = acts([OPEN_SECONDS + 600 * n for n in range(25)])
    run = [replace(act, id=100 + act.id, person=100 + act.person) for act in run]
    (found,) = signals.level_runs(mixed + run, {1: [0.4, 0.3, 0.15, 0.1, 0.05]})
    assert found.signal is Signal.LEVEL_RUN
    assert len(found.ids) in (25, 26)


def test_a_village_that_is_praised_by_everybody_may_be() -> None:
    assert not signals.level_runs(spread(20), {1: [0.75, 0.1, 0.05, 0.05, 0.05]})


def test_many_answers_faster_than_reading_are_held_and_the_slow_ones_are_not() -> None:
    fast, slow = spread(12, took=2), spread(10, took=20)
    slow = [replace(act, id=100 + act.id) for act in slow]
    (found,) = signals.hurried(fast + slow, 0.03)
    assert found.ids == tuple(range(1, 13))
    assert not signals.hurried(spread(12, took=None), 0.03)


def test_people_who_answer_for_the_village_are_held() -> None:
    own = spread(4, of_staff=True)
    others = [replace(act, id=50 + act.id) for act in spread(30)]
    (found,) = signals.of_staff(own + others, 0.002)
    assert found.ids == (1, 2, 3, 4)
    assert "管这个村的工作人员" in found.reason


def test_a_day_whose_ratings_follow_a_visit_is_held() -> None:
    after = acts([10_000 + 60 * n for n in range(10)])
    (found,) = signals.after_visits(after, {1: [SEVEN + 9_900]})
    assert found.figures.observed == 10
    assert not signals.after_visits(after, {2: [SEVEN + 9_900]})
    assert not signals.after_visits(spread(10), {1: [SEVEN + 9_900]})


def test_one_telephone_for_many_accounts_is_held_but_a_common_model_is_not() -> None:
    shared = acts([3000 * n for n in range(10)], network=b"n", device=b"one")
    others = [
        replace(act, id=50 + n, person=50 + n, network=bytes([n % 9]), device=bytes([n]))
        for n, act in enumerate(spread(90))
    ]
    (found,) = signals.shared_devices(shared + others)
    assert found.ids == tuple(range(1, 11))
    common = [replace(act, device=b"common") for act in others]
    assert not signals.shared_devices(common)


@given(st.randoms(use_true_random=False))
def test_the_order_in_which_facts_come_changes_nothing(dice: random.Random) -> None:
    burst = acts([9000 + 30 * n for n in range(20)]) + [
        replace(act, id=100 + act.id, point=2) for act in spread(30)
    ]
    mixed = list(burst)
    dice.shuffle(mixed)
    base = {1: 2.0, 2: 30.0}
    assert signals.point_bursts(mixed, 3, base) == signals.point_bursts(burst, 3, base)


def poisson_day(dice: random.Random, per_day: float, point: int, days: int) -> list[SignalRating]:
    """One point's ratings at a steady rate, all independent."""
    at, made = 0.0, []
    while (at := at + dice.expovariate(per_day / OPEN_SECONDS)) < days * OPEN_SECONDS:
        name = 10_000 * point + len(made)
        made.append(SignalRating(name, at, 0, name, point, point, dice.choice((1, 1, 1, 2, 2, 3))))
    return made


def test_of_series_at_the_base_rate_no_more_than_the_stated_share_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dice, series, days = random.Random(20261125), 600, 3
    facts = [act for point in range(series) for act in poisson_day(dice, 30.0, point, days)]
    usual = [1 / 2, 1 / 3, 1 / 6, 0.01, 0.01]
    shares = dict.fromkeys(range(series), usual)
    base = dict.fromkeys(range(series), 30.0)
    assert not signals.point_bursts(facts, days, base)
    assert not signals.level_runs(facts, shares)
    monkeypatch.setattr(signals, "PEAK", 1.0)
    # At the stated one in ten thousand nothing is to be seen among 600: so also at one in twenty.
    monkeypatch.setattr(signals, "ALARM", 0.05)
    for found in (signals.point_bursts(facts, days, base), signals.level_runs(facts, shares)):
        assert 0 < len(found) <= 0.05 * series
