"""flask accounts …: the first three people of a county, whom nobody else can let in."""

import click
from flask.cli import AppGroup
from sqlalchemy import text

from backend.app.access import OFFICES, ROLE_NAMES, Role
from backend.app.accounts.errors import PersonUnknown
from backend.app.accounts.grants.operations import check_offices, insert_grant
from backend.app.accounts.logins.operations import (
    create_login,
    find_login,
    renew_slip,
    unlock_from_shell,
)
from backend.app.accounts.logins.passwords import one_time_password
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, transaction
from backend.app.core.errors import DomainError
from backend.app.core.settings import Settings
from backend.app.places.queries import Place, find_place

commands = AppGroup("accounts", help="人员与权限")
HELD = text(
    """
    SELECT g.role FROM role_grant g JOIN console_login l ON l.person_id = g.person_id
    WHERE g.region_id = :county_id AND g.revoked_at IS NULL AND l.disabled_at IS NULL
      AND (g.ends_on IS NULL OR g.ends_on >= :today) AND g.role = ANY(:offices)
    """
)
TASKS = {
    Role.SYSTEM_ADMIN: "开账号、重置账号、申请角色。不碰业务，也确认不了角色。",
    Role.SECURITY_ADMIN: "确认别人申请的角色，当面核对后激活账号。开不了账号。",
    Role.AUDITOR: "看全部操作记录、失败的登录和看电话的记录。别的什么也做不了。",
}
SLIP = """
┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ 沿此线剪开 ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
{county} · 村声 · 账号条（只印这一次，装信封交给本人）
{role}：{name}
职责：{task}
登录：{address}/console/
用户名：{username}
一次性密码：{password}
一次性密码 7 天内有效。第一次登录改密码、设动态口令，再用自己的手机激活。激活以前账号什么都打不开。
"""


def _refuse(error: DomainError) -> click.ClickException:
    faults = "；".join(fault for lines in error.errors.values() for fault in lines)
    return click.ClickException(f"{error.message} {faults}".strip())


def _county(code: str) -> Place:
    county = find_place(code.ljust(12, "0"))
    if county is None or county.level != "county":
        raise click.ClickException("没有这个县，请先 flask places import")
    return county


def _slip(county: str, role: str, task: str, person: tuple[str, str], password: str) -> str:
    settings: Settings = click.get_current_context().obj.load_app().config["SETTINGS"]
    return SLIP.format(
        county=county, role=role, task=task, address=settings.public_host, username=person[0],
        name=person[1], password=password,
    )  # fmt: skip


@commands.command("found-county")
@click.argument("county_code")
@click.option("--system", type=(str, str), required=True, help="系统管理员：用户名 姓名")
@click.option("--security", type=(str, str), required=True, help="安全管理员：用户名 姓名")
@click.option("--audit", type=(str, str), required=True, help="审计员：用户名 姓名")
def found_county(
    county_code: str, system: tuple[str, str], security: tuple[str, str], audit: tuple[str, str]
) -> None:
    """Opens the three offices of a county (6- or 12-digit code) for three people, inactive.

    Prints a slip for each. Offices that somebody holds already are left alone.
    """
    people = {Role.SYSTEM_ADMIN: system, Role.SECURITY_ADMIN: security, Role.AUDITOR: audit}
    if len({name.strip() for _, name in people.values()}) < len(people):
        raise click.ClickException("三员要三个人，姓名不能相同")
    slips = []
    try:
        with transaction():
            county = _county(county_code)
            held = _held(county.id)
            for role, person in people.items():
                if role in held:
                    continue
                password = one_time_password()
                _open(role, person, password, county.id)
                slips.append(_slip(county.name, ROLE_NAMES[role], TASKS[role], person, password))
    except DomainError as error:
        raise _refuse(error) from None
    if not slips:
        raise click.ClickException("三员都已经有人了。换人请由系统管理员申请、安全管理员确认")
    click.echo("".join(slips))


def _held(county_id: int) -> set[Role]:
    values = {
        "county_id": county_id, "today": clock.today(), "offices": [*map(str, OFFICES)]
    }  # fmt: skip
    return {Role(role) for role in db.session.scalars(HELD, values)}


def _open(role: Role, person: tuple[str, str], password: str, county_id: int) -> None:
    person_id = create_login(*person, password, must_change=True)
    check_offices(person_id, role, clock.today(), None)
    insert_grant(person_id, role, county_id, clock.today(), None, None)
    record("found_office", None, "person", person_id, role=role.value, region_id=county_id)


@commands.command("new-slip")
@click.argument("username")
def new_slip(username: str) -> None:
    """A new one-time password for somebody whom nobody inside can help; the account is inactive."""
    try:
        with transaction():
            login = find_login(username)
            if login is None:
                raise PersonUnknown
            password = renew_slip(login.person_id, None)
            record("reset_password", None, "person", login.person_id)
    except DomainError as error:
        raise _refuse(error) from None
    click.echo(f"一次性密码（只显示这一次，本人登录后改密码、重新激活）：{password}")


@commands.command("unlock")
@click.argument("username")
def unlock(username: str) -> None:
    """Lets a name in again that wrong passwords or codes have locked."""
    try:
        with transaction():
            unlock_from_shell(username)
    except DomainError as error:
        raise _refuse(error) from None
    click.echo("已解锁，现在可以登录")
