"""What a month keeps is what counting every rating and every ticket again gives."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.ratings import flagging, operations
from backend.app.ratings.models import Rating
from backend.app.scorecards.locks.verification import recounted
from backend.app.scorecards.operations import recompute_month
from tests.factories.county import County
from tests.factories.golden import MONTH, golden_county, store


@pytest.fixture
def county(app) -> County:
    return golden_county()


def same_as_afresh(county_id: int) -> bool:
    """Whether what a run keeps is what counting every rating and every ticket gives."""
    with transaction():
        recompute_month(MONTH, county_id)
    with transaction():
        return recounted(MONTH, [county_id], clock.now()) == []


def run(county: County) -> None:
    with transaction():
        recompute_month(MONTH, county.id)


def change(rating: Rating) -> None:
    operations.change_rating(rating.person_id, rating.id, operations.RatingInput(5))


def follow_up(rating: Rating) -> None:
    operations.follow_up(rating.person_id, rating.id, 4, "又坏了")


def release(rating: Rating) -> None:
    flagging.release([rating.id])


def lose(rating: Rating) -> None:
    db.session.execute(text("DELETE FROM rating WHERE id = :id"), {"id": rating.id})
    operations.recount(MONTH, MONTH)


def repair(rating: Rating) -> None:
    db.session.execute(text("UPDATE rating SET level = 2 WHERE id = :id"), {"id": rating.id})
    operations.recount(MONTH, MONTH)


@pytest.mark.parametrize("act", [change, follow_up, release, lose, repair])
def test_whatever_is_done_to_a_rating_reaches_the_month(
    county: County, act: Callable[[Rating], None], scalar
) -> None:
    kept = "SELECT counts::text || flagged FROM month_fact WHERE village_id = :id"
    village_id = county.village_ids[0]
    rating_id = scalar("SELECT min(id) FROM rating WHERE village_id = :id AND level = 1",
                       id=village_id)  # fmt: skip
    with transaction() as session:
        at = clock.now()
        session.execute(
            text("UPDATE rating SET created_at = :at, flagged_at = :flagged WHERE id = :id"),
            {"id": rating_id, "at": at, "flagged": at if act is release else None},
        )
        operations.recount(MONTH, MONTH)
    run(county)
    before = scalar(kept, id=village_id)
    with transaction() as session:
        act(session.get_one(Rating, rating_id))
    assert same_as_afresh(county.id)
    assert scalar(kept, id=village_id) != before


def test_a_village_whose_ratings_are_all_gone_is_gathered(county: County, scalar) -> None:
    run(county)
    gone = {"id": county.village_ids[1]}
    with transaction() as session:
        session.execute(text("DELETE FROM rating WHERE village_id = :id"), gone)
        operations.recount(MONTH, MONTH)
    assert same_as_afresh(county.id)
    assert (
        scalar("SELECT counts ? 'levels' FROM month_fact WHERE village_id = :id", **gone) is False
    )


def test_a_village_that_closed_before_the_month_leaves_it(county: County, scalar) -> None:
    run(county)
    with transaction() as session:
        # Still counted while it has ratings of the month.
        session.execute(
            text("DELETE FROM rating_month_count WHERE village_id = :id"),
            {"id": county.village_ids[2]},
        )
        session.execute(
            text("UPDATE region SET closed_on = '2026-08-31' WHERE id = :id"),
            {"id": county.village_ids[2]},
        )
    run(county)
    assert scalar("SELECT count(*) FROM month_fact") == 2


def test_imports_and_kinds_are_taken_over_where_they_differ(county: County, scalar) -> None:
    run(county)
    with transaction() as session:
        session.execute(
            text("INSERT INTO imported_fact (village_id, month, county_id, source, yes, whole,"
                 " origin, imported_by_id, imported_at)"
                 " VALUES (:id, :month, :county, 'online', 7, 9, '政务系统',"
                 " (SELECT min(id) FROM person), now())"),
            {"id": county.village_ids[0], "month": MONTH, "county": county.id},
        )  # fmt: skip
        session.execute(
            text("UPDATE region SET kind = '城郊村' WHERE id = :id"),
            {"id": county.village_ids[1]},
        )
    assert same_as_afresh(county.id)
    assert scalar("SELECT kind FROM month_fact WHERE village_id = :id",
                  id=county.village_ids[1]) == "城郊村"  # fmt: skip


def test_a_ticket_that_moves_to_another_village_leaves_the_first(county: County) -> None:
    same_as_afresh(county.id)
    with transaction() as session:
        session.execute(
            text(
                "UPDATE ticket_turn SET village_id = :to, unit_region_id = :to FROM ticket t"
                " WHERE t.id = ticket_id AND t.number = 'G0'"
            ),
            {"to": county.village_ids[2]},
        )
    assert same_as_afresh(county.id)


def test_what_was_not_yet_committed_is_found_the_next_time(county: County) -> None:
    same_as_afresh(county.id)
    with db.engine.connect() as slow:
        slow.execute(
            text("UPDATE ticket_turn SET verdict = 'not' FROM ticket t"
                 " WHERE t.id = ticket_id AND t.number = 'G0'")
        )  # fmt: skip
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


def test_a_changed_calendar_changes_the_months_facts(county: County) -> None:
    same_as_afresh(county.id)
    with transaction() as session:
        session.execute(
            text("INSERT INTO calendar_day (county_id, day, is_working, name)"
                 " VALUES (:id, :day, false, '放假')"),
            {"id": county.id, "day": date(2026, 9, 8)},
        )  # fmt: skip
    assert same_as_afresh(county.id)


def test_the_command_says_whether_a_full_count_agrees(county: County, app) -> None:
    run(county)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["scorecards", "check", "2026-09"]).exit_code == 0
    with transaction() as session:
        session.execute(
            text("UPDATE rating SET level = 5 WHERE village_id = :id AND level = 2"),
            {"id": county.village_ids[0]},
        )
    wrong = runner.invoke(args=["scorecards", "check", "2026-09"])
    assert (wrong.exit_code, "1 个村不一样" in wrong.output) == (1, True)
    assert f"村 {county.village_ids[0]}" in wrong.output
    assert runner.invoke(args=["scorecards", "check", "九月"]).exit_code == 2
