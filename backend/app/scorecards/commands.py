"""flask scorecards …: compute a month again and say whether it is what was locked."""

from datetime import date

import click
from flask.cli import AppGroup

from backend.app.core.commands import MonthParam
from backend.app.core.db import transaction
from backend.app.places.queries import find_place
from backend.app.scorecards.locks import operations as locks
from backend.app.scorecards.locks import verification

commands = AppGroup("scorecards", help="得分")


@commands.command("verify")
@click.argument("month", type=MonthParam())
@click.option("--county", default=None, help="代码，如 610528；只有一个县时可不写")
def verify(month: date, county: str | None) -> None:
    """Computes a locked MONTH (2026-10) from its frozen facts; fails unless all bytes agree."""
    place = find_place(county + "000000") if county else None
    if county and place is None:
        raise click.BadParameter("没有这个县", param_hint="--county")
    with transaction():
        counties = [place.id] if place else locks.counties_locked(month)
        if not counties:
            raise click.ClickException("这个月还没有锁定")
        found = [verification.verify(county_id, month) for county_id in counties]
    for one in found:
        click.echo(
            f"{one.month:%Y-%m} {one.villages} 个村："
            f"事实{_word(one.facts_equal)}，结果{_word(one.results_equal)}，"
            f"得分卡{_word(one.cards_equal)}，规则{'同一版' if one.rules_equal else '已换版'}"
        )
    if not all(one.equal for one in found):
        raise click.ClickException("和锁定时不一致")


@commands.command("check")
@click.argument("month", type=MonthParam())
def check(month: date) -> None:
    """Counts every rating and ticket of MONTH (2026-10) again; fails where kept facts differ."""
    with transaction():
        differing = verification.differing_villages(month)
    for one in differing:
        click.echo(f"村 {one}：留存的事实和重新数的不一样")
    if differing:
        raise click.ClickException(f"{len(differing)} 个村不一样；没锁定的月份可重新计算")
    click.echo(f"{month:%Y-%m} 的事实和逐条重数的一致")


def _word(equal: bool) -> str:
    return "一致" if equal else "不一致"
