"""flask points …: what a county's IT does once."""

from datetime import datetime

import click
from flask.cli import AppGroup

from backend.app.accounts.errors import PersonUnknown
from backend.app.accounts.logins.operations import find_login
from backend.app.accounts.queries import actor_today
from backend.app.core.db import transaction
from backend.app.places.queries import get_place
from backend.app.points import operations
from backend.app.points.point_sources import AUTOMATIC, RATING
from backend.app.points.rules import operations as rules
from backend.app.points.rules.examples import EXAMPLES

commands = AppGroup("points", help="积分")


@commands.command("set-rule")
@click.argument("county_id", type=int)
@click.option("--code", type=click.Choice(list(AUTOMATIC)), default=RATING, show_default=True)
@click.option("--label", default="评价服务", show_default=True)
@click.option("--amount", type=click.IntRange(1, 100), default=2, show_default=True)
@click.option("--daily-cap", type=click.IntRange(1, 50), default=5, show_default=True)
@click.option("--starts-on", type=click.DateTime(["%Y-%m-%d"]), required=True)
def set_rule(
    county_id: int, code: str, label: str, amount: int, daily_cap: int, starts_on: datetime
) -> None:
    """Sets what one act earns from a day on; the rule before ends the day before."""
    with transaction():
        rule = operations.set_rule(county_id, code, label, amount, daily_cap, starts_on.date())
        click.echo(f"{label}：每次 {amount} 分，每天最多 {daily_cap} 次，第 {rule.version} 版")


@commands.command("load-example")
@click.argument("region_id", type=int)
@click.option("--name", type=click.Choice(list(EXAMPLES)), default="yuechi", show_default=True)
@click.option("--as-person", required=True, help="the user name of who is to edit the draft")
def load_example(region_id: int, name: str, as_person: str) -> None:
    """Puts an example into the draft of a county or village; it still needs a vote."""
    _, items, budget = EXAMPLES[name]
    title = f"{get_place(region_id).name}积分办法"
    login = find_login(as_person)
    if login is None:
        raise click.ClickException(PersonUnknown.message)
    with transaction():
        draft = rules.save_draft(actor_today(login.person_id), region_id, title, items, budget)
        classes = len({item.group for item in items})
        click.echo(f"{draft.title}：{classes} 类 {len(items)} 项，表决后生效")
