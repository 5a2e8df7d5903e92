"""flask ratings …: what a county's IT does once."""

import click
from flask.cli import AppGroup

from backend.app.core.db import transaction
from backend.app.ratings import operations

commands = AppGroup("ratings", help="评价")


@commands.command("seed-reasons")
def seed_reasons() -> None:
    """Adds the reasons a county starts with; running it again changes nothing."""
    with transaction():
        added = operations.seed_reasons()
    click.echo(f"新增评价原因 {added} 条")


@commands.command("recount")
@click.argument("month")
def recount(month: str) -> None:
    """Makes the counters of a month (YYYY-MM) anew from the ratings."""
    first = operations.calendar.parse_month(month)
    if first is None:
        raise click.BadParameter("应为月份,如 2026-10")
    with transaction():
        operations.recount(first, first)
    click.echo(f"{month} 的计数已按评价重算")
