"""flask surveys …: the keys of a month, what is pinned in the mini-program, the night by hand."""

import click
import orjson
from flask.cli import AppGroup

from backend.app.ballots import ballot_box
from backend.app.ballots.signing_keys import (
    coming_digests,
    digest,
    key_file,
    period_name,
    prepare_period,
)
from backend.app.core import clock
from backend.app.core.clock import parse_month
from backend.app.core.db import transaction
from backend.app.places.errors import RegionUnknown
from backend.app.places.queries import find_place

commands = AppGroup("surveys", help="匿名问卷：每月的密钥")


def _county(code: str) -> int:
    county = find_place(code)
    if county is None or county.level != "county":
        raise click.ClickException(RegionUnknown.message)
    return county.id


@commands.command("prepare")
@click.argument("county_code")
@click.argument("month")
def prepare_command(county_code: str, month: str) -> None:
    """Makes the units and keys of a month, such as 2026-12, and prints the digest to pin."""
    county_id = _county(county_code)
    period = parse_month(month)
    if period is None:
        raise click.ClickException("应为月份，如 2026-12")
    if period <= clock.month_of(clock.today()):
        raise click.ClickException("这个月已经开始，票要提前领，来不及了")
    with transaction():
        made = prepare_period(county_id, period)
    printed = digest(key_file(county_id, period))
    click.echo(f"新密钥 {made} 把；密钥文件摘要 {printed}，公示栏印前 16 位：{printed[:16]}")


@commands.command("pin")
@click.argument("county_code")
@click.argument("anonymous_host")
def pin_command(county_code: str, anonymous_host: str) -> None:
    """Prints ext.json's part for this county: the digests of the months to come, and the host."""
    digests = {period_name(month): value for month, value in coming_digests(_county(county_code))}
    content = {"anonymous_host": anonymous_host, "key_digests": digests}
    click.echo(orjson.dumps(content, option=orjson.OPT_INDENT_2).decode())


@commands.command("night")
def night_command() -> None:
    """Moves what came today into the boxes now, as the timetable does at three."""
    with transaction():
        moved = ballot_box.flush(fewest=1)
    with transaction():
        ballot_box.merge()
    click.echo(f"已入箱 {moved} 份")


@commands.command("restored")
def restored_command() -> None:
    """After a restore: empties the boxes whose keys are gone, so that phones send again."""
    with transaction():
        gone = ballot_box.begin_anew()
    click.echo(f"打不开的箱子已清空：{'、'.join(gone)}；手机会重新交" if gone else "箱子都打得开")
