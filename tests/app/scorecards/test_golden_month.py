"""The month worked by hand in docs/scoring.md, from rows in the database to every figure."""

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.scorecards.facts import gather
from backend.app.scorecards.operations import score
from backend.app.scoring.month import UnitScore
from backend.app.scoring.schemes import Indicator, Scheme
from tests.factories.county import County
from tests.factories.golden import MONTH, NAMES, golden_county, store

PAGE = Path(__file__).parents[3] / "docs" / "scoring.md"
SCHEME = Scheme(
    tuple(
        Indicator(code, Decimal(weight), Decimal(0), Decimal(100))
        for code, weight in (
            ("satisfaction_mean", 60),
            ("resolution_rate", 25),
            ("response_rate", 15),
        )
    )
)


@pytest.fixture
def county(app) -> County:
    return golden_county()


def scored(county: County) -> dict[str, UnitScore]:
    until = clock.midnight(date(2026, 10, 1))
    facts = gather(MONTH, [county.id], until)
    found = score(facts, MONTH, SCHEME, {})
    return dict(zip(NAMES, found, strict=True))


def printed() -> dict[tuple[str, str], list[str]]:
    """The table of the page: what stands behind each village and indicator."""
    rows = re.findall(r"^\| (东村|西村|南村) \| (\S+) \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    return {(village, name): figures.split(" | ") for village, name, figures in rows}


def ticks(value: int) -> str:
    return f"{value / 10_000:.4f}"


def test_every_figure_of_the_golden_month_is_the_one_on_the_page(county: County) -> None:
    page, found = printed(), scored(county)
    assert len(page) == 10
    for village, unit in found.items():
        for row in unit.indicators:
            if not row.n:
                assert (village, row.code) not in page
                continue
            expected = page[village, row.code]
            assert expected == [
                str(row.n), ticks(row.value), f"{ticks(row.low)} – {ticks(row.high)}",
                f"{row.share / 100:.2f}", ticks(row.achievement), f"{row.lost / 100:.2f}",
            ], (village, row.code)  # fmt: skip
        total = page[village, "total"]
        assert total[-1] == f"{unit.total / 100:.2f}"


def test_working_hours_are_what_waits_are_counted_in(county: County) -> None:
    """Office hours 8:30–12:00 and 14:30–18:00: two hours after nine are 120 minutes, the 20 hours
    to five the next morning 6.5 working hours, 60 hours to nine in the evening of the third day
    20.5, and what nobody answered waits until the month ends."""
    facts = {one.village_id: one for one in gather(MONTH, [county.id], clock.now())}
    east, west, south = (facts[one] for one in county.village_ids)
    assert east.waits == [120, 180, 180, 390, 1230]
    # 13:00 and 15:00 on the first day; 70 hours later is seven in the morning of the fourth.
    assert west.waits == [180, 210, 1230]
    # Monday the 7th from nine (6.5 h), then the working days to the end of September, the 20th
    # made up for the holidays: of seven hours each.
    days = sum(
        1 for day in range(8, 31)
        if date(2026, 9, day).weekday() < 5 or date(2026, 9, day) == date(2026, 9, 20)
    )  # fmt: skip
    holidays = {date(2026, 9, 25)}
    assert west.open_waits == [390 + 420 * (days - len(holidays))]
    assert (south.waits, south.open_waits) == ([], [])


def test_what_counts_where(county: County) -> None:
    """Deadlines to come, call-backs and withdrawn ones."""
    soon = datetime(2026, 9, 7, 12, tzinfo=clock.COUNTY_ZONE)
    store(county, 100, 2, None, None, answer_due_at=clock.midnight(date(2026, 10, 2)))
    store(county, 101, 2, 2, None, state="withdrawn", closed_at=clock.now(), ended_at=soon)
    store(county, 102, 2, 2, "solved", channel="rating")
    at = clock.midnight(date(2026, 9, 8))
    store(county, 103, 2, None, None, channel="rating", due_at=at)
    store(county, 104, 2, None, None, channel="mending", due_at=at)
    facts = {one.village_id: one for one in gather(MONTH, [county.id], clock.now())}
    south = facts[county.village_ids[2]]
    assert "response" not in south.counts
    assert south.counts["bad_reply"] == [1, 1]
    # Only the one whose deadline lies in the month, and that was never answered.
    assert south.counts["bad_fix"] == [0, 1]
    assert south.counts["fix"] == [1, 0, 0]
    # A wait belongs to the month in which it should have ended.
    assert south.open_waits == []
    early = {one.village_id: one for one in gather(MONTH, [county.id], at)}
    assert early[county.village_ids[1]].counts["response"] == [2, 1]


def test_rows_in_another_order_give_the_same_facts(county: County) -> None:
    before = [one.canonical() for one in gather(MONTH, [county.id], clock.now())]
    with transaction() as session:
        # Rewritten rows lie in another order on the disk.
        session.execute(text("UPDATE ticket SET tags = '{x}' WHERE id % 2 = 0"))
        session.execute(text("UPDATE rating SET changed_at = now() WHERE id % 3 = 0"))
    assert [one.canonical() for one in gather(MONTH, [county.id], clock.now())] == before
