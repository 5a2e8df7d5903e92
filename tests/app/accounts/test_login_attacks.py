"""What somebody with half a secret can not do."""

import re
import threading
from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from backend.app.access import Role, needs_second_factor
from backend.app.accounts import console
from backend.app.accounts.logins import operations as logins
from backend.app.accounts.logins import passwords, second_factor, throttle
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.encryption import seal, unseal
from backend.app.core.errors import Unavailable
from backend.app.core.web.guards import CONSOLE_COOKIE
from tests.factories.console import PASSWORD, form_token, log_in, make_staff, sit_down
from tests.factories.county import County, actor_with, grant_role, make_county

NEW = "柿子树下 2026!"


@pytest.fixture
def county(app) -> County:
    return make_county()


@pytest.fixture
def leader(county: County) -> int:
    """Somebody who needs no second factor."""
    return make_staff(Role.LEADER, county.id, "leader")


@pytest.fixture
def clerk(county: County) -> pyotp.TOTP:
    """Somebody with a second factor: user name clerk."""
    person_id = make_staff(Role.COUNTY_STAFF, county.id, "clerk")
    with transaction():
        login = logins.own_login(person_id)
        second_factor.begin(login)
        totp = pyotp.TOTP(second_factor.secret_of(login))
        second_factor.confirm(login, totp.at(clock.now() - timedelta(seconds=30)))
    return totp


def send_code(client, code: str) -> object:
    page = client.get("/console/login/code")
    return client.post("/console/login/code", data={"csrf_token": form_token(page), "code": code})


def held(client) -> str:
    return client.get_cookie(CONSOLE_COOKIE, path="/console").value


def shown_words(page) -> str:
    return re.search(r'role="alert"[^>]*>([^<]+)', page.text)[1]


def test_a_password_without_the_second_factor_changes_no_password(client, clerk) -> None:
    log_in(client, "clerk")
    page = client.get("/console/login/password")
    assert page.location.endswith("/console/login/code")
    token = form_token(client.get("/console/login/code"))
    form = {"csrf_token": token, "old": PASSWORD, "password": NEW, "again": NEW}
    assert client.post("/console/login/password", data=form).location.endswith("/login/code")
    assert log_in(client, "clerk").status_code == 302


def test_a_password_without_the_second_factor_sets_up_no_other_factor(client, clerk) -> None:
    log_in(client, "clerk")
    assert client.get("/console/login/enrol").location.endswith("/console/login/code")


def test_giving_the_password_again_forgives_no_wrong_code(client, clerk, scalar) -> None:
    for _ in range(5):
        log_in(client, "clerk")
        assert send_code(client, "000000").status_code == 422
    assert scalar("SELECT locked_until IS NOT NULL FROM console_login")
    assert log_in(client, "clerk").status_code == 401


def test_a_session_opened_before_the_lock_takes_no_code_after_it(client, clerk) -> None:
    log_in(client, "clerk")
    for _ in range(5):
        send_code(client, "000000")
    answer = send_code(client, clerk.at(clock.now()))
    assert answer.status_code == 403
    assert "锁定" in shown_words(answer)


def test_a_stolen_session_cannot_try_out_the_password(client, leader, scalar) -> None:
    desk = sit_down(client, leader)
    for _ in range(5):
        desk.post("/console/login/password", old="a guess 123", password=NEW, again=NEW)
    answer = desk.post("/console/login/password", old=PASSWORD, password=NEW, again=NEW)
    assert answer.status_code == 403
    assert "锁定" in shown_words(answer)
    assert scalar("SELECT locked_until IS NOT NULL FROM console_login")


def test_a_lock_tells_a_stranger_neither_that_the_name_exists_nor_the_password(
    client, leader
) -> None:
    for _ in range(5):
        log_in(client, "leader", "wrong pass 1")
    said = {
        shown_words(log_in(client, name, password))
        for name, password in (
            ("leader", "wrong pass 1"), ("leader", PASSWORD), ("nobody", "wrong pass 1"),
        )
    }  # fmt: skip
    assert len(said) == 1


def test_unknown_names_cost_one_hash_like_known_ones(
    client, leader, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher, seen = passwords.hasher(), []

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            seen.append(stored)
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "hasher", Counting)
    log_in(client, "nobody", "wrong pass 1")
    log_in(client, "leader", "wrong pass 1")
    assert len(seen) == 2
    assert all(stored.startswith("$argon2id$") for stored in seen)


