"""Retention: each kind of data is forgotten after its period, in batches, again and again."""

import os
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.files import storage
from backend.app.core.settings import Settings, SettingsError
from backend.app.own_data import retention
from backend.app.ratings.bulk import PastRating, load_ratings
from backend.jobs.own_data import apply_retention
from backend.jobs.schedule import TIMETABLE
from tests.factories.county import County, make_county, make_person

DAY = 24 * 3600


def months_ago(count: int) -> datetime:
    month = clock.months_back(clock.month_of(clock.today()), count + 1)[0]
    return clock.midnight(month) + timedelta(days=9, hours=10)


@pytest.fixture
def county(app: object) -> County:
    return make_county()


def rate(county: County, at: datetime, words: str | None = None) -> None:
    code = db.session.scalar(text("SELECT min(id) FROM qr_code"))
    with transaction():
        load_ratings([PastRating(make_person(), code, at, 4, (), words)])


def count(statement: str) -> Any:
    with db.engine.connect() as connection:
        return connection.execute(text(statement)).scalar()


def test_raw_ratings_are_unlinked_after_24_months_and_count_as_before(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for ago in (30, 27, 25, 23, 1):
        rate(county, months_ago(ago), "等了一上午")
    figures = "SELECT string_agg(c::text, ';' ORDER BY month) FROM rating_month_count c"
    before = count(figures)
    assert retention.apply()["ratings"] == 3
    assert count("SELECT count(*) FROM rating WHERE person_id IS NULL") == 3
    joined = "SELECT count(*) FROM points_entry e JOIN rating r ON r.id = e.cause_id"
    assert count(joined) == 2
    assert count("SELECT count(*) FROM rating WHERE words IS NOT NULL") == 5
    assert count(figures) == before
    assert retention.apply()["ratings"] == 0


def test_audit_entries_go_after_three_years_and_no_younger_ones(county: County) -> None:
    with transaction() as session:
        for years in ("37 months", "3 years 3 months", "35 months", "1 day"):
            session.execute(
                text(
                    "INSERT INTO audit_entry (at, action, subject_kind, subject_id, detail)"
                    f" VALUES (now() - interval '{years}', 'log_in', 'person', '1', '{{}}')"
                )
            )
    assert retention.apply()["audit"] == 2
    assert retention.apply()["audit"] == 0
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text("DELETE FROM audit_entry"))


def test_notices_go_after_12_months_with_their_messages(county: County) -> None:
    person_id = make_person()
    for months in (14, 13, 11):
        with transaction() as session:
            values = {"id": person_id, "at": months_ago(months)}
            notice = session.scalar(
                text(
                    "INSERT INTO notice (person_id, kind, title, words, subject_kind, subject_id,"
                    " created_at) VALUES (:id, 'x', 't', 'w', 's', 1, :at) RETURNING id"
                ),
                values,
            )
            credit = session.scalar(
                text(
                    "INSERT INTO subscription_credit (person_id, template, accepted_at, spent_at)"
                    " VALUES (:id, 't', :at, :at) RETURNING id"
                ),
                values,
            )
            session.execute(
                text(
                    "INSERT INTO outbox_message (notice_id, credit_id, template, data,"
                    " next_try_at) VALUES (:n, :c, 't', '{}', now())"
                ),
                {"n": notice, "c": credit},
            )
    assert retention.apply()["notices"] == 2
    for table in ("notice", "outbox_message", "subscription_credit"):
        assert count(f"SELECT count(*) FROM {table}") == 1


def test_periods_are_settings_with_floors() -> None:
    usual = {"APP_ENV": "test", "DATABASE_URL": "postgresql://x/y", "REDIS_URL": "redis://x"}
    settings = Settings.from_env({**usual, "RETAIN_RATINGS_MONTHS": "36"})
    assert settings.retain_ratings_months == 36
    assert settings.retain_audit_months == 36
    for name, value in (
        ("RETAIN_RATINGS_MONTHS", "6"),
        ("RETAIN_AUDIT_MONTHS", "12"),
        ("RETAIN_NOTICES_MONTHS", "0"),
        ("RETAIN_TRACES_DAYS", "0"),
        ("RETAIN_IMPORT_FILES_DAYS", "0"),
    ):
        with pytest.raises(SettingsError, match=name):
            Settings.from_env({**usual, name: value})


def test_a_longer_period_keeps_longer(county: County, app: Any) -> None:
    rate(county, months_ago(30))
    usual = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(usual, retain_ratings_months=48)
    try:
        assert retention.apply()["ratings"] == 0
    finally:
        app.config["SETTINGS"] = usual


def test_the_nightly_job_is_on_the_timetable_and_idempotent(county: County) -> None:
    assert [entry.job.value for entry in TIMETABLE if "own_data" in entry.job.value] == [
        "backend.jobs.own_data.apply_retention"
    ]
    rate(county, months_ago(30))
    assert apply_retention() == 1
    assert apply_retention() == 0


def test_a_decomposition_that_was_only_looked_at_goes_after_a_week(app: Any) -> None:
    kept, abandoned = "decompositions/7_new.table", "decompositions/7_old.table"
    for key in (kept, abandoned):
        storage.put(key, b"rows")
    os.utime(storage.path(abandoned), (time.time() - 8 * DAY,) * 2)
    assert retention.apply()["decompositions"] == 1
    assert (storage.exists(kept), storage.exists(abandoned)) == (True, False)
