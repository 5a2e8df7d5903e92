"""What looks stuffed is flagged, counted apart, decided by somebody else, and never deleted."""

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor, Grant, Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.ratings import flagging, operations, review_decisions, reviews
from backend.app.ratings.bulk import PastRating, load_ratings
from backend.app.ratings.counter_sql import RECOUNT
from backend.app.scoring.signals import Figures, Finding, Signal
from backend.jobs.ratings import flag_suspicious
from tests.app.ratings.conftest import open_phone
from tests.app.ratings.test_insert import code_ids, counters
from tests.factories.county import OPENED_ON, County, bind, grant_role, make_county, make_person

TODAY = clock.today()
MONTH = clock.month_of(TODAY)
BURST = 20


def at(day: object, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), clock.COUNTY_ZONE)


@pytest.fixture
def county(app) -> County:
    """Four quiet weeks in two villages, and a burst this morning in the first."""
    county = make_county()
    codes = code_ids()
    quiet = [
        PastRating(make_person(), codes[point], at(TODAY - timedelta(days=back), 9 + n), 1 + n)
        for back in range(2, 30, 2)
        for n, point in enumerate(county.service_point_ids)
    ]
    burst = [
        PastRating(make_person(), codes[county.service_point_ids[0]], at(TODAY, 8, n // 3, n), 1)
        for n in range(BURST)
    ]
    with transaction():
        load_ratings(quiet + burst)
    return county


@pytest.fixture
def bunch_name(county: County) -> str:
    """The name of the bunch after the night's look."""
    flag_suspicious()
    (bunch,) = reviews.list_bunches([county.id], True, None, 1)
    return bunch.name


@pytest.fixture
def reviewer(county: County) -> Actor:
    person = make_person(name="吴主任")
    return Actor(person, (Grant(Role.COUNTY_STAFF, county.id, OPENED_ON),))


def recounted() -> list:
    with transaction() as session:
        months = {"first": clock.previous_month(MONTH), "last": clock.next_month(MONTH)}
        for statement in RECOUNT:
            session.execute(statement, months)
    return counters()


def decide(actor: Actor, bunch: str, decision: str, note: str = "问过村民", *ids: int) -> int:
    with transaction():
        return review_decisions.decide_bunch(actor, bunch, decision, note, ids)


def test_a_burst_is_flagged_with_its_reason_and_counts_in_no_level(county: County, scalar) -> None:
    assert flag_suspicious() == BURST
    (bunch,) = reviews.list_bunches([county.id], True, None, 1)
    assert bunch.ratings == bunch.waiting == BURST
    found = bunch.findings["point_burst"]
    assert "分钟里来了 20 条" in found["reason"]
    assert found["figures"]["probability"] < 1e-4
    assert scalar("SELECT sum(flagged) FROM rating_day_count") == BURST
    assert scalar("SELECT count(*) FROM rating WHERE flagged_at IS NOT NULL") == BURST
    assert reviews.open_reviews(county.id, MONTH) == BURST


def test_the_counters_equal_a_recount_whatever_was_flagged_and_decided(
    bunch_name: str, reviewer: Actor
) -> None:
    kept = counters()
    assert kept == recounted()
    ids = [rating.id for rating in reviews.flagged_ratings(bunch_name)]
    decide(reviewer, bunch_name, "accepted", "邻居一起来的", *ids[:4])
    decide(reviewer, bunch_name, "rejected")
    kept = counters()
    assert kept == recounted()


def test_looking_again_flags_nothing_twice_and_nothing_that_was_accepted(
    bunch_name: str, reviewer: Actor, county: County, scalar
) -> None:
    assert flag_suspicious() == 0
    decide(reviewer, bunch_name, "accepted")
    assert flag_suspicious() == 0
    assert scalar("SELECT count(*) FROM rating WHERE flagged_at IS NOT NULL") == 0
    assert reviews.open_reviews(county.id, MONTH) == 0


def test_a_burst_that_goes_on_joins_its_bunch(bunch_name: str, county: County) -> None:
    code = code_ids()[county.service_point_ids[0]]
    with transaction():
        load_ratings([PastRating(make_person(), code, at(TODAY, 8, 7, n), 1) for n in range(3)])
        flagging.db.session.execute(
            text("UPDATE rating_day_count SET level_1 = level_1 WHERE rated_on = :d"), {"d": TODAY}
        )
    assert flag_suspicious() == 3
    (bunch,) = reviews.list_bunches([county.id], True, None, 1)
    assert (bunch.name, bunch.ratings) == (bunch_name, BURST + 3)


def test_accepted_ratings_count_at_once_and_rejected_ones_stay_apart(
    bunch_name: str, reviewer: Actor, county: County, scalar
) -> None:
    before = scalar("SELECT sum(level_1) FROM rating_month_count")
    ids = [rating.id for rating in reviews.flagged_ratings(bunch_name)]
    assert decide(reviewer, bunch_name, "accepted", "邻居一起来的", *ids[:5]) == 5
    assert scalar("SELECT sum(level_1) FROM rating_month_count") == before + 5
    assert decide(reviewer, bunch_name, "rejected", "有人收手机") == BURST - 5
    assert scalar("SELECT sum(flagged) FROM rating_month_count") == BURST - 5
    assert scalar("SELECT count(*) FROM rating WHERE flagged_at IS NOT NULL") == BURST - 5
    shares = reviews.review_shares(county.id, MONTH)
    assert (shares.flagged, shares.accepted, shares.rejected, shares.waiting) == (20, 5, 15, 0)
    assert shares.upheld_share == 75
    assert round(shares.flagged_share, 1) == round(Decimal(2000) / shares.ratings, 1)


def test_points_do_not_change_with_a_decision(bunch_name: str, reviewer: Actor, scalar) -> None:
    before = scalar("SELECT sum(balance) FROM points_balance")
    decide(reviewer, bunch_name, "rejected")
    assert scalar("SELECT sum(balance) FROM points_balance") == before


def find(county: County, signal: Signal, ids: list[int], reason: str = "太快") -> int:
    """What one signal found is flagged as a night would flag it."""
    with transaction():
        return flagging._flag(county.id, Finding(signal, tuple(ids), reason, Figures(9, 1.0, 1e-6)))


def test_a_batch_that_several_signals_found_appears_once(bunch_name: str, county: County) -> None:
    ids = [rating.id for rating in reviews.flagged_ratings(bunch_name)]
    assert find(county, Signal.HURRY, ids[:7]) == 0
    (bunch,) = reviews.list_bunches([county.id], True, None, 1)
    assert (bunch.name, bunch.ratings, bunch.waiting) == (bunch_name, BURST, BURST)
    assert set(bunch.findings) == {"point_burst", "hurry"}
    assert reviews.open_reviews(county.id, MONTH) == BURST


def test_two_batches_become_one_when_a_finding_spans_them(bunch_name: str, county: County) -> None:
    ids = [rating.id for rating in reviews.flagged_ratings(bunch_name)]
    others = list(
        db.session.scalars(
            text("SELECT id FROM rating WHERE flagged_at IS NULL ORDER BY id LIMIT 3")
        )
    )
    db.session.rollback()
    assert find(county, Signal.HURRY, others) == 3
    assert len(reviews.list_bunches([county.id], True, None, 1)) == 2
    find(county, Signal.ONE_DEVICE, [ids[0], others[0]])
    (bunch,) = reviews.list_bunches([county.id], True, None, 1)
    assert bunch.ratings == BURST + 3


def test_two_contradicting_decisions_about_one_rating_are_impossible(
    bunch_name: str, reviewer: Actor, county: County, scalar
) -> None:
    ids = [rating.id for rating in reviews.flagged_ratings(bunch_name)]
    decide(reviewer, bunch_name, "accepted")
    assert find(county, Signal.HURRY, ids) == 0
    assert reviews.open_reviews(county.id, MONTH) == 0
    with pytest.raises(review_decisions.ReviewDecided):
        decide(reviewer, bunch_name, "rejected")
    with pytest.raises(IntegrityError, match="uq_rating_flag_rating_id"), transaction() as session:
        session.execute(
            text(
                "INSERT INTO rating_flag (rating_id, bunch, county_id, village_id, month, findings,"
                " flagged_at, decision, decided_at, decided_by_id, note)"
                " SELECT rating_id, 'other', county_id, village_id, month, findings, flagged_at,"
                " 'rejected', decided_at, decided_by_id, note FROM rating_flag LIMIT 1"
            )
        )
    assert scalar("SELECT count(DISTINCT decision) FROM rating_flag") == 1


def test_a_decision_needs_a_reason_and_is_made_once(
    bunch_name: str, reviewer: Actor, scalar
) -> None:
    with pytest.raises(InvalidInput, match="内容"):
        decide(reviewer, bunch_name, "accepted", " ")
    with pytest.raises(InvalidInput):
        decide(reviewer, bunch_name, "delete")
    decide(reviewer, bunch_name, "rejected")
    with pytest.raises(review_decisions.ReviewDecided):
        decide(reviewer, bunch_name, "accepted")
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'review_ratings'") == 1


def test_nobody_who_is_assessed_may_decide(bunch_name: str, county: County) -> None:
    for role, region in (
        (Role.TOWNSHIP_STAFF, county.township_ids[0]),
        (Role.CADRE, county.village_ids[0]),
        (Role.LEADER, county.id),
    ):
        with pytest.raises(NotAllowed):
            decide(Actor(make_person(), (Grant(role, region, OPENED_ON),)), bunch_name, "accepted")
    both = (
        Grant(Role.COUNTY_STAFF, county.id, OPENED_ON),
        Grant(Role.TOWNSHIP_STAFF, county.township_ids[0], OPENED_ON),
    )
    with pytest.raises(review_decisions.ReviewOwnSide):
        decide(Actor(make_person(), both), bunch_name, "accepted")


def test_who_lives_there_or_rated_there_may_not_decide_either(
    bunch_name: str, county: County, scalar
) -> None:
    grants = (Grant(Role.COUNTY_STAFF, county.id, OPENED_ON),)
    neighbour = make_person()
    bind(neighbour, county)
    rater = scalar("SELECT person_id FROM rating WHERE flagged_at IS NOT NULL LIMIT 1")
    for person in (neighbour, rater):
        with pytest.raises(review_decisions.ReviewOwnSide):
            decide(Actor(person, grants), bunch_name, "accepted")


def test_a_follow_up_of_a_flagged_rating_moves_no_level_until_it_is_accepted(
    bunch_name: str, reviewer: Actor, scalar
) -> None:
    rating = reviews.flagged_ratings(bunch_name)[0].id
    person = scalar("SELECT person_id FROM rating WHERE id = :id", id=rating)
    with transaction():
        operations.follow_up(person, rating, 5, None)
    fives = scalar("SELECT sum(level_5) FROM rating_month_count")
    decide(reviewer, bunch_name, "accepted")
    assert scalar("SELECT sum(level_5) FROM rating_month_count") == fives + 1
    kept = counters()
    assert kept == recounted()


def test_the_database_refuses_a_half_decision(bunch_name: str) -> None:
    with pytest.raises(IntegrityError, match="decided"), transaction() as session:
        session.execute(text("UPDATE rating_flag SET decision = 'accepted'"))


def test_the_author_sees_the_own_rating_as_it_was_given(bunch_name: str, client, scalar) -> None:
    person = scalar("SELECT person_id FROM rating WHERE flagged_at IS NOT NULL LIMIT 1")
    phone = open_phone(client, person)
    (mine,) = phone.call("GET", "/me/ratings").json["items"]
    assert mine["level"] == 1
    assert not any("flag" in name or "review" in name for name in mine if name != "words_state")


def test_what_a_rating_leaves_behind_is_two_digests_and_is_gone_in_a_day(
    county: County, client, scalar
) -> None:
    person = make_person()
    open_phone(client, person).rate(county.codes[county.service_point_ids[1]])
    row = db.session.execute(text("SELECT network, device, took_seconds FROM rating_trace")).one()
    assert len(bytes(row.network)) == len(bytes(row.device)) == 8
    assert row.took_seconds >= 0
    assert flagging.forget_traces(TODAY, 1) == 0
    assert flagging.forget_traces(TODAY + timedelta(days=1), 1) == 1


def test_ratings_of_the_villages_own_staff_are_flagged(county: County, scalar) -> None:
    codes, staff = code_ids(), []
    for nth in range(8):
        person = make_person()
        grant_role(person, Role.TOWNSHIP_STAFF, county.township_ids[0])
        point = county.service_point_ids[1]
        staff.append(PastRating(person, codes[point], at(TODAY, 8 + nth), 1 + nth % 2))
    crowd = [
        PastRating(
            make_person(), codes[county.service_point_ids[0]], at(TODAY, 7 + n // 6), 1 + n % 4
        )
        for n in range(80)
    ]
    with transaction():
        load_ratings(staff + crowd)
    flag_suspicious()
    assert scalar("SELECT count(*) FROM rating_flag WHERE findings ? 'staff'") == 8


def test_a_quiet_county_flags_nothing(app) -> None:
    county = make_county()
    codes = code_ids()
    calm = [
        PastRating(make_person(), codes[point], at(TODAY - timedelta(days=n % 3), 8 + n), 2)
        for n, point in enumerate(county.service_point_ids * 3)
    ]
    with transaction():
        load_ratings(calm)
    assert flag_suspicious() == 0