def test_guesses_sent_at_once_are_counted_one_by_one(app: Flask, leader, scalar) -> None:
    def guess() -> None:
        with app.app_context(), transaction():
            logins.check_password("leader", "wrong pass 1")

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [count] = [
        int(app.extensions["redis"].get(key))
        for key in app.extensions["redis"].keys("login_failures:*:")
    ]
    assert count == 4


@pytest.mark.parametrize("code", ["一二三四五六", "", "12345", "9" * 300, "abcdef", "１２３４５６"])
def test_odd_codes_are_refused_in_words(client, clerk, code: str) -> None:
    log_in(client, "clerk")
    assert send_code(client, code).status_code == 422


def test_full_width_digits_and_spaces_are_understood(client, clerk) -> None:
    log_in(client, "clerk")
    digits = clerk.at(clock.now())
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in digits)
    assert send_code(client, f"{wide[:3]} {wide[3:]}").status_code == 302


@pytest.mark.parametrize("name", ["a\x00b", "' OR 1=1 --", "王" * 300, ""])
def test_odd_names_are_refused_without_a_crash(client, leader, name: str) -> None:
    assert log_in(client, name).status_code in {401, 422}


def test_an_odd_csrf_token_is_refused_without_a_crash(client, leader) -> None:
    desk = sit_down(client, leader)
    assert desk.post("/console/logout", csrf_token="令牌").status_code == 403
    headers = {"X-CSRF-Token": "\xe9"}
    assert client.post("/console/logout", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "evil", ["/console/\r\nX-Evil: 1", "/console/../p/x", "/consolex", "javascript:/console", ""]
)
def test_the_way_back_stays_within_the_console(client, leader, evil: str) -> None:
    answer = log_in(client, "leader", next=evil)
    assert "X-Evil" not in answer.headers
    assert answer.location == "/console/leader"


def test_the_way_back_survives_the_second_factor(client, clerk) -> None:
    log_in(client, "clerk", next="/console/exports?page=2")
    assert send_code(client, clerk.at(clock.now())).location == "/console/exports?page=2"


def test_each_step_of_the_log_in_makes_the_token_before_it_worthless(client, clerk) -> None:
    log_in(client, "clerk")
    first = held(client)
    send_code(client, clerk.at(clock.now()))
    second = held(client)
    page = client.get("/console/login/password")
    form = {"csrf_token": form_token(page), "old": PASSWORD, "password": NEW, "again": NEW}
    assert client.post("/console/login/password", data=form).location == "/console/"
    assert client.get("/console/").status_code == 200
    for old in (first, second):
        client.set_cookie(CONSOLE_COOKIE, old, path="/console")
        assert "/console/login?" in client.get("/console/").location


def test_changing_the_password_logs_out_every_other_browser(app, client, leader) -> None:
    elsewhere = sit_down(app.test_client(), leader)
    desk = sit_down(client, leader)
    desk.post("/console/login/password", old=PASSWORD, password=NEW, again=NEW)
    assert elsewhere.get("/console/").status_code == 302
    assert log_in(client, "leader").status_code == 401
    assert log_in(client, "leader", NEW).status_code == 302


def test_a_role_that_needs_a_second_factor_asks_for_it_in_a_session_already_open(
    client, leader, county
) -> None:
    desk = sit_down(client, leader, second_factor=False)
    assert desk.get("/console/").status_code == 200
    grant_role(leader, Role.COUNTY_STAFF, county.id)
    assert desk.get("/console/").location.endswith("/console/login/enrol")
    assert desk.get("/console/login/enrol").status_code == 200


def test_two_tabs_of_the_log_in_page_both_work(client, leader) -> None:
    first, _ = client.get("/console/login"), client.get("/console/login")
    form = {"csrf_token": form_token(first), "username": "leader", "password": PASSWORD}
    assert client.post("/console/login", data=form).status_code == 302


