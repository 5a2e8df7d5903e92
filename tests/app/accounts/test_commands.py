"""flask accounts: the three offices of a county, founded for three people."""

import re

import pytest
from flask import Flask

from backend.app.access import OFFICES, Role
from backend.app.accounts.queries import load_grants
from tests.factories.console import log_in, make_staff
from tests.factories.county import County, make_county

PEOPLE = ("--system", "chen", "陈系统", "--security", "lin", "林安全", "--audit", "he", "何审计")
PASSWORD = re.compile(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}")


@pytest.fixture
def county(app) -> County:
    return make_county()


def found(app: Flask, code: str = "610528", people: tuple[str, ...] = PEOPLE) -> object:
    return app.test_cli_runner().invoke(args=["accounts", "found-county", code, *people])


@pytest.mark.parametrize("code", ["610528", "610528000000"])
def test_found_county_makes_three_inactive_accounts_with_a_slip_each(
    app, client, county, scalar, code: str
) -> None:
    done = found(app, code)
    assert done.exit_code == 0, done.output
    assert len(set(PASSWORD.findall(done.output))) == 3
    assert done.output.count("沿此线剪开") == 3
    assert scalar("SELECT count(*) FROM console_login WHERE activated_at IS NULL") == 3
    held = set()
    for username in ("chen", "lin", "he"):
        person = scalar("SELECT person_id FROM console_login WHERE username = :u", u=username)
        _, grants = load_grants(person, even_if_waiting=True)
        held |= {grant.role for grant in grants}
        assert [grant.region_id for grant in grants] == [county.id]
        assert load_grants(person)[1] == ()
    assert held == OFFICES
    password = PASSWORD.search(done.output)[0]
    assert log_in(client, "chen", password).location.endswith("/console/login/password")
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'found_office'") == 3


def test_a_county_is_founded_once_and_never_for_one_person_twice(app, county, scalar) -> None:
    same = found(app, people=(*PEOPLE[:5], "陈系统", *PEOPLE[6:]))
    assert same.exit_code == 1
    assert "三个人" in same.output
    assert found(app).exit_code == 0
    again = found(
        app, people=("--system", "a1", "甲", "--security", "a2", "乙", "--audit", "a3", "丙")
    )
    assert again.exit_code == 1
    assert "都已经有人" in again.output
    assert scalar("SELECT count(*) FROM console_login") == 3


def test_a_county_nobody_knows_gets_no_offices(app, county, scalar) -> None:
    for code in ("999999", "610528100201"):
        done = found(app, code)
        assert done.exit_code == 1
        assert "没有这个县" in done.output
    assert scalar("SELECT count(*) FROM console_login") == 0


def test_a_name_that_is_taken_is_said_so_and_nobody_is_founded(app, county, scalar) -> None:
    make_staff(Role.COUNTY_STAFF, county.id, "he")
    done = found(app)
    assert done.exit_code == 1
    assert "已有人用" in done.output
    assert scalar("SELECT count(*) FROM person") == 1


def test_a_new_slip_makes_the_account_wait_for_its_owner(app, client, county, scalar) -> None:
    person = make_staff(Role.SECURITY_ADMIN, county.id, "lin")
    done = app.test_cli_runner().invoke(args=["accounts", "new-slip", "lin"])
    assert done.exit_code == 0, done.output
    assert load_grants(person)[1] == ()
    password = PASSWORD.search(done.output)[0]
    assert log_in(client, "lin", password).location.endswith("/console/login/password")
    unknown = app.test_cli_runner().invoke(args=["accounts", "new-slip", "nobody"])
    assert unknown.exit_code == 1


def test_every_flask_command_of_ours_is_in_the_audit_log(app, county, scalar) -> None:
    found(app, "999999")
    entry = scalar("SELECT row_to_json(e) FROM audit_entry e WHERE action = 'shell_command'")
    assert (entry["origin"], entry["subject_id"]) == ("shell", "accounts found-county")
    assert "999999" in entry["detail"]["words"]
    assert entry["detail"]["user"]
    for group in app.cli.commands.values():
        for command in getattr(group, "commands", {}).values():
            if command.callback.__module__.startswith("backend."):
                assert command.callback.__dict__.get("__audited__"), command.name


def test_telephones_typed_in_the_shell_are_cut_in_the_log(app, county, scalar) -> None:
    app.test_cli_runner().invoke(args=["accounts", "new-slip", "13800001234"])
    words = scalar("SELECT detail->>'words' FROM audit_entry WHERE action = 'shell_command'")
    assert "13800001234" not in words
    assert "138****1234" in words
