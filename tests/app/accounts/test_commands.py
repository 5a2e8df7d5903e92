"""flask accounts: the first administrator of a county."""

import re

import pytest
from flask import Flask

from backend.app.access import Role
from backend.app.accounts.queries import load_grants
from tests.factories.console import log_in
from tests.factories.county import County, make_county


@pytest.fixture
def county(app) -> County:
    return make_county()


def create(app: Flask, *words: str) -> object:
    return app.test_cli_runner().invoke(args=["accounts", "create-administrator", *words])


@pytest.mark.parametrize("code", ["610528", "610528000000"])
def test_the_first_administrator_gets_a_password_that_must_be_changed(
    app, client, county, scalar, code: str
) -> None:
    done = create(app, "boss", "周管理员", code)
    assert done.exit_code == 0, done.output
    password = re.search(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}", done.output)[0]
    assert log_in(client, "boss", password).location.endswith("/console/login/password")
    _, grants = load_grants(scalar("SELECT person_id FROM console_login"))
    assert [(grant.role, grant.region_id) for grant in grants] == [(Role.ADMINISTRATOR, county.id)]
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'create_administrator'") == 1


def test_a_county_nobody_knows_makes_no_administrator(app, county, scalar) -> None:
    for code, words in (("999999", "没有这个县"), ("610528100201", "没有这个县")):
        done = create(app, "boss", "周管理员", code)
        assert done.exit_code == 1
        assert words in done.output
    assert scalar("SELECT count(*) FROM console_login") == 0


def test_a_name_that_is_taken_is_said_so(app, county, scalar) -> None:
    create(app, "boss", "周管理员", "610528")
    done = create(app, "boss", "周管理员", "610528")
    assert done.exit_code == 1
    assert "已有人用" in done.output
    assert scalar("SELECT count(*) FROM person") == 1
