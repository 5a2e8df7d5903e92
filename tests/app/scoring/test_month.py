"""A month of units, scored: sums, order, small numbers, corrections."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.app.scoring.explaining import lines
from backend.app.scoring.intervals import wilson
from backend.app.scoring.measuring import UNDEFINED, UnitFacts, measure
from backend.app.scoring.month import score_month
from backend.app.scoring.response_time import quantiles_of_waits, reached, survival_curve
from backend.app.scoring.satisfaction import satisfaction
from backend.app.scoring.scheme_json import as_json, from_json
from backend.app.scoring.schemes import STARTING, TOO_FEW, AdjustmentKind, Indicator, Scheme, faults
from backend.app.scoring.totals import AppliedAdjustment

D = Decimal
count = st.integers(0, 40)
levels = st.lists(count, min_size=5, max_size=5)
pair = st.lists(st.integers(0, 12), min_size=2, max_size=2)
triple = st.lists(st.integers(0, 12), min_size=3, max_size=3)
waits = st.lists(st.integers(0, 4000), max_size=12)


@st.composite
def months(draw, least: int = 1, most: int = 9) -> list[UnitFacts]:
    """Units of two kinds with whatever a month may hold."""
    return [
        UnitFacts(
            unit,
            draw(st.sampled_from([None, "移民安置点"])),
            {
                "levels": draw(levels), "survey": draw(levels), "resolution": draw(triple),
                "response": draw(pair), "on_time": draw(pair), "bad_fix": draw(pair),
            },
            draw(waits),
            draw(waits),
        )
        for unit in range(draw(st.integers(least, most)))
    ]  # fmt: skip


def only(code: str, floor: int = 0, target: int = 100, **more) -> Scheme:
    return Scheme((Indicator(code, D(100), D(floor), D(target)),), **more)


def test_the_starting_scheme_has_no_faults() -> None:
    assert faults(STARTING) == []


@given(months())
@settings(max_examples=60, deadline=None)
def test_lost_points_and_the_total_are_a_hundred(facts) -> None:
    for one in score_month(facts, STARTING, seed=3):
        if one.total is None:
            assert not any(row.n for row in one.indicators)
        else:
            assert sum(row.lost for row in one.indicators) == 10_000 - one.total
            assert 0 <= one.total <= 10_000


@given(months(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_units_changes_nothing(facts, dice) -> None:
    mixed = list(facts)
    dice.shuffle(mixed)
    assert score_month(mixed, STARTING, seed=5) == score_month(facts, STARTING, seed=5)


@given(months())
@settings(max_examples=40, deadline=None)
def test_a_unit_scored_alone_gets_the_same_total(facts) -> None:
    """A correction without a change changes nothing."""
    for one, unit in zip(facts, score_month(facts, STARTING, seed=1), strict=True):
        (again,) = score_month([one], STARTING, ranked=False)
        assert (again.total, again.indicators) == (unit.total, unit.indicators)
        assert again.rank is None


@given(months())
@settings(max_examples=40, deadline=None)
def test_the_lines_of_an_indicator_add_up_to_what_it_lost(facts) -> None:
    for one, unit in zip(facts, score_month(facts, STARTING, seed=1), strict=True):
        if unit.total is None:
            continue
        cases = {
            "level_4": list(range(one.counts["levels"][3])),
            "late": list(range(one.counts["on_time"][1])),
            "waits": list(range(len(one.waits))),
        }
        for row in unit.indicators:
            written = lines(row, one, cases, STARTING)
            assert sum(line.lost for line in written) == row.lost


@given(months(least=2))
@settings(max_examples=40, deadline=None)
def test_adjustments_move_the_total_by_what_they_say_and_no_further_than_their_cap(facts) -> None:
    before = score_month(facts, STARTING, seed=1)[0]
    given_ = [
        AppliedAdjustment(AdjustmentKind.BONUS, D(3), "1", "防汛", 1, 2),
        AppliedAdjustment(AdjustmentKind.BONUS, D(4), "2", "抢险", 1, 2),
        AppliedAdjustment(AdjustmentKind.DEDUCTION, D("2.5"), "3", "迟报", 1, 2),
    ]
    after = score_month(facts, STARTING, {0: given_}, seed=1)[0]
    if before.total is None or after.total is None:
        assert before.total is after.total is None
        return
    # The two bonuses together are cut to 5.
    assert abs(sum(after.adjustments) - 250) <= 1
    assert after.total == 10_000 - sum(r.lost for r in after.indicators) + sum(after.adjustments)
    assert abs(after.total - before.total - 250) <= 2


@given(levels)
def test_the_columns_say_what_the_single_measurement_says(counts) -> None:
    single = satisfaction(counts)
    column = measure("satisfaction_mean", [UnitFacts(1, None, {"levels": counts})])
    rate = measure("positive_rate", [UnitFacts(1, None, {"levels": counts})])
    assert column.n[0] == single.n
    for found, expected in ((column, single.satisfaction_mean), (rate, single.positive_rate)):
        if expected is None:
            assert found.n[0] == 0
            continue
        assert found.value[0] == int(expected.value * 10_000)
        assert abs(found.low[0] - int(expected.low * 10_000)) <= 1
        assert abs(found.high[0] - int(expected.high * 10_000)) <= 1


@given(pair)
def test_rates_have_wilsons_limits(counts) -> None:
    column = measure("on_time_rate", [UnitFacts(1, None, {"on_time": counts})])
    if sum(counts):
        expected = wilson(counts[0], sum(counts))
        assert abs(column.low[0] / 1e6 - expected.low) < 1e-6
        assert abs(column.high[0] / 1e6 - expected.high) < 1e-6


@given(waits, waits)
def test_the_quick_quantiles_are_those_of_the_whole_curve(answered, left) -> None:
    curve = survival_curve(sorted(answered), sorted(left))
    for share, found in zip(
        (0.25, 0.5, 0.75), quantiles_of_waits(answered, left, (0.25, 0.5, 0.75)), strict=True
    ):
        assert found == reached(curve, share)


def test_an_undefined_waiting_time_is_a_value_and_earns_nothing() -> None:
    facts = [UnitFacts(1, None, {}, [60], [500, 500, 500]), UnitFacts(2, None, {}, [60] * 4)]
    worse, better = score_month(facts, only("median_first_response", 24, 4))
    assert worse.indicators[0].value == UNDEFINED
    assert worse.total == 0
    assert better.total == 10_000


@pytest.mark.parametrize(
    ("n", "few", "measured"),
    [(0, True, False), (1, True, True), (3, True, True), (9, True, True), (10, False, True)],
)
def test_small_numbers_are_said_to_be_small(n: int, few: bool, measured: bool) -> None:
    others = [UnitFacts(u, None, {"levels": [20 + u, 10, 5, 2, 1]}) for u in range(1, 9)]
    unit = score_month(
        [UnitFacts(0, None, {"levels": [n, 0, 0, 0, 0]}), *others], only("satisfaction_mean")
    )[0]
    assert unit.few is few
    assert (unit.total is not None) is measured
    assert (unit.rank is None) is few
    assert (unit.light is TOO_FEW) is (few and measured)


def test_nothing_measured_is_a_light_of_its_own_not_zero() -> None:
    unit = score_month([UnitFacts(0)], STARTING)[0]
    assert (unit.total, unit.light.code, unit.light.icon) == (None, "grey", "–")


def test_a_missing_measurement_leaves_its_weight_to_the_others() -> None:
    scheme = Scheme(
        (
            Indicator("satisfaction_mean", D(60), D(0), D(100)),
            Indicator("on_time_rate", D(40), D(0), D(100)),
        )
    )
    facts = [UnitFacts(0, None, {"levels": [0, 10, 0, 0, 0]})]
    assert score_month(facts, scheme)[0].total == 8000


def test_units_that_are_all_alike_share_the_first_rank_and_one_band() -> None:
    facts = [UnitFacts(u, None, {"levels": [10, 5, 3, 1, 1]}) for u in range(12)]
    found = score_month(facts, only("satisfaction_mean"), seed=2)
    assert {one.rank for one in found} == {1}
    assert {one.band for one in found} == {1}
    assert len({one.total for one in found}) == 1


def test_one_outlier_among_many_is_last() -> None:
    facts = [UnitFacts(u, None, {"levels": [15, 5, 1, 0, 0]}) for u in range(20)]
    facts.append(UnitFacts(20, None, {"levels": [0, 0, 0, 5, 15]}))
    last = score_month(facts, only("satisfaction_mean"), seed=2)[-1]
    assert (last.rank, last.rank_low) == (21, 21)


def test_two_bad_ratings_give_a_small_village_neither_a_light_nor_a_rank() -> None:
    facts = [UnitFacts(u, None, {"levels": [30 + u, 20, 6, 3, 1 + u % 3]}) for u in range(1, 20)]
    small = UnitFacts(0, None, {"levels": [0, 0, 0, 0, 2]})
    unit = score_month([small, *facts], only("satisfaction_mean"))[0]
    assert (unit.total, unit.light, unit.rank) == (0, TOO_FEW, None)


def test_units_are_compared_with_their_own_kind() -> None:
    low = [UnitFacts(u, "移民安置点", {"levels": [5, 5, 5, 5, 5 + u]}) for u in range(5)]
    high = [UnitFacts(u, None, {"levels": [20 + u, 5, 1, 0, 0]}) for u in range(5, 10)]
    found = score_month([*low, *high], only("satisfaction_mean"))
    assert min(one.rank for one in found[:5]) == 1
    assert min(one.rank for one in found[5:]) == 1


def test_calibration_stands_beside_the_total_and_keeps_the_order() -> None:
    facts = [UnitFacts(u, None, {"levels": [10 + 3 * u, 5, 5, 5, 5]}) for u in range(15)]
    scheme = only("satisfaction_mean", calibration=(D(80), D(8)))
    found = score_month(facts, scheme)
    assert [one.calibrated for one in found] == sorted(one.calibrated for one in found)
    assert abs(sum(one.calibrated for one in found) / 15 - 8000) < 60
    plain = score_month(facts, only("satisfaction_mean"))
    assert [one.total for one in found] == [one.total for one in plain]


def test_a_scheme_survives_being_written_and_read() -> None:
    scheme = only("median_first_response", 50, 4, calibration=(D("80.5"), D(7)))
    assert from_json(as_json(scheme)) == scheme
    assert from_json(as_json(STARTING)) == STARTING


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"level_points": (100, 80)}, "五级分值"),
        ({"level_points": (120, 80, 60, 30, 0)}, "最高应为 100"),
        ({"n_min": 0}, "样本不足"),
        ({"calibration": (D(80), D(0))}, "标准差"),
    ],
)
def test_odd_figures_of_a_scheme_are_refused(changes: dict, words: str) -> None:
    assert any(words in fault for fault in faults(only("satisfaction_mean", **changes)))


def test_a_total_equals_the_exact_sum_rounded_once() -> None:
    facts = [UnitFacts(0, None, {"levels": [3, 2, 1, 1, 0], "on_time": [2, 1]})]
    scheme = Scheme(
        (
            Indicator("satisfaction_mean", D(70), D(0), D(100)),
            Indicator("on_time_rate", D(30), D(0), D(100)),
        )
    )
    # 550 points of 7 ratings, 2 of 3 in time; 7 and 3 cases weigh 7/17 and 3/13.
    of_mean, of_rate = 70 * Fraction(7, 17), 30 * Fraction(3, 13)
    exact = (of_mean * Fraction(550, 7) + of_rate * Fraction(200, 3)) / (of_mean + of_rate)
    assert score_month(facts, scheme)[0].total == round(exact * 100)
