"""`flask people …`: what the desk does, for who administers the machine."""

from pathlib import Path

import click
from flask.cli import AppGroup

from backend.app.accounts.numbers import people_numbered
from backend.app.accounts.persons import find_by_openid
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.files import storage
from backend.app.core.web.boxes import whole
from backend.app.own_data import closing, contents

commands = AppGroup("people", help="个人资料：导出、注销")
WHOM = click.argument("whom")


@commands.command("export")
@WHOM
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def export_command(whom: str, target: Path) -> None:
    """把 WHOM（积分号，或 openid:…）的全部资料写成一个 xlsx 文件。"""
    with transaction():
        person_id = _person(whom)
        key = contents.write_file(contents.parts_of(person_id), contents.owner_of(person_id))
        record("export_person", None, "person", person_id)
    target.write_bytes(storage.read(key))
    storage.delete(key)
    click.echo(f"已写到 {target}。里面是个人资料，交给本人后请删掉")


@commands.command("erase")
@WHOM
@click.option("--yes", is_flag=True, help="不再问一遍")
def erase_command(whom: str, yes: bool) -> None:
    """注销 WHOM（积分号，或 openid:…）；留下什么会先列出来。"""
    with transaction():
        person_id = _person(whom)
        for line in closing.what_stays(person_id):
            click.echo(f"· {line}")
    if not yes:
        click.confirm(f"注销{whom}，不能恢复，确定吗", abort=True)
    try:
        with transaction():
            closing.close_account(person_id, None)
    except DomainError as refused:
        raise click.ClickException(refused.message) from None
    click.echo("已注销")


def _person(whom: str) -> int:
    if whom.startswith("openid:"):
        found = find_by_openid(whom.removeprefix("openid:"))
        if found is None:
            raise click.ClickException("没有这个人")
        return found
    number = whole(whom)
    if number is None:
        raise click.ClickException("请给积分号，或 openid:…")
    known = people_numbered([number])
    if not known:
        raise click.ClickException("没有这个人")
    return known[int(whom)]
