"""激活: until its owner has taken it over, an account is the hand of whoever opened or reset it."""

import re

import pyotp
import pytest
from flask import Flask
from sqlalchemy import text

from backend.app.access import Role
from backend.app.accounts.logins.operations import MOST_FAILURES, own_login
from backend.app.accounts.logins.second_factor import secret_of
from backend.app.accounts.queries import actor_today
from backend.app.accounts.second_person import hands_of, is_same_hand
from backend.app.core import clock
from backend.app.core.db import transaction
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.console import Desk, form_token, grant_role, log_in, make_staff, sit_down
from tests.factories.county import County, make_county, number_of

NEW = "another horse 77"


@pytest.fixture
def county(app) -> County:
    return make_county()


@pytest.fixture
def boss(app, county: County) -> Desk:
    return sit_down(app.test_client(), make_staff(Role.SYSTEM_ADMIN, county.id, "chen"))


@pytest.fixture
def guard(app, county: County) -> Desk:
    return sit_down(app.test_client(), make_staff(Role.SECURITY_ADMIN, county.id, "lin"))


def secret_in(page: str) -> str:
    return re.search(r'class="secret">([^<]+)', page)[1]


def press(client, path: str, **form: str) -> object:
    token = form_token(client.get(path))
    return client.post(path, data={"csrf_token": token, **form})


def enter(app: Flask, username: str, password: str) -> object:
    """Logs in with a slip and changes the password; stands before the activation."""
    client = app.test_client()
    assert log_in(client, username, password).location.endswith("/login/password")
    changed = press(client, "/console/login/password", old=password, password=NEW, again=NEW)
    assert changed.location.endswith("/login/activate")
    return client


def open_account(boss: Desk, scalar) -> tuple[int, str]:
    page = boss.post("/console/people", username="wang", display_name="王会计").text
    return scalar("SELECT person_id FROM console_login WHERE username = 'wang'"), secret_in(page)


def test_whoever_opened_an_account_can_do_nothing_with_it(app, boss, guard, county, scalar) -> None:
    """One administrator opened an account, logged in as it and approved the own bonus."""
    person, password = open_account(boss, scalar)
    boss.post(
        f"/console/people/{number_of(person)}/grants",
        role="county_manager",
        region_id=str(county.id),
    )
    request = scalar("SELECT id FROM grant_request")
    guard.post(f"/console/security/grants/{request}", outcome="confirmed")
    client = enter(app, "wang", password)
    for path in ("/console/", "/console/adjustments", "/console/tickets", "/console/people"):
        assert client.get(path).location.endswith("/console/login/activate"), path
    assert actor_today(person).grants == ()
    assert is_same_hand(boss.person_id, person)


def register_phone(app: Flask, client) -> tuple[Phone, str]:
    """A phone takes the code from the screen; the six digits that it shows then."""
    code = secret_in(press(client, "/console/login/activate").text)
    phone = open_phone(app.test_client())
    answer = phone.call("POST", "/me/roles", json={"code": code})
    assert answer.status_code == 201
    return phone, answer.json["phone_digits"]


def confirm(guard: Desk, person: int, digits: str) -> object:
    return guard.post(f"/console/security/accounts/{number_of(person)}", digits=digits)


def test_whoever_holds_the_password_and_any_phone_still_opens_nothing(
    app, boss, guard, county, scalar
) -> None:
    """The opener logged in with the slip and typed the code into a villager's phone."""
    person, password = open_account(boss, scalar)
    grant_role(person, Role.COUNTY_MANAGER, county.id)
    client = enter(app, "wang", password)
    villager, digits = register_phone(app, client)
    page = client.get("/console/login/activate")
    assert page.status_code == 200
    assert "请安全管理员打电话或当面问" in page.text
    assert client.get("/console/adjustments").location.endswith("/console/login/activate")
    assert actor_today(person).grants == ()
    assert is_same_hand(boss.person_id, person)
    assert digits not in page.text
    assert digits not in guard.get("/console/security").text
    assert confirm(boss, person, digits).status_code == 403
    told = "SELECT count(*) FROM notice WHERE person_id = :id AND title = '有手机等您核对'"
    assert scalar(told, id=guard.person_id) == 1
    # The owner comes with another phone, and the one before is worth nothing.
    own, own_digits = register_phone(app, client)
    assert confirm(guard, person, digits).status_code == 422
    assert confirm(guard, person, own_digits).status_code == 302
    assert not is_same_hand(villager.person_id, person)
    assert is_same_hand(own.person_id, person)


