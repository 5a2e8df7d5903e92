"""flask accounts …: the first administrator, whom nobody else can let in."""

import click
from flask.cli import AppGroup

from backend.app.access import Role
from backend.app.accounts.grants import insert_grant
from backend.app.accounts.logins import create_login
from backend.app.accounts.passwords import one_time_password
from backend.app.core import calendar
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.places.queries import find_place

commands = AppGroup("accounts", help="人员与权限")


@commands.command("create-administrator")
@click.argument("username")
@click.argument("name")
@click.argument("county_code")
def create_administrator(username: str, name: str, county_code: str) -> None:
    """Opens an administrator of a county (6- or 12-digit code) and prints a one-time password."""
    password = one_time_password()
    try:
        with transaction():
            county = find_place(county_code.ljust(12, "0"))
            if county is None or county.level != "county":
                raise click.ClickException("没有这个县,请先 flask places import")
            person_id = create_login(username, name, password, must_change=True)
            insert_grant(person_id, Role.ADMINISTRATOR, county.id, calendar.today(), None, None)
            record("create_administrator", None, "person", person_id)
    except DomainError as error:
        faults = ";".join(fault for lines in error.errors.values() for fault in lines)
        raise click.ClickException(f"{error.message} {faults}".strip()) from None
    click.echo(f"一次性密码(只显示这一次,首次登录须修改):{password}")
