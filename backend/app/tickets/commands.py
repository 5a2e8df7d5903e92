"""flask tickets …: what a county needs before its first ticket, and its calendar."""

import click
from flask.cli import AppGroup

from backend.app.core.db import transaction
from backend.app.places.errors import RegionUnknown
from backend.app.places.queries import find_place
from backend.app.tickets.clocks.working_calendar import recompute_open, seed_calendar
from backend.app.tickets.rules.categories import seed_categories
from backend.app.tickets.rules.operations import seed_county

commands = AppGroup("tickets", help="诉求：分类、工作日历、派单规则")


@commands.command("prepare")
@click.argument("county_code")
def prepare_command(county_code: str) -> None:
    """Fills in categories, announced holidays, a first routing rule and reply templates."""
    county = find_place(county_code)
    if county is None or county.level != "county":
        raise click.ClickException(RegionUnknown.message)
    with transaction():
        added = seed_categories(county.id)
        years = seed_calendar(county.id)
        seed_county(county.id)
        moved = recompute_open(county.id)
    click.echo(f"新分类 {added} 个；已填日历 {years or '无新增'}；重算未结时限 {moved} 件")
