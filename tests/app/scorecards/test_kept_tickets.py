"""Tickets of a month that is over are aggregated again only where something was written."""

from datetime import date

import pytest
from sqlalchemy import text

from backend.app.core import calendar
from backend.app.core.db import db, transaction
from backend.app.scorecards import facts as month_facts
from backend.app.scorecards import kept_tickets
from backend.app.scorecards.operations import recompute_month
from tests.factories.county import County
from tests.factories.golden import MONTH, golden_county, store


@pytest.fixture
def county(app) -> County:
    return golden_county()


def same_as_afresh(county_id: int) -> bool:
    with transaction():
        recompute_month(MONTH, county_id)
    with transaction():
        afresh = month_facts.gather(MONTH, [county_id], calendar.now())
        kept = month_facts.kept(MONTH, [county_id])
    return [one.canonical() for one in afresh] == [one.canonical() for one in kept]


def aggregated(monkeypatch: pytest.MonkeyPatch) -> list[list[int] | None]:
    """Which villages are asked for from now on; None: all of a county."""
    asked: list[list[int] | None] = []
    whole = kept_tickets.ticket_facts

    def watched(month, county_ids, until, villages=None):
        asked.append(None if villages is None else sorted(villages))
        return whole(month, county_ids, until, villages)

    monkeypatch.setattr(kept_tickets, "ticket_facts", watched)
    return asked


def test_nothing_written_is_nothing_aggregated(county: County, monkeypatch) -> None:
    same_as_afresh(county.id)
    asked = aggregated(monkeypatch)
    assert same_as_afresh(county.id)
    assert asked == []


def test_a_ticket_written_since_is_aggregated_and_the_others_are_not(
    county: County,
    monkeypatch,
) -> None:
    same_as_afresh(county.id)
    asked = aggregated(monkeypatch)
    store(county, 200, 2, 30, "not")
    assert same_as_afresh(county.id)
    assert asked == [[county.village_ids[2]]]


def test_a_ticket_that_moves_to_another_village_leaves_the_first(county: County) -> None:
    same_as_afresh(county.id)
    with transaction() as session:
        session.execute(
            text("UPDATE ticket SET village_id = :to, unit_region_id = :to WHERE number = 'G0'"),
            {"to": county.village_ids[2]},
        )
    assert same_as_afresh(county.id)


def test_what_was_not_yet_committed_is_found_the_next_time(county: County) -> None:
    same_as_afresh(county.id)
    with db.engine.connect() as slow:
        slow.execute(text("UPDATE ticket SET verdict = 'not' WHERE number = 'G0'"))
        # Somebody else commits later and is gathered first.
        store(county, 201, 1, 3, None)
        with transaction():
            recompute_month(MONTH, county.id)
        slow.commit()
    assert same_as_afresh(county.id)


def test_an_upheld_case_stays_struck_from_kept_facts(county: County) -> None:
    same_as_afresh(county.id)
    with transaction() as session:
        ticket = session.scalar(text("SELECT id FROM ticket WHERE number = 'G4'"))
        session.execute(
            text(
                "INSERT INTO objection (county_id, village_id, month, case_kind, case_id, words,"
                " raised_by_id, raised_at, state, decided_by_id, decided_at, decision)"
                " VALUES (:county, :village, :month, 'ticket', :ticket, '不是我们的事',"
                " (SELECT min(id) FROM person), now(), 'upheld', (SELECT max(id) FROM person),"
                " now(), '属实')"
            ),
            {"county": county.id, "village": county.village_ids[0], "month": MONTH,
             "ticket": ticket},
        )  # fmt: skip
    assert same_as_afresh(county.id)
    assert same_as_afresh(county.id)


def test_a_changed_calendar_is_gathered_afresh(county: County, monkeypatch) -> None:
    same_as_afresh(county.id)
    asked = aggregated(monkeypatch)
    with transaction() as session:
        session.execute(
            text("INSERT INTO calendar_day (county_id, day, is_working, name)"
                 " VALUES (:id, :day, false, '放假')"),
            {"id": county.id, "day": date(2026, 9, 8)},
        )  # fmt: skip
    assert same_as_afresh(county.id)
    assert asked == [None]


def test_old_marks_are_forgotten_by_night(county: County, scalar) -> None:
    assert scalar("SELECT count(*) FROM ticket_touch") > 0
    with transaction() as session:
        session.execute(text("UPDATE ticket_touch SET at = at - interval '2 years'"))
        kept_tickets.forget_old_marks()
    assert scalar("SELECT count(*) FROM ticket_touch") == 0
