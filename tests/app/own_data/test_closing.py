"""Closing an account: whatever named somebody is gone everywhere, and no figure moves."""

import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Role
from backend.app.accounts import persons
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.encryption import unseal
from backend.app.core.files import storage
from backend.app.exports import operations as exports
from backend.app.notices.operations import notify
from backend.app.tickets.bad_ratings import call_backs
from backend.local.postgres import programs
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.console import make_staff
from tests.factories.county import County, bind, grant_role, make_person
from tests.factories.publications import make_rated_county, publish
from tests.factories.rewards import Bazaar, make_bazaar, reserve
from tests.factories.tickets import Offices, as_actor, make_offices, photo, submit, upload

OPENID, NAME, PHONE = "o-canary-7f3a", "金丝雀大娘", "13977550123"
WORDS, BEFORE, SURNAME = "窗口里的金丝雀等了一上午", "先前写的金丝雀话", "欧阳"
CANARIES = (OPENID, NAME, PHONE, WORDS, BEFORE, SURNAME)
FIGURES = {
    "facts": "SELECT village_id, month, counts::text, cases::text, flagged FROM month_fact",
    "cards": "SELECT village_id, month, n, total, rank, indicators::text FROM scorecard",
    "counters": "SELECT * FROM rating_month_count",
    "days": "SELECT * FROM rating_day_count",
    "levels": "SELECT id, village_id, rated_on, effective_level FROM rating",
    "entries": "SELECT id, person_id, kind, amount, rule_id, earned_on FROM points_entry",
    "sum": "SELECT sum(balance) FROM points_balance",
    "lock": "SELECT facts_digest, results_digest FROM month_lock",
    "publication": "SELECT digest, content::text FROM score_publication",
    "tickets": "SELECT id, split_part(words, E'\\n', 1), state, due_at, version FROM ticket",
    "events": "SELECT id, ticket_id, move, at, words FROM ticket_event",
}


@dataclass
class Canary:
    """Somebody who left something of everything."""

    phone: Phone
    county: County
    offices: Offices
    ticket_id: int


def look(statement: str, **values: object) -> list[tuple[Any, ...]]:
    with db.engine.connect() as connection:
        return sorted(map(tuple, connection.execute(text(statement), values)), key=str)


def figures() -> dict[str, list[tuple[Any, ...]]]:
    return {name: look(statement) for name, statement in FIGURES.items()}


def everything(files: Path, redis_url: str) -> bytes:
    """A dump, every file and every key and value of Redis, as one heap to search in."""
    address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    dump = subprocess.run(
        [str(programs() / "pg_dump"), "--data-only", "-d", address], capture_output=True, check=True
    ).stdout
    heap = [dump] + [path.read_bytes() for path in files.rglob("*") if path.is_file()]
    client = redis.Redis.from_url(redis_url)
    heap.extend(name + (client.dump(name) or b"") for name in client.keys("*"))
    contacts = look("SELECT contact_sealed FROM ticket WHERE contact_sealed IS NOT NULL")
    heap.extend(unseal("ticket_contact", sealed) for (sealed,) in contacts)
    return b"\n".join(heap)


def found_in(heap: bytes) -> list[str]:
    return [one for one in CANARIES if one.encode() in heap]


@pytest.fixture
def bazaar(app: object) -> Bazaar:
    return make_bazaar(price=4)


@pytest.fixture
def canary(client: FlaskClient, bazaar: Bazaar, files: Path) -> Canary:
    for path in files.rglob("*"):
        if path.is_file():
            path.unlink()
    county = bazaar.county
    offices = make_offices(county)
    person_id = make_person(OPENID, NAME)
    bind(person_id, county)
    with transaction() as session:
        session.execute(text("UPDATE binding SET household = :name"), {"name": NAME})
    phone = open_phone(client, person_id)
    rated = phone.rate(county.code, level=4, words=BEFORE).json
    change = {"level": 5, "reason_ids": [], "words": WORDS}
    assert phone.call("PUT", f"/ratings/{rated['id']}", json=change).status_code == 200
    for service_point in county.service_point_ids[1:]:
        phone.rate(county.codes[service_point])
    with transaction():
        call_backs.open_for_rating(rated["id"], clock.now())
    picture = upload(phone).json["id"]
    sent = submit(phone, offices, file_ids=[picture], phone=PHONE)
    assert sent.status_code == 201, sent.json
    upload(phone)
    notify(
        [person_id], kind="ticket", title="有回音了", words=f"{NAME}您好", page=None,
        subject_kind="ticket", subject_id=1,
    )  # fmt: skip
    db.session.commit()
    assert reserve(phone, bazaar, surname=SURNAME).status_code == 201
    assert phone.call("POST", "/me/data/file").status_code == 201
    desk = as_actor(offices.desk.person_id, Role.COUNTY_STAFF, county.id)
    for kind in ("tickets", "redemptions"):
        with transaction():
            export = exports.request_export(
                desk, county.id, clock.month_of(clock.today()), "csv", kind
            )
        exports.write_export(export.id)
    return Canary(phone, county, offices, sent.json["id"])


def close(phone: Phone) -> Any:
    return phone.call("POST", "/me/closure", json={"confirm": "注销"})


def test_an_erased_person_is_found_in_no_dump_no_file_and_no_redis(
    canary: Canary, files: Path, redis_url: str
) -> None:
    before = everything(files, redis_url)
    assert found_in(before) == list(CANARIES)
    assert close(canary.phone).status_code == 204
    after = everything(files, redis_url)
    assert found_in(after) == []
    assert canary.phone.call("GET", "/me").status_code == 401


