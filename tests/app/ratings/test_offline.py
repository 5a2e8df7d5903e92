"""A rating kept without a signal counts for the day of its scan, marked where nobody checked it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.places.models import QrCode
from backend.app.ratings.bulk import PastRating, load_ratings
from backend.app.scoring.signals import Signal
from backend.jobs.ratings import flag_suspicious
from tests.app.ratings.conftest import Phone, open_phone
from tests.app.ratings.test_insert import code_ids
from tests.factories.county import County, make_person

NONCE = "0123456789abcdef01234567"
EVENING = datetime(2026, 10, 31, 12, tzinfo=UTC)


def send_scan(phone: Phone, scan: dict[str, Any], level: int = 4, key: str | None = None) -> Any:
    return phone.call(
        "POST",
        "/ratings",
        headers={"Idempotency-Key": key or str(uuid4())},
        json={"offline_scan": scan, "level": level},
    )


def send_offline(phone: Phone, code: str, scanned_at: datetime, **more: Any) -> Any:
    scan = {"code": code, "nonce": NONCE, "scanned_at": scanned_at.isoformat()}
    return send_scan(phone, scan, **more)


def lock(county: County, month: str) -> None:
    """A locked month, without anything of what a lock holds."""
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(
            text(
                "INSERT INTO month_lock (county_id, month, locked_at, locked_by_id, scheme_id,"
                " scheme, rules_version, facts_digest, results_digest, checklist)"
                " VALUES (:county, CAST(:month AS date), now(), 1, 1, '{}', 1, :d, :d, '{}')"
            ),
            {"county": county.id, "month": month, "d": b"0" * 32},
        )


def test_a_token_is_good_for_72_hours_and_counts_for_the_day_of_its_scan(
    phone: Phone, county: County, scalar
) -> None:
    with clock.clock_at(EVENING):
        token = phone.scan(county.code)["scan_token"]
    with clock.clock_at(EVENING + timedelta(hours=71, minutes=59)):
        answer = phone.send(token, 5)
    assert answer.status_code == 201, answer.json
    assert (answer.json["rated_on"], answer.json["channel"]) == ("2026-10-31", "scan")
    assert scalar("SELECT month FROM rating_month_count").isoformat() == "2026-10-01"
    assert scalar("SELECT took_seconds FROM rating_trace") is None, "it lay on the phone"


def test_a_scan_without_a_signal_is_a_channel_of_its_own(
    phone: Phone, county: County, scalar
) -> None:
    with clock.clock_at(EVENING + timedelta(hours=50)):
        answer = send_offline(phone, county.code, EVENING)
    assert answer.status_code == 201, answer.json
    assert (answer.json["rated_on"], answer.json["channel"]) == ("2026-10-31", "offline")
    assert answer.json["points_awarded"] == 2
    assert scalar("SELECT earned_on FROM points_entry").isoformat() == "2026-11-02", (
        "October's points may be closed"
    )


@pytest.mark.parametrize(
    ("after", "status", "code"),
    [
        (timedelta(hours=72, seconds=1), 410, "scan_token_expired"),
        (timedelta(minutes=-3), 422, "offline_scan_ahead"),
    ],
)
def test_a_time_too_old_or_in_the_future_is_refused(
    phone: Phone, county: County, scalar, after: timedelta, status: int, code: str
) -> None:
    with clock.clock_at(EVENING + after):
        answer = send_offline(phone, county.code, EVENING)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert scalar("SELECT count(*) FROM rating") == 0


def test_a_clock_a_minute_ahead_is_taken_as_now(phone: Phone, county: County, scalar) -> None:
    midnight = clock.midnight(clock.local_day(EVENING) + timedelta(days=1))
    with clock.clock_at(midnight - timedelta(seconds=30)):
        answer = send_offline(phone, county.code, midnight + timedelta(seconds=30))
    assert answer.json["rated_on"] == "2026-10-31", "never a day that has not come"
    assert scalar("SELECT count(*) FROM rating WHERE scanned_on > rated_on") == 0


def test_once_a_day_holds_whichever_way_it_was_scanned(phone: Phone, county: County) -> None:
    with clock.clock_at(EVENING):
        token = phone.scan(county.code)["scan_token"]
        assert send_offline(phone, county.code, EVENING).status_code == 201
        assert phone.scan(county.code)["may_rate"] is False
    with clock.clock_at(EVENING + timedelta(days=1)):
        assert phone.send(token).json["code"] == "rated_today"
        assert phone.rate(county.code).status_code == 201, "the next day is another day"


def test_the_same_offline_rating_twice_gives_the_same_answer(
    phone: Phone, county: County, scalar
) -> None:
    key = str(uuid4())
    first = send_offline(phone, county.code, clock.now(), key=key)
    # The phone's clock was set right in between: the same scan all the same.
    again = send_offline(phone, county.code, clock.now() - timedelta(hours=1), key=key)
    assert first.json == again.json
    assert scalar("SELECT count(*) FROM rating") == 1


def test_a_locked_month_stays_and_the_rating_counts_when_it_came(
    phone: Phone, county: County, scalar
) -> None:
    lock(county, "2026-10-01")
    with clock.clock_at(EVENING + timedelta(hours=60)):
        answer = send_offline(phone, county.code, EVENING)
    assert answer.json["rated_on"] == "2026-11-03"
    assert scalar("SELECT month FROM rating_month_count").isoformat() == "2026-11-01"
    assert scalar("SELECT rated_on FROM rating_day_count").isoformat() == "2026-11-03"
    with clock.clock_at(EVENING + timedelta(hours=61)):
        assert send_offline(phone, county.code, EVENING).json["code"] == "scan_token_used"
        assert phone.rate(county.code).status_code == 201, "that day's own rating is another one"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"nonce": "x"}, 422, "offline_scan.nonce"),
        ({"scanned_at": "2026-11-01T08:00:00"}, 422, "offline_scan.scanned_at"),
        ({"code": "../x"}, 422, "offline_scan.code"),
        ({"code": "nosuchcode"}, 404, None),
    ],
)
def test_what_the_phone_says_of_its_scan_is_checked(
    phone: Phone, county: County, change: dict[str, str], status: int, field: str | None
) -> None:
    scan = {"code": county.code, "nonce": NONCE, "scanned_at": clock.now().isoformat(), **change}
    answer = send_scan(phone, scan)
    assert answer.status_code == status, answer.json
    assert field is None or field in answer.json["errors"]


@pytest.mark.parametrize("scans", [{}, {"scan_token": "x", "offline_scan": {"code": "a"}}])
def test_a_rating_has_exactly_one_scan(phone: Phone, scans: dict[str, Any]) -> None:
    answer = phone.call(
        "POST", "/ratings", headers={"Idempotency-Key": str(uuid4())}, json={"level": 1, **scans}
    )
    assert answer.status_code == 422


def test_a_code_that_was_taken_down_meanwhile_is_said(phone: Phone, county: County) -> None:
    with transaction() as session:
        session.query(QrCode).filter_by(code=county.code).one().revoked_at = clock.now()
    assert send_offline(phone, county.code, clock.now()).json["code"] == "code_revoked"


def test_the_database_refuses_a_channel_it_does_not_know(phone: Phone, county: County) -> None:
    phone.rate(county.code)
    for change in ("channel = 'post'", "rated_on = scanned_on - 1"):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(text(f"UPDATE rating SET {change}"))


def rate_offline(client: Any, code: str, people: int, ago: timedelta) -> None:
    for _ in range(people):
        assert send_offline(open_phone(client), code, clock.now() - ago, level=1).status_code == 201


def bunch_findings() -> list[dict[str, Any]]:
    return list(db.session.scalars(text("SELECT findings FROM rating_flag")))


def test_many_offline_ratings_of_one_point_are_held_although_they_count_for_days_ago(
    client, county: County
) -> None:
    usual = [
        PastRating(make_person(), code_ids()[county.service_point_ids[1]],
                   clock.now() - timedelta(hours=n), 1 + n % 3)
        for n in range(40)
    ]  # fmt: skip
    with transaction():
        load_ratings(usual)
    rate_offline(client, county.code, 8, timedelta(hours=70))
    assert flag_suspicious() >= 8
    assert any(Signal.OFFLINE in found for found in bunch_findings()), bunch_findings()


def test_a_valley_without_a_signal_is_not_held_for_what_it_always_does(
    client, county: County
) -> None:
    code = code_ids()[county.service_point_ids[0]]
    with transaction() as session:
        load_ratings([
            PastRating(make_person(), code, clock.now() - timedelta(days=5 + n % 20), 1)
            for n in range(60)
        ])  # fmt: skip
        session.execute(text("UPDATE rating SET channel = 'offline'"))
    rate_offline(client, county.code, 8, timedelta(hours=1))
    flag_suspicious()
    assert not any(Signal.OFFLINE in found for found in bunch_findings())
