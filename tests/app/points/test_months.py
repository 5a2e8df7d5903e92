"""A month's sums: live while it runs, kept when it is over, the same digits."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.core import clock as county_clock
from backend.app.core.db import db, transaction
from backend.app.points import months
from backend.app.points.ledger import credit, spend, undo
from backend.app.rewards import publications
from backend.jobs import points as jobs
from tests.factories.county import bind, make_person

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture
def busy(county, clock):
    """October: two villages earn, one spends and gets something back."""
    clock.set(date(2026, 10, 9))
    people = [make_person() for _ in range(3)]
    for person, village in zip(people[:2], county.village_ids, strict=True):
        bind(person, county, village)
    with transaction():
        for number, person in enumerate(people):
            for nth in range(5):
                credit(person, county.id, "rating", "rating", number * 10 + nth)
        spend(people[0], county.id, 6, "redemption", 1)
        spend(people[1], county.id, 4, "redemption", 2)
        undo("redemption", 2)
    clock.set(date(2026, 11, 2))
    return people


def lines(report: months.MonthReport) -> list[tuple]:
    return [(r.name, r.earned, r.spent, r.reversed, r.net, r.entries) for r in report.villages]


def test_sums_by_village_are_those_of_the_entries(county, busy) -> None:
    report = months.report(county.id, county.id, OCTOBER)
    assert lines(report) == [
        ("第1村", 10, -6, 0, 4, 6),
        ("第2村", 10, 0, 0, 10, 7),
        ("没绑定村", 10, 0, 0, 10, 5),
    ]
    assert report.total("net") == db.session.scalar(text("SELECT sum(balance) FROM points_balance"))
    assert [(act.label, act.amount) for act in report.acts] == [
        ("评价服务", 30), ("兑换", -6),
    ]  # fmt: skip


def test_a_closed_month_says_the_same_and_is_not_changed(county, busy) -> None:
    live = months.report(county.id, county.id, OCTOBER)
    assert jobs.close_points_month() == 1
    kept = months.report(county.id, county.id, OCTOBER)
    assert kept.closed is not None
    assert (lines(kept), kept.acts) == (lines(live), live.acts)
    assert kept.closed.entries == 18
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text("UPDATE points_month_sum SET amount = 0"))


def test_a_month_is_closed_once_and_not_before_it_is_over(county, busy) -> None:
    with transaction():
        assert months.close_month(county.id, NOVEMBER) is None
    assert jobs.close_points_month() == 1
    assert jobs.close_points_month() == 0


def test_nothing_is_closed_on_the_first(county, busy, clock) -> None:
    clock.set(NOVEMBER)
    assert jobs.close_points_month() == 0


def test_a_township_sees_its_own_villages(county, busy) -> None:
    report = months.report(county.id, county.township_ids[0], OCTOBER)
    assert [row.name for row in report.villages] == ["第1村", "第2村"]


def test_the_month_of_an_entry_is_the_countys_month(county, clock) -> None:
    person = make_person()
    clock.at = county_clock.midnight(date(2026, 11, 1))
    with transaction():
        credit(person, county.id, "rating", "rating", 1)
    assert months.report(county.id, county.id, OCTOBER).villages == []
    assert months.report(county.id, county.id, NOVEMBER).total("earned") == 2


def test_what_was_redeemed_is_one_figure_in_console_file_and_publication(county, busy) -> None:
    report = months.report(county.id, county.id, OCTOBER)
    published = [
        publications.compose(village, OCTOBER)["points"]["redeemed"]
        for village in county.village_ids[:2]
    ]
    assert [row.spent for row in report.villages[:2]] == published == [-6, 0]
    assert report.total("spent") == sum(published)
