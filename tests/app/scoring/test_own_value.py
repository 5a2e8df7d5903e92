"""A unit is scored by its own values, and little evidence weighs little: what that promises.

Promises are about totals as they are shown. `exact` works the formula of docs/scoring.md again,
in fractions.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from backend.app.scoring.apportioning import FULL, rounded
from backend.app.scoring.catalog import MEASURES
from backend.app.scoring.measuring import UnitFacts
from backend.app.scoring.month import UnitScore, score_month
from backend.app.scoring.satisfaction import LEVEL_POINTS
from backend.app.scoring.schemes import STARTING, AdjustmentKind, Indicator, Scheme, faults
from backend.app.scoring.totals import AppliedAdjustment

D = Decimal
# What is counted by cases, and the first and the last grade of each: the best and the worst case.
CASES = {
    "satisfaction_mean": ("levels", 5), "survey_satisfaction": ("survey", 5),
    "resolution_rate": ("resolution", 3), "response_rate": ("response", 2),
    "on_time_rate": ("on_time", 2), "bad_rating_fix_rate": ("bad_fix", 2),
    "fix_satisfaction_rate": ("fix", 3),
}  # fmt: skip
number = st.one_of(st.integers(0, 12), st.integers(0, 5000))


@st.composite
def schemes(draw) -> Scheme:
    """The starting one, or any weights of 100 with any k."""
    if draw(st.booleans()):
        return STARTING
    codes = draw(st.lists(st.sampled_from(sorted(CASES)), min_size=1, max_size=6, unique=True))
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=len(codes) - 1,
                                max_size=len(codes) - 1)))  # fmt: skip
    weights = [b - a for a, b in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    return Scheme(
        tuple(
            Indicator(code, D(weight) / 100, D(0), D(100), None, draw(st.integers(0, 30)))
            for code, weight in zip(codes, weights, strict=True)
        )
    )


@st.composite
def units(draw) -> UnitFacts:
    counts = {
        source: draw(st.lists(number, min_size=width, max_size=width))
        for source, width in CASES.values()
    }
    waits = draw(st.lists(st.integers(0, 4000), max_size=5))
    return UnitFacts(0, None, counts, waits, draw(st.lists(st.integers(0, 4000), max_size=3)))


def scored(
    facts: UnitFacts, scheme: Scheme, given_: tuple[AppliedAdjustment, ...] = ()
) -> UnitScore:
    return score_month([facts], scheme, {0: given_})[0]


def with_counts(facts: UnitFacts, source: str, counts: list[int]) -> UnitFacts:
    return replace(facts, counts={**facts.counts, source: counts})


def one_more(facts: UnitFacts, source: str, place: int) -> UnitFacts:
    counts = list(facts.counts[source])
    counts[place] += 1
    return with_counts(facts, source, counts)


def exact(facts: UnitFacts, scheme: Scheme) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Effective shares and points lost of indicators counted by cases, in points."""
    r, achieved = {}, {}
    for one in scheme.indicators:
        counts = facts.counts[CASES[one.code][0]]
        n = sum(counts)
        worth = LEVEL_POINTS if len(counts) == 5 else (100, 50, 0) if len(counts) == 3 else (100, 0)
        if n and one.weight:
            r[one.code] = Fraction(one.weight) * n / (n + one.k)
            points = sum(c * w for c, w in zip(counts, worth, strict=True))
            achieved[one.code] = Fraction(points, n)
    whole = sum(r.values(), Fraction(0))
    shares = {code: 100 * one / whole for code, one in r.items()}
    return shares, {code: share * (100 - achieved[code]) / 100 for code, share in shares.items()}


