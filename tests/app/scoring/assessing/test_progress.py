"""How far a target is, and its colour."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.assessing.lights import (
    DONGDAN,
    FUPING,
    LEPING,
    PRESETS,
    SANYA,
    YINCHUAN,
    Light,
    as_data,
    faults,
    from_data,
)  # fmt: skip
from backend.app.scoring.assessing.progress import (
    ProgressKind,
    actual_share,
    colour,
    planned_share,
    time_share,
    unit_index,
)  # fmt: skip

F = Fraction
shares = st.integers(0, 800).map(lambda parts: F(parts, 400))


def code(light: Light | None) -> str | None:
    return light.code if light else None


def test_the_golden_row_of_fuping() -> None:
    planned = [F(percent, 100) for percent in (0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)]
    values = (0, 0, 0, 150, 360, 560, 560, 700, 1000, 1100, 1200, 1200)
    actual = [actual_share("cumulative", 0, 1200, value) for value in values]
    lights = [
        colour(a, p, finished=a == 1, stopped=False, misses=0, lights=FUPING)
        for a, p in zip(actual, planned, strict=True)
    ]
    assert [code(light) for light in lights] == [
        None, None, "black", "red", "green", "blue", "green", "green", "blue", "blue",
        "orange", "orange",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "baseline", "target", "value", "share"),
    [
        ("cumulative", 0, 1200, 150, F(1, 8)),
        ("cumulative", 100, 50, 75, F(1, 2)),
        ("cumulative", 0, 100, 130, F(13, 10)),
        ("cumulative", 100, 200, 50, F(0)),
        ("milestone", 0, 10, 4, F(2, 5)),
        ("level", Decimal("60"), Decimal("90"), Decimal("75"), F(1, 2)),
        ("level", 24, 4, 2, F(1)),
        ("judged", 0, 5, 4, F(3, 4)),
        ("negative", 0, 10, 4, F(3, 5)),
        ("negative", 0, 10, 25, F(0)),
    ],
)
def test_the_actual_share_of_each_kind(kind, baseline, target, value, share) -> None:
    assert actual_share(kind, baseline, target, value) == share


@pytest.mark.parametrize(
    ("kind", "baseline", "target"),
    [("cumulative", 5, 5), ("level", 5, 5), ("judged", 0, 1), ("negative", 0, 0)],
)
def test_a_target_that_is_where_it_starts_has_no_share(kind, baseline, target) -> None:
    with pytest.raises(ValueError, match="expected"):
        actual_share(kind, baseline, target, 3)


def test_the_plan_is_read_at_the_last_point_not_after_the_day() -> None:
    plan = [(date(2026, 6, 30), F(1, 2)), (date(2026, 3, 31), F(1, 10)), (date(2026, 12, 31), F(1))]
    days = [date(2026, 3, 30), date(2026, 3, 31), date(2026, 11, 30), date(2027, 1, 1)]
    assert [planned_share(plan, day) for day in days] == [F(0), F(1, 10), F(1, 2), F(1)]


def test_without_a_plan_time_goes_by_working_days() -> None:
    assert time_share(61, 244) == F(1, 4)
    assert time_share(300, 244) == 1
    with pytest.raises(ValueError, match="working day"):
        time_share(0, 0)


def test_work_that_stands_still_is_black_and_what_has_a_value_from_the_start_is_not() -> None:
    assert code(colour(F(1, 2), F(1, 2), stopped=True)) == "black"
    assert code(colour(F(0), F(1, 2))) == "black"
    assert code(colour(F(0), F(1), kind=ProgressKind.JUDGED)) == "red"


def test_two_missed_periods_are_red_and_one_keeps_the_last_value() -> None:
    assert code(colour(F(1, 2), F(1, 2), misses=1)) == "green"
    assert code(colour(F(1, 2), F(1, 2), misses=2)) == "red"


def test_finished_needs_the_whole_target_and_both_words() -> None:
    assert code(colour(F(1), F(1), finished=True)) == "orange"
    assert code(colour(F(1), F(1), finished=False)) == "green"
    assert code(colour(F(1, 2), F(1, 2), finished=True)) == "green"


def test_a_target_done_before_anything_was_planned_is_finished() -> None:
    assert code(colour(F(1), F(0), finished=True)) == "orange"
    assert code(colour(F(1, 20), F(0))) == "blue"


@pytest.mark.parametrize(
    ("lights", "actual", "planned", "expected"),
    [
        (FUPING, F(9, 20), F(1, 2), "green"), (FUPING, F(449, 1000), F(1, 2), "red"),
        (FUPING, F(11, 20), F(1, 2), "blue"), (FUPING, F(11, 100), F(1, 10), "green"),
        (DONGDAN, F(95, 100), F(1), "green"), (DONGDAN, F(94, 100), F(1), "yellow"),
        (DONGDAN, F(85, 100), F(1), "yellow"), (DONGDAN, F(84, 100), F(1), "red"),
        (YINCHUAN, F(41, 100), F(1, 2), "green"), (YINCHUAN, F(40, 100), F(1, 2), "yellow"),
        (YINCHUAN, F(20, 100), F(1, 2), "yellow"), (YINCHUAN, F(19, 100), F(1, 2), "red"),
        (YINCHUAN, F(0), F(5, 100), "yellow"),
        (SANYA, F(1, 2), F(1, 2), "green"), (SANYA, F(1, 4), F(1, 2), "yellow"),
        (SANYA, F(24, 100), F(1, 2), "red"),
        (LEPING, F(95, 100), F(1), "green"), (LEPING, F(85, 100), F(1), "yellow"),
        (LEPING, F(84, 100), F(1), "red"),
    ],
)  # fmt: skip
def test_the_published_presets_at_their_bounds(lights, actual, planned, expected) -> None:
    assert code(colour(actual, planned, lights=lights)) == expected


def test_three_months_not_started_are_red_in_yinchuan() -> None:
    months = [code(colour(F(0), F(1, 20), lights=YINCHUAN, idle=idle)) for idle in (1, 2, 3)]
    assert months == ["yellow", "yellow", "red"]


@given(shares, shares, st.booleans(), st.booleans(), st.integers(0, 5), st.sampled_from(
    list(PRESETS.values())))  # fmt: skip
def test_colours_partition(actual, planned, finished, stopped, misses, lights) -> None:
    light = colour(
        actual, planned, finished=finished, stopped=stopped, misses=misses, lights=lights
    )
    assert (light is None) is (not actual and not planned)
    assert light is None or light in lights


@given(shares, shares, shares)
def test_more_done_is_never_a_worse_colour(actual, more, planned) -> None:
    order = ["black", "red", "green", "blue"]
    low, high = (colour(share, planned) for share in sorted((actual, more)))
    if low and high:
        assert order.index(low.code) <= order.index(high.code)


@pytest.mark.parametrize("name", PRESETS)
def test_lights_go_to_data_and_back(name: str) -> None:
    assert from_data(as_data(PRESETS[name])) == PRESETS[name]
    assert faults(as_data(PRESETS[name])) == []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "空的"),
        ([{"code": "green", "word": "正常", "icon": "●", "ratio_at_least": "0.9"}], "没有颜色"),
        ([{"code": "green", "word": "", "icon": "●"}], "缺少"),
        ([{"code": "green", "word": "正常", "icon": "●", "moon": 1}], "不认识的条件「moon」"),
        ([{"code": "red", "word": "滞后", "icon": "■", "misses_at_least": -1},
          {"code": "green", "word": "正常", "icon": "■"}], "期数"),
        ([{"code": "red", "word": "滞后", "icon": "■", "ratio_at_least": "多"},
          {"code": "green", "word": "正常", "icon": "●"}], "数字"),
        ([{"code": "red", "word": "滞后", "icon": "■", "misses_at_least": 2},
          {"code": "green", "word": "正常", "icon": "■"}], "图形"),
    ],
)  # fmt: skip
def test_lights_are_refused_in_words(rows, words: str) -> None:
    assert any(words in reason for reason in faults(rows))
    with pytest.raises(ValueError, match=r"[^ ]"):
        from_data(rows)


def test_the_index_of_a_unit_counts_what_is_due_up_to_its_plan() -> None:
    targets = [(4, F(1, 2), F(1, 2)), (6, F(1, 4), F(1, 2)), (10, F(1), F(0)), (2, F(1), F(1, 2))]
    assert unit_index(targets) == 100 * F(4 + 3 + 2, 12)
    assert unit_index([(4, F(0), F(0))]) is None
