"""The twelve point rules."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.app.scoring.assessing.points import points_of
from backend.app.scoring.assessing.rule_faults import rule_faults, rule_warnings
from backend.app.scoring.assessing.rules import RULE_NAMES, Rule, as_data, rule_of

F = Fraction
POPULATION_STEP = {"rule": "per_step", "from": "90", "step": "1", "deduct": "0.05"}
PLACES = {"rule": "rank", "places": ["60", "57", "54", "51", "48"]}
OVER = {
    "rule": "over", "base": {"rule": "all_or_nothing", "target": "3", "otherwise": "-3"},
    "from": "3", "step": "1", "add": "1", "cap": "5", "rounding": "whole_down",
}  # fmt: skip
TIERS = {"rule": "tiers", "tiers": [["90", "5"], ["80", "3"], ["60", "1"]]}
# One of each, with points, in words that printed tables use.
EXAMPLES = {
    "proportional": ({"rule": "proportional", "target": "1200"}, 10),
    "floor_target": ({"rule": "floor_target", "floor": "24", "target": "4"}, 10),
    "per_step": (POPULATION_STEP, 2),
    "per_case": ({"rule": "per_case", "deduct": "2"}, 5),
    "all_or_nothing": ({"rule": "all_or_nothing", "target": "80"}, 10),
    "tiers": (TIERS, 5),
    "rank": (PLACES, 60),
    "ratio_to_best": ({"rule": "ratio_to_best"}, 400),
    "judged": ({"rule": "judged", "levels": "5"}, 6),
    "pass": ({"rule": "pass"}, 8),
    "over": (OVER, 3),
    "shared": ({"rule": "shared", "share": "0.5"}, 10),
}


def earn(data, points, value, group=(), at=0, missing="leave_weight"):
    return points_of(rule_of(data, points, missing), value, group, at)


@pytest.mark.parametrize(
    ("value", "points"), [(1200, 10), (1500, 10), (300, F(5, 2)), (0, 0), (-5, 0)]
)
def test_in_proportion_to_the_target(value, points) -> None:
    assert earn(*EXAMPLES["proportional"], value) == points


def test_a_share_that_is_worked_out_already_needs_no_target() -> None:
    assert earn({"rule": "proportional"}, 10, F(3, 4)) == F(15, 2)


def test_between_floor_and_target_also_downwards() -> None:
    data, points = EXAMPLES["floor_target"]
    assert [earn(data, points, hours) for hours in (30, 24, 14, 4, 1)] == [0, 0, 5, 10, 10]


def test_86_95_per_cent_at_0_05_a_per_cent_is_1_85_of_2() -> None:
    # 「每低1%扣0.05分」, the printed row of a city's 机构编制 assessment, by whole steps.
    by_rounding = {
        rounding: earn({**POPULATION_STEP, "rounding": rounding}, 2, F("86.95"))
        for rounding in ("exact", "whole_down", "whole_up")
    }
    assert by_rounding == {"exact": F("1.8475"), "whole_down": F("1.85"), "whole_up": F("1.8")}


def test_steps_above_a_mean_age_cost_points_and_below_it_none() -> None:
    data = {"rule": "per_step", "from": "42.95", "step": "1", "deduct": "0.5", "better": "lower"}
    assert earn(data, 2, F("34.6")) == 2
    assert earn(data, 2, F("44.95")) == 1
    assert earn(data, 2, 60) == 0


def test_29_1_per_cent_of_at_least_20_is_full() -> None:
    assert earn({"rule": "per_step", "from": "20", "step": "1", "deduct": "0.1"}, 1, F("29.1")) == 1


def test_cases_cost_points_until_the_least() -> None:
    assert [earn(*EXAMPLES["per_case"], n) for n in (0, 1, 2, 3, 9)] == [5, 3, 1, 0, 0]
    assert earn({"rule": "per_case", "deduct": "10", "least": "-20"}, 20, 3) == -10


def test_all_or_nothing_and_a_penalty() -> None:
    assert [earn(*EXAMPLES["all_or_nothing"], rate) for rate in (80, F("79.9"))] == [10, 0]
    penalty = {"rule": "all_or_nothing", "otherwise": "-2"}
    assert [earn(penalty, 10, done) for done in (1, 0)] == [10, -2]
    unemployed = {"rule": "all_or_nothing", "target": "4.1", "better": "lower"}
    assert [earn(unemployed, 1, rate) for rate in (F("4.1"), F("4.2"))] == [1, 0]


def test_the_first_tier_reached_counts() -> None:
    assert [earn(TIERS, 5, value) for value in (95, 90, 89, 60, 59)] == [5, 5, 3, 1, 0]


def test_places_are_paid_by_rank_and_ties_share_the_mean() -> None:
    group = [F(9), F(8), F(8), F(5), None, F(4), F(1)]
    points = [earn(PLACES, 60, group[at], group, at) for at in (0, 1, 2, 3, 5, 6)]
    assert points == [60, F(111, 2), F(111, 2), 51, 48, 0]


def test_a_rank_below_five_units_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 5"):
        earn(PLACES, 60, F(1), [F(1), F(2), F(3), F(4)], 0)
    assert any("至少要有 5 个单位" in words for words in rule_faults(PLACES, 60, units=4))
    assert rule_faults(PLACES, 60, units=5) == []
    assert earn(PLACES, 60, F(1), [F(1), None, F(3), F(4), F(5)], 0) is None


def test_the_best_by_value_and_difficulty_has_full_points() -> None:
    rule = Rule("ratio_to_best", F(400), difficulty=(F("1.35"), F("1.0"), F("1.2")))
    group = [F(10), F(12), None]
    assert points_of(rule, F(10), group, 0) == 400
    assert points_of(rule, F(12), group, 1) == 400 * F(12) / F("13.5")
    assert earn({"rule": "ratio_to_best"}, 400, 0, [F(0), F(0)], 0) is None


def test_anchors_are_paid_from_the_first_level_to_the_last() -> None:
    assert [earn(*EXAMPLES["judged"], level) for level in (1, F(7, 2), 5)] == [0, F(15, 4), 6]


def test_passed_or_not() -> None:
    assert [earn(*EXAMPLES["pass"], value) for value in (1, 0)] == [8, 0]
    assert earn({"rule": "pass"}, 0, 1) == 0


def test_over_the_target_adds_up_to_the_cap_and_below_it_costs() -> None:
    assert [earn(OVER, 3, value) for value in (2, 3, F("4.5"), 5, 9)] == [-3, 3, 4, 5, 5]


def test_a_shared_task_counts_for_all_and_the_own_duty_for_one() -> None:
    data, points = EXAMPLES["shared"]
    rule = rule_of(data, points)
    assert points_of(rule, F(1)) is None
    measured = Rule(rule.code, rule.full, rule.given, common=F(8, 10))
    assert points_of(measured, F(1, 2)) == 10 * (F(1, 2) * F(8, 10) + F(1, 2) * F(1, 2))


@pytest.mark.parametrize(
    ("missing", "points"),
    [("leave_weight", None), ("zero", 0), ("full", 10), ("group_mean", F(15, 2))],
)
def test_without_a_value_the_policy_decides(missing, points) -> None:
    group = [None, F(1), F(1, 2), None]
    assert earn({"rule": "proportional"}, 10, None, group, 0, missing) == points


def test_a_mean_of_nobody_is_left_out_and_means_are_warned_of() -> None:
    assert earn({"rule": "proportional"}, 10, None, [None, None], 0, "group_mean") is None
    assert "排到一半" in rule_warnings("group_mean")[0]
    assert rule_warnings("leave_weight") == []


@pytest.mark.parametrize("code", RULE_NAMES)
def test_every_rule_goes_to_data_and_back(code: str) -> None:
    data, points = EXAMPLES[code]
    rule = rule_of(data, points)
    assert rule_of(as_data(rule), points) == rule
    assert rule_faults(data, points) == []


values = st.integers(-800, 800).map(lambda quarters: F(quarters, 4))


@pytest.mark.parametrize("code", sorted(set(EXAMPLES) - {"pass", "judged", "shared"}))
@settings(max_examples=40)
@given(low=values, high=values, rest=st.lists(values, min_size=4, max_size=8))
def test_a_better_value_never_earns_less(code: str, low, high, rest) -> None:
    low, high = sorted((low, high))
    data, points = EXAMPLES[code]
    if code in ("per_case", "floor_target"):
        low, high = abs(max(low, high, key=abs)), abs(min(low, high, key=abs))
    worse, better = (earn(data, points, v, [v, *rest], 0) for v in (low, high))
    assert worse is None or better is None or worse <= better


@pytest.mark.parametrize("code", RULE_NAMES)
@settings(max_examples=40)
@given(value=values, rest=st.lists(values, min_size=4, max_size=8))
def test_points_lie_between_the_least_and_the_most(code: str, value, rest) -> None:
    data, points = EXAMPLES[code]
    value = abs(value) if code == "per_case" else value
    rule = rule_of(data, points)
    rule = Rule(rule.code, rule.full, rule.given, common=F(1, 2))
    earned = points_of(rule, value, [value, *rest], 0)
    assert earned is None or rule.least <= earned <= rule.most


@pytest.mark.parametrize("code", RULE_NAMES)
@settings(max_examples=40)
@given(group=st.lists(values, min_size=5, max_size=8), data=st.data())
def test_the_order_of_the_units_changes_no_points(code: str, group, data) -> None:
    rule = rule_of(*EXAMPLES[code])
    order = data.draw(st.permutations(range(len(group))))
    shuffled = [group[place] for place in order]
    straight = [points_of(rule, value, group, at) for at, value in enumerate(group)]
    mixed = [points_of(rule, value, shuffled, at) for at, value in enumerate(shuffled)]
    assert mixed == [straight[place] for place in order]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "请选计分方法"),
        ({"rule": "moon"}, "不认识的计分方法「moon」"),
        ({"rule": "per_step", "from": "20", "deduct": "1"}, "缺少参数「每档多少」"),
        ({"rule": "per_step", "from": "20", "step": "0", "deduct": "1"}, "「每档多少」应大于 0"),
        ({"rule": "per_case", "deduct": "0"}, "「每例扣多少分」应大于 0"),
        ({"rule": "per_case", "deduct": "一"}, "「每例扣多少分」应为数字"),
        ({"rule": "per_case", "deduct": "1", "least": "9"}, "最低得分不能高于分值"),
        ({"rule": "per_case", "deduct": "1", "pay": "2"}, "不认识的参数「pay」"),
        ({**POPULATION_STEP, "rounding": "up"}, "「零头」应为"),
        ({"rule": "floor_target", "floor": "5", "target": "5"}, "不能一样"),
        ({"rule": "proportional", "target": "0"}, "不能一样"),
        ({"rule": "all_or_nothing", "otherwise": "5"}, "应低于分值"),
        ({"rule": "tiers", "tiers": []}, "是空的"),
        ({"rule": "tiers", "tiers": [["90"]]}, "应为数字"),
        ({"rule": "tiers", "tiers": [["80", "3"], ["90", "5"]]}, "从好到差排列"),
        ({"rule": "tiers", "tiers": [["90", "3"], ["80", "5"]]}, "不增加"),
        ({"rule": "tiers", "tiers": [["90", "6"]]}, "不能超过分值 5"),
        ({"rule": "rank", "places": ["5", "x"]}, "应为数字"),
        ({"rule": "rank", "places": ["3", "4"]}, "不增加"),
        ({"rule": "judged", "levels": "1"}, "档数"),
        ({"rule": "shared", "share": "0.8"}, "三成到七成"),
        ({**OVER, "cap": "4"}, "最多得分不能低于分值"),
        ({**OVER, "better": "lower"}, "方向应一致"),
        ({**OVER, "base": {"rule": "pass"}}, "不能再加超额分"),
        ({**OVER, "base": {"rule": "tiers", "tiers": []}}, "是空的"),
        ({**OVER, "base": OVER}, "另一种计分方法"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_met_is_refused_in_words(data, words: str) -> None:
    assert any(words in reason for reason in rule_faults(data, 5))


def test_negative_points_and_unknown_policies_are_refused() -> None:
    assert any("负数" in words for words in rule_faults({"rule": "pass"}, -1))
    assert any("缺数据" in words for words in rule_faults({"rule": "pass"}, 1, "guess"))
