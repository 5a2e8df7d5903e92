"""活跃度 and 活跃指数: worked cases, and what holds whatever is sold, bought and applied."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.assessing.activity import (
    Application,
    Trade,
    area_index,
    farm_activity,
    in_time_share,
    quota_share,
    real_name_share,
    shop_activity,
)

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 30)
SALES = [
    Trade(FIRST + timedelta(days=day), Fraction(100), is_real_name=True)
    for day in range(0, 30, 2)
] + [Trade(FIRST, Fraction(500), is_real_name=False)]  # fmt: skip
APPLIED = [
    Application(date(2026, 10, day), date(2026, 10, day + late), within_quota)
    for day, late, within_quota in (
        (2, 0, True), (5, 7, True), (9, 8, True), (12, 1, False), (20, 2, True), (21, 0, True),
    )
]  # fmt: skip


def bought(times: int, on: date = LAST) -> list[Trade]:
    return [Trade(on, Fraction(200), is_real_name=True)] * times


def test_a_shop_earns_its_real_name_share_times_its_days_with_sales() -> None:
    """1,500 of 2,000 yuan by name, on 15 of 30 days: 75% x 1/2."""
    assert shop_activity(SALES, FIRST, LAST) == Fraction(75, 2)


def test_a_shop_open_for_fewer_days_is_measured_by_these() -> None:
    """Opened on the 29th: one sale on two days open."""
    sales = [Trade(date(2026, 10, 29), Fraction(80), is_real_name=True)]
    assert shop_activity(sales, date(2026, 10, 29), LAST) == 50


def test_thirty_days_without_data_count_nothing() -> None:
    sales = [Trade(FIRST, Fraction(80), is_real_name=True)]
    assert shop_activity(sales, FIRST, FIRST + timedelta(days=29)) > 0
    assert shop_activity(sales, FIRST, FIRST + timedelta(days=30)) == 0
    assert farm_activity(APPLIED, [], APPLIED[-1].on + timedelta(days=30)) == 0
    assert shop_activity([], FIRST, LAST) == farm_activity([], [], LAST) == 0


def test_a_farm_earns_what_was_recorded_in_time_and_within_quota() -> None:
    """Four of six; eight purchases imply eight applications, so four of eight."""
    assert farm_activity(APPLIED, [], LAST) == Fraction(200, 3)
    assert farm_activity(APPLIED, bought(8), LAST) == 50


def test_a_farm_that_buys_and_records_nothing_has_none() -> None:
    assert farm_activity([], bought(3), LAST) == 0


def test_the_index_weighs_each_by_its_sales_or_area() -> None:
    assert area_index([(Fraction(1000), Fraction(72)), (Fraction(3000), Fraction(50))]) == Fraction(
        111, 2
    )
    assert area_index([]) is None
    assert area_index([(Fraction(0), Fraction(80))]) is None


def test_shares_are_of_amounts_and_of_applications() -> None:
    assert real_name_share(SALES) == 75
    assert in_time_share(APPLIED, bought(10)) == 50
    assert quota_share(APPLIED) == Fraction(500, 6)
    assert real_name_share([]) is in_time_share([], []) is quota_share([]) is None


trades = st.lists(
    st.builds(
        Trade, st.dates(FIRST, LAST), st.integers(1, 9999).map(Fraction), st.booleans()
    ), max_size=30,
)  # fmt: skip
applications = st.lists(
    st.builds(
        lambda on, late, kept: Application(on, on + timedelta(days=late), kept),
        st.dates(FIRST, LAST), st.integers(0, 20), st.booleans(),
    ), max_size=30,
)  # fmt: skip


@given(trades)
def test_a_shops_activity_is_of_a_hundred_and_a_name_never_lowers_it(sales: list[Trade]) -> None:
    before = shop_activity(sales, FIRST, LAST)
    named = shop_activity([sale._replace(is_real_name=True) for sale in sales], FIRST, LAST)
    assert 0 <= before <= named <= 100


@given(applications, trades)
def test_a_farms_activity_is_of_a_hundred_and_buying_more_never_raises_it(
    lines: list[Application], purchases: list[Trade]
) -> None:
    without = farm_activity(lines, [], LAST)
    assert farm_activity(lines, purchases, LAST) >= 0
    if lines:
        assert farm_activity(lines, purchases, LAST) <= without <= 100


@given(st.lists(st.tuples(st.integers(1, 999), st.integers(0, 100)), min_size=1, max_size=20))
def test_the_index_lies_between_its_members_and_their_order_changes_nothing(
    members: list[tuple[int, int]],
) -> None:
    listed = [(Fraction(weight), Fraction(activity)) for weight, activity in members]
    index = area_index(listed)
    assert index is not None
    assert min(a for _, a in listed) <= index <= max(a for _, a in listed)
    assert area_index(listed[::-1]) == index
