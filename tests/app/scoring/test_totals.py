"""Every point of a total has a reason, and the reasons add up to the last digit."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.disclosure import Shown, Tally, publish, total
from backend.app.scoring.month import light_at
from backend.app.scoring.schemes import (
    LIGHTS,
    AdjustmentKind,
    Indicator,
    Scheme,
    SchemeLight,
    faults,
)
from backend.app.scoring.totals import AppliedAdjustment, displayed, moved, rounded

D = Decimal


def indicator(code: str, weight: int, kind: str | None = None) -> Indicator:
    return Indicator(code, D(weight), D(0), D(100), kind)


GOOD = Scheme((indicator("satisfaction_mean", 40), indicator("on_time_rate", 60)))


def adjustment(
    kind: AdjustmentKind, points: str, author: int = 1, approver: int = 2
) -> AppliedAdjustment:
    return AppliedAdjustment(kind, D(points), "T1", "rule", author, approver)


def test_adjustments_are_cut_to_their_cap_together() -> None:
    given_ = [
        adjustment(AdjustmentKind.DEDUCTION, "15"),
        adjustment(AdjustmentKind.DEDUCTION, "15"),
    ]
    assert moved(given_, {AdjustmentKind.DEDUCTION: D(20)}, 1000) == (-1000, -1000)


def test_an_exemption_gives_back_no_more_than_was_lost() -> None:
    assert moved([adjustment(AdjustmentKind.EXEMPTION, "10")], {}, 400) == (400,)


@pytest.mark.parametrize(
    "wrong", [adjustment(AdjustmentKind.BONUS, "1", 3, 3), adjustment(AdjustmentKind.BONUS, "-1")]
)
def test_impossible_adjustments_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match="expected"):
        moved([wrong], {}, 0)


@given(st.lists(st.fractions(0, 100, max_denominator=997), min_size=1, max_size=9))
def test_displayed_parts_add_up_to_the_displayed_sum(values) -> None:
    shown = displayed(values)
    assert abs(Fraction(sum(shown)) - sum(values)) <= Fraction(1, 200)
    for value, one in zip(values, shown, strict=True):
        assert abs(Fraction(one) - value) < Fraction(1, 100)


def test_lights_are_chosen_by_their_bounds() -> None:
    words = [light_at(total, LIGHTS).word for total in (10_000, 9000, 8999, 7500, 7499, 6000, 0)]
    assert words == ["优", "优", "良", "良", "需关注", "需关注", "差"]


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
        ((*GOOD.indicators, indicator("resolution_rate", 10, "居委会")), "居委会：权重合计 110"),
    ],
)  # fmt: skip
def test_a_scheme_is_refused_with_the_reason(indicators, words: str) -> None:
    assert any(words in fault for fault in faults(Scheme(indicators)))


@pytest.mark.parametrize("bounds", [(), (50, 80, 0), (80, 80, 0), (80, 60)])
def test_lights_in_disorder_are_refused(bounds: tuple[int, ...]) -> None:
    lights = tuple(SchemeLight(D(bound), "c", "词", "●") for bound in bounds)
    assert any("灯" in fault for fault in faults(Scheme(GOOD.indicators, lights)))


def test_t11_a_table_is_published_with_nothing_left_to_solve() -> None:
    counts = {1: (12, 0, 0), 2: (5, 4, 3), 3: (2, 1, 0)}
    rows = [publish(Tally(unit, options)) for unit, options in counts.items()]
    overall = total(rows, 3)
    assert [row.shown for row in rows] == [Shown.BANDED, Shown.EXACT, Shown.HIDDEN]
    assert overall.counts == (16, 5, 3)
    assert (overall.banded, overall.hidden) == (1, 1)


def test_common_and_individual_indicators_come_to_a_hundred_for_each_type() -> None:
    common = (indicator("satisfaction_mean", 40), indicator("on_time_rate", 20))
    own = (indicator("response_rate", 40, "农业村"), indicator("resolution_rate", 40, "城郊村"))
    scheme = Scheme((*common, *own))
    assert faults(scheme) == []
    assert faults(scheme, kinds=["农业村", "城郊村"]) == []
    assert any("移民安置点：权重合计 60" in one for one in faults(scheme, kinds=["移民安置点"]))
    assert [one.code for one in scheme.indicators_for("城郊村")] == [
        "satisfaction_mean", "on_time_rate", "resolution_rate",
    ]  # fmt: skip


def test_a_types_own_indicator_replaces_the_common_one() -> None:
    scheme = Scheme((*GOOD.indicators, Indicator("on_time_rate", D(60), D(0), D(100), "城郊村", 5)))
    (found,) = (one for one in scheme.indicators_for("城郊村") if one.code == "on_time_rate")
    assert found.k == 5
    assert faults(scheme, kinds=[None, "城郊村"]) == []


@given(st.fractions(min_value=-200, max_value=200, max_denominator=2000))
def test_a_single_part_is_rounded_as_it_is_displayed(value: Fraction) -> None:
    assert [rounded(value)] == displayed([value])
    assert [rounded(value, 4)] == displayed([value], Decimal("0.0001"))
