"""Grades, drawn checks and rolling ratings."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.app.scoring.assessing.grades import (
    Grade,
    GradedUnit,
    GradeRules,
    calibrated,
    ceiling,
    grade,
    pooled,
    quota,
    rules_from_data,
)
from backend.app.scoring.assessing.rolling import RatedItem, leaves, may_return, rating
from backend.app.scoring.assessing.sampling import draw, seed_of

D, F = Decimal, Fraction


def unit(number: int, total: str | None, social: int = 85, **more) -> GradedUnit:
    return GradedUnit(number, D(total) if total else None, F(social), **more)


def group(*totals: str, **more) -> list[GradedUnit]:
    return [unit(at, total, **more) for at, total in enumerate(totals)]


def grades(units: list[GradedUnit]) -> list[Grade | None]:
    return [row.grade for row in grade(units)]


@pytest.mark.parametrize(
    ("n", "share", "places"),
    [(16, F(3, 10), 4), (10, 0.3, 3), (10, D("0.3"), 3), (3, F(3, 10), 0), (0, F(3, 10), 0),
     (96, D("0.25"), 24)],
)  # fmt: skip
def test_the_quota_is_rounded_down(n, share, places) -> None:
    assert quota(n, share) == places


@pytest.mark.parametrize("share", [F(31, 100), -1])
def test_a_quota_above_three_tenths_is_refused(share) -> None:
    with pytest.raises(ValueError, match=r"between 0 and 0\.3"):
        quota(10, share)


def test_grades_follow_the_bounds_and_the_quota_caps_the_best_alone() -> None:
    units = group("95", "93", "91", "89.99", "80", "79.99", "60", "59.99", "0", "30")
    assert grades(units) == ["excellent"] * 3 + ["good"] * 2 + ["fair"] * 2 + ["poor"] * 3
    assert grades(group("95", "94", "93", "92", "91"))[:2] == ["excellent", "good"]
    assert grade(group("95", "94"))[0].reasons == ("优秀名额已满",)


def test_nobody_must_be_poor() -> None:
    assert set(grades(group(*["85"] * 12))) == {"good"}


def test_a_tie_at_the_quota_is_left_to_the_meeting() -> None:
    rows = grade(group("96", "92", "92", "92", "70", "70", "70", "70", "70", "70"))
    assert [row.grade for row in rows[:4]] == ["excellent", "good", "good", "good"]
    assert [row.open for row in rows[:5]] == [False, True, True, True, False]
    assert "须写明理由" in rows[1].reasons[0]


def test_a_boundary_inside_a_band_is_left_to_the_meeting() -> None:
    units = [
        unit(0, "92", band=1), unit(1, "91", band=1), unit(2, "85", band=2), unit(3, "84", band=2),
    ]  # fmt: skip
    assert [row.open for row in grade(units)] == [True, True, False, False]


@pytest.mark.parametrize(
    ("more", "expected", "reason"),
    [
        ({"veto": True}, "fair", "一票否决，最高为一般"),
        ({"no_excellent": True}, "good", "一票否优"),
        ({"open_red": True}, "good", "红牌未撤"),
        ({"social": 79}, "good", "社会评价低于 80"),
    ],
)
def test_what_bars_from_the_best_grade(more, expected, reason) -> None:
    units = [unit(0, "99", **more), *group(*["70"] * 9)]
    row = grade(units)[0]
    assert (row.grade, row.reasons) == (expected, (reason,))


def test_a_place_that_a_barred_unit_leaves_goes_to_the_next() -> None:
    units = [unit(9, "99", no_excellent=True), *group("95", "94", "93")]
    assert grades(units) == ["good", "excellent", "good", "good"]


def test_without_a_total_there_is_no_grade_and_without_a_say_none_of_the_best() -> None:
    assert grade([unit(0, None)])[0].reasons == ("没有得分",)
    asked = [GradedUnit(0, D(95)), *group("70", "70", "70")]
    assert grade(asked)[0].reasons == ("没有社会评价结果",)
    assert grade(asked, GradeRules(social_least=None))[0].grade == "excellent"


totals = st.lists(st.integers(0, 10_000).map(lambda n: D(n) / 100), min_size=1, max_size=20)


@settings(max_examples=60)
@given(totals, st.data())
def test_grades_know_no_order_of_units_and_never_turn_totals_around(values, data) -> None:
    units = [unit(at, str(total)) for at, total in enumerate(values)]
    rows = {row.unit: row for row in grade(units)}
    mixed = {row.unit: row for row in grade(data.draw(st.permutations(units)))}
    assert mixed == rows
    order = list(Grade)
    by_total = sorted(units, key=lambda one: one.total or D(0), reverse=True)
    places = [order.index(rows[one.unit].grade or Grade.POOR) for one in by_total]
    assert places == sorted(places)
    assert places.count(0) <= quota(len(units))


def test_small_groups_are_graded_with_their_named_neighbour() -> None:
    sizes = {"群团部门": 3, "党委部门": 12, "镇（街道）": 2}
    assert pooled(sizes, {"群团部门": "党委部门"}) == {
        "群团部门": "党委部门", "党委部门": "党委部门", "镇（街道）": "镇（街道）",
    }  # fmt: skip


def test_calibration_keeps_the_order_and_needs_ten() -> None:
    values = [float(n) for n in (61, 75, 75, 80, 82, 83, 88, 90, 91, 97)]
    scores = calibrated(values, 80, 8)
    assert scores == sorted(scores)
    assert scores[1] == scores[2]
    with pytest.raises(ValueError, match="10 units"):
        calibrated(values[:9], 80, 8)


FRAME = [(key, key % 10 == 0) for key in range(200)]


def test_a_sample_holds_all_that_always_are_and_a_tenth_of_the_rest() -> None:
    sample = draw(7, FRAME)
    assert set(range(0, 200, 10)) <= set(sample)
    assert len(sample) == 20 + 18
    assert draw(7, FRAME, 1) == list(range(200))
    assert draw(7, [(3, False)]) == [3]
    assert draw(7, []) == []
    with pytest.raises(ValueError, match="between 0 and 1"):
        draw(7, FRAME, 2)


def test_whoever_has_the_seed_draws_the_same_in_any_order() -> None:
    seed = seed_of("0123456789abcdef" + "00" * 24)
    assert seed == 0x0123456789ABCDEF
    assert draw(seed, FRAME) == draw(seed, reversed(FRAME))
    assert draw(seed, FRAME) != draw(seed + 1, FRAME)


def test_the_sample_of_a_seed_stays_as_it_is_for_ever() -> None:
    assert draw(1, [(key, False) for key in range(40)]) == [29, 30, 38, 39]


def test_planted_false_claims_are_found_as_often_as_the_share_promises() -> None:
    # 100 of 1,000 claims are false: of a tenth drawn, 10 are expected; fewer than 3 or more than
    # 20 happen less than once in a hundred seeds together (binomial).
    found = [sum(key < 100 for key in draw(seed, ((k, False) for k in range(1000)), F(1, 10)))
             for seed in range(100)]  # fmt: skip
    assert abs(sum(found) / len(found) - 10) < 1
    assert sum(not 3 <= one <= 20 for one in found) <= 3


def item(code: str, points: int, full: int, on: date) -> RatedItem:
    return RatedItem(code, F(points), F(full), on)


NOW = date(2026, 11, 30)


def test_the_newest_valid_value_of_each_item_is_rescaled_to_a_hundred() -> None:
    items = [
        item("A", 2, 10, date(2026, 1, 5)), item("A", 9, 10, date(2026, 6, 1)),
        item("B", 3, 5, date(2025, 11, 30)), item("C", 0, 30, date(2025, 11, 29)),
        item("A", 0, 10, date(2026, 12, 1)),
    ]  # fmt: skip
    result = rating(items, NOW)
    assert (result.points, result.light.code, result.counted) == (80, "green", ("A", "B"))
    assert rating(reversed(items), NOW) == result


@pytest.mark.parametrize(
    ("points", "light"), [(80, "green"), (79, "yellow"), (60, "yellow"), (59, "red")]
)
def test_three_colours_by_points(points, light) -> None:
    assert rating([item("A", points, 100, NOW)], NOW).light.code == light


def test_where_nothing_is_valid_there_is_no_rating() -> None:
    result = rating([item("A", 5, 10, date(2024, 1, 1))], NOW)
    assert (result.points, result.light.word) == (None, "无数据")


def test_who_leaves_and_when_back() -> None:
    assert [leaves(rows) for rows in ([], ["red"], ["red", "red"], ["red", "red", "green"])] == [
        False, False, True, False,
    ]  # fmt: skip
    assert leaves(["green"], violated=True)
    assert [may_return(date(2025, 11, day), NOW) for day in (29, 30)] == [True, True]
    assert not may_return(date(2025, 12, 1), NOW)


def test_the_best_grade_a_meeting_may_give_is_bounded_by_vetoes_cards_and_raters() -> None:
    rules = GradeRules()
    assert ceiling(unit(1, "95", veto=True), rules) == "fair"
    for barred in ({"no_excellent": True}, {"open_red": True}, {"social": 79}):
        assert ceiling(unit(1, "95", **barred), rules) == "good"
    assert ceiling(unit(1, "50"), rules) == "excellent"


def test_raters_who_disagree_bring_nobody_over_a_boundary() -> None:
    units = [
        unit(1, "90.47", agreed=D("88.8")), unit(2, "89.9", agreed=D("90.1")),
        unit(3, "85", agreed=D("81")), unit(4, "50"),
    ]  # fmt: skip
    assert [row.open for row in grade(units, GradeRules())] == [True, True, False, False]


def test_bounds_are_read_from_the_programme_and_usual_where_it_names_none() -> None:
    assert rules_from_data({}).bounds == GradeRules().bounds
    own = rules_from_data({"excellent": "92.5", "social": "85"})
    assert own.bounds[0] == ("excellent", D("92.5"))
    assert (own.bounds[1], own.social_least) == (("good", D(80)), D(85))
