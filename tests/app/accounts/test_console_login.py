"""Logging in to the console: passwords, locks, cookies, second factor."""

import re
from datetime import timedelta
from time import thread_time

import pyotp
import pytest
import redis
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from backend.app.access import Role
from backend.app.accounts.errors import PasswordTooWeak
from backend.app.accounts.logins import second_factor
from backend.app.accounts.logins.operations import own_login
from backend.app.accounts.logins.passwords import check_strength
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.web.guards import CONSOLE_COOKIE
from tests.factories.console import PASSWORD, form_token, log_in, make_staff, sit_down
from tests.factories.county import County, grant_role, make_county


@pytest.fixture
def county(app) -> County:
    return make_county()


@pytest.fixture
def leader(county: County) -> int:
    """Somebody who needs no second factor."""
    return make_staff(Role.LEADER, county.id, "leader")


def console_cookie(client) -> str:
    cookie = client.get_cookie(CONSOLE_COOKIE, path="/console")
    return cookie.value if cookie else ""


def enrol(person_id: int) -> pyotp.TOTP:
    with transaction():
        login = own_login(person_id)
        second_factor.begin(login)
        totp = pyotp.TOTP(second_factor.secret_of(login))
        second_factor.confirm(login, totp.at(clock.now() - timedelta(seconds=30)))
    return totp


def test_the_right_password_opens_the_console(client, leader) -> None:
    answer = log_in(client, "leader")
    assert (answer.status_code, answer.location) == (302, "/console/leader")
    assert client.get("/console/").status_code == 200


def test_who_is_more_than_a_leader_or_asked_for_a_page_gets_that(client, county, leader) -> None:
    asked = log_in(client, "leader", next="/console/villages")
    assert asked.location == "/console/villages"
    grant_role(leader, Role.CADRE, county.village_ids[0])
    # Cadres read telephone numbers of their cases.
    assert log_in(client, "leader").location == "/console/login/enrol"


def test_cookies_are_closed_to_scripts_and_other_sites(client, leader) -> None:
    cookies = log_in(client, "leader").headers.getlist("Set-Cookie")
    session = next(c for c in cookies if c.startswith(CONSOLE_COOKIE))
    for flag in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/console"):
        assert flag in session


def test_a_wrong_name_and_a_wrong_password_sound_the_same(client, leader) -> None:
    wrong_name, wrong_password = log_in(client, "nobody"), log_in(client, "leader", "wrong pass 1")
    assert wrong_name.status_code == wrong_password.status_code == 401
    sentence = re.compile(r'role="alert"[^>]*>([^<]+)')
    assert sentence.search(wrong_name.text)[1] == sentence.search(wrong_password.text)[1]
    assert not console_cookie(client)


def test_after_five_failures_even_the_right_password_waits_a_minute(client, app, leader) -> None:
    for _ in range(5):
        log_in(client, "leader", "wrong pass 1")
    assert "锁定" in log_in(client, "leader").text
    [wait] = app.extensions["redis"].keys("login_failures:*:wait")
    assert 50 <= app.extensions["redis"].ttl(wait) <= 60
    app.extensions["redis"].delete(wait)
    assert log_in(client, "leader").status_code == 302


def test_a_disabled_account_cannot_log_in(client, leader) -> None:
    with transaction():
        own_login(leader).disabled_at = clock.now()
    assert log_in(client, "leader").status_code == 401


def test_a_form_from_elsewhere_is_refused(client, leader) -> None:
    client.get("/console/login")
    answer = client.post("/console/login", data={"username": "leader", "password": PASSWORD})
    assert answer.status_code == 403
    desk = sit_down(client, leader)
    forged = desk.client.post("/console/logout", data={"csrf_token": "0" * 64})
    assert forged.status_code == 403
    assert "刷新" in forged.text


def test_a_token_planted_before_log_in_is_not_the_session_after(client, leader) -> None:
    planted = sit_down(client, make_staff(None, 0, "attacker")).token
    log_in(client, "leader")
    assert console_cookie(client) != planted
    client.set_cookie(CONSOLE_COOKIE, planted, path="/console")
    assert client.get("/console/").status_code == 302


def test_log_out_ends_the_session_on_the_server(client, leader) -> None:
    log_in(client, "leader")
    token = console_cookie(client)
    sit = client.get("/console/")
    client.post("/console/logout", data={"csrf_token": form_token(sit)})
    client.set_cookie(CONSOLE_COOKIE, token, path="/console")
    assert client.get("/console/").status_code == 302


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example/console", "/\\evil.example", "/p/open"]
)
def test_log_in_never_leads_to_another_site(client, leader, evil: str) -> None:
    assert log_in(client, "leader", next=evil).location == "/console/leader"


def test_log_in_leads_back_to_the_page_asked_for(client, leader) -> None:
    asked = client.get("/console/villages?q=1")
    assert asked.status_code == 302
    assert "next=/console/villages" in asked.location.replace("%2F", "/")
    assert log_in(client, "leader", next="/console/villages?q=1").location == (
        "/console/villages?q=1"
    )


def test_a_first_password_must_be_changed_before_anything_else(client, county) -> None:
    make_staff(Role.LEADER, county.id, "newcomer", must_change=True)
    assert log_in(client, "newcomer").location.endswith("/console/login/password")
    assert client.get("/console/").location.endswith("/console/login/password")
    page = client.get("/console/login/password")
    form = {"csrf_token": form_token(page), "old": PASSWORD}
    weak = client.post(
        "/console/login/password", data={**form, "password": "1234567890", "again": "1234567890"}
    )
    assert weak.status_code == 422
    assert "太常见" in weak.text
    good = {"password": "柿子树下 2026!", "again": "柿子树下 2026!"}
    changed = client.post("/console/login/password", data={**form, **good})
    assert changed.location == "/console/leader"
    assert client.get("/console/").status_code == 200


