"""flask surveys …: the keys of a month, made ahead."""

import click
from flask.cli import AppGroup

from backend.app.core.calendar import parse_month
from backend.app.core.db import transaction
from backend.app.places.errors import RegionUnknown
from backend.app.places.queries import find_place
from backend.app.surveys.keys import digest, key_file, prepare_period

commands = AppGroup("surveys", help="匿名问卷: 每月的密钥")


@commands.command("prepare")
@click.argument("county_code")
@click.argument("month")
def prepare_command(county_code: str, month: str) -> None:
    """Makes the units and keys of a month, such as 2026-12, and prints the digest to pin."""
    county = find_place(county_code)
    if county is None or county.level != "county":
        raise click.ClickException(RegionUnknown.message)
    period = parse_month(month)
    if period is None:
        raise click.ClickException("应为月份,如 2026-12")
    with transaction():
        made = prepare_period(county.id, period)
    printed = digest(key_file(county.id, period))
    click.echo(f"新密钥 {made} 把;密钥文件摘要 {printed},公示栏印前 16 位:{printed[:16]}")