adjustments = st.sampled_from([
    (),
    (AppliedAdjustment(AdjustmentKind.BONUS, D(3), "1", "防汛", 1, 2),
     AppliedAdjustment(AdjustmentKind.BONUS, D(4), "2", "抢险", 1, 2)),
    (AppliedAdjustment(AdjustmentKind.DEDUCTION, D("2.5"), "3", "迟报", 1, 2),
     AppliedAdjustment(AdjustmentKind.EXEMPTION, D(6), "4", "改革", 1, 2)),
])  # fmt: skip
case_source = st.sampled_from(sorted(CASES.values()))


@given(units(), schemes(), case_source, adjustments)
@settings(max_examples=100, deadline=None)
def test_one_more_good_case_never_lowers_the_total(facts, scheme, source, given_) -> None:
    before = scored(facts, scheme, given_).total
    after = scored(one_more(facts, source[0], 0), scheme, given_).total
    assert before is None or after >= before


@given(units(), schemes(), case_source, adjustments)
@settings(max_examples=100, deadline=None)
def test_one_more_bad_case_never_raises_the_total(facts, scheme, source, given_) -> None:
    before = scored(facts, scheme, given_).total
    after = scored(one_more(facts, source[0], -1), scheme, given_).total
    assert before is None or after <= before


@given(units(), schemes(), case_source, st.integers(1, 3000))
@settings(max_examples=100, deadline=None)
def test_a_perfect_indicator_never_does_worse_than_its_absence(facts, scheme, source, n) -> None:
    name, width = source
    without = scored(with_counts(facts, name, [0] * width), scheme).total
    perfect = scored(with_counts(facts, name, [n, *[0] * (width - 1)]), scheme).total
    assert without is None or perfect >= without


@given(units(), schemes(), case_source, st.integers(0, 4))
@settings(max_examples=100, deadline=None)
def test_no_case_takes_a_rank_away(facts, scheme, source, place) -> None:
    name, width = source
    before = scored(facts, scheme)
    after = scored(one_more(facts, name, place % width), scheme)
    assert after.people >= before.people
    if not before.few:
        assert not after.few
        assert after.rank == 1


@given(units(), schemes(), case_source)
@settings(max_examples=100, deadline=None)
def test_none_of_one_and_one_of_one_differ_by_the_effective_share(facts, scheme, source) -> None:
    """Exactly; as each is shown, rounded for itself, to the hundredth."""
    name, width = source
    good = with_counts(facts, name, [1, *[0] * (width - 1)])
    bad = with_counts(facts, name, [*[0] * (width - 1), 1])
    best, worst = scored(good, scheme), scored(bad, scheme)
    assume(best.total is not None)
    for one, other in zip(best.indicators, worst.indicators, strict=True):
        if MEASURES[one.code].source == name and one.n:
            assert (one.lost, other.lost) == (0, other.share)
            assert abs(best.total - worst.total - one.share) <= 1
            assert abs(one.share - other.share) <= 1
    if scheme is not STARTING:
        shares, lost = exact(good, scheme)
        _, lost_worst = exact(bad, scheme)
        (code,) = (code for code, of in CASES.items() if of == source)
        if code in shares:
            assert sum(lost_worst.values()) - sum(lost.values()) == shares[code]


@given(units(), schemes())
@example(UnitFacts(0, None, {s: [1, *[0] * (w - 2), 2] for s, w in CASES.values()}), STARTING)
@settings(max_examples=100, deadline=None)
def test_lost_points_never_exceed_the_effective_share(facts, scheme) -> None:
    unit = scored(facts, scheme)
    assume(unit.total is not None)
    assert all(0 <= one.lost <= one.share for one in unit.indicators)
    assert sum(one.share for one in unit.indicators) == FULL
    assert sum(one.lost for one in unit.indicators) == FULL - unit.total
    assert all(one.share == one.lost == 0 for one in unit.indicators if not one.n)
    for one in unit.indicators:
        if one.n and one.achievement == 0:
            assert one.lost == one.share
        if one.achievement == 1_000_000:
            assert one.lost == 0