def test_closing_moves_no_figure_of_facts_scores_sums_publications_and_locks(
    canary: Canary, bazaar: Bazaar
) -> None:
    reserved = look("SELECT id FROM redemption WHERE state = 'reserved'")
    assert canary.phone.call("POST", f"/me/redemptions/{reserved[0][0]}/cancellation").json
    before = figures()
    assert close(canary.phone).status_code == 204
    assert figures() == before


def test_closing_after_a_lock_leaves_locked_month_and_publication_to_the_digit(
    client: FlaskClient, app: object
) -> None:
    county = make_rated_county()
    publish(county)
    person_id = look("SELECT person_id FROM rating WHERE effective_level = 5")[0][0]
    before = figures()
    assert close(open_phone(client, person_id)).status_code == 204
    assert figures() == before
    assert look("SELECT count(*) FROM rating WHERE person_id = :id", id=person_id) == [(0,)]


def test_ratings_and_entries_of_a_closed_account_cannot_be_joined_again(canary: Canary) -> None:
    close(canary.phone)
    joined = (
        "SELECT count(*) FROM points_entry e JOIN rating r ON r.id = e.cause_id"
        " OR r.created_at = e.created_at WHERE e.person_id = :id AND e.cause_kind = 'rating'"
    )
    assert look(joined, id=canary.phone.person_id) == [(0,)]
    assert look("SELECT count(*) FROM ticket WHERE person_id IS NOT NULL") == [(0,)]
    assert look("SELECT DISTINCT person_id FROM ticket_event WHERE party = 'author'") == [(None,)]


def test_what_stays_is_said_before_and_reserved_goods_go_back(canary: Canary) -> None:
    told = canary.phone.call("GET", "/me/data").json
    assert told["why_not"] is None
    assert any("还在办的" in line for line in told["stays"])
    close(canary.phone)
    assert look("SELECT state, surname FROM redemption") == [("cancelled", "")]
    assert look("SELECT on_hand, reserved FROM stock_balance")[0][1] == 0


def test_photos_and_recordings_of_an_erased_person_are_deleted(canary: Canary, files: Path) -> None:
    keys = [key for (key,) in look("SELECT key FROM ticket_file")]
    storage.put(keys[0], photo())
    lying = {files / keys[0], *(files / storage.unopened(key) for key in keys)}
    assert len(keys) == 2
    assert all(path.exists() for path in lying)
    close(canary.phone)
    assert look("SELECT count(*) FROM ticket_file") == [(0,)]
    assert not any(path.exists() for path in lying)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points_entry SET amount = amount + 1",
        "UPDATE points_entry SET cause_id = -id",
        "UPDATE points_entry SET person_id = 1",
        "DELETE FROM points_entry",
        "UPDATE rating_change SET words_before = NULL",
        "UPDATE rating_change SET level_before = 1",
        "DELETE FROM rating_change",
        "UPDATE ticket_event SET person_id = NULL",
        "UPDATE ticket_event SET words = 'x'",
        "DELETE FROM ticket_event",
        "UPDATE audit_entry SET person_id = NULL",
        "DELETE FROM audit_entry",
    ],
)
def test_append_only_tables_refuse_every_other_change(canary: Canary, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"append-only|is not present"), transaction() as session:
        session.execute(text(statement))


def test_who_works_for_the_county_answers_first(
    client: FlaskClient, bazaar: Bazaar, scalar: Any
) -> None:
    cadre = make_person(name="王支书")
    grant_role(cadre, Role.CADRE, bazaar.county.village_ids[0])
    staff = make_staff(Role.TOWNSHIP_STAFF, bazaar.county.township_ids[0], "town")
    for person_id in (cadre, staff):
        answer = close(open_phone(client, person_id))
        assert (answer.status_code, answer.json["code"]) == (409, "has_role")
        assert open_phone(client, person_id).call("GET", "/me/data").json["why_not"]
    assert scalar("SELECT count(*) FROM person WHERE closed_at IS NOT NULL") == 0


def test_nobody_comes_back_under_another_number_before_ballots_have_run_out(
    client: FlaskClient, world: Any, app: object, stop_clock
) -> None:
    given = {"code": world.new_code("o-back"), "consent": "2026-11"}
    token = client.post("/api/v1/sessions", json=given).json["token"]
    headers = {"Authorization": f"Bearer {token}"}
    confirmed = {"confirm": "注销"}
    assert client.post("/api/v1/me/closure", headers=headers, json=confirmed).status_code == 204
    again = {"code": world.new_code("o-back"), "consent": "2026-11"}
    answer = client.post("/api/v1/sessions", json=again)
    assert (answer.status_code, answer.json["code"]) == (409, "account_closed")
    later = clock.now() + timedelta(days=100)
    stop_clock(later)
    with transaction():
        assert persons.forget_reopened() == 1
    late = {"code": world.new_code("o-back"), "consent": "2026-11"}
    assert client.post("/api/v1/sessions", json=late).status_code == 201


def test_closing_needs_to_be_confirmed_in_words(canary: Canary) -> None:
    for said in ({}, {"confirm": "是"}, {"confirm": None}):
        assert canary.phone.call("POST", "/me/closure", json=said).status_code == 422
    assert canary.phone.call("GET", "/me").status_code == 200
