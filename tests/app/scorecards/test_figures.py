"""How figures are written and what the sentences above the charts may claim."""

from decimal import Decimal

import pytest

from backend.app.scorecards.figures import (
    Area,
    area,
    finding_of_levels,
    finding_of_trend,
    mean_text,
    range_text,
    rate_text,
)


def month(*counts: int) -> Area:
    return area(counts, 0, 1, 1)


NOBODY = month(0, 0, 0, 0, 0)
FEW = month(3, 0, 0, 0, 0)
GOOD = month(80, 10, 5, 3, 2)
BAD = month(10, 10, 20, 30, 30)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("86.6500", "86.7"), ("86.6499", "86.6"), ("0.0500", "0.1"), ("100", "100.0")],
)  # fmt: skip
def test_figures_are_rounded_half_up_to_one_decimal(value: str, shown: str) -> None:
    assert mean_text(Decimal(value)) == shown
    assert rate_text(Decimal(value)) == f"{shown}%"


def test_no_measurement_is_a_dash_and_never_zero() -> None:
    assert mean_text(None) == "—"
    assert rate_text(None) == "—"
    assert range_text(None, None, 0) == "—"


def test_one_rating_or_equal_ratings_have_no_interval() -> None:
    assert range_text(Decimal(0), Decimal(100), 1) == "—"
    assert range_text(Decimal(100), Decimal(100), 12) == "—"
    assert range_text(Decimal("72.85"), Decimal("95.14"), 5, "%") == "72.9 – 95.1%"


def test_the_change_is_between_displayed_digits() -> None:
    assert GOOD.mean_change(BAD) == "比上月 +52.9"
    assert BAD.rate_change(GOOD) == "比上月 −55.0 个百分点"
    assert GOOD.mean_change(GOOD) == "和上月一样"


def test_months_with_too_few_ratings_are_not_compared() -> None:
    assert FEW.mean_change(GOOD) == "条数太少，不和上月比"
    assert GOOD.mean_change(FEW) == "条数太少，不和上月比"
    assert GOOD.mean_change(NOBODY) == "上月没有评价"
    assert NOBODY.mean_change(GOOD) == ""


def test_up_and_down_are_said_only_when_the_intervals_part() -> None:
    assert "上升" in finding_of_trend(GOOD, BAD)
    assert "下降" in finding_of_trend(BAD, GOOD)
    assert "持平" in finding_of_trend(GOOD, month(75, 14, 6, 3, 2))
    assert "看不出变化" in finding_of_trend(GOOD, FEW)
    assert "没有可比" in finding_of_trend(GOOD, NOBODY)
    assert "还没有人评价" in finding_of_trend(NOBODY, GOOD)


def test_the_levels_are_told_with_a_warning_when_there_are_few() -> None:
    assert finding_of_levels(GOOD) == "选「非常满意」的最多；差评 5 条，占 5.0%。"
    assert finding_of_levels(FEW).startswith("只有 3 条")
    assert finding_of_levels(NOBODY) == "这个月还没有人评价。"