def test_a_village_hall_full_of_people_can_log_in_and_a_machine_is_slowed_down(
    client, leader, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert console.ATTEMPTS_PER_ADDRESS >= 100
    monkeypatch.setattr(console, "ATTEMPTS_PER_ADDRESS", 2)
    statuses = [log_in(client, "leader", "wrong pass 1").status_code for _ in range(3)]
    assert statuses == [401, 401, 429]


def test_what_was_sealed_opens_only_for_its_purpose(app) -> None:
    sealed = seal("totp", b"secret")
    assert unseal("totp", sealed) == b"secret"
    for purpose, content in (("other", sealed), ("totp", b""), ("totp", sealed[:-1] + b"\x00")):
        with pytest.raises(Unavailable):
            unseal(purpose, content)
    assert seal("totp", b"secret") != sealed


def test_neither_secret_nor_codes_reach_the_log(
    app, client, county, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    make_staff(Role.COUNTY_STAFF, county.id, "newclerk")
    log_in(client, "newclerk")
    page = client.get("/console/login/enrol")
    secret = re.search(r"<code>(\w+)</code>", page.text)[1]
    code = pyotp.TOTP(secret).at(clock.now())
    form = {"csrf_token": form_token(page), "code": code}
    shown = client.post("/console/login/enrol", data=form).text
    recovery = re.findall(r"<li>(\d{4}) (\d{4})</li>", shown)
    log_in(client, "newclerk")
    send_code(client, "".join(recovery[0]))
    printed = capsys.readouterr().out + caplog.text
    assert "enter_code" in printed
    for held_back in (secret, code, *map("".join, recovery), held(client), PASSWORD):
        assert held_back not in printed


def from_address(client, address: str, password: str = PASSWORD) -> int:
    page = client.get("/console/login")
    form = {"csrf_token": form_token(page), "username": "leader", "password": password}
    where = {"REMOTE_ADDR": address}
    return int(client.post("/console/login", data=form, environ_base=where).status_code)


def test_a_stranger_who_guesses_locks_out_nobody_but_himself(app: Flask, leader) -> None:
    stranger, owner = app.test_client(), app.test_client()
    for _ in range(6):
        assert from_address(stranger, "198.51.100.7", "wrong pass 1") == 401
    assert from_address(stranger, "198.51.100.7") == 401
    assert from_address(owner, "198.51.100.8") == 302


def test_each_wrong_password_doubles_the_wait(app: Flask, leader) -> None:
    stranger, client = app.test_client(), app.extensions["redis"]
    waits = []
    for _ in range(8):
        from_address(stranger, "198.51.100.7", "wrong pass 1")
        waits += [client.ttl(key) for key in client.keys("login_failures:*:wait")]
        for key in client.keys("login_failures:*:wait"):
            client.delete(key)
    assert waits == [60, 120, 240, 480]


def test_guesses_from_everywhere_stop_strangers_and_no_known_browser(app: Flask, leader) -> None:
    known = app.test_client()
    assert from_address(known, "198.51.100.8") == 302
    for number in range(throttle.FREE_OF_STRANGERS):
        from_address(app.test_client(), f"203.0.113.{number}", "wrong pass 1")
    assert from_address(app.test_client(), "198.51.100.9") == 401
    assert from_address(known, "198.51.100.8") == 302
    assert from_address(known, "192.0.2.1") == 302
    told = app.test_cli_runner().invoke(args=["accounts", "unlock", "leader"])
    assert told.exit_code == 0
    assert from_address(app.test_client(), "198.51.100.9") == 302


def test_a_browser_is_known_for_its_own_name_and_half_a_year(app: Flask, leader) -> None:
    token = throttle.device_token(leader)
    assert throttle.is_known(token, leader)
    assert not throttle.is_known(token, leader + 1)
    assert not throttle.is_known(token[:-2] + "AA", leader)
    assert not throttle.is_known("", leader)


def test_a_one_time_password_that_nobody_used_ends(app: Flask, client, county, scalar) -> None:
    make_staff(Role.LEADER, county.id, "newcomer", must_change=True)
    assert log_in(client, "newcomer").status_code == 302
    with transaction():
        own = logins.find_login("newcomer")
        own.password_expires_at = clock.now() - timedelta(seconds=1)
    assert log_in(client, "newcomer").status_code == 401


def test_whoever_reads_telephone_numbers_needs_a_second_factor(app: Flask) -> None:
    for role in (Role.DEPARTMENT_STAFF, Role.TOWNSHIP_STAFF, Role.COUNTY_STAFF):
        assert needs_second_factor(actor_with(role, 1)), role
