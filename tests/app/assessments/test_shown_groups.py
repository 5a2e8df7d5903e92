"""Which groups' means may be read beside a unit's total. Pure."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.app.assessments.appraisals.social import SocialGroup, shown_groups

MEANS = st.decimals(0, 100, places=2)


@st.composite
def groups(draw: st.DrawFn) -> list[SocialGroup]:
    return [
        SocialGroup(
            f"第{number}组", Decimal(draw(st.integers(1, 9))), draw(MEANS),
            draw(st.integers(1, 20)), 5, None, draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 6)))
    ]  # fmt: skip


@given(groups())
def test_neither_a_merged_group_nor_one_with_too_few_ballots_is_shown(rows) -> None:
    for row in rows:
        if row.is_merged or not row.is_used:
            assert row.name not in shown_groups(rows)


@given(groups())
def test_no_hidden_mean_follows_from_the_total_and_the_means_beside_it(rows) -> None:
    used = [row for row in rows if row.is_used]
    hidden = [row for row in used if row.name not in shown_groups(rows)]
    # The total and the shown means are one equation for what is hidden: it needs two unknowns.
    assert len(hidden) != 1 or len(used) == 1


@given(groups())
def test_without_a_merged_group_everything_used_is_shown(rows) -> None:
    if not any(row.is_merged and row.is_used for row in rows):
        assert shown_groups(rows) == {row.name for row in rows if row.is_used}


def test_the_group_of_fewest_ballots_is_hidden_with_the_leaders() -> None:
    rows = [
        SocialGroup("领导", Decimal(2), Decimal(85), 4, 3, None, is_merged=True),
        SocialGroup("互评", Decimal(2), Decimal(90), 10, 5, None),
        SocialGroup("代表", Decimal(3), Decimal(80), 8, 5, None),
    ]
    assert shown_groups(rows) == {"互评"}