SECONDS_TO_JUDGE = 3
COMMON = (
    "1234567890", "0123456789", "12345678910", "1111111111", "qwertyuiop", "abcdefghij",
    "password123", "admin123456", "administrator", "a123456789", "123456789a", "woaini1314",
    "5201314520", "88888888888", "iloveyou123", "qq123456789", "P@ssw0rd123", "zaq12wsxcde3",
    "woaini5201314", "woaini1314520",
)  # fmt: skip


def fault_of(password: str) -> str | None:
    """What a refusal says of a password."""
    try:
        check_strength(password, "leader")
    except PasswordTooWeak as refused:
        return refused.errors["password"][0]
    return None


@pytest.mark.parametrize("password", COMMON)
def test_what_everybody_uses_is_refused_also_with_letters_swapped(password: str) -> None:
    assert fault_of(password) == "太常见，容易被猜到"


def test_none_of_the_ten_thousand_most_used_passwords_is_taken() -> None:
    ranked = FREQUENCY_LISTS["passwords"][:10_000]
    assert len(ranked) == 10_000
    assert [word for word in ranked if fault_of(word) is None] == []


@pytest.mark.parametrize("password", ["4@8({[<369&#!1|7+$5" * 10, "4@8({[<6913!0$5+7%2" * 10])
def test_letters_swapped_for_signs_without_end_do_not_hold_the_server(password: str) -> None:
    began = thread_time()
    fault_of(password)
    assert thread_time() - began < SECONDS_TO_JUDGE


def test_names_of_the_place_the_person_and_the_product_are_no_part_of_it(
    client, county, leader
) -> None:
    desk = sit_down(client, leader)
    for name in ("富平", "leader先生", "村声", "CunSheng"):
        new = f"{name} kqzx 7291"
        answer = desk.post("/console/login/password", old=PASSWORD, password=new, again=new)
        assert (name, answer.status_code) == (name, 422)
        assert "不能包含" in answer.text
    other = "柿子树下 kqzx 7291"
    taken = desk.post("/console/login/password", old=PASSWORD, password=other, again=other)
    assert taken.status_code == 302


@pytest.mark.parametrize("new", ["short", "aaaaaaaaaaaaa", "I am leader 1", PASSWORD])
def test_weak_or_same_passwords_are_refused(client, leader, new: str) -> None:
    desk = sit_down(client, leader)
    answer = desk.post("/console/login/password", old=PASSWORD, password=new, again=new)
    assert answer.status_code == 422


def test_who_may_export_has_to_set_up_a_second_factor(client, county) -> None:
    make_staff(Role.COUNTY_STAFF, county.id, "clerk")
    assert log_in(client, "clerk").location.endswith("/console/login/enrol")
    assert client.get("/console/").location.endswith("/console/login/enrol")
    page = client.get("/console/login/enrol")
    assert "<svg" in page.text
    secret = re.search(r"<code>(\w+)</code>", page.text)[1]
    before = console_cookie(client)
    wrong = client.post(
        "/console/login/enrol", data={"csrf_token": form_token(page), "code": "000000"}
    )
    assert wrong.status_code == 422
    code = pyotp.TOTP(secret).at(clock.now())
    done = client.post("/console/login/enrol", data={"csrf_token": form_token(page), "code": code})
    assert len(re.findall(r"<li>\d{4} \d{4}</li>", done.text)) == 8
    assert console_cookie(client) != before
    assert client.get("/console/").status_code == 200


def test_the_second_factor_is_asked_and_each_code_works_once(client, county) -> None:
    totp = enrol(make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    code = totp.at(clock.now())
    for expected in (302, 422):
        assert log_in(client, "clerk").location.endswith("/console/login/code")
        page = client.get("/console/login/code")
        answer = client.post(
            "/console/login/code", data={"csrf_token": form_token(page), "code": code}
        )
        assert answer.status_code == expected


def test_a_recovery_code_works_once(client, county) -> None:
    person_id = make_staff(Role.COUNTY_STAFF, county.id, "clerk")
    with transaction():
        login = own_login(person_id)
        second_factor.begin(login)
        codes = second_factor.confirm(
            login, pyotp.TOTP(second_factor.secret_of(login)).at(clock.now())
        )
    for expected in (302, 422):
        log_in(client, "clerk")
        page = client.get("/console/login/code")
        form = {"csrf_token": form_token(page), "code": codes[0]}
        assert client.post("/console/login/code", data=form).status_code == expected


def test_the_secret_is_not_readable_in_the_database(county, scalar) -> None:
    totp = enrol(make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    assert totp.secret.encode() not in bytes(scalar("SELECT totp_sealed FROM console_login"))


def test_a_session_ends_after_an_idle_hour_and_after_eight_hours(
    client, leader, stop_clock, redis_url
) -> None:
    log_in(client, "leader")
    store = redis.Redis.from_url(redis_url)
    key = next(iter(store.scan_iter("session:console:*")))
    assert 3500 < store.ttl(key) <= 3600
    later = clock.now() + timedelta(hours=8, seconds=1)
    stop_clock(later)
    assert client.get("/console/").status_code == 302


def test_no_password_and_no_token_reaches_the_log(
    client, leader, capsys: pytest.CaptureFixture[str]
) -> None:
    log_in(client, "leader", "wrong pass 1")
    log_in(client, "leader")
    printed = capsys.readouterr().out
    assert "wrong pass" not in printed
    assert PASSWORD not in printed
    assert console_cookie(client) not in printed