def test_wrong_digits_are_logged_and_lock_the_account(app, boss, guard, scalar) -> None:
    person, password = open_account(boss, scalar)
    _, digits = register_phone(app, enter(app, "wang", password))
    wrong = "000000" if digits != "000000" else "111111"
    for _ in range(MOST_FAILURES):
        assert "对不上" in confirm(guard, person, wrong).text
    assert "锁定" in confirm(guard, person, digits).text
    assert scalar("SELECT activated_at IS NULL FROM console_login WHERE username = 'wang'")
    refused = "SELECT count(*) FROM audit_entry WHERE action = 'phone_refused'"
    assert scalar(refused) == MOST_FAILURES


def test_whoever_reset_an_account_does_not_confirm_its_phone(app, boss, guard, scalar) -> None:
    person, password = open_account(boss, scalar)
    _, digits = register_phone(app, enter(app, "wang", password))
    with transaction() as session:
        session.execute(
            text("UPDATE console_login SET reset_by_id = :by WHERE person_id = :id"),
            {"by": guard.person_id, "id": person},
        )
    assert confirm(guard, person, digits).status_code == 403
    assert scalar("SELECT activated_at IS NULL FROM console_login WHERE username = 'wang'")


def test_the_own_phone_activates_and_the_owner_is_told(app, boss, guard, county, scalar) -> None:
    person, password = open_account(boss, scalar)
    client = enter(app, "wang", password)
    code = secret_in(press(client, "/console/login/activate").text)
    phone = open_phone(app.test_client())
    answer = phone.call("POST", "/me/roles", json={"code": code.upper()})
    assert answer.status_code == 201
    number = str(scalar("SELECT number FROM person WHERE id = :id", id=phone.person_id))
    assert answer.json["phone_digits"] == number[-6:]
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in number[-6:])
    assert confirm(guard, person, f" {full_width} ").status_code == 302
    assert client.get("/console/login/activate").location.endswith("/console/")
    row = scalar("SELECT row_to_json(l) FROM console_login l WHERE username = 'wang'")
    assert (row["activated_how"], row["phone_person_id"]) == ("phone", phone.person_id)
    assert code.startswith("1")
    assert not is_same_hand(boss.person_id, person)
    assert is_same_hand(phone.person_id, person)
    assert hands_of(person) == {person, phone.person_id}
    told = scalar("SELECT count(*) FROM notice WHERE person_id = :id", id=phone.person_id)
    assert told == 1
    auditor = sit_down(app.test_client(), make_staff(Role.AUDITOR, county.id, "he"))
    assert (
        "激活账号"
        in auditor.get("/console/audit?action=activate_login").text.partition("<tbody")[2]
    )


def test_a_code_is_used_once_and_one_telephone_is_one_accounts(app, boss, guard, scalar) -> None:
    person, password = open_account(boss, scalar)
    client = enter(app, "wang", password)
    code = secret_in(press(client, "/console/login/activate").text)
    phone = open_phone(app.test_client())
    answer = phone.call("POST", "/me/roles", json={"code": code})
    assert confirm(guard, person, answer.json["phone_digits"]).status_code == 302
    assert phone.call("POST", "/me/roles", json={"code": code}).status_code == 404
    page = boss.post("/console/people", username="li", display_name="李会计").text
    second = enter(app, "li", secret_in(page))
    code = secret_in(press(second, "/console/login/activate").text)
    refused = phone.call("POST", "/me/roles", json={"code": code})
    assert refused.status_code == 422
    assert "一部手机只能用于一个账号" in refused.json["message"]


def test_a_reset_account_is_the_hand_of_who_reset_it_and_only_its_own_phone_brings_it_back(
    app, boss, guard, scalar
) -> None:
    person, password = open_account(boss, scalar)
    client = enter(app, "wang", password)
    phone, digits = register_phone(app, client)
    confirm(guard, person, digits)
    password = secret_in(boss.post(f"/console/people/{number_of(person)}/password").text)
    assert is_same_hand(boss.person_id, person)
    assert "重置了您的密码" in str(
        scalar("SELECT string_agg(words, '') FROM notice WHERE person_id = :id", id=phone.person_id)
    )
    again = enter(app, "wang", password)
    code = secret_in(press(again, "/console/login/activate").text)
    other = open_phone(app.test_client())
    refused = other.call("POST", "/me/roles", json={"code": code})
    assert refused.status_code == 422
    assert "另一部手机" in refused.json["message"]
    answer = phone.call("POST", "/me/roles", json={"code": code})
    assert answer.json["phone_digits"] is None
    assert again.get("/console/login/activate").location.endswith("/console/")


