"""flask assessments …: compute a locked year, or a month's colours, again."""

from datetime import date

import click
from flask.cli import AppGroup

from backend.app.assessments.locks.period_verification import verify_period
from backend.app.assessments.locks.verification import verify_year
from backend.app.assessments.models import Programme
from backend.app.core.commands import MonthParam
from backend.app.core.db import db, transaction
from backend.app.core.errors import DomainError
from backend.app.scoring.assessing.unit_total import RULES_VERSION

commands = AppGroup("assessments", help="考核")


@commands.command("verify")
@click.argument("programme", type=int)
@click.argument("period", type=MonthParam(), required=False)
def verify(programme: int, period: date | None) -> None:
    """Computes a locked PROGRAMME, or a PERIOD (2026-10) of it, again; fails unless equal.

    A year locked by earlier rules is held against the digests it was locked with.
    """
    with transaction():
        row = db.session.get(Programme, programme)
        if row is None:
            raise click.ClickException("没有这个考核项目")
        if period is not None:
            _verify_period(row, period)
        else:
            _verify_year(row)


def _verify_period(programme: Programme, period: date) -> None:
    result = verify_period(programme, period)
    if not result.targets:
        raise click.ClickException("这个月还没有定色")
    click.echo(f"{programme.title} {period:%Y-%m}：{result.targets} 项目标")
    if result.changed:
        click.echo(f"其中 {result.changed} 项后来改过计划，没有比")
    for words in result.differing:
        click.echo(f"{words}：颜色和重新算的不一样")
    if result.differing:
        raise click.ClickException("和定色时不一致")


def _verify_year(programme: Programme) -> None:
    try:
        result = verify_year(programme.id)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    click.echo(
        f"{programme.title} {result.units} 个单位：方案{_word(result.programme_equal)}，"
        f"事实{_word(result.facts_equal)}，结果{_word(result.results_equal)}，"
        f"规则{'同一版，重新算过' if result.rules_equal else _by_earlier(result.rules_version)}"
    )
    for unit, parts in result.differing.items():
        click.echo(f"{unit}：{'、'.join(parts)}和锁定时不一样")
    if not result.equal:
        raise click.ClickException("和锁定时不一致")


def _by_earlier(version: int) -> str:
    return (
        f"已换版（锁定时第 {version} 版，现在第 {RULES_VERSION} 版）：没有重新算，"
        "核对的是锁定时存下的结果，一个字节都没变才算一致"
    )


def _word(equal: bool) -> str:
    return "一致" if equal else "不一致"