@given(units(), schemes())
@settings(max_examples=100, deadline=None)
def test_every_figure_is_a_hundredth_next_to_the_exact_one(facts, scheme) -> None:
    assume(scheme is not STARTING)
    unit = scored(facts, scheme)
    assume(unit.total is not None)
    shares, lost = exact(facts, scheme)
    assert unit.total == (100 * (100 - sum(lost.values())) + Fraction(1, 2)) // 1
    for one in unit.indicators:
        assert abs(one.share - 100 * shares.get(one.code, 0)) < 1
        assert abs(one.lost - 100 * lost.get(one.code, 0)) < 1


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 100)), min_size=1, max_size=7))
@settings(max_examples=100, deadline=None)
def test_shares_and_losses_are_rounded_together(drawn) -> None:
    """By largest remainder wherever losses fit that; in any case to one of the two neighbours."""
    weights = [weight for weight, _ in drawn]
    assume(sum(weights))
    divisor = sum(weights) * 100
    shares = np.array([[FULL * 100 * weight for weight in weights]], dtype=object)
    lost = np.array([[FULL * weight * bad for weight, bad in drawn]], dtype=object)
    found = rounded(shares, lost, np.array([divisor], dtype=object))
    assert found.shares.sum() == FULL
    assert found.lost.sum() == FULL - found.totals[0]
    assert (found.lost <= found.shares).all()
    for exact_, shown in ((shares, found.shares), (lost, found.lost)):
        assert all(abs(s * divisor - e) < divisor for s, e in zip(shown[0], exact_[0], strict=True))


@pytest.mark.parametrize("floor", [40, 60])
def test_a_floor_for_what_is_counted_by_cases_is_refused(floor: int) -> None:
    scheme = Scheme(
        (
            Indicator("satisfaction_mean", D(60), D(0), D(100)),
            Indicator("on_time_rate", D(30), D(floor), D(100)),
            Indicator("median_first_response", D(10), D(24), D(4)),
        )
    )
    assert any("底线应为 0、目标应为 100" in one for one in faults(scheme))
    assert faults(replace(scheme, indicators=(
        replace(scheme.indicators[0], weight=D(90)), scheme.indicators[2],
    ))) == []  # fmt: skip


def test_the_reply_to_bad_ratings_weighs_nothing_in_a_village_scheme() -> None:
    scheme = Scheme(
        (
            Indicator("satisfaction_mean", D(80), D(0), D(100)),
            Indicator("bad_rating_reply_rate", D(20), D(0), D(100)),
        )
    )
    assert any("上一级" in one for one in faults(scheme))


def test_tickets_do_not_punish_good_villages() -> None:
    """The fault: all in time averaged 73.6 and no ticket at all 83.5."""
    ratings = [10, 8, 2, 1, 1]
    none = UnitFacts(1, None, {"levels": ratings})
    timely = UnitFacts(2, None, {"levels": ratings, "response": [1, 0], "on_time": [1, 0],
                                 "resolution": [1, 0, 0]})  # fmt: skip
    late = UnitFacts(3, None, {"levels": ratings, "response": [0, 1], "on_time": [0, 1],
                               "resolution": [0, 0, 1]})  # fmt: skip
    totals = [one.total for one in score_month([none, timely, late], STARTING)]
    assert totals[1] > totals[0] > totals[2]


def test_people_of_a_survey_are_counted_once_whatever_they_are_asked() -> None:
    """Ten people with three questions each are the evidence of ten."""
    answers = [15, 9, 3, 0, 3]
    of_people = UnitFacts(0, None, {"survey": answers, "survey_people": [10]})
    of_answers = UnitFacts(1, None, {"survey": answers})
    scheme = Scheme((Indicator("survey_satisfaction", D(100), D(0), D(100)),))
    people, single = score_month([of_people, of_answers], scheme)
    assert (people.indicators[0].n, single.indicators[0].n) == (10, 30)
    assert people.total == single.total
    assert people.error == pytest.approx(single.error * 3**0.5)
    assert people.people == 10