def enrol(client, person_id: int) -> pyotp.TOTP:
    """Sets up the own second factor and gives back what the owner's phone computes."""
    token = form_token(client.get("/console/login/enrol"))
    with transaction():
        totp = pyotp.TOTP(secret_of(own_login(person_id)))
    at = seconds_now()
    done = client.post("/console/login/enrol", data={"csrf_token": token, "code": totp.at(at)})
    assert done.status_code == 200, done.text
    return totp


def seconds_now() -> int:
    return int(clock.now().timestamp())


def test_a_slip_and_the_own_totp_need_the_security_administrators_confirmation(
    app, boss, guard, scalar
) -> None:
    person, password = open_account(boss, scalar)
    client = enter(app, "wang", password)
    path = f"/console/security/accounts/{number_of(person)}"
    early = guard.post(path, code="000000")
    assert early.status_code == 422
    assert "还没有设动态口令" in early.text
    totp = enrol(client, person)
    assert guard.post(path, code="000000").status_code == 422
    assert scalar("SELECT activated_at IS NULL FROM console_login WHERE username = 'wang'")
    assert boss.post(path, code="000000").status_code == 403
    right = guard.post(path, code=totp.at(seconds_now() + 30))
    assert right.status_code == 302, right.text
    assert scalar("SELECT activated_how FROM console_login WHERE username = 'wang'") == "slip"
    assert client.get("/console/login/activate").location.endswith("/console/")


def test_the_first_security_administrator_takes_over_by_slip_and_totp_the_second_does_not(
    app, county, scalar
) -> None:
    people = ("--system", "chen", "陈", "--security", "lin", "林", "--audit", "he", "何")
    done = app.test_cli_runner().invoke(args=["accounts", "found-county", "610528", *people])
    slips = dict(re.findall(r"用户名：(\w+)\n一次性密码：(\S+)", done.output))
    lin = scalar("SELECT person_id FROM console_login WHERE username = 'lin'")
    client = enter(app, "lin", slips["lin"])
    client.get("/console/login/activate")
    assert scalar("SELECT activated_at IS NULL FROM console_login WHERE username = 'lin'")
    enrol(client, lin)
    assert client.get("/console/login/activate").location.endswith("/console/security")
    chen = scalar("SELECT person_id FROM console_login WHERE username = 'chen'")
    other = enter(app, "chen", slips["chen"])
    enrol(other, chen)
    assert other.get("/console/login/activate").status_code == 200
    assert scalar("SELECT activated_at IS NULL FROM console_login WHERE username = 'chen'")


def test_an_only_security_administrator_comes_back_by_a_slip_from_the_shell(
    app, boss, county, scalar
) -> None:
    lin = make_staff(Role.SECURITY_ADMIN, county.id, "lin")
    page = boss.post(f"/console/people/{number_of(lin)}/password").text
    client = enter(app, "lin", secret_in(page))
    enrol(client, lin)
    client.get("/console/login/activate")
    waits = "SELECT activated_at IS NULL FROM console_login WHERE username = 'lin'"
    assert scalar(waits), "whoever reset the account could have set up that TOTP"
    done = app.test_cli_runner().invoke(args=["accounts", "new-slip", "lin"])
    client = enter(app, "lin", re.search(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}", done.output)[0])
    enrol(client, lin)
    client.get("/console/login/activate")
    assert not scalar(waits)


def test_an_expired_code_activates_nothing(app, boss, scalar) -> None:
    _, password = open_account(boss, scalar)
    client = enter(app, "wang", password)
    code = secret_in(press(client, "/console/login/activate").text)
    with transaction() as session:
        session.execute(text("UPDATE console_login SET activation_expires_at = '2026-01-01Z' "))
    refused = open_phone(app.test_client()).call("POST", "/me/roles", json={"code": code})
    assert refused.status_code == 422
    assert "过期" in refused.json["message"]


def test_chains_of_hands_end_and_never_turn_in_circles(county, scalar) -> None:
    people = [make_staff(None, county.id, f"p{number}") for number in range(4)]
    with transaction() as session:
        for one, by in zip(people, [*people[1:], people[0]], strict=True):
            session.execute(
                text("UPDATE console_login SET activated_at = NULL, activated_how = NULL,"
                     " reset_by_id = :by WHERE person_id = :id"),
                {"by": by, "id": one},
            )  # fmt: skip
    assert people[0] in hands_of(people[0])
