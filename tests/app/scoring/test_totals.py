"""Every point of a total has a reason, and the reasons add up to the last digit."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.disclosure import Shown, suppress
from backend.app.scoring.schemes import (
    Indicator,
    Kind,
    Light,
    Scheme,
    achievement,
    faults,
    light_of,
)
from backend.app.scoring.totals import Adjustment, Case, Part, displayed, explain, rounded

D = Decimal


def indicator(code: str, weight: int, kind: str | None = None) -> Indicator:
    return Indicator(code, D(weight), D(60), D(90), kind)


GOOD = Scheme((indicator("satisfaction_mean", 40), indicator("on_time_rate", 60)))


def adjustment(kind: Kind, points: str, author: int = 1, approver: int = 2) -> Adjustment:
    return Adjustment(kind, D(points), "T1", "rule", author, approver)


def test_a_total_by_hand() -> None:
    """40 of 100 at 75 and 60 at 50: 30 + 30 = 60; lost 10 and 30."""
    found = explain([Part("a", D(40), Fraction(75)), Part("b", D(60), Fraction(50))])
    assert found.total == 60
    assert [loss.points for loss in found.losses] == [10, 30]


def test_cases_share_what_their_indicator_cost() -> None:
    cases = (Case("T1", Fraction(2)), Case("T2", Fraction(1)))
    (loss,) = explain([Part("a", D(100), Fraction(70), cases)]).losses
    assert loss.cases == (("T1", 20), ("T2", 10))


def test_adjustments_are_cut_to_their_cap_together() -> None:
    parts = [Part("a", D(100), Fraction(90))]
    given_ = [adjustment(Kind.DEDUCTION, "15"), adjustment(Kind.DEDUCTION, "15")]
    found = explain(parts, given_, {Kind.DEDUCTION: D(20)})
    assert found.total == 70
    assert [points for _, points in found.adjustments] == [-10, -10]


def test_an_exemption_gives_back_no_more_than_was_lost() -> None:
    found = explain([Part("a", D(100), Fraction(96))], [adjustment(Kind.EXEMPTION, "10")])
    assert found.total == 100


@pytest.mark.parametrize(
    ("parts", "adjustments"),
    [
        ([], []), ([Part("a", D(0), Fraction(1))], []), ([Part("a", D(1), Fraction(101))], []),
        ([Part("a", D(1), Fraction(1))], [adjustment(Kind.BONUS, "1", 3, 3)]),
        ([Part("a", D(1), Fraction(1))], [adjustment(Kind.BONUS, "-1")]),
    ],
)  # fmt: skip
def test_impossible_parts_are_refused(parts, adjustments) -> None:
    with pytest.raises(ValueError, match="expected"):
        explain(parts, adjustments)


achieved = st.fractions(0, 100, max_denominator=997)
parts = st.lists(
    st.builds(Part, st.just("x"), st.decimals(D("0.01"), D(100), places=2), achieved),
    min_size=1, max_size=8,
)  # fmt: skip
moves = st.lists(
    st.builds(
        adjustment, st.sampled_from(list(Kind)),
        st.decimals(D(0), D(9), places=2).map(str),
    ),
    max_size=4,
)  # fmt: skip


@given(parts, moves)
def test_losses_and_adjustments_add_up_to_the_total_exactly(found, given_) -> None:
    result = explain(found, given_, {Kind.BONUS: D(5), Kind.DEDUCTION: D(20)})
    lost = sum(loss.points for loss in result.losses)
    assert 100 - lost + sum(points for _, points in result.adjustments) == result.total


@given(st.lists(st.fractions(0, 100, max_denominator=997), min_size=1, max_size=9))
def test_displayed_parts_add_up_to_the_displayed_sum(values) -> None:
    shown = displayed(values)
    assert sum(shown) == rounded(sum(values, Fraction(0)))
    for value, one in zip(values, shown, strict=True):
        assert abs(Fraction(one) - value) < Fraction(1, 100)


def test_rounding_is_half_up_at_the_edge() -> None:
    assert rounded(Fraction("0.125")) == D("0.13")
    assert rounded(Fraction("2.675")) == D("2.68")


@pytest.mark.parametrize(
    ("value", "floor", "target", "points"),
    [("75", 60, 90, 50), ("60", 60, 90, 0), ("95", 60, 90, 100), ("10", 60, 90, 0),
     ("24", 48, 8, 60), ("48", 48, 8, 0), ("4", 48, 8, 100)],
)  # fmt: skip
def test_achievement_runs_from_floor_to_target_in_either_direction(
    value: str, floor: int, target: int, points: int
) -> None:
    assert achievement(D(value), D(floor), D(target)) == points


def test_floor_and_target_differ() -> None:
    with pytest.raises(ValueError, match="differ"):
        achievement(D(1), D(2), D(2))


def test_lights_are_chosen_by_their_bounds() -> None:
    words = {light_of(D(total)).word for total in (95, 100)}
    assert words == {"超额"}
    assert light_of(D("79.99")).word == "预警"
    assert light_of(D(80)).word == "正常"
    assert light_of(D(-3)).word == "滞后"


def test_a_good_scheme_has_no_faults() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("indicators", "words"),
    [
        ((indicator("satisfaction_mean", 40),), "权重合计 40"),
        ((indicator("satisfaction_mean", 20), indicator("on_time_rate", 80)), "只占 20"),
        ((indicator("satisfaction_mean", 90), indicator("coverage", 10)), "逼着评"),
        ((indicator("satisfaction_mean", 90), indicator("platform_activity", 10)), "减负"),
        ((indicator("satisfaction_mean", 90), indicator("moonlight", 10)), "没有数据来源"),
        ((indicator("satisfaction_mean", 50), indicator("satisfaction_mean", 50)), "重复"),
        ((indicator("satisfaction_mean", 110), indicator("on_time_rate", -10)), "负数"),
        ((Indicator("satisfaction_mean", D(100), D(60), D(60)),), "不能一样"),
        ((*GOOD.indicators, indicator("resolution_rate", 10, "居委会")), "居委会:权重合计 110"),
    ],
)  # fmt: skip
def test_a_scheme_is_refused_with_the_reason(indicators, words: str) -> None:
    assert any(words in fault for fault in faults(Scheme(indicators)))


@pytest.mark.parametrize("bounds", [(), (50, 80, 0), (80, 80, 0), (80, 60)])
def test_lights_in_disorder_are_refused(bounds: tuple[int, ...]) -> None:
    lights = tuple(Light(D(bound), "c", "词", "●") for bound in bounds)
    assert any("灯" in fault for fault in faults(Scheme(GOOD.indicators, lights)))


def test_t11_a_table_is_published_with_nothing_left_to_solve() -> None:
    rows, overall = suppress({1: (12, 0, 0), 2: (5, 4, 3), 3: (2, 1, 0)})
    assert [row.shown for row in rows] == [Shown.BANDED, Shown.EXACT, Shown.HIDDEN]
    assert overall.counts == (16, 5, 3)
    assert (overall.banded, overall.hidden) == (1, 1)
    with pytest.raises(ValueError, match="as many options"):
        suppress({1: (1, 2), 2: (1, 2, 3)})


def test_common_and_individual_indicators_come_to_a_hundred_for_each_type() -> None:
    common = (indicator("satisfaction_mean", 40), indicator("on_time_rate", 20))
    own = (indicator("response_rate", 40, "农业村"), indicator("resolution_rate", 40, "城郊村"))
    scheme = Scheme((*common, *own))
    assert faults(scheme) == []
    assert faults(scheme, kinds=["农业村", "城郊村"]) == []
    assert any("移民安置点:权重合计 60" in one for one in faults(scheme, kinds=["移民安置点"]))
    assert [one.code for one in scheme.indicators_for("城郊村")] == [
        "satisfaction_mean", "on_time_rate", "resolution_rate",
    ]  # fmt: skip


def test_a_types_own_indicator_replaces_the_common_one() -> None:
    scheme = Scheme((*GOOD.indicators, Indicator("on_time_rate", D(60), D(50), D(80), "城郊村")))
    (found,) = (one for one in scheme.indicators_for("城郊村") if one.code == "on_time_rate")
    assert found.target == 80
    assert faults(scheme, kinds=[None, "城郊村"]) == []
