"""flask ratings …: what a county's IT does once."""

from datetime import date

import click
from flask.cli import AppGroup

from backend.app.core.commands import MonthParam
from backend.app.core.db import transaction
from backend.app.ratings import operations
from backend.app.ratings import recount as recounting

commands = AppGroup("ratings", help="评价")


@commands.command("seed-reasons")
def seed_reasons() -> None:
    """Adds the reasons that every county offers; running it again changes nothing."""
    with transaction():
        added = operations.seed_reasons()
    click.echo(f"新增评价原因 {added} 条")


@commands.command("check")
@click.argument("month", type=MonthParam())
def check(month: date) -> None:
    """Counts a month (YYYY-MM) once more; fails where a kept counter says something else."""
    with transaction():
        found = recounting.differences(month)
    for one in found:
        click.echo(f"村 {one.village_id}：记的 {one.kept}，数出来 {one.counted}")
    if found:
        raise click.ClickException(f"{len(found)} 个村的计数不对，可用 recount 重做")
    click.echo(f"{month:%Y-%m} 的计数和评价一致")


@commands.command("recount")
@click.argument("month", type=MonthParam())
def recount(month: date) -> None:
    """Makes the counters of a month (YYYY-MM) anew from the ratings."""
    with transaction():
        operations.recount(month, month)
    click.echo(f"{month:%Y-%m} 的计数已按评价重算")
